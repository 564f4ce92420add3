package library_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"errata/backend"
	"errata/backend/library"
	"errata/backend/page"
	"errata/backend/page/pagetest"
)

// Bleve starts its analysis workers once, in its init, and never ends them.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

// clock stands in the future, so that files written by a test are old enough
// for their modification time to be trusted.
func clock() time.Time { return time.Date(2090, 1, 2, 3, 4, 5, 0, time.UTC) }

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func open(t *testing.T, dir string, folders ...string) *library.Library {
	t.Helper()
	l, err := library.Open(dir, library.Options{Now: clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	require.NoError(t, l.SetFolders(folders))
	return l
}

func scan(t *testing.T, l *library.Library) library.Report {
	t.Helper()
	r, err := l.Scan(context.Background())
	require.NoError(t, err)
	return r
}

func texts(t *testing.T, l *library.Library, question string) []string {
	t.Helper()
	found, err := l.Search(context.Background(), question, 8)
	require.NoError(t, err)
	out := []string{}
	for _, p := range found {
		out = append(out, p.Text)
	}
	return out
}

const ukNote = "---\ntitle: Government of the United Kingdom\nsource: https://www.gov.example.co.uk/government/pm\npublished: 2026-07-05\n---\n" +
	"Ann Other is the prime minister of the United Kingdom. She took office on 5 July 2026.\n\nThe monarch is Charles III.\n"

func TestSearchCarriesSourceAndDate(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "uk.md", ukNote)
	write(t, folder, "deep/harbour.txt", "The harbour of Porto Alto has 14 berths.")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "report.pdf"), pagetest.PDF("Lighthouse report", "20260102", []string{"The lighthouse of Porto Alto is 42 metres high."}), 0o600))
	write(t, folder, "bridge.html", "<html><head><title>Bridge</title></head><body><p>The bridge of Porto Alto was built in 1911.</p></body></html>")
	l := open(t, t.TempDir(), folder)
	r := scan(t, l)
	require.Equal(t, library.Report{Seen: 4, Added: 4, Problems: []string{}}, r)

	found, err := l.Search(context.Background(), "Who is the prime minister of the UK?", 3)
	require.NoError(t, err)
	require.NotEmpty(t, found)
	p := found[0]
	require.Contains(t, p.Text, "Ann Other is the prime minister")
	require.Equal(t, "library", p.Provider)
	require.Equal(t, "https://www.gov.example.co.uk/government/pm", p.URL)
	require.Equal(t, "example.co.uk", p.Domain)
	require.Equal(t, "front_matter", p.DateSource)
	require.Equal(t, "2026-07-05", p.PublishedAt.Format(time.DateOnly))
	require.Len(t, p.TextSHA256, 64)
	require.NotEmpty(t, p.ID)
	require.Equal(t, clock(), p.FetchedAt)
	require.True(t, p.Trusted())

	found, err = l.Search(context.Background(), "How high is the lighthouse of Porto Alto?", 8)
	require.NoError(t, err)
	require.Contains(t, found[0].Text, "42 metres")
	require.Equal(t, "library", found[0].Domain)
	require.Equal(t, filepath.Join(folder, "report.pdf"), found[0].URL)
	require.Equal(t, "meta", found[0].DateSource)
	require.Contains(t, texts(t, l, "How many berths does the harbour have?")[0], "14 berths")
	require.Contains(t, texts(t, l, "When was the bridge built?")[0], "1911")
}

