package page

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var markdown = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough))

// tooNested are line beginnings with more quotes and lists inside each other
// than any true text has; the parser's time grows with their square.
var tooNested = regexp.MustCompile(`(?m)^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])[ \t])){32,}`)

// Markdown reads Markdown with an optional front matter of title, source (or
// url) and published (or date). Markup goes, every sentence stays.
func Markdown(data []byte, o Options) (Page, error) {
	return guarded("page.markdown", data, MaxText, o, func() (Page, error) {
		s, err := decode(data, o.ContentType, false)
		if err != nil {
			return Page{}, err
		}
		fields, body := frontMatter(s)
		w := mdWriter{src: []byte(tooNested.ReplaceAllString(body, ""))}
		doc := markdown.Parser().Parse(text.NewReader(w.src))
		w.block(doc, 0)

		visible, tagged := clean(w.out.String())
		p := Page{Title: Clean(first(fields, "title")), SourceURL: Clean(first(fields, "source", "url")), Text: visible}
		if p.Title == "" {
			p.Title = Clean(w.heading)
		}
		if t, ok := ParseDate(first(fields, "published", "date")); ok {
			if day, ok := o.believe(t); ok {
				p.Published, p.DateSource = day, DateFront
			}
		}
		if looksLikeInstructions(tagged) || looksLikeInstructions(w.hidden.String()) {
			p.Flags = append(p.Flags, FlagHiddenText)
		}
		return p, nil
	})
}

// maxBlocks bounds how deep quotes and lists may nest.
const maxBlocks = 200

// mdWriter writes the text of a Markdown tree.
type mdWriter struct {
	src     []byte
	out     strings.Builder
	hidden  strings.Builder
	heading string
}

func (w *mdWriter) block(n ast.Node, depth int) {
	if depth > maxBlocks {
		w.out.Write(n.Text(w.src)) //nolint:staticcheck // the only way to flatten any node
		return
	}
	switch n := n.(type) {
	case *ast.Heading:
		start := w.out.Len()
		w.inline(n, 0)
		if w.heading == "" {
			w.heading = w.out.String()[start:]
		}
		w.out.WriteString("\n\n")
	case *ast.Paragraph:
		w.inline(n, 0)
		w.out.WriteString("\n\n")
	case *ast.TextBlock:
		w.inline(n, 0)
		w.out.WriteString("\n")
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		w.lines(n)
		w.out.WriteString("\n\n")
	case *ast.HTMLBlock:
		var raw strings.Builder
		for i := range n.Lines().Len() {
			seg := n.Lines().At(i)
			raw.Write(seg.Value(w.src))
		}
		if n.HasClosure() {
			raw.Write(n.ClosureLine.Value(w.src))
		}
		visible, hidden := visibleHTML(raw.String())
		w.out.WriteString(visible + "\n\n")
		w.hidden.WriteString(hidden + "\n")
	case *east.TableRow, *east.TableHeader:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			w.inline(c, 0)
			if c.NextSibling() != nil {
				w.out.WriteString(" | ")
			}
		}
		w.out.WriteString("\n")
	case *ast.List, *east.Table:
		w.children(n, depth)
		w.out.WriteString("\n")
	default:
		w.children(n, depth)
	}
}

func (w *mdWriter) children(n ast.Node, depth int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.block(c, depth+1)
	}
}

func (w *mdWriter) lines(n ast.Node) {
	for i := range n.Lines().Len() {
		seg := n.Lines().At(i)
		w.out.Write(seg.Value(w.src))
	}
}

func (w *mdWriter) inline(n ast.Node, depth int) {
	if depth > maxBlocks {
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			w.out.Write(unescape(c.Segment.Value(w.src)))
			if c.HardLineBreak() {
				w.out.WriteByte('\n')
			} else if c.SoftLineBreak() {
				w.out.WriteByte(' ')
			}
		case *ast.String:
			w.out.Write(unescape(c.Value))
		case *ast.AutoLink:
			w.out.Write(c.Label(w.src))
		case *ast.CodeSpan:
			for t := c.FirstChild(); t != nil; t = t.NextSibling() {
				if seg, ok := t.(*ast.Text); ok {
					w.out.Write(seg.Segment.Value(w.src))
				}
			}
		case *ast.RawHTML:
			for i := range c.Segments.Len() {
				seg := c.Segments.At(i)
				if raw := string(seg.Value(w.src)); strings.HasPrefix(raw, "<!--") {
					w.hidden.WriteString(raw + "\n")
				} else if strings.HasPrefix(raw, "<br") {
					w.out.WriteByte('\n')
				}
			}
		default:
			w.inline(c, depth+1)
		}
	}
}

// unescape resolves entities and backslashes, which goldmark leaves to its
// renderer.
func unescape(b []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b)))
}
