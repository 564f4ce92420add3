package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
	"errata/backend/ollama/ollamatest"
)

// startedAgain counts how often the door was asked to start anew.
func startedAgain(p *Program) *int {
	n := 0
	p.onRestart = func() { n++ }
	return &n
}

func reopened(t *testing.T, home string) *Program {
	t.Helper()
	p, err := Assemble(t.Context(), Config{Home: home, Door: "test", CheckDB: func(string) error { return nil }})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func TestABackupIsPutBackAtTheNextStart(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	again := startedAgain(p)
	_, err := p.API.AddFact(backend.Fact{Question: "Who keeps the bees of Larkstead?", Answer: "Ada Birch"}, false)
	require.NoError(t, err)
	path, err := p.API.Backup()
	require.NoError(t, err)
	_, err = p.API.AddFact(backend.Fact{Question: "Who mends the nets of Larkstead?", Answer: "Tom Reed"}, false)
	require.NoError(t, err)
	list, err := p.API.Backups()
	require.NoError(t, err)
	require.Equal(t, path, list[0].Path)

	require.Equal(t, backend.CodeNotFound, backend.CodeOf(p.API.RestoreBackup(filepath.Join(p.Home, dbName))), "only a backup is put back")
	require.Zero(t, *again)
	require.NoError(t, p.API.RestoreBackup(path))
	require.Equal(t, 1, *again)
	p.Close()

	facts, err := reopened(t, p.Home).API.Facts(backend.FactFilter{})
	require.NoError(t, err)
	require.Len(t, facts, 1, "what came after the backup is gone")
	kept, err := filepath.Glob(filepath.Join(p.Home, dbName+".replaced-*"))
	require.NoError(t, err)
	require.Len(t, kept, 1, "but lies beside it")
	require.NoFileExists(t, filepath.Join(p.Home, plannedName))
}

func TestADamagedBackupIsRefused(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	path, err := p.API.Backup()
	require.NoError(t, err)
	p.checkDB = func(string) error { return backend.Errorf(backend.CodeUnavailable, checkOp, "It is damaged.") }
	require.ErrorContains(t, p.API.RestoreBackup(path), "That backup is damaged")
	require.NoFileExists(t, filepath.Join(p.Home, plannedName))
}

func TestEverythingIsDeletedButWhatIsNotOurs(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	again := startedAgain(p)
	_, err := p.API.AddFact(backend.Fact{Question: "Who keeps the bees of Larkstead?", Answer: "Ada Birch"}, false)
	require.NoError(t, err)
	_, err = p.API.Backup()
	require.NoError(t, err)
	handed := filepath.Join(p.Home, documentsDir, "harbour.md")
	require.NoError(t, os.MkdirAll(filepath.Dir(handed), 0o700))
	require.NoError(t, os.WriteFile(handed, []byte("The harbour of Larkstead"), 0o600))
	_, _, cache := workspace{p.Home}.Dirs("r1")
	answer := filepath.Join(cache, "0.1.0", "answer.safetensors")
	require.NoError(t, os.MkdirAll(filepath.Dir(answer), 0o700))
	require.NoError(t, os.WriteFile(answer, []byte("what the base answers"), 0o600))
	other := filepath.Join(p.Home, "letters.txt")
	require.NoError(t, os.WriteFile(other, []byte("mine"), 0o600))

	require.Equal(t, backend.CodeInvalid, backend.CodeOf(p.API.EraseAll("yes")))
	require.Zero(t, *again)
	require.NoError(t, p.API.EraseAll(" Errata "))
	require.Equal(t, 1, *again)
	p.Close()

	fresh := reopened(t, p.Home)
	facts, err := fresh.API.Facts(backend.FactFilter{})
	require.NoError(t, err)
	require.Empty(t, facts)
	s, err := fresh.API.Settings()
	require.NoError(t, err)
	require.False(t, s.Confirmed, "it is a first start again")
	backups, err := fresh.API.Backups()
	require.NoError(t, err)
	require.Empty(t, backups)
	require.NoFileExists(t, handed, "a document that was handed over in a chat goes too")
	require.NoDirExists(t, cache, "so does what a training asked the base")
	require.FileExists(t, other)
}

func TestNothingEndsUnderARunningTraining(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	again := startedAgain(p)
	require.NoError(t, p.Store.AddRun(backend.Run{ID: "r1", State: backend.RunRunning, CreatedAt: p.Now()}))
	require.ErrorContains(t, p.API.EraseAll(api.EraseWord), "A training is running")
	require.Zero(t, *again)
}

func TestAnExportHoldsChatsAndFacts(t *testing.T) {
	p := newProgram(t, ollamatest.Script{Reply: ollamatest.Answers(nil, "Tom Reed.")})
	asked, err := p.API.Ask("r", flow.AskInput{Text: "Who mends the nets of Larkstead?"})
	require.NoError(t, err)
	_, err = p.API.AddFact(backend.Fact{Question: "Who keeps the bees of Larkstead?", Answer: "Ada Birch"}, false)
	require.NoError(t, err)
	path, err := p.API.ExportAll("e")
	require.NoError(t, err)
	z, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer func() { _ = z.Close() }()
	held := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		var b strings.Builder
		_, err = io.Copy(&b, r)
		require.NoError(t, err)
		held[f.Name] = b.String()
	}
	require.Contains(t, held["chats/"+asked.Chat.ID+".json"], "Tom Reed.")
	require.Contains(t, held["facts.jsonl"], "Ada Birch")
	require.True(t, json.Valid([]byte(held["settings.json"])))
}