func TestSearchQuestions(t *testing.T) {
	folder := t.TempDir()
	for i := range 40 {
		write(t, folder, fmt.Sprintf("noise/%02d.md", i), fmt.Sprintf("# Minutes %d\n\nThe minister of transport spoke about rail number %d. The prime number %d was mentioned. The president of the club left.\n", i, i, i))
	}
	write(t, folder, "uk.md", ukNote)
	write(t, folder, "usa.md", "---\ntitle: President of the United States\n---\nJo Roe has been the president of the United States of America since January 2025.\n")
	write(t, folder, "us.md", "# Fed\n\nThe US central bank is led by Sam Poe.\n")
	write(t, folder, "phone.md", "# Smartphones\n\nThe newest model of the Foo phone is the Foo 18, which came out in September 2026.\n")
	write(t, folder, "league.md", "# Premier League 2023/24\n\nManchester City won the 2023-24 Premier League, their fourth title in a row, in May 2024.\n")
	write(t, folder, "trainer.md", "Jo Low has coached Germany since 2023.\n")
	write(t, folder, "floor.md", "# Floors\n\nTo polish a floor of stone, use a soft pad and Moe Wax.\n")
	write(t, folder, "quenbia.md", "# Quenbia\n\nQuenbia has about 61,000 inhabitants.\n")
	l := open(t, t.TempDir(), folder)
	scan(t, l)
	tests := []struct{ question, want string }{
		{"How many people live in Quenbia?", "61,000"},
		{"What is the population of Quenbia?", "61,000"},
		{"Who is the head coach of the German national football team?", "Jo Low"},
		{"How do I polish a stone floor?", "Moe Wax"},
		{"Who is the prime minister of the UK?", "Ann Other"},
		{"who is the current prime minister of the u.k.", "Ann Other"},
		{"Who is the PM of Great Britain?", "Ann Other"},
		{"prime minister of the United Kingdom", "Ann Other"},
		{"Who is the current president of USA?", "Jo Roe"},
		{"president of the us", "Jo Roe"},
		{"Who is the president of the United States?", "Jo Roe"},
		{"Who leads the central bank of the United States?", "Sam Poe"},
		{"What is the latest Foo phone model?", "Foo 18"},
		{"Who won the 2024 Premier League?", "Manchester City"},
		{"winner of the Premier League in 2024", "Manchester City"},
	}
	for _, tt := range tests {
		t.Run(tt.question, func(t *testing.T) {
			got := texts(t, l, tt.question)
			require.NotEmpty(t, got)
			require.Contains(t, got[0], tt.want)
		})
	}
	for _, q := range []string{"", "   ", "who is the", "?!", "xylophone repair manual", "\xff\xfe", strings.Repeat("word ", 5000), `zeta:"xq" AND (`, "*", "quantum zebra"} {
		require.Empty(t, texts(t, l, q), q)
	}
}

func TestIncremental(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	path := write(t, folder, "a.md", "The mayor of Porto Alto is Ana Reis.")
	gone := write(t, folder, "b.md", "The harbour of Porto Alto has fourteen berths.")
	l := open(t, dir, folder)
	require.Equal(t, 2, scan(t, l).Added)
	require.Equal(t, library.Report{Seen: 2, Unchanged: 2, Problems: []string{}}, scan(t, l))

	require.NoError(t, os.WriteFile(path, []byte("The mayor of Porto Alto is Rui Alves."), 0o600))
	require.NoError(t, os.Chtimes(path, time.Time{}, clock().AddDate(0, 0, -1)))
	require.NoError(t, os.Remove(gone))
	require.Equal(t, library.Report{Seen: 1, Changed: 1, Removed: 1, Problems: []string{}}, scan(t, l))
	require.Equal(t, []string{"The mayor of Porto Alto is Rui Alves."}, texts(t, l, "Who is the mayor of Porto Alto?"))
	require.Empty(t, texts(t, l, "How many berths?"))

	require.NoError(t, os.Chtimes(path, time.Time{}, clock().AddDate(0, 0, -2)))
	require.Equal(t, 1, scan(t, l).Unchanged, "only its time changed")
	require.NoError(t, l.Close())

	again := open(t, dir, folder)
	require.Len(t, again.Documents(), 1)
	require.Equal(t, []string{"The mayor of Porto Alto is Rui Alves."}, texts(t, again, "mayor of Porto Alto"), "found before any scan")
	require.Equal(t, 1, scan(t, again).Unchanged)

	require.NoError(t, again.SetFolders(nil))
	require.Equal(t, 1, scan(t, again).Removed)
	require.Empty(t, again.Documents())
}

// A change within the clock's tick keeps size and time; such files are read again.
func TestRacyChange(t *testing.T) {
	folder := t.TempDir()
	path := write(t, folder, "a.md", "The answer is one.")
	at := clock().Add(-time.Second)
	require.NoError(t, os.Chtimes(path, at, at))
	l := open(t, t.TempDir(), folder)
	scan(t, l)
	require.NoError(t, os.WriteFile(path, []byte("The answer is two."), 0o600))
	require.NoError(t, os.Chtimes(path, at, at))
	require.Equal(t, 1, scan(t, l).Changed)
	require.Equal(t, []string{"The answer is two."}, texts(t, l, "answer"))
}

