// Package pagetest makes documents for tests. It is never part of the program.
//
//	lines of text ──> PDF ──> PDF bytes
package pagetest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
)

// PDF writes a PDF of one page a slice of lines, with the Helvetica every reader
// knows. date is like "20260705"; empty leaves it out.
func PDF(title, date string, pages ...[]string) []byte {
	var contents []string
	for _, lines := range pages {
		var c strings.Builder
		c.WriteString("BT /F1 12 Tf 14 TL 72 720 Td\n")
		for _, l := range lines {
			l = strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(l)
			fmt.Fprintf(&c, "(%s) Tj T*\n", l)
		}
		c.WriteString("ET")
		contents = append(contents, c.String())
	}
	return RawPDF(title, date, contents...)
}

// RawPDF writes a PDF of one page a string of drawing orders.
func RawPDF(title, date string, contents ...string) []byte {
	var objects []string
	widths := strings.TrimSpace(strings.Repeat("500 ", 95))
	kids := make([]string, len(contents))
	for i := range contents {
		kids[i] = fmt.Sprintf("%d 0 R", 5+2*i)
	}
	info := fmt.Sprintf("<< /Title (%s)", title)
	if date != "" {
		info += fmt.Sprintf(" /CreationDate (D:%s120000Z)", date)
	}
	objects = append(objects,
		"<< /Type /Catalog /Pages 2 0 R >>",
		fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(contents)),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 126 /Widths ["+widths+"] >>",
		info+" >>",
	)
	for i, c := range contents {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, _ = w.Write([]byte(c))
		_ = w.Close()
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>", 6+2*i),
			fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", z.Len(), z.String()),
		)
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}
