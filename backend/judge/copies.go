package judge

import (
	"strings"
	"time"

	"errata/backend"
)

const (
	duplicateShare = 0.85 // Jaccard of word triples
	copiedTriples  = 10   // or so many in common,
	copiedShare    = 0.4  // this much of the shorter text
)

// collapse gives near-duplicates one group and keeps the best that gives each value:
// a copy into which somebody put another value is no witness of its own, but it must
// not silence the text that it was made from either.
func collapse(f form, list []chosen) []chosen {
	var out []chosen
	var prints []map[string]bool
	for _, c := range list {
		print := triples(c.window)
		c.group = len(out)
		into := -1
		for i, other := range prints {
			if !copied(print, other) {
				continue
			}
			c.group = out[i].group
			if !saysOther(f, c, out[i]) {
				into = i
				break
			}
		}
		if into < 0 {
			out = append(out, c)
			prints = append(prints, print)
			continue
		}
		kept := &out[into]
		kept.carriers = append(kept.carriers, source(c.Passage))
		if older(c, *kept) {
			kept.at = laterOf(kept.at, c.at)
		}
	}
	return out
}

// saysOther: the sentence of one that answers best gives a value that the other does
// not speak of.
func saysOther(f form, one, other chosen) bool {
	if v, ok := pick(f, squeeze(one.first)); ok {
		return !backend.Mentions(other.window, trimValue(v.text))
	}
	return false
}

func older(a, b chosen) bool { return a.at != nil && (b.at == nil || a.at.Before(*b.at)) }

func laterOf(a, b *time.Time) *time.Time {
	if a == nil {
		return b
	}
	return a
}

func triples(s string) map[string]bool {
	words := strings.Fields(backend.Normal(s))
	out := map[string]bool{}
	for i := 0; i+2 < len(words); i++ {
		out[words[i]+" "+words[i+1]+" "+words[i+2]] = true
	}
	if len(words) > 0 && len(words) < 3 {
		out[strings.Join(words, " ")] = true
	}
	return out
}

// copied: nearly the same words, or a longer stretch of them with something added
// or left out. Short sentences on one fact are alike without being copies.
func copied(a, b map[string]bool) bool {
	both := 0
	for t := range a {
		if b[t] {
			both++
		}
	}
	shorter := min(len(a), len(b))
	if shorter == 0 {
		return false
	}
	return float64(both)/float64(len(a)+len(b)-both) >= duplicateShare || both >= copiedTriples && float64(both)/float64(shorter) >= copiedShare
}