func TestDocumentsSayWhenTheyWerePublished(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	write(t, folder, "dated.md", ukNote)
	undated := write(t, folder, "undated.md", "The mayor of Porto Alto is Ana Reis.")
	l := open(t, dir, folder)
	look := func(l *library.Library) {
		scan(t, l)
		docs := l.Documents()
		require.Len(t, docs, 2)
		require.Equal(t, time.Date(2026, 7, 5, 0, 0, 0, 0, time.UTC), *docs[0].PublishedAt)
		require.Nil(t, docs[1].PublishedAt, "the time of a file is no date of what it says")
	}
	look(l)
	require.NoError(t, os.Chtimes(undated, time.Time{}, clock().AddDate(0, 0, -2)))
	require.NoError(t, os.Chtimes(filepath.Join(folder, "dated.md"), time.Time{}, clock().AddDate(0, 0, -2)))
	look(l) // the same content is not read again
	require.NoError(t, l.Close())
	look(open(t, dir, folder))
}

func TestUnreadable(t *testing.T) {
	folder, outside := t.TempDir(), t.TempDir()
	secret := write(t, outside, "secret.md", "The secret password is swordfish.")
	write(t, folder, "ok.md", "Good text.")
	write(t, folder, "binary.txt", "MZ\x00\x01")
	write(t, folder, "empty.md", "")
	write(t, folder, "broken.pdf", "%PDF-1.4 nothing")
	write(t, folder, ".hidden.md", "Hidden secret password.")
	write(t, folder, ".git/x.md", "Hidden secret password.")
	write(t, folder, "program.exe", "secret password")
	require.NoError(t, os.Symlink(secret, filepath.Join(folder, "link.md")))
	require.NoError(t, os.Symlink(outside, filepath.Join(folder, "linked")))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "folder.md"), 0o700))
	l := open(t, t.TempDir(), folder)
	r := scan(t, l)
	require.Equal(t, 1, r.Added)
	require.Equal(t, 4, r.Unreadable)
	reasons := map[string]string{}
	for _, d := range l.Documents() {
		if d.Status == "unreadable" {
			reasons[filepath.Base(d.Path)] = d.Reason
		}
	}
	require.Len(t, reasons, 4)
	require.Contains(t, reasons["binary.txt"], "not text")
	require.Contains(t, reasons["broken.pdf"], "PDF")
	require.Contains(t, reasons["link.md"], "link")
	require.Contains(t, reasons["empty.md"], "no text")
	require.Empty(t, texts(t, l, "secret password"))
	require.Equal(t, 4, scan(t, l).Unreadable, "still listed")

	// A document that becomes unreadable is no evidence any more.
	write(t, folder, "ok.md", "Good\x00text now broken.")
	require.Equal(t, 5, scan(t, l).Unreadable)
	require.Empty(t, texts(t, l, "good text"))
}

func TestWhatCouldNotBeOpenedIsTriedAgain(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	path := write(t, folder, "a.md", "The mayor of Porto Alto is Ana Reis.")
	require.NoError(t, os.Chmod(path, 0))
	l := open(t, dir, folder)
	if scan(t, l).Added == 1 { // who is root reads it all the same: the list is made to say so
		require.NoError(t, l.Close())
		list := filepath.Join(dir, "documents.json")
		raw, err := os.ReadFile(list)
		require.NoError(t, err)
		raw = regexp.MustCompile(`,"sha256":"\w+","passages":1`).ReplaceAll(raw, []byte(`,"passages":0`))
		raw = bytes.Replace(raw, []byte(`"status":"indexed"`), []byte(`"status":"unreadable","reason":"No permission to read it."`), 1)
		require.NoError(t, os.WriteFile(list, raw, 0o600))
		l = open(t, dir, folder)
	}
	require.Equal(t, "unreadable", l.Documents()[0].Status)
	require.NoError(t, os.Chmod(path, 0o600))
	require.Equal(t, 1, scan(t, l).Changed, "the right to read it changes neither size nor time")
	require.Equal(t, "indexed", l.Documents()[0].Status)
	require.Equal(t, []string{"The mayor of Porto Alto is Ana Reis."}, texts(t, l, "mayor of Porto Alto"))
	require.Equal(t, 1, scan(t, l).Unchanged)
}

