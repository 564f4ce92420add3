package judge

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"errata/backend"
)

// Relation is what a comparison of two values found.
type Relation int

// Unknown is the zero value: a comparator that cannot tell says so.
const (
	Unknown Relation = iota
	Same
	Different
)

// String names the relation.
func (r Relation) String() string { return [...]string{"unknown", "same", "different"}[r] }

// Compare says whether two short answers to question are the same value, and by
// which tier: T1 compares strings and never says Different; T2 compares by type.
func Compare(question, a, b string) (Relation, string) {
	return compare(parseQuestion(question), a, b)
}

func compare(f form, a, b string) (Relation, string) {
	a, b = trimValue(unmangled(a)), trimValue(unmangled(b))
	if a == "" || b == "" {
		return Unknown, ""
	}
	if f.Kind == KindYesNo {
		pa, pb := polarity(a), polarity(b)
		if pa == 0 || pb == 0 {
			return Unknown, ""
		}
		if pa == pb {
			return Same, backend.TierString
		}
		return Different, backend.TierTyped
	}
	if negated(a) != negated(b) || unlike(a, b) {
		return Unknown, ""
	}
	if na, nb := fold(a), fold(b); na != "" && na == nb {
		return Same, backend.TierString
	}
	if f.Person && otherPerson(a, b) {
		return Unknown, ""
	}
	if r, ok := compareVersions(f, a, b); ok {
		return r, backend.TierTyped
	}
	if r, ok := compareParts(f, a, b); ok {
		return r, backend.TierTyped
	}
	for _, typed := range comparators(f, a, b) {
		r := typed(a, b)
		if r == Different && f.alikeBesideTheQuestion(a, b) {
			r = Same
		}
		if r == Same && f.otherVariant(a, b) {
			return Unknown, ""
		}
		if r != Unknown {
			return r, backend.TierTyped
		}
	}
	if f.earlierModel(a, b) {
		return Different, backend.TierTyped
	}
	if f.otherVariant(a, b) {
		return Unknown, ""
	}
	if contained(f, a, b) {
		return Same, backend.TierString
	}
	return Unknown, ""
}

// alikeBesideTheQuestion: "Antarctic Desert" and "Antarctica", when a desert is
// asked for.
func (f form) alikeBesideTheQuestion(a, b string) bool {
	if len(numerals(nameWords(a)))+len(numerals(nameWords(b))) > 0 {
		return false
	}
	strip := func(s string) []string {
		return slices.DeleteFunc(nameWords(s), func(w string) bool { return f.Terms[term(w)] })
	}
	x, y := strip(a), strip(b)
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	r, alike := misspelt(x, y)
	return strings.Join(x, "") == strings.Join(y, "") || alike && r == Same
}

var reLatest = regexp.MustCompile(`(?i)\b(?:latest|newest|most recent|current|currently|now)\b`)

// earlierModel: to a question for the latest one, a product without a number is
// not the one with it ("Nintendo Switch" and "Nintendo Switch 2").
func (f form) earlierModel(a, b string) bool {
	if !reLatest.MatchString(f.Text) || hasDigit(a) == hasDigit(b) || !nameLike(a) || !nameLike(b) {
		return false
	}
	x, y := nameWords(a), nameWords(b)
	return (within(x, y) || within(y, x)) && !f.asks(a) && !f.asks(b)
}

// variants are words by which makers tell the models of one number apart.
var variants = wordSet("pro ultra max plus mini lite slim air oled se fe xl fold flip edge")

// otherVariant: to a question for the latest one, "PlayStation 5" may or may not
// be the "PlayStation 5 Pro".
func (f form) otherVariant(a, b string) bool {
	if f.Person || !reLatest.MatchString(f.Text) || len(listItems(a)) != 1 || len(listItems(b)) != 1 {
		return false
	}
	x, y := nameWords(a), nameWords(b)
	for _, w := range append(slices.Clone(x), y...) {
		if variants[w] && contains(x, w) != contains(y, w) {
			return true
		}
	}
	return false
}

// comparators gives those that fit, in order; the first that commits decides.
func comparators(f form, a, b string) []func(a, b string) Relation {
	kind := f.Kind
	if kind == KindOpen || kind == KindSymbol && len(a)+len(b) > 24 {
		kind = guessKind(a, b)
	}
	switch kind {
	case KindDate:
		if noDates(a, b) {
			return []func(a, b string) Relation{f.compareListedNames}
		}
		return []func(a, b string) Relation{compareDates}
	case KindNumber:
		if noNumbers(a, b) {
			return []func(a, b string) Relation{f.compareListedNames}
		}
		if len(findDates(a)) > 0 && len(findDates(b)) > 0 && len(findQuantities(a)) == 0 {
			return []func(a, b string) Relation{compareDates}
		}
		return []func(a, b string) Relation{compareNumbers}
	case KindSymbol:
		return []func(a, b string) Relation{compareSymbols}
	case KindList:
		return []func(a, b string) Relation{compareLists}
	case KindName:
		if !f.Person && (!hasUpper(a) || !hasUpper(b)) { // "euro", "the skin"
			return []func(a, b string) Relation{f.compareListedNames, compareText}
		}
		return []func(a, b string) Relation{f.compareListedNames}
	case "":
		return nil
	}
	return []func(a, b string) Relation{compareText}
}

// valueKind types one value, "" when it tells nothing.
func valueKind(s string) Kind {
	switch {
	case namesSomething(s) && nameLike(s):
		return KindName
	case len(findDates(s)) > 0 && len(tokens(s)) <= 6:
		return KindDate
	case len(findQuantities(s)) > 0:
		return KindNumber
	}
	return ""
}

