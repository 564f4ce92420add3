package page

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dropped elements never show text of their own.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Iframe: true, atom.Object: true, atom.Embed: true,
	atom.Svg: true, atom.Canvas: true, atom.Textarea: true, atom.Select: true, atom.Datalist: true, atom.Input: true, atom.Audio: true, atom.Video: true,
}

// strip removes from doc what a person would not see and returns the text that
// was removed. JSON-LD stays, because the date is read from it.
func strip(doc *html.Node) (hidden string) {
	var gone strings.Builder
	rules := hidingRules(doc)
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; {
			next := c.NextSibling
			switch {
			case c.Type == html.CommentNode:
				gone.WriteString(c.Data + "\n")
				n.RemoveChild(c)
			case c.Type == html.ElementNode && dropped[c.DataAtom]:
				if !(c.DataAtom == atom.Script && strings.EqualFold(strings.TrimSpace(attr(c, "type")), "application/ld+json")) {
					if c.DataAtom != atom.Script && c.DataAtom != atom.Style {
						gone.WriteString(rawText(c) + "\n")
					}
					n.RemoveChild(c)
				}
			case c.Type == html.ElementNode && isHidden(c, rules):
				gone.WriteString(rawText(c) + "\n")
				n.RemoveChild(c)
			default:
				walk(c)
			}
			c = next
		}
	}
	walk(doc)
	return gone.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func rawText(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode || n.Type == html.CommentNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return b.String()
}

func isHidden(n *html.Node, rules []cascadia.Sel) bool {
	if n.DataAtom == atom.Html || n.DataAtom == atom.Body || n.DataAtom == atom.Head {
		return false
	}
	if hasAttr(n, "hidden") || hides(attr(n, "style")) {
		return true
	}
	for _, r := range rules {
		if r.Match(n) {
			return true
		}
	}
	return false
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssRule    = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)
	cssNumber  = regexp.MustCompile(`^[+-]?(?:\d+\.?\d*|\.\d+)`)
)

// Limits of the style sheets that are looked at: selectors cost time on every
// element.
const (
	maxStyleBytes = 256 << 10
	maxHiding     = 200
	maxSelector   = 400
)

// hidingRules finds the selectors of the page's own style sheets that hide
// elements on a screen. Rules inside @media and the like are left alone: they
// may hide on paper or on telephones only.
func hidingRules(doc *html.Node) []cascadia.Sel {
	var sheet strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.DataAtom == atom.Style && n.Type == html.ElementNode && sheet.Len() < maxStyleBytes {
			sheet.WriteString(rawText(n) + "\n")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	css := cssComment.ReplaceAllString(clip(sheet.String(), maxStyleBytes), "")
	css = withoutAtRules(css)
	var rules []cascadia.Sel
	for _, m := range cssRule.FindAllStringSubmatch(css, -1) {
		if !hides(m[2]) || len(m[1]) > maxSelector || strings.Contains(m[1], ":") {
			continue // :hover and the like do not hide for good
		}
		group, err := cascadia.ParseGroup(strings.TrimSpace(m[1]))
		if err != nil {
			continue
		}
		for _, sel := range group {
			if sel.PseudoElement() == "" && len(rules) < maxHiding {
				rules = append(rules, sel)
			}
		}
	}
	return rules
}

// withoutAtRules drops "@media … { … }" with everything inside, and "@import …;".
func withoutAtRules(css string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(css, '@')
		if i < 0 {
			b.WriteString(css)
			return b.String()
		}
		b.WriteString(css[:i])
		css = css[i:]
		end, depth := len(css), 0
	scan:
		for j := range len(css) {
			switch css[j] {
			case '{':
				depth++
			case '}':
				if depth--; depth <= 0 {
					end = j + 1
					break scan
				}
			case ';':
				if depth == 0 {
					end = j + 1
					break scan
				}
			}
		}
		css = css[end:]
	}
}

// hides says whether the declarations make text invisible on a screen.
func hides(style string) bool {
	if style == "" {
		return false
	}
	d := map[string]string{}
	for decl := range strings.SplitSeq(cssComment.ReplaceAllString(style, ""), ";") {
		k, v, ok := strings.Cut(decl, ":")
		if !ok {
			continue
		}
		v = strings.ToLower(strings.TrimSpace(v))
		v = strings.TrimSpace(strings.TrimSuffix(v, "!important"))
		d[strings.ToLower(strings.TrimSpace(k))] = v
	}
	if d["display"] == "none" || d["visibility"] == "hidden" || d["visibility"] == "collapse" || d["content-visibility"] == "hidden" {
		return true
	}
	if v, ok := number(d["opacity"]); ok && v < 0.05 {
		return true
	}
	if v, ok := number(d["font-size"]); ok && v < 2 && !strings.HasSuffix(d["font-size"], "em") {
		return true
	}
	if v, ok := number(d["font-size"]); ok && v < 0.1 {
		return true
	}
	for _, k := range []string{"left", "right", "top", "bottom", "text-indent", "margin-left", "margin-top"} {
		if v, ok := number(d[k]); ok && (v <= -900 || k != "text-indent" && v >= 20000) && strings.HasSuffix(d[k], "px") {
			return true
		}
	}
	if d["overflow"] == "hidden" {
		for _, k := range []string{"height", "width", "max-height", "max-width"} {
			if v, ok := number(d[k]); ok && v <= 1 && !strings.HasSuffix(d[k], "em") {
				return true
			}
		}
	}
	if c := d["clip"]; strings.HasPrefix(c, "rect(0") || strings.HasPrefix(c, "rect(1px") {
		return true
	}
	if c := strings.ReplaceAll(d["clip-path"], " ", ""); c == "inset(100%)" || c == "inset(50%)" || c == "circle(0)" {
		return true
	}
	if t := strings.ReplaceAll(d["transform"], " ", ""); t == "scale(0)" || t == "scale(0,0)" {
		return true
	}
	color := colour(d["color"])
	back := colour(d["background-color"])
	if back == "" {
		back = colour(d["background"])
	}
	return color == "transparent" || color != "" && color == back
}

func number(v string) (float64, bool) {
	m := cssNumber.FindString(v)
	if m == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(m, 64)
	return f, err == nil
}

func colour(v string) string {
	v = strings.ReplaceAll(v, " ", "")
	switch v {
	case "#fff", "#ffffff", "rgb(255,255,255)", "rgba(255,255,255,1)":
		return "white"
	case "#000", "#000000", "rgb(0,0,0)", "rgba(0,0,0,1)":
		return "black"
	case "rgba(0,0,0,0)", "rgba(255,255,255,0)", "#0000", "#00000000", "#fff0", "#ffffff00":
		return "transparent"
	case "inherit", "initial", "unset", "currentcolor":
		return ""
	}
	return v
}
