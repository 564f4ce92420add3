package page

import (
	"net/url"
	"strings"
	"time"

	dateparser "github.com/markusmobius/go-dateparser"
	"github.com/markusmobius/go-htmldate"
	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"errata/backend"
)

// HTML reads a web page: its main text as a person sees it, its title, and when
// it was first published (not when it was last touched: a modification date
// moves without the facts moving).
func HTML(data []byte, o Options) (Page, error) {
	return guarded("page.html", data, MaxHTML, o, func() (Page, error) {
		s, err := decode(data, o.ContentType, true)
		if err != nil {
			return Page{}, err
		}
		doc, err := html.Parse(strings.NewReader(s))
		if err != nil {
			return Page{}, backend.Wrap(err, backend.CodeInvalid, "page.html", "The page is damaged and could not be read.")
		}
		hidden := strip(doc)
		published, source := htmlDate(doc, o)
		link := canonical(doc)

		title, body := article(doc, o)
		visible, tagged := clean(body)
		p := Page{Title: Clean(title), Text: visible, SourceURL: link, Published: published, DateSource: source}
		if looksLikeInstructions(hidden) || looksLikeInstructions(tagged) {
			p.Flags = append(p.Flags, FlagHiddenText)
		}
		return p, nil
	})
}

// Share of the visible text that the article must hold to stand for the page,
// and the size under which a page is taken whole.
const (
	articleShare = 0.2
	smallPage    = 1500 // bytes
)

// article takes the main text out of a stripped page, or all visible text when
// the page is small or the extractor found next to nothing.
func article(doc *html.Node, o Options) (title, body string) {
	all := render(doc)
	title = headTitle(doc)
	var address *url.URL
	if u, err := url.Parse(o.URL); err == nil && u.Host != "" {
		address = u
	}
	got, err := trafilatura.ExtractDocument(doc, trafilatura.Options{
		OriginalURL: address, ExcludeComments: true, Focus: trafilatura.FavorRecall,
		HtmlDateOverride: &htmldate.Result{}, // the date is found by htmlDate
	})
	if err != nil || got == nil {
		return title, all
	}
	if t := strings.TrimSpace(got.Metadata.Title); t != "" {
		title = t
	}
	main := render(got.ContentNode)
	if len(all) <= smallPage || float64(len(main)) < articleShare*float64(min(len(all), 20_000)) {
		return title, all
	}
	return title, main
}

func headTitle(doc *html.Node) string {
	var title, h1 string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch {
			case n.DataAtom == atom.Title && title == "":
				title = rawText(n)
			case n.DataAtom == atom.H1 && h1 == "":
				h1 = rawText(n)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	if strings.TrimSpace(title) != "" {
		return title
	}
	return h1
}

func canonical(doc *html.Node) string {
	var found string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if found != "" {
			return
		}
		if n.DataAtom == atom.Link && strings.EqualFold(attr(n, "rel"), "canonical") {
			if u, err := url.Parse(strings.TrimSpace(attr(n, "href"))); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
				found = u.String()
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return found
}

// htmlDate asks htmldate three times with less and less trustworthy parts of
// the page, so that it is known where the date came from.
func htmlDate(doc *html.Node, o Options) (*time.Time, string) {
	options := htmldate.Options{
		UseOriginalDate: true, SkipExtensiveSearch: true, MaxDate: o.latest(),
		DateParserConfig: &dateparser.Configuration{CurrentTime: o.latest()},
	}
	ask := func(n *html.Node, address string) (*time.Time, bool) {
		opt := options
		opt.URL = address
		res, err := htmldate.FromDocument(n, opt)
		if err != nil || res.IsZero() {
			return nil, false
		}
		return o.believe(res.DateTime)
	}
	const nowhere = "about:blank" // keeps htmldate from using the canonical link
	if day, ok := ask(metaOnly(doc), nowhere); ok {
		return day, DateMeta
	}
	if o.URL != "" {
		if day, ok := ask(metaOnly(nil), o.URL); ok {
			return day, DateURL
		}
	}
	if day, ok := ask(doc, nowhere); ok {
		return day, DateText
	}
	return nil, DateNone
}

// metaOnly copies <meta> and JSON-LD of doc into an empty page.
func metaOnly(doc *html.Node) *html.Node {
	root := &html.Node{Type: html.DocumentNode}
	page := &html.Node{Type: html.ElementNode, DataAtom: atom.Html, Data: "html"}
	head := &html.Node{Type: html.ElementNode, DataAtom: atom.Head, Data: "head"}
	root.AppendChild(page)
	page.AppendChild(head)
	page.AppendChild(&html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"})
	if doc == nil {
		return root
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.DataAtom == atom.Meta || n.DataAtom == atom.Script {
			c := &html.Node{Type: html.ElementNode, DataAtom: n.DataAtom, Data: n.Data, Attr: append([]html.Attribute(nil), n.Attr...)}
			if n.DataAtom == atom.Script {
				c.AppendChild(&html.Node{Type: html.TextNode, Data: rawText(n)})
			}
			head.AppendChild(c)
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return root
}

// visibleHTML reads a fragment, as it stands in Markdown.
func visibleHTML(fragment string) (visible, hidden string) {
	doc, err := html.Parse(strings.NewReader(fragment))
	if err != nil {
		return "", fragment
	}
	hidden = strip(doc)
	return render(doc), hidden
}

var blocks = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Section: true, atom.Article: true, atom.Main: true, atom.Header: true, atom.Footer: true, atom.Aside: true, atom.Nav: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Ul: true, atom.Ol: true, atom.Dl: true,
	atom.Blockquote: true, atom.Pre: true, atom.Table: true, atom.Figure: true, atom.Figcaption: true, atom.Form: true, atom.Fieldset: true, atom.Address: true, atom.Hr: true, atom.Details: true, atom.Summary: true,
}

var lines = map[atom.Atom]bool{atom.Li: true, atom.Dt: true, atom.Dd: true, atom.Tr: true, atom.Br: true, atom.Caption: true, atom.Option: true}

var oneLine = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")

// render writes a stripped tree as text: blocks become paragraphs, list items
// and table rows lines, table cells are parted by " | ".
func render(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	fresh := true // nothing but spaces since the last line end
	breakLine := func() {
		if !fresh {
			b.WriteByte('\n')
			fresh = true
		}
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(oneLine.Replace(n.Data))
			fresh = fresh && strings.TrimSpace(n.Data) == ""
			return
		}
		if n.Type == html.ElementNode && (n.DataAtom == atom.Head || n.DataAtom == atom.Script || n.DataAtom == atom.Style) {
			return
		}
		block, line := blocks[n.DataAtom], lines[n.DataAtom]
		if block {
			b.WriteString("\n\n")
			fresh = true
		} else if line {
			breakLine()
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		switch {
		case n.DataAtom == atom.Td || n.DataAtom == atom.Th:
			if hasCellAfter(n) {
				b.WriteString(" | ")
			}
		case block:
			b.WriteString("\n\n")
			fresh = true
		case line:
			breakLine()
		}
	}
	walk(n)
	return squeeze(b.String())
}

func hasCellAfter(n *html.Node) bool {
	for s := n.NextSibling; s != nil; s = s.NextSibling {
		if s.Type == html.ElementNode {
			return true
		}
	}
	return false
}
