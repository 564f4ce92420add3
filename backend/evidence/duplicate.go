package evidence

import (
	"hash/fnv"
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"errata/backend"
)

// nearBits is how many of 64 bits may differ between two fingerprints of the
// same text (Manku et al. 2007 use 3 for whole pages; passages are shorter, and
// the words that carry a value must be equal on top).
const nearBits = 10

// collapse keeps one of each group of passages that say the same in nearly the
// same words: copies of one text are one witness, not two. The user's own come
// first, then those with a date, then the order of the list. Passages that
// differ in a name or a number are never the same, and neither is one with a flag or
// marks of a chat: it will be thrown out, and must not take an honest text with it.
func collapse(passages []backend.Passage) []backend.Passage {
	type print struct {
		hash   uint64
		values string
		normal string
		at     int
		marked bool
	}
	order := make([]int, len(passages))
	for i := range order {
		order[i] = i
	}
	grade := func(p backend.Passage) int {
		switch {
		case p.Trusted():
			return 0
		case p.PublishedAt != nil:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(order, func(a, b int) int { return grade(passages[a]) - grade(passages[b]) })
	kept := []print{}
	for _, i := range order {
		p := print{hash: simhash(passages[i].Text), values: valueWords(passages[i].Text), normal: backend.Normal(passages[i].Text), at: i, marked: marked(passages[i])}
		same := slices.ContainsFunc(kept, func(k print) bool {
			return k.marked == p.marked && (k.normal == p.normal || k.values == p.values && bits.OnesCount64(k.hash^p.hash) <= nearBits && apart(k.normal, p.normal) < orderWords)
		})
		if !same {
			kept = append(kept, p)
		}
	}
	slices.SortFunc(kept, func(a, b print) int { return a.at - b.at })
	out := make([]backend.Passage, 0, len(kept))
	for _, k := range kept {
		out = append(out, passages[k.at])
	}
	return out
}

// orderWords is how many words more or less make room for an order to a model.
const orderWords = 3

// apart is by how many words one text is longer than the other.
func apart(a, b string) int {
	n := strings.Count(a, " ") - strings.Count(b, " ")
	return max(n, -n)
}

func marked(p backend.Passage) bool {
	return len(p.Flags) > 0 || strings.ContainsAny(p.Title+p.Text, "<>|[]{}＜＞｜")
}

// simhash is Charikar's fingerprint (2002) over single words and word pairs.
func simhash(text string) uint64 {
	words := strings.Fields(backend.Normal(text))
	var sums [64]int
	add := func(feature string) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(feature))
		// FNV leaves the high bits of short words alike; this is the finaliser of
		// MurmurHash3, which spreads them.
		v := h.Sum64()
		v ^= v >> 33
		v *= 0xff51afd7ed558ccd
		v ^= v >> 33
		for b := range sums {
			if v>>b&1 == 1 {
				sums[b]++
			} else {
				sums[b]--
			}
		}
	}
	for i, w := range words {
		add(w)
		if i > 0 {
			add(words[i-1] + " " + w)
		}
	}
	var out uint64
	for b, n := range sums {
		if n > 0 {
			out |= 1 << b
		}
	}
	return out
}

// negations turn a sentence round without changing its fingerprint much.
var negations = map[string]bool{"not": true, "no": true, "never": true, "none": true, "without": true, "former": true, "isn't": true, "wasn't": true, "denied": true, "false": true}

// valueWords are the different words of a text with a digit or a capital: what
// names, numbers and dates are made of; and its negations.
func valueWords(text string) string {
	var out []string
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return unicode.IsSpace(r) }) {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if !negations[strings.ToLower(w)] && !strings.ContainsFunc(w, func(r rune) bool { return unicode.IsDigit(r) || unicode.IsUpper(r) }) {
			continue
		}
		if w = backend.Normal(w); w != "" {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}
