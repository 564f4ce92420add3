package page_test

import (
	"testing"
	"time"
	"unicode/utf8"

	"errata/backend/page"
	"errata/backend/page/pagetest"
)

func fuzz(f *testing.F, read func([]byte, page.Options) (page.Page, error), seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := read(data, page.Options{Now: now, ModTime: time.Time{}})
		if err != nil {
			return
		}
		if p.Text == "" || !utf8.ValidString(p.Text) || !utf8.ValidString(p.Title) {
			t.Fatalf("bad text %q", p.Text)
		}
		if (p.Published == nil) != (p.DateSource == page.DateNone) {
			t.Fatalf("date %v by %q", p.Published, p.DateSource)
		}
		if p.Published != nil && p.Published.After(now.Add(24*time.Hour)) {
			t.Fatalf("from the future: %v", p.Published)
		}
		if page.Clean(p.Text) != p.Text {
			t.Fatalf("not clean: %q", p.Text)
		}
		page.Passages(p.Text)
	})
}

func FuzzHTML(f *testing.F) {
	fuzz(f, page.HTML, articleHTML, "<p style='display:none'>x</p>y", "<table><tr><td>a", "<style>@media{.a{display:none}}b,{color:red}</style>z", "\xff\xfe<\x00p\x00")
}

func FuzzMarkdown(f *testing.F) {
	fuzz(f, page.Markdown, "---\ntitle: a\npublished: 2026-01-01\n---\n# h\n* a\n  * b\n", "|a|b|\n|-|-|\n|c|d|", "<!-- a --> b &#x41; \\*", "> > > a\n\n1. b")
}

func FuzzText(f *testing.F) {
	fuzz(f, page.Text, "hello", "\xfe\xff\x00h", "a\u200bb\u202ec", "caf\xe9")
}

func FuzzPDF(f *testing.F) {
	fuzz(f, page.PDF, string(pagetest.PDF("t", "20260705", []string{"one", "two"})), string(pagetest.RawPDF("t", "", "BT /F1 10 Tf [(a) 20 (b)] TJ ET q Q")), "%PDF-1.4\n%%EOF")
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-07-05", "2026-02-30", "5 July 2026", "Mon, 02 Jan 2006 15:04:05 -0700", "03/04/2026", "0000", "9999-12-31T23:59:60Z", "2026-07-05T10:00:00+99:99", " 2026 \t", "\xff2026", "2026-W01", "July 2026 Sale"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := page.ParseDate(s)
		if !ok {
			if !got.IsZero() {
				t.Fatalf("%q is refused and yet %v", s, got)
			}
			return
		}
		if got.Year() < 0 || got.Year() > 9999 {
			t.Fatalf("%q became the year %d", s, got.Year())
		}
		if again, ok := page.ParseDate(got.Format(time.RFC3339Nano)); !ok || !again.Equal(got) {
			t.Fatalf("%q became %v, which is %v when read again", s, got, again)
		}
	})
}
