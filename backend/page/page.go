// Package page turns the bytes of a document into the text a person would see
// and the date it was published.
//
//	HTML ─┐                ┌─ Text, Title, SourceURL
//	Markdown ─┤── Parse ───┼─ Published + DateSource (how the date was found)
//	plain text ─┤          └─ Flags ("hidden_text")
//	PDF ─┘
//
// It never fetches anything, reads no file and no clock, runs no script, and
// never panics: hostile bytes give a backend.Error. What a person could not see
// (comments, display:none, zero-width, bidi and tag characters) is dropped.
package page

import (
	"fmt"
	"mime"
	"path/filepath"
	"strings"
	"time"

	"errata/backend"
)

// Limits of one document in bytes. A larger one is refused, never cut: half a
// page may say the opposite of the whole.
const (
	MaxHTML = 2 << 20
	MaxText = 8 << 20
	MaxPDF  = 20 << 20
)

// The ways a date is found, as in backend.Passage.DateSource.
const (
	DateAPI   = "api"          // said by the service that found the page
	DateMeta  = "meta"         // <meta>, JSON-LD, PDF document information
	DateURL   = "url"          // /2026/11/22/ in the address
	DateText  = "text"         // in the visible page
	DateFront = "front_matter" // published: in a Markdown file
	DateFile  = "file"         // modification time of the file
	DateNone  = "none"
)

// FlagHiddenText says that text which a person would not see was dropped and
// that it spoke to a machine.
const FlagHiddenText = "hidden_text"

// Kind is a format that can be read.
type Kind string

// The formats.
const (
	KindHTML     Kind = "html"
	KindMarkdown Kind = "markdown"
	KindText     Kind = "text"
	KindPDF      Kind = "pdf"
)

// Options say what is known about the bytes. The zero value reads plain text.
type Options struct {
	Name        string    // file name, for the format
	ContentType string    // as a server sent it, for format and charset
	URL         string    // address, for a date in it
	Now         time.Time // dates more than a day after it are not believed; zero: any up to 2100
	ModTime     time.Time // modification time, used when nothing better dates it
}

// Page is what a document says.
type Page struct {
	Title      string
	Text       string // paragraphs separated by an empty line
	Published  *time.Time
	DateSource string
	SourceURL  string // address the document itself claims to come from (front matter, canonical link)
	Flags      []string
}

// KindOf finds the format by content type, then by the ending of name. ok is
// false for anything that is not read.
func KindOf(contentType, name string) (kind Kind, ok bool) {
	media, _, err := mime.ParseMediaType(contentType)
	if err == nil {
		switch media {
		case "text/html", "application/xhtml+xml":
			return KindHTML, true
		case "text/markdown", "text/x-markdown":
			return KindMarkdown, true
		case "application/pdf":
			return KindPDF, true
		case "text/plain":
			if k, ok := kindOfName(name); ok && k == KindMarkdown {
				return k, true
			}
			return KindText, true
		}
		return "", false
	}
	return kindOfName(name)
}

func kindOfName(name string) (Kind, bool) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".html", ".htm", ".xhtml":
		return KindHTML, true
	case ".md", ".markdown":
		return KindMarkdown, true
	case ".txt":
		return KindText, true
	case ".pdf":
		return KindPDF, true
	}
	return "", false
}

// Parse reads data by its format: content type first, then the ending of the
// name; with neither known it is plain text. Errors are backend.Error with
// CodeInvalid.
func Parse(data []byte, o Options) (Page, error) {
	kind, ok := KindOf(o.ContentType, o.Name)
	if !ok {
		if o.ContentType != "" {
			return Page{}, backend.Errorf(backend.CodeInvalid, "page.parse", "The document is of type %q, which cannot be read.", clip(o.ContentType, 60)).
				WithHint("HTML, Markdown, plain text and PDF can be read.")
		}
		kind = KindText
	}
	switch kind {
	case KindHTML:
		return HTML(data, o)
	case KindMarkdown:
		return Markdown(data, o)
	case KindPDF:
		return PDF(data, o)
	default:
		return Text(data, o)
	}
}

// guarded runs read and turns a panic of a parser into an error: a hostile
// document must not take the program with it.
func guarded(op string, data []byte, limit int, o Options, read func() (Page, error)) (p Page, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = Page{}, &backend.Error{Code: backend.CodeInvalid, Op: op,
				Message: "The document is damaged and could not be read.", Err: fmt.Errorf("%v", r)}
		}
	}()
	if len(data) > limit {
		return Page{}, backend.Errorf(backend.CodeInvalid, op, "The document has %.1f MiB; at most %d MiB are read.", float64(len(data))/(1<<20), limit>>20)
	}
	p, err = read()
	if err != nil {
		return Page{}, err
	}
	if strings.TrimSpace(p.Text) == "" {
		return Page{}, backend.Errorf(backend.CodeInvalid, op, "The document holds no text that a person could read.")
	}
	if p.Published == nil && !o.ModTime.IsZero() {
		day := dayOf(o.ModTime)
		p.Published, p.DateSource = &day, DateFile
	}
	if p.Published == nil {
		p.DateSource = DateNone
	}
	if p.Flags == nil {
		p.Flags = []string{}
	}
	return p, nil
}

// latest is the last instant at which a document may claim to be published.
func (o Options) latest() time.Time {
	if o.Now.IsZero() {
		return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return o.Now.Add(24 * time.Hour)
}

// believe takes a date unless it lies in the future or before printing.
func (o Options) believe(t time.Time) (*time.Time, bool) {
	if t.IsZero() || t.After(o.latest()) || t.Year() < 1450 {
		return nil, false
	}
	day := dayOf(t)
	return &day, true
}

func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func clip(s string, runes int) string {
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	return string(r[:runes]) + "…"
}
