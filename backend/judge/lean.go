package judge

import (
	"strings"
	"unicode"

	"errata/backend"
)

// standsIn says whether the content words of a value stand close together in a
// text, whatever their endings, hyphens and order, and not as what it denies. It
// proves nothing, so that no tier rests on it; it keeps two values from being
// called different, and says what is likelier where something has to be said.
func (f form) standsIn(text, value string) bool {
	value = withoutBrackets(unglued(unmangled(value)))
	if at := indexFold(text, value); at >= 0 && !denied(text, at) || at < 0 && backend.Mentions(text, value) {
		return true
	}
	want, words := f.telling(value), leanWords(text)
	if len(want) == 0 || negated(value) {
		return false
	}
	if len(want) == 1 && unlikeIn(words, want[0]) {
		return true
	}
	need := len(want)
	if need > 2 {
		need = (2*need + 2) / 3
	}
	reach := 4*len(want) + 4
	for at, w := range words {
		if !matchesAny(w, want) || deniedBefore(words, at) {
			continue
		}
		got, missed := 0, false
		near := words[at:min(len(words), at+reach)]
		for _, t := range want {
			if matchesAny(t, near) {
				got++
			} else {
				missed = missed || hasDigit(t) // another number is another thing
			}
		}
		if got >= need && !missed {
			return true
		}
	}
	return squashed(text, value) || namesPerson(text, value)
}

// holds: every word of a description stands in a short text, close together and in
// whatever form: "a store of dried herrings" holds "herring". Names have one
// form, but for the plural.
func (f form) holds(text, value string) bool {
	value = withoutBrackets(unmangled(value))
	want := f.telling(value)
	if len(want) == 0 || negated(text) || negated(value) {
		return false
	}
	named := map[string]bool{}
	for _, t := range append(tokens(text), tokens(value)...) {
		if hasUpper(t.text) {
			named[backend.Normal(t.text)] = true
		}
	}
	words := leanWords(text)
	first, last := len(words), -1
	for _, t := range want {
		at := -1
		for i, w := range words {
			if w == t || term(w) == term(t) || !named[w] && !named[t] && !hasDigit(w) && !hasDigit(t) && alike(w, t) {
				at = i
				break
			}
		}
		if at < 0 {
			return false
		}
		first, last = min(first, at), max(last, at)
	}
	return last-first < 2*len(want)+4
}

// namesPerson: the text has the same person under another form of the name.
func namesPerson(text, value string) bool {
	who := nameWords(value)
	if len(who) < 2 || !nameLike(value) || hasDigit(value) {
		return false
	}
	for _, c := range names(text) {
		if samePerson(nameWords(c.text), who) {
			return true
		}
	}
	return false
}

// leaning is the likelier relation of an answer to reference values of which one
// at least would have to stand in it.
func (f form) leaning(answer string, references []string) Relation {
	text := unglued(unmangled(clip(answer, maxAnswer)))
	dates := findDates(text)
	for _, ref := range references {
		if f.standsIn(text, ref) {
			return Same
		}
		if len(tokens(ref)) > 6 {
			continue
		}
		for _, x := range findDates(ref) {
			for _, y := range dates {
				if !x.yearless && !y.yearless && y.days() <= decade && y.overlaps(x.interval) {
					return Same
				}
			}
		}
	}
	return Different
}

// decade in days: what overlaps a century says little.
const decade = 3653

// sorts say only what sort of thing a value is.
var sorts = wordSet("form forms type types kind kinds sort reason reasons way ways process project part parts area areas thing things year years month each every usually")

// telling are the words of a value that the question does not have already, without
// those that say only its sort.
func (f form) telling(value string) []string {
	var out, all []string
	for _, w := range leanWords(value) {
		if stopWords[w] || f.Terms[term(w)] || matchesAny(w, all) {
			continue
		}
		all = append(all, w)
		if !sorts[w] {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}

// unlikeIn: "not breakable" for "unbreakable".
func unlikeIn(words []string, w string) bool {
	for _, prefix := range []string{"un", "in", "im", "non"} {
		rest, ok := strings.CutPrefix(w, prefix)
		for at, x := range words {
			if ok && len(rest) >= commonRoot && x == rest && deniedBefore(words, at) {
				return true
			}
		}
	}
	return false
}

// withoutBrackets leaves out "(disambiguation)".
func withoutBrackets(s string) string {
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(strings.TrimSpace(s), ")") {
		return strings.TrimSpace(s[:i])
	}
	return s
}

// leanWords are the words of a text in normal form, without the number of a
// footnote at their end.
func leanWords(s string) []string {
	out := normalWords(s)
	for i, w := range out {
		if n := len(strings.TrimRightFunc(w, unicode.IsDigit)); n >= 4 && n < len(w) && !hasDigit(w[:n]) {
			out[i] = w[:n]
		}
	}
	return out
}

func matchesAny(w string, list []string) bool {
	for _, x := range list {
		if alike(w, x) {
			return true
		}
	}
	return false
}

// commonRoot is how long the common beginning of two words of one root is.
const commonRoot = 5

// alike: one word, or two of one root ("economy", "economic").
func alike(a, b string) bool {
	if a == b || term(a) == term(b) {
		return true
	}
	if hasDigit(a) || hasDigit(b) {
		n, okA := wholeNumber(a)
		m, okB := wholeNumber(b)
		return okA && okB && n == m
	}
	n := commonPrefix(a, b)
	return n >= commonRoot && 3*n >= 2*max(len(a), len(b)) || spelledAlike(a, b)
}

// commonPrefix is how many bytes two words begin with alike.
func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// denials deny what follows, in normal form.
var denials = wordSet("not never no without isnt wasnt arent didnt doesnt")

func deniedBefore(words []string, at int) bool {
	for _, w := range words[max(0, at-3):at] {
		if denials[w] {
			return true
		}
	}
	return false
}

// squashed finds a value whose spaces a page lost or set otherwise.
func squashed(text, value string) bool {
	join := func(s string) string { return strings.ReplaceAll(backend.Normal(s), " ", "") }
	v := join(value)
	return len(v) >= 8 && !hasDigit(v) && strings.Contains(join(text), v)
}