func TestWhatStaysUnreadableCostsTheNextScanNothing(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	huge := write(t, folder, "huge.md", "")
	require.NoError(t, os.Truncate(huge, page.MaxPDF+1))
	require.NoError(t, os.Symlink(huge, filepath.Join(folder, "link.md")))
	require.NoError(t, os.Chmod(write(t, folder, "shut.md", "Secret."), 0)) // root reads it
	told := 0
	l, err := library.Open(dir, library.Options{Now: clock, OnProgress: func(library.Progress) { told++ }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	require.NoError(t, l.SetFolders([]string{folder}))
	first := scan(t, l)
	list := filepath.Join(dir, "documents.json")
	before, err := os.Stat(list)
	require.NoError(t, err)
	told = 0
	require.Equal(t, first.Unreadable, scan(t, l).Unreadable, "still listed")
	require.Zero(t, told)
	after, err := os.Stat(list)
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after), "the list is not written again")
}

func TestMissingFolderKeepsDocuments(t *testing.T) {
	parent := t.TempDir()
	folder := filepath.Join(parent, "disk")
	write(t, folder, "a.md", "The mayor is Ana Reis.")
	l := open(t, t.TempDir(), folder)
	scan(t, l)
	require.NoError(t, os.Rename(folder, folder+".away"))
	r := scan(t, l)
	require.Zero(t, r.Removed)
	require.Len(t, r.Problems, 1)
	require.Len(t, texts(t, l, "Who is the mayor?"), 1)
}

func TestDamage(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	write(t, folder, "a.md", "The mayor is Ana Reis.")
	l := open(t, dir, folder)
	scan(t, l)
	_, err := library.Open(dir, library.Options{})
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "a second program is told")
	require.NoError(t, l.Close())
	require.NoError(t, l.Close(), "twice is no error")
	_, err = l.Search(context.Background(), "mayor", 1)
	require.Error(t, err)
	_, err = l.Scan(context.Background())
	require.Error(t, err)

	tests := []struct {
		name   string
		damage func(t *testing.T)
	}{
		{"list lost", func(t *testing.T) { require.NoError(t, os.Remove(filepath.Join(dir, "documents.json"))) }},
		{"list half written", func(t *testing.T) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "documents.json"), []byte(`{"schema":1,"docu`), 0o600))
		}},
		{"index emptied", func(t *testing.T) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "index"))) }},
		{"index garbled", func(t *testing.T) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "index", "index_meta.json"), []byte("garbage"), 0o600))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.damage(t)
			again, err := library.Open(dir, library.Options{Now: clock})
			require.NoError(t, err)
			require.NoError(t, again.SetFolders([]string{folder}))
			r := scan(t, again)
			require.Equal(t, 1, r.Added)
			require.Equal(t, []string{"The mayor is Ana Reis."}, texts(t, again, "mayor"), "once, not twice")
			require.NoError(t, again.Close())
		})
	}
}

func TestEachLibraryOpensItsOwnIndex(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		l, err := library.Open(dir, library.Options{Now: clock})
		require.NoError(t, err)
		require.NoError(t, l.Close())
	}
	open(t, first)
	open(t, second)
}

func TestScanCancelled(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "a.md", "Text.")
	l := open(t, t.TempDir(), folder)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := l.Scan(ctx)
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
	_, err = l.Search(ctx, "text", 1)
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
	require.Equal(t, 1, scan(t, l).Added)
}

func TestWatch(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "a.md", "The mayor is Ana Reis.")
	reports := make(chan library.Report, 16)
	l, err := library.Open(t.TempDir(), library.Options{Debounce: 20 * time.Millisecond, OnScan: func(r library.Report, err error) {
		if err == nil {
			reports <- r
		}
	}})
	require.NoError(t, err)
	require.NoError(t, l.SetFolders([]string{folder}))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Watch(ctx) }()
	await := func(what string, ok func(library.Report) bool) {
		t.Helper()
		deadline := time.After(20 * time.Second)
		for {
			select {
			case r := <-reports:
				if ok(r) {
					return
				}
			case <-deadline:
				t.Fatal("no scan saw " + what)
			}
		}
	}
	await("the first file", func(r library.Report) bool { return r.Seen == 1 })
	write(t, folder, "sub/b.md", "The harbour has 14 berths.")
	await("a file in a new folder", func(r library.Report) bool { return r.Seen == 2 })
	other := t.TempDir()
	write(t, other, "c.md", "Another folder.")
	require.NoError(t, l.SetFolders([]string{other}))
	await("the change of folders", func(r library.Report) bool { return r.Seen == 1 && r.Removed == 2 })
	cancel()
	require.NoError(t, <-done)
	require.NoError(t, l.Close())
}

