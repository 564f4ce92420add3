package evidence

import (
	"context"
	"time"

	"errata/backend"
)

// Recorded gives what a web search that found exactly these pages would give:
// each address is checked, each page read, cleaned, cut, dated and flagged, and
// copies are collapsed, but nothing goes out. For benchmarks and tests.
func Recorded(ctx context.Context, pages []backend.RecordedPage, s backend.Search) (backend.Found, error) {
	p := recorded{about{name: "recorded", title: "Recorded pages"}, pages}
	return New([]Provider{p}, Options{Now: func() time.Time { return s.Now }}).Gather(ctx, s, map[string]bool{"recorded": true})
}

type recorded struct {
	about
	pages []backend.RecordedPage
}

func (recorded) Health(context.Context) (bool, string) { return true, "Sends nothing." }

func (r recorded) Search(_ context.Context, s backend.Search) ([]backend.Passage, error) {
	out := []backend.Passage{}
	each := s
	each.Limit = perPage
	for _, p := range r.pages {
		if _, err := CheckAddress(p.URL); err != nil {
			continue
		}
		h := hit{url: p.URL, title: plain(p.Title), text: plain(p.Snippet)}
		h.dated(p.Date, "api")
		var read []backend.Passage
		if p.HTML != "" {
			// As in a search: of a page that cannot be read, what the service says stands in.
			read, _ = passagesOf(Fetched{URL: p.URL, ContentType: "text/html; charset=utf-8", Body: []byte(p.HTML)}, each)
		}
		for _, found := range h.passages(read, each) {
			if f, ok := finish(found, r.name, s.Now); ok && len(out) < limitOf(s) {
				out = append(out, f)
			}
		}
	}
	return out, nil
}
