package judge

import (
	"regexp"
	"sort"
	"strings"
)

func pickAnew(f form, s string) (span, bool) {
	var starts []int
	for i := 0; i < len(s); i++ {
		if i == 0 || s[i-1] == ';' {
			starts = append(starts, i)
		}
	}
	if len(starts) < 2 || len(starts) > 6 {
		return pickClause(f, s)
	}
	clause := func(i int) string {
		if i+1 < len(starts) {
			return s[starts[i] : starts[i+1]-1]
		}
		return s[starts[i]:]
	}
	order := make([]int, len(starts))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool {
		return f.cover(termSet(clause(order[a])), nil) > f.cover(termSet(clause(order[b])), nil)
	})
	for _, i := range order {
		if v, ok := pickClause(f, clause(i)); ok {
			v.start += starts[i]
			v.end += starts[i]
			return v, true
		}
	}
	return span{}, false
}

func pickClause(f form, s string) (span, bool) {
	all := candidates(f, s)
	var plain []span
	for _, c := range all {
		if c.role == rolePlain {
			plain = append(plain, c)
		}
	}
	if len(plain) > 0 && len(f.Entities) > 0 && !f.Person {
		if c, ok := numberedCandidate(f, plain); ok {
			return c, true
		}
	}
	plain = outside(s, plain)
	if c, ok := f.ofTheKind(s, plain); ok {
		return c, true
	}
	if c, ok := f.doneBy(s, plain); ok {
		return c, true
	}
	for _, c := range plain {
		if f.loser && reOpponent.MatchString(s[max(0, c.start-90):c.start]) {
			return c, true
		}
	}
	if m := reHeading.FindStringSubmatchIndex(s); m != nil && f.overlap(s[m[2]:m[3]]) > 0 && len(tokens(s[m[2]:m[3]])) <= 5 && !reCopula.MatchString(s[m[2]:m[3]]) {
		for _, c := range plain {
			if c.start >= m[4] {
				return c, true
			}
		}
	}
	for _, c := range plain {
		before := s[:c.start]
		switch {
		case f.Kind == KindName && (reGivenTo.MatchString(before) || reChose.MatchString(before) && !rePassive.MatchString(before) && f.overlap(clip(s[c.end:], 60)) > 0),
			f.Kind == KindNumber && reTotal.MatchString(before):
			return c, true
		}
	}
	cut, after := copula(f, s)
	switch {
	case cut < 0:
		if len(plain) > 0 {
			return plain[0], true
		}
		return span{}, false
	case f.overlap(s[:cut]) >= 0.5:
		if v, ok, done := said(f, s, after, plain); ok || done {
			return v, ok
		}
	case len(plain) == 0 && (f.Kind == KindOpen || f.Kind == KindName && !f.Person) && f.overlap(s[after:]) >= 0.4:
		return subject(f, s, cut)
	}
	if len(plain) > 0 {
		return plain[0], true
	}
	return span{}, false
}

// ofTheKind is a name beside the noun that is asked for: "the Elm River" and
// "Norbury racecourse" to "Which river?" and "Which racecourse?".
func (f form) ofTheKind(s string, plain []span) (span, bool) {
	if f.head == "" || f.Person {
		return span{}, false
	}
	for _, c := range plain {
		words := normalWords(c.text)
		if len(words) > 1 && term(words[len(words)-1]) == f.head {
			return c, true
		}
		if after := tokens(clip(s[c.end:], 30)); len(after) > 0 && after[0].start == 1 && term(strings.ToLower(after[0].text)) == f.head {
			return c, true
		}
	}
	return span{}, false
}

