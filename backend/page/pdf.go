package page

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ledongthuc/pdf"

	"errata/backend"
)

// Limits inside one PDF. They bound what a small file can unfold to.
const (
	maxPDFPages   = 2000
	maxPDFDepth   = 32
	maxPDFStream  = 8 << 20   // bytes of one page's drawing orders, unfolded
	maxPDFContent = 128 << 20 // bytes of all of them
	maxPDFNumber  = 4 << 20   // objects, columns
	maxPDFReads   = 16 << 30  // bytes read again and again: the reader looks up a font's widths for each letter, 4 KiB a time
)

// PDF reads the text of a PDF in the order of its drawing orders. Pictures of
// text (scans) and protected files give an error that says so.
func PDF(data []byte, o Options) (Page, error) {
	return guarded("page.pdf", data, MaxPDF, o, func() (Page, error) {
		if err := checkPDF(data); err != nil {
			return Page{}, err
		}
		src := &metered{r: bytes.NewReader(data), left: 4<<20 + 16*int64(len(data))}
		reader, err := pdf.NewReader(src, int64(len(data)))
		if err != nil {
			return Page{}, backend.Wrap(err, backend.CodeInvalid, "page.pdf", "The PDF is damaged and could not be read.")
		}
		src.left = maxPDFReads
		if loops(reader) {
			return Page{}, errPDF("The PDF refers to itself in a loop.")
		}
		text, damaged := pdfText(reader)
		visible, tagged := clean(reflow(text))
		p := Page{Text: visible}
		if visible == "" {
			if damaged > 0 {
				return Page{}, errPDF("The PDF is damaged and could not be read.")
			}
			return Page{}, errPDF("The PDF holds no text; it may be a scan.").WithHint("Run text recognition (OCR) over it first.")
		}
		p.Title, p.Published, p.DateSource = pdfInfo(reader, o)
		if looksLikeInstructions(tagged) {
			p.Flags = append(p.Flags, FlagHiddenText)
		}
		return p, nil
	})
}

func errPDF(message string) *backend.Error {
	return backend.Errorf(backend.CodeInvalid, "page.pdf", "%s", message)
}

const pdfGap = `(?:[\x00\t\n\f\r ]|%[^\r\n]*[\r\n])*`

var (
	pdfSizes  = regexp.MustCompile(`/(?:Size|Columns|Count|N|First)` + pdfGap + `\+?(\d+)`)
	pdfLists  = regexp.MustCompile(`/(?:Index|W)` + pdfGap + `\[([^\]]*)`)
	pdfTables = regexp.MustCompile(`\bxref` + pdfGap + `((?:\d+` + pdfGap + `){2})`)
	pdfEscape = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)
	digits    = regexp.MustCompile(`\d+`)
)

// checkPDF refuses files whose headers ask the reader for more memory than any
// true file needs: an allocation that fails cannot be recovered from.
func checkPDF(data []byte) error {
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return errPDF("The file is not a PDF.")
	}
	plain := data
	if bytes.IndexByte(data, '#') >= 0 {
		plain = pdfEscape.ReplaceAllFunc(data, func(m []byte) []byte {
			n, _ := strconv.ParseUint(string(m[1:]), 16, 8)
			return []byte{byte(n)}
		})
	}
	if bytes.Contains(plain, []byte("/Encrypt")) {
		return errPDF("The PDF is protected (encrypted).").WithHint("Save a copy without protection and add that one.")
	}
	big := func(s []byte) bool {
		n, err := strconv.ParseInt(string(s), 10, 64)
		return err != nil || n > maxPDFNumber
	}
	for _, m := range pdfSizes.FindAllSubmatch(plain, -1) {
		if big(m[1]) {
			return errPDF("The PDF is damaged: it claims an impossible size.")
		}
	}
	for _, re := range []*regexp.Regexp{pdfLists, pdfTables} {
		for _, m := range re.FindAllSubmatch(plain, -1) {
			for _, n := range digits.FindAll(m[1], -1) {
				if big(n) {
					return errPDF("The PDF is damaged: it claims an impossible size.")
				}
			}
		}
	}
	return nil
}

// metered ends a parser that reads the same bytes for ever.
type metered struct {
	r    io.ReaderAt
	left int64
}

var errMetered = errors.New("the document refers to itself too often")

func (m *metered) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, io.EOF
	}
	n, err := m.r.ReadAt(p, off)
	if m.left -= int64(n) + 64; m.left < 0 {
		panic(errMetered) //nolint:forbidigo // the reader has no other way out; recovered where the meter is set
	}
	return n, err
}

// loops finds object streams that are said to lie inside object streams. The
// standard forbids them and the reader would follow them until its stack
// overflows, which no recover catches; the table is private, so it is read by
// reflection.
func loops(r *pdf.Reader) bool {
	table := reflect.ValueOf(r).Elem().FieldByName("xref")
	if !table.IsValid() || table.Kind() != reflect.Slice {
		return true
	}
	for i := range table.Len() {
		if e := table.Index(i); e.FieldByName("inStream").Bool() {
			id := e.FieldByName("stream").FieldByName("id").Uint()
			if id < uint64(table.Len()) && table.Index(int(id)).FieldByName("inStream").Bool() {
				return true
			}
		}
	}
	return false
}