// noDates: two names where a time is asked for ("Storm Lena" for the last time
// of a storm), which are compared as names.
func noDates(a, b string) bool {
	named := func(s string) bool { return namesSomething(s) && nameLike(s) }
	return named(a) && named(b) && (len(findDates(a)) == 0 || len(findDates(b)) == 0)
}

// noNumbers: the same where a number is asked for.
func noNumbers(a, b string) bool {
	return nameLike(a) && nameLike(b) && len(findQuantities(a)) == 0 && len(findQuantities(b)) == 0
}

// guessKind types two values when the question does not: both must be of a kind.
func guessKind(a, b string) Kind {
	number := func(s string) bool { return len(findQuantities(s)) > 0 && !namesSomething(s) }
	if number(a) != number(b) && (nameLike(a) || nameLike(b)) {
		return "" // of different types: nothing can be said
	}
	both := func(is func(string) bool) bool { return is(a) && is(b) }
	switch {
	case both(func(s string) bool { return len(findDates(s)) > 0 && len(tokens(s)) <= 6 && !namesSomething(s) }):
		return KindDate
	case both(number):
		return KindNumber
	case both(nameLike):
		return KindName
	}
	return KindOpen
}

// namesSomething: a capitalised word that is no month keeps "iPhone 17" and
// "Windows 11" from being numbers.
func namesSomething(s string) bool {
	for _, t := range tokens(s) {
		low := strings.ToLower(t.text)
		_, isUnit := units[low]
		_, isNumber := numberWords[low]
		_, isMultiplier := multipliers[low]
		if hasUpper(t.text) && monthNumber[clip(low, 3)] == 0 && !isUnit && !isNumber && !isMultiplier {
			return true
		}
	}
	return false
}

// trimValue takes off quotation marks, markup and the sentence's end.
func trimValue(s string) string {
	s = strings.Trim(squeeze(s), "\"'“”‘’`*_.,;:!?()[] ")
	return strings.TrimSpace(clip(s, 400))
}

// fold gives the words of a value in normal form.
func fold(s string) string { return strings.Join(normalWords(s), " ") }

// contained is T1: one value stands in the other as whole words and the rest
// adds no number and no direction.
func contained(f form, a, b string) bool {
	na, nb := fold(a), fold(b)
	if len(na) > len(nb) {
		na, nb = nb, na
	}
	if len(na) < 2 && !hasDigit(na) || !strings.Contains(" "+nb+" ", " "+na+" ") {
		return false
	}
	content := false
	for _, w := range strings.Fields(na) {
		if !stopWords[w] && !f.Terms[term(w)] {
			content = true
		}
	}
	rest := strings.Replace(" "+nb+" ", " "+na+" ", " ", 1)
	if !content || hasDigit(rest) {
		return false
	}
	for _, w := range strings.Fields(rest) {
		if directions[w] {
			return false
		}
	}
	return true
}

var (
	// "No pass is required" and "True love" say neither: behind these words the
	// sentence ends, stops for a moment or begins anew.
	reYes      = regexp.MustCompile(`(?i)^\W*(?:(?:yes|yeah|yep)\b|(?:true|correct|indeed)` + anew + `)`)
	reNo       = regexp.MustCompile(`(?i)^\W*(?:nope\b|(?:no longer|not (?:any ?more|yet|now|currently|really|quite|exactly|at all|since))\b|(?:no|false|incorrect|not)` + anew + `)`)
	reAside    = regexp.MustCompile(`(?i)^\W*(?:true|correct|indeed|false|incorrect|not)\b`)
	reNegation = regexp.MustCompile(`(?i)\b(?:no|not|never|none|neither|nor|nobody|nothing|without|cannot)\b|n['’]t\b`)
)

const anew = `(?:\W*$|\s*[,.;:!–—-]|\s+(?:it|he|she|they|there|this|that|these|those|you|we|i)\b)`

// polarity of a yes/no value: 1 yes, -1 no, 0 neither.
func polarity(s string) int {
	switch {
	case reYes.MatchString(s):
		return 1
	case reNo.MatchString(s):
		return -1
	}
	return 0
}

func negated(s string) bool {
	return reNegation.MatchString(s) && !strings.HasPrefix(strings.ToLower(s), "no.")
}

// compareSymbols: symbols and formulas are equal or not; letter case is ignored.
func compareSymbols(a, b string) Relation {
	a, b = norm.NFKC.String(a), norm.NFKC.String(b)
	if strings.EqualFold(a, b) {
		return Same
	}
	if len(tokens(a)) == 1 && len(tokens(b)) == 1 && len(a) <= 8 && len(b) <= 8 {
		return Different
	}
	return Unknown
}

// compareText serves lower-case things ("skin", "the liver"). It calls two
// values different only when both are short and share no stem.
func compareText(a, b string) Relation {
	x, y := terms(a), terms(b)
	if len(x) == 0 || len(y) == 0 {
		return Unknown
	}
	if within(x, y) || within(y, x) {
		for _, w := range append(append([]string{}, x...), y...) {
			if hasDigit(w) && !(contains(x, w) && contains(y, w)) {
				return Unknown
			}
		}
		return Same
	}
	if r, ok := misspelt(x, y); ok {
		return r
	}
	for _, w := range x {
		if contains(y, w) {
			return Unknown
		}
		for _, v := range y {
			if len(w) > 4 && len(v) > 4 && w[:5] == v[:5] {
				return Unknown
			}
		}
	}
	if len(x) <= 3 && len(y) <= 3 {
		return Different
	}
	return Unknown
}
