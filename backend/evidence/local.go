package evidence

import (
	"context"
	"fmt"

	"errata/backend"
)

// Searcher finds passages in the user's own documents; *library.Library is one.
type Searcher interface {
	Search(ctx context.Context, question string, limit int) ([]backend.Passage, error)
	Documents() []backend.Document
}

// NewLibrary makes a provider of the user's own documents.
func NewLibrary(s Searcher) Provider {
	return libraryProvider{about{name: "library", title: "Your documents"}, s}
}

type libraryProvider struct {
	about
	s Searcher
}

func (p libraryProvider) Health(context.Context) (bool, string) {
	readable := 0
	for _, d := range p.s.Documents() {
		if d.Status == "indexed" {
			readable++
		}
	}
	if readable == 0 {
		return false, "No documents yet. Add a folder in the library."
	}
	return true, backend.Count(readable, "document") + " on this machine."
}

func (p libraryProvider) Search(ctx context.Context, s backend.Search) ([]backend.Passage, error) {
	limit := limitOf(s)
	out := []backend.Passage{}
	seen := map[string]bool{}
	for _, q := range queriesOf(backend.Search{Question: s.Question, Queries: append([]string{s.Question}, s.Queries...)}, 3) {
		found, err := p.s.Search(ctx, q, limit)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			f, ok := finish(f, p.Name(), s.Now)
			if ok && !seen[f.TextSHA256+f.URL] && len(out) < limit {
				seen[f.TextSHA256+f.URL] = true
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// NewClock makes the provider that knows the date: the machine itself. It
// answers questions of the class clock only.
func NewClock() Provider {
	return clockProvider{about{name: "clock", title: "This machine's clock"}}
}

type clockProvider struct{ about }

func (clockProvider) Health(context.Context) (bool, string) {
	return true, "Knows today's date."
}

func (p clockProvider) Search(ctx context.Context, s backend.Search) ([]backend.Passage, error) {
	if err := ctx.Err(); err != nil {
		return nil, backend.Wrap(err, backend.CodeCancelled, "evidence.clock", "Asking the clock was stopped.")
	}
	if s.Class != backend.ClassClock || s.Now.IsZero() {
		return []backend.Passage{}, nil
	}
	now := s.Now
	f, _ := finish(backend.Passage{
		URL: "clock:", Domain: "clock", Title: "Today's date", PublishedAt: &now, DateSource: "clock",
		Text: fmt.Sprintf("Today is %s. The current year is %d.", now.Format("Monday, January 2, 2006"), now.Year()),
	}, p.Name(), now)
	return []backend.Passage{f}, nil
}