func TestFolders(t *testing.T) {
	folder := t.TempDir()
	real, err := filepath.EvalSymlinks(folder)
	require.NoError(t, err)
	l := open(t, t.TempDir())
	require.NoError(t, l.SetFolders([]string{folder, " ", filepath.Join(folder, "inner"), folder}))
	require.Equal(t, []string{real}, l.Folders())
}

func BenchmarkSearch(b *testing.B) {
	folder := b.TempDir()
	for i := range 2000 {
		var text strings.Builder
		for j := range 10 {
			fmt.Fprintf(&text, "The minister of region %d spoke with the president of club %d about the prime goal of harbour %d.\n\n", i, j, i*j)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.txt", i)), []byte(text.String()), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	l, err := library.Open(b.TempDir(), library.Options{})
	require.NoError(b, err)
	require.NoError(b, l.SetFolders([]string{folder}))
	_, err = l.Scan(context.Background())
	require.NoError(b, err)
	for b.Loop() {
		if _, err := l.Search(context.Background(), "Who is the prime minister of the UK?", 8); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	require.NoError(b, l.Close())
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "notes"), 0o700))
	file := filepath.Join(dir, "note.md")
	require.NoError(t, os.WriteFile(file, []byte("A note."), 0o600))
	for _, path := range []string{"~/notes", filepath.Join(dir, "notes"), filepath.Join(dir, "notes") + "/", " ~/notes "} {
		got, err := library.Folder(path)
		require.NoError(t, err, path)
		require.Equal(t, filepath.Join(dir, "notes"), got, path)
	}
	got, err := library.Folder(file)
	require.NoError(t, err)
	require.Equal(t, file, got, "a single file is taken too")
	picture := filepath.Join(dir, "picture.png")
	require.NoError(t, os.WriteFile(picture, []byte("png"), 0o600))
	for _, path := range []string{"", "  ", "notes", "~notes", picture, filepath.Join(dir, "nothere")} {
		_, err := library.Folder(path)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), path)
		require.NotEmpty(t, backend.HintOf(err), path)
	}
}

func TestASingleFileIsReadAndItsNeighboursAreNot(t *testing.T) {
	folder := t.TempDir()
	one := write(t, folder, "one.md", "The lighthouse of Quill Bay was built by Mara Ostrey.")
	write(t, folder, "two.md", "The lighthouse of Quill Bay was painted by nobody.")
	l := open(t, t.TempDir(), one)
	require.Equal(t, 1, scan(t, l).Added)
	require.Equal(t, []string{"The lighthouse of Quill Bay was built by Mara Ostrey."}, texts(t, l, "Who built the lighthouse of Quill Bay?"))
	write(t, folder, "one.md", "The lighthouse of Quill Bay was built by Ines Vole.")
	require.Equal(t, 1, scan(t, l).Changed)
	require.NoError(t, os.Remove(one))
	require.Empty(t, l.Documents()[0].Reason)
	scan(t, l)
	require.NoError(t, l.SetFolders(nil))
	require.Equal(t, 1, scan(t, l).Removed)
	require.Empty(t, l.Documents())
}

func TestAScanTellsHowFarItIsOnlyWhenItReads(t *testing.T) {
	folder := t.TempDir()
	for i := range 60 {
		write(t, folder, fmt.Sprintf("note%02d.md", i), "A note about harbour seals.")
	}
	var told []library.Progress
	l, err := library.Open(t.TempDir(), library.Options{Now: clock, OnProgress: func(p library.Progress) { told = append(told, p) }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	require.NoError(t, l.SetFolders([]string{folder}))
	scan(t, l)
	require.Equal(t, []library.Progress{{Done: 1, Total: 60}, {Done: 26, Total: 60}, {Done: 51, Total: 60}, {Done: 60, Total: 60}}, told)
	told = nil
	scan(t, l)
	require.Empty(t, told, "what is as it was is not told")
}
