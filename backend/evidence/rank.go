package evidence

import (
	"slices"
	"strings"

	"errata/backend"
)

// dull are words that say nothing about what is asked for.
var dull = map[string]bool{
	"who": true, "what": true, "when": true, "where": true, "which": true, "how": true, "is": true, "are": true, "was": true, "were": true, "of": true, "in": true,
	"on": true, "at": true, "to": true, "for": true, "by": true, "and": true, "or": true, "do": true, "does": true, "did": true, "it": true, "its": true, "has": true,
	"have": true, "had": true, "be": true, "been": true, "current": true, "currently": true, "now": true, "today": true, "latest": true, "with": true, "from": true, "as": true, "that": true, "this": true,
}

func keyWords(s string) []string {
	var out []string
	for w := range strings.FieldsSeq(backend.Normal(s)) {
		if w = stem(w); !dull[w] && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// stem folds the plainest English endings, enough to count common words.
func stem(w string) string {
	for _, end := range []string{"ies", "es", "s"} {
		if len(w) > len(end)+2 && strings.HasSuffix(w, end) && !strings.HasSuffix(w, "ss") {
			return strings.TrimSuffix(w, end)
		}
	}
	return w
}

// rank keeps the most texts that share words with the question, most shared
// words first; texts that share none come only if nothing else is there.
func rank(texts []string, s backend.Search, most int) []string {
	asked := keyWords(s.Question + " " + strings.Join(s.Queries, " "))
	type scored struct {
		text  string
		score float64
	}
	all := make([]scored, 0, len(texts))
	for i, t := range texts {
		words := map[string]bool{}
		for w := range strings.FieldsSeq(backend.Normal(t)) {
			words[stem(w)] = true
		}
		n := 0.0
		for _, w := range asked {
			if words[w] {
				n++
			}
		}
		n += 0.5 / float64(1+i) // the beginning of a text names its subject
		all = append(all, scored{t, n})
	}
	slices.SortStableFunc(all, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	var out []string
	for _, t := range all[:min(len(all), most)] {
		if t.score < 1 && len(out) > 0 {
			break
		}
		out = append(out, t.text)
	}
	return out
}
