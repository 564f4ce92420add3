package page_test

import (
	"fmt"
	"strings"
	"testing"

	"errata/backend/page"
)

func BenchmarkHTML(b *testing.B) {
	var body strings.Builder
	for i := range 400 {
		fmt.Fprintf(&body, "<p class=\"c%d\">Paragraph %d says that the harbour of Porto Alto has <b>%d</b> berths and that its mayor is <a href=\"/x\">Ana Reis</a>, who was elected in 2025. It is a long paragraph with many ordinary words in it.</p><!-- x -->\n", i%7, i, i)
	}
	doc := []byte(strings.Replace(articleHTML, "%s", body.String(), 1))
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := page.HTML(doc, page.Options{Now: now, URL: "https://gazette.example/x"}); err != nil {
			b.Fatal(err)
		}
	}
}