func pdfInfo(r *pdf.Reader, o Options) (title string, published *time.Time, source string) {
	defer func() { _ = recover() }() // a broken title is no reason to lose the text
	info := r.Trailer().Key("Info")
	title = Clean(clip(info.Key("Title").Text(), 300))
	for _, key := range []string{"CreationDate", "ModDate"} {
		digits := strings.TrimPrefix(info.Key(key).RawString(), "D:")
		if len(digits) < 8 {
			continue
		}
		if t, err := time.Parse("20060102", digits[:8]); err == nil {
			if day, ok := o.believe(t); ok {
				return title, day, DateMeta
			}
		}
	}
	return title, nil, DateNone
}

// pdfText joins the text of all pages; a page that cannot be read is left out
// and counted.
func pdfText(r *pdf.Reader) (text string, damaged int) {
	var b strings.Builder
	budget := int64(maxPDFContent)
	pages := 0
	var walk func(v pdf.Value, depth int)
	walk = func(v pdf.Value, depth int) {
		if depth > maxPDFDepth || pages >= maxPDFPages || budget <= 0 {
			return
		}
		if kids := v.Key("Kids"); kids.Kind() == pdf.Array {
			for i := range kids.Len() {
				walk(kids.Index(i), depth+1)
			}
			return
		}
		pages++
		s, err := pageText(pdf.Page{V: v}, &budget)
		if err != nil {
			damaged++
			return
		}
		b.WriteString(s + "\n\n")
	}
	func() {
		defer func() {
			if x := recover(); x != nil {
				damaged++
			}
		}()
		walk(r.Trailer().Key("Root").Key("Pages"), 0)
	}()
	return b.String(), damaged
}

func pageText(p pdf.Page, budget *int64) (text string, err error) {
	defer func() {
		if x := recover(); x != nil {
			if e, ok := x.(error); ok && errors.Is(e, errMetered) {
				panic(x) //nolint:forbidigo // recovered where the meter is set
			}
			text, err = "", errPDF("A page is damaged.")
		}
	}()
	n, err := unfolded(p.V.Key("Contents"))
	*budget -= n
	if err != nil {
		return "", err
	}
	return lay(p.Content().Text), nil
}

// unfolded measures drawing orders before they are kept in memory.
func unfolded(v pdf.Value) (int64, error) {
	parts := []pdf.Value{v}
	if v.Kind() == pdf.Array {
		parts = parts[:0]
		for i := range v.Len() {
			parts = append(parts, v.Index(i))
		}
	}
	var sum int64
	for _, part := range parts {
		if part.Kind() != pdf.Stream {
			continue
		}
		if part.Key("DecodeParms").Key("Columns").Int64() > maxPDFNumber {
			return sum, errPDF("A page claims an impossible size.")
		}
		n, err := io.Copy(io.Discard, io.LimitReader(part.Reader(), maxPDFStream-sum+1))
		sum += n
		if sum > maxPDFStream {
			return sum, errPDF("A page unfolds to more than can be read.")
		}
		if err != nil {
			return sum, errPDF("A page is damaged.")
		}
	}
	return sum, nil
}

// lay makes lines and words of glyphs with positions. Gaps are told by the pen:
// a fifth of the font size is a space (word spaces are about a quarter), half of
// it up or down a new line, nearly two a new paragraph. Glyphs of width 0 are
// those of composite fonts, whose widths the reader does not know; there the pen
// only moves for kerning and jumps.
func lay(glyphs []pdf.Text) string {
	var b strings.Builder
	var last pdf.Text
	for _, g := range glyphs {
		if g.S == "" || g.S == "\n" || g.S == "\r" || math.IsNaN(g.X) || math.IsNaN(g.Y) {
			continue
		}
		size := math.Max(math.Abs(g.FontSize), 1)
		if b.Len() > 0 {
			dy, gap := math.Abs(g.Y-last.Y), g.X-(last.X+last.W)
			switch {
			case dy > 1.9*size:
				b.WriteString("\n\n")
			case dy > 0.5*size:
				b.WriteString("\n")
			case gap > 0.2*size || gap < -2*size:
				b.WriteByte(' ')
			}
		}
		b.WriteString(g.S)
		last = g
	}
	return b.String()
}

// reflow joins the lines of a paragraph and heals words that were cut by a
// hyphen at the end of a line.
func reflow(s string) string {
	var out []string
	for para := range strings.SplitSeq(squeeze(s), "\n\n") {
		var b []byte
		for line := range strings.SplitSeq(para, "\n") {
			if n := len(b); n > 0 {
				if b[n-1] == '-' && line != "" && line[0] >= 'a' && line[0] <= 'z' {
					b = b[:n-1]
				} else {
					b = append(b, ' ')
				}
			}
			b = append(b, line...)
		}
		out = append(out, string(b))
	}
	return strings.Join(out, "\n\n")
}
