package evidence

import (
	"context"
	"regexp"
	"strings"

	"errata/backend"
)

// NewPage makes the provider that reads the addresses a user wrote into the
// question.
func NewPage(g *Guard) Provider { return webPage{g} }

type webPage struct{ guard *Guard }

func (webPage) Name() string  { return "page" }
func (webPage) Title() string { return "Pages named in the question" }
func (webPage) Local() bool   { return false }

func (webPage) Health(context.Context) (bool, string) {
	return true, "Opens the addresses that stand in a question, public ones only."
}

var inText = regexp.MustCompile(`https?://[^\s<>"'“”]+`)

// maxPages is how many addresses of one question are opened.
const maxPages = 3

func (w webPage) Search(ctx context.Context, s backend.Search) ([]backend.Passage, error) {
	out := []backend.Passage{}
	if err := ctx.Err(); err != nil {
		return out, wireError(ctx, "evidence.page", "The page", err, true)
	}
	var failed error
	addresses := inText.FindAllString(s.Question, maxPages)
	for _, a := range addresses {
		a = strings.TrimRight(a, ".,;:!?)]}")
		u, err := CheckAddress(a)
		if err != nil {
			failed = err
			continue
		}
		say(ctx, u.String())
		bare := s
		bare.Question = inText.ReplaceAllString(s.Question, " ")
		found, err := w.guard.Passages(ctx, a, bare)
		if err != nil {
			failed = err
			continue
		}
		for _, p := range found {
			if f, ok := finish(p, w.Name(), s.Now); ok && len(out) < limitOf(s) {
				out = append(out, f)
			}
		}
	}
	if len(out) > 0 {
		failed = nil
	}
	return out, failed
}