// outside leaves out what stands in brackets when something else does not:
// "The Long Steps (Scalinata Lunga) are in Larkstead".
func outside(s string, plain []span) []span {
	var out []span
	for _, c := range plain {
		before := s[:c.start]
		if strings.Count(before, "(") <= strings.Count(before, ")") {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return plain
	}
	return out
}

var reDoer = regexp.MustCompile(`(?i)\b(\pL+)\s+by\s+(?:the\s+|an?\s+)?(?:[\pL&-]+\s+){0,4}$`)

// doneBy is who did what the question asks for, where several did something:
// "written by Ann Lee and sung by Bob Ray" to "Who sings it?".
func (f form) doneBy(s string, plain []span) (span, bool) {
	if !f.Person {
		return span{}, false
	}
	for _, c := range plain {
		if m := reDoer.FindStringSubmatch(s[max(0, c.start-80):c.start]); m != nil && f.Terms[term(strings.ToLower(m[1]))] {
			return c, true
		}
	}
	return span{}, false
}

// said is what the sentence says of the question's words that stand before its
// verb; done is true when nothing else of the sentence can be the value. A name
// before the verb is then only a place or the like, unless it stands beside what
// is asked for ("The French capital Paris is …") or the question follows too.
func said(f form, s string, after int, plain []span) (v span, ok, done bool) {
	thing := f.Kind == KindOpen || f.Kind == KindList || f.Kind == KindName && !f.Person
	var later []span
	for _, c := range plain {
		switch {
		case c.start >= after:
			later = append(later, c)
		case !rePreposition.MatchString(s[:c.start]), f.overlap(s[after:]) >= 0.5:
			thing = false
		}
	}
	if len(later) > 0 && !reDirect.MatchString(s[after:later[0].start]) {
		for _, c := range later {
			if between := s[after:c.start]; reBy.MatchString(between) && (f.Person || reVerbBy.MatchString(between)) {
				return c, true, true
			}
		}
	}
	for _, c := range later {
		between := s[after:c.start]
		if !strings.Contains(between, "(") && !(thing && leavesClause(between)) {
			return c, true, true
		}
	}
	if thing {
		v, ok = predicate(f, s, after)
	}
	return v, ok, thing
}

// leavesClause: the predicate ends before the next name: "6.23 metres, set by …".
func leavesClause(between string) bool {
	head, _, found := strings.Cut(between, ", ")
	words := tokens(head)
	if !found || len(words) == 0 {
		return false
	}
	for _, w := range words {
		if low := strings.ToLower(w.text); !stopWords[low] && !timeWords[low] && low != "according" && low != "fact" {
			return true
		}
	}
	return false
}

// numberedCandidate prefers "iPhone 17 Pro" where the question asks for an iPhone.
func numberedCandidate(f form, plain []span) (span, bool) {
	for _, c := range plain {
		number := false
		for _, n := range numerals(nameWords(c.text)) {
			number = number || !f.Terms[n]
		}
		if !number {
			continue
		}
		for _, t := range terms(c.text) {
			if f.Entities[t] && !hasDigit(t) {
				return c, true
			}
		}
	}
	return span{}, false
}

// copula finds the verb that divides the sentence, -1 if there is none.
func copula(f form, s string) (cut, after int) {
	for _, m := range reCopula.FindAllStringSubmatchIndex(s, 4) {
		if f.overlap(s[:m[2]]) > 0 || len(candidates(f, s[:m[2]])) > 0 || f.overlap(s[m[3]:]) >= 0.4 {
			return m[2], m[3]
		}
	}
	return -1, -1
}

func (f form) measureOverlap(s string) float64 {
	text := []byte(s)
	for _, d := range findDates(s) {
		for _, t := range tokens(s[d.start:d.end]) {
			if !f.Terms[term(strings.ToLower(t.text))] {
				for i := t.start; i < t.end; i++ {
					text[d.start+i] = ' '
				}
			}
		}
	}
	n, hit := 0.0, 0.0
	for _, x := range terms(string(text)) {
		if timeWords[x] || genericWords[x] {
			continue
		}
		n++
		if f.Terms[x] {
			hit++
		}
	}
	if n == 0 {
		return 0
	}
	return hit / n
}

// predicate is what follows the verb up to the end of its clause.
func predicate(f form, s string, after int) (span, bool) {
	text := s[after:]
	end := len(text)
	if m := reEndOf.FindStringIndex(text); m != nil {
		end = m[0]
	}
	start := 0
	for _, lead := range []string{" ", ":", "the ", "The ", "a ", "an ", "called ", "named ", "known as "} {
		for strings.HasPrefix(text[start:end], lead) {
			start += len(lead)
		}
	}
	value := trimValue(text[start:end])
	if value == "" || len(tokens(value)) > 12 || f.asks(value) {
		return span{}, false
	}
	at := strings.Index(text, value)
	if at < 0 {
		return span{}, false
	}
	at += after
	return span{value, at, at + len(value), f.roleOf(s, at, at+len(value))}, true
}

// subject is what stands before the verb: "The skin is the largest organ".
func subject(f form, s string, cut int) (span, bool) {
	text := s[:cut]
	if i := strings.LastIndexByte(text, ','); i >= 0 && len(tokens(text[i:])) > 0 {
		text = text[i+1:]
	}
	value := trimValue(text)
	for _, lead := range []string{"the ", "The ", "a ", "A ", "an ", "An "} {
		value = strings.TrimPrefix(value, lead)
	}
	at := strings.Index(s, value)
	if value == "" || at < 0 || len(tokens(value)) > 6 || f.asks(value) || stopWords[strings.ToLower(value)] {
		return span{}, false
	}
	return span{value, at, at + len(value), rolePlain}, true
}
