package evidence

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"errata/backend"
)

// NewPage makes the provider that reads the addresses a user wrote into the
// question.
func NewPage(g *Guard) Provider {
	return webPage{about{name: "page", title: "Pages named in the question", sends: "The addresses that stand in a question are opened, public ones only."}, g}
}

type webPage struct {
	about
	guard *Guard
}

func (webPage) Health(context.Context) (bool, string) { return true, "Needs no key." }

var inText = regexp.MustCompile(`https?://[^\s<>"'“”]+`)

// maxPages is how many addresses of one question are opened.
const maxPages = 3

func (w webPage) Search(ctx context.Context, s backend.Search) ([]backend.Passage, error) {
	out := []backend.Passage{}
	if err := ctx.Err(); err != nil {
		return out, wireError(ctx, "evidence.page", "The page", err, true)
	}
	var addresses []string
	for _, a := range inText.FindAllString(s.Question, -1) {
		if a = strings.TrimRight(a, ".,;:!?)]}"); !slices.Contains(addresses, a) && len(addresses) < maxPages {
			addresses = append(addresses, a)
		}
	}
	bare := s
	bare.Question = inText.ReplaceAllString(s.Question, " ")
	read := make([][]backend.Passage, len(addresses))
	failed := make([]error, len(addresses))
	var wg sync.WaitGroup
	for i, a := range addresses {
		u, err := CheckAddress(a)
		if err != nil {
			failed[i] = err
			continue
		}
		say(ctx, u.String())
		wg.Go(func() { read[i], failed[i] = w.guard.Passages(ctx, a, bare) })
	}
	wg.Wait()
	for _, found := range read {
		for _, p := range found {
			if f, ok := finish(p, w.Name(), s.Now); ok && len(out) < limitOf(s) {
				out = append(out, f)
			}
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	for _, err := range failed {
		if err != nil {
			return out, err
		}
	}
	return out, nil
}
