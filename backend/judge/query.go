package judge

import (
	"strconv"
	"strings"
	"time"

	"errata/backend"
)

// queries gives the words that may be sent: the question itself and, in few
// words, entity + relation (+ the year where the answer changes). The answer's
// words never enter: they would find pages that agree with it.
func queries(f form, class backend.Class, now time.Time) []string {
	q1 := clip(f.Text, 400)
	out := []string{q1}
	var words []string
	seen := map[string]bool{}
	add := func(proper bool) {
		for _, t := range tokens(q1) {
			low := strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(t.text, "'s"), "’s"))
			ts := terms(low)
			if stopWords[low] || seen[low] || len(ts) == 0 {
				continue
			}
			isProper := f.Entities[ts[0]] || f.Entities[low]
			if isProper != proper || (!proper && timeWords[low]) {
				continue
			}
			seen[low] = true
			words = append(words, strings.TrimSuffix(strings.TrimSuffix(t.text, "'s"), "’s"))
		}
	}
	add(true)
	add(false)
	if class != backend.ClassEvergreen && len(f.Years) == 0 {
		words = append(words, strconv.Itoa(now.Year()))
	}
	q2 := strings.Join(words, " ")
	if len(words) >= 2 && !strings.EqualFold(q2, q1) {
		out = append(out, q2)
	}
	return out
}