func TestAProviderIsTestedOnlyAfterTheFirstScreen(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	notes := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(notes, "france.md"), []byte("The capital of France is Paris."), 0o600))
	s, err := p.API.Settings()
	require.NoError(t, err)
	s.LibraryFolders = []string{notes}
	_, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	_, err = p.API.RescanLibrary("scan")
	require.NoError(t, err)
	out, err := p.API.TestProvider("library")
	require.NoError(t, err)
	require.True(t, out.OK)
	require.Equal(t, 1, out.Found)
	require.Empty(t, out.Sent, "the library sends nothing")
	found, err := p.API.SearchLibrary("capital of France")
	require.NoError(t, err)
	require.Equal(t, "The capital of France is Paris.", found[0].Text)

	s.Confirmed = false
	_, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	_, err = p.API.TestProvider("library")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
}

func TestADamagedHomeIsShownAndRepaired(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	_, err := p.API.AddFact(backend.Fact{Question: "Who keeps the bees of Larkstead?", Answer: "Ada Birch"}, false)
	require.NoError(t, err)
	_, err = p.API.Backup()
	require.NoError(t, err)
	p.Close()
	path := filepath.Join(p.Home, dbName)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, whole[:12288], 0o600))

	_, why := Assemble(t.Context(), Config{Home: p.Home})
	require.True(t, repairable(why))
	broken := brokenProgram(context.Background(), p.Home, "test", why)
	defer broken.Close()
	again := startedAgain(broken)
	_, err = broken.API.Hello()
	require.ErrorContains(t, err, "damaged")
	_, err = broken.API.Chats(backend.ChatFilter{})
	require.ErrorContains(t, err, "damaged")
	can, err := broken.API.CanRepair()
	require.NoError(t, err)
	require.True(t, can)
	require.NoError(t, broken.API.Repair())
	require.Equal(t, 1, *again)
	facts, err := reopened(t, p.Home).API.Facts(backend.FactFilter{})
	require.NoError(t, err)
	require.Len(t, facts, 1)

	other := brokenProgram(context.Background(), p.Home, "test", backend.Errorf(backend.CodeUnavailable, "home", "The folder cannot be made."))
	defer other.Close()
	can, err = other.API.CanRepair()
	require.NoError(t, err)
	require.False(t, can, "a backup helps against damage only")
}

// The window opens before the database is looked at: what is damaged is still not
// opened, and what repairs the home finds it free.
func TestADamagedHomeIsFoundBesideTheWindow(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, dbName), bytes.Repeat([]byte("no database "), 1024), 0o600))
	p, c, err := prepare(t.Context(), Config{Home: home}, shared{})
	require.NoError(t, err)
	defer p.Close()
	_, err = lockHome(home)
	require.True(t, running(err), "the home is taken from the beginning on")

	why := p.complete(c)
	require.True(t, repairable(why))
	require.Nil(t, p.Store)
	p.breakDown("test", why)
	unlock, err := lockHome(home)
	require.NoError(t, err)
	unlock()
}
