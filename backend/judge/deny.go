package judge

import (
	"regexp"
	"strings"
)

// deniedSpoken is the share of the statement's other terms that a sentence must have
// to speak of the same matter.
const deniedSpoken = 0.6

// maxSaying is the longest sentence, in bytes, that is taken for one.
const maxSaying = 500

var (
	reAsked     = regexp.MustCompile(`(?i)^(?:is|was) it (?:true|so|right|correct) that `)
	reAuxiliary = regexp.MustCompile(`(?i)^(?:does|do|did|has|have|had|can|could|will|would|should) `)
	reIsMore    = regexp.MustCompile(`(?i)^(is|are|was|were) (.+?) ((?:more|less) \pL+ than |\pL+er than )`)
)

// asserted is what a yes/no question asks the truth of.
func asserted(question string) string {
	s := reAsked.ReplaceAllString(strings.TrimRight(squeeze(question), ".!? "), "")
	return reIsMore.ReplaceAllString(reAuxiliary.ReplaceAllString(s, ""), "$2 $1 $3")
}

// denial finds the sentence of a text that denies what a yes/no question asks: it says
// the same with a "not", compares the same things the other way round, names another
// holder or place, or gives one figure otherwise and has all else. No sentence denies
// where another one gives the figure as the question does.
func (f form) denial(title, text string) (quote string, ok bool) {
	statement := asserted(f.Text)
	all := termSet(title + " " + text)
	named := f.hasEntities(all)
	var list []string
	for _, s := range sentences(text) {
		if s = squeeze(s); len(s) <= maxSaying && !strings.HasSuffix(s, "?") {
			list = append(list, s)
		}
	}
	want, back := terms(statement), turned(statement)
	for _, s := range list {
		if named && (!negated(statement) && deniedIn(want, s) || back != nil && negated(s) == negated(statement) && back.MatchString(s) || f.opposite(statement, s, all) || f.heldByOther(statement, s, all)) || f.placedElsewhere(statement, s, all) {
			return s, true
		}
	}
	if !named {
		return "", false
	}
	said := figures(statement)
	for i, fig := range said {
		others := append(append([]figure{}, said[:i]...), said[i+1:]...)
		if quote, ok = fig.otherwise(statement, others, list, all); ok {
			return quote, true
		}
	}
	return "", false
}

// spokenOf: a sentence has most of the terms, and one that is no name; for a name
// that the text has elsewhere a pronoun may stand.
func (f form) spokenOf(have, all map[string]bool) bool {
	total, hit, words := 0.0, 0.0, 0
	for t, w := range f.Weights {
		total += w
		if have[t] || f.Entities[t] && all[t] {
			hit += w
		}
		if have[t] && !f.Entities[t] {
			words++
		}
	}
	return total > 0 && hit/total >= deniedSpoken && words > 0
}

var (
	reClauseCut = regexp.MustCompile(`(?i)[,;:]|\b(?:but|and|while|whereas|as|because|since|although|though|so|if|why|whether)\b`)
	reNot       = regexp.MustCompile(`^(?:not|never|cannot|\pL+n['’]t)$`)
	reMoreThan  = regexp.MustCompile(`(?i)^(?:the )?([\pL' -]{2,40}?) (?:is|are|was|were) (?:\pL+ly |much |far )?((?:more|less) \pL+|\pL+er) than (?:the )?([\pL' -]{2,40})$`)
)

// deniedIn: one clause has the wanted terms, those of a statement without a "not", in
// their order and a "not" among them.
func deniedIn(want []string, s string) bool {
	for _, clause := range reClauseCut.Split(s, -1) {
		at, denied := 0, false
		for _, t := range tokens(clause) {
			word := strings.ToLower(t.text)
			if at > 0 && at < len(want) && reNot.MatchString(word) {
				denied = true
			}
			for _, x := range terms(word) {
				if at < len(want) && x == want[at] {
					at++
				}
			}
		}
		if denied && len(want) > 2 && at == len(want) {
			return true
		}
	}
	return false
}

// turned finds a comparison of the statement the other way round, nil where it
// compares nothing.
func turned(statement string) *regexp.Regexp {
	m := reMoreThan.FindStringSubmatch(statement)
	if m == nil {
		return nil
	}
	return regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(m[3]) + ` (?:is|are|was|were) (?:\pL+ly |much |far )?` + regexp.QuoteMeta(m[2]) + ` than (?:the )?` + regexp.QuoteMeta(m[1]) + `\b`)
}

var (
	rePrefixNot = regexp.MustCompile(`(?i)\b(?:(?:non-?|un)(\pL{5,})|(?:in|im|ir)(\pL{2,}(?:able|ible|ive|ent)))\b`)
	reNthOf     = regexp.MustCompile(`(?i)\b(\d{1,3}(?:st|nd|rd|th)) (?:president|vice president|prime minister|chancellor|governor|mayor|premier|secretary|pope|king|queen|emperor|chief justice|commissioner)\b`)
	reHolds     = regexp.MustCompile(`(?i)^\s*(?:\([^)]*\)\s*)?(?:,|is|was|became|(?:serve[sd]|sworn in|inaugurated) as)?\s*(?:the )?$`)
	rePlaceIn   = regexp.MustCompile(`\b(?:is|are|was|were|lies|located|situated|based) (?:in|within) (?:[^.;,]{0,60} of )?(?:the )?((?:\p{Lu}[\pL-]+ )+)((?i:division|district|county|province|region|department|parish|prefecture|borough|canton|oblast))\b`)
	rePlaceOf   = regexp.MustCompile(`\b(?:in|of|within) (?:the )?(?:[^.;,]{0,40} the )?((?:\p{Lu}[\pL-]+ )+)((?i:division|district|county|province|region|department|parish|prefecture|borough|canton|oblast))\b`)
)

// opposite: the sentence has a word of the statement with a prefix that turns it round
// ("non-renewable" for "can be renewed"), and not the word.
func (f form) opposite(statement, s string, all map[string]bool) bool {
	if negated(statement) || negated(s) {
		return false
	}
	for _, m := range rePrefixNot.FindAllStringSubmatch(s, 8) {
		for _, t := range tokens(statement) {
			if a, b := strings.ToLower(m[1]+m[2]), strings.ToLower(t.text); commonPrefix(a, b) >= max(5, len(b)-3) && len(a)-len(b) <= 4 && indexFold(s, t.text) < 0 {
				return f.spokenOf(termSet(s), all)
			}
		}
	}
	return false
}

// heldByOther: the statement says who holds an office as the Nth, and the sentence
// names somebody else.
func (f form) heldByOther(statement, s string, all map[string]bool) bool {
	m := reNthOf.FindStringIndex(statement)
	if m == nil {
		return false
	}
	office, subject := statement[m[0]:m[1]], names(statement[:m[0]])
	at := indexFold(s, office)
	if len(subject) == 0 || at < 0 {
		return false
	}
	who := subject[0].text
	for t := range f.Entities {
		if !all[t] && !contains(terms(who), t) {
			return false // the office of another country
		}
	}
	for _, n := range names(s[:at]) {
		if reHolds.MatchString(s[n.end:at]) && compareNames(who, n.text) == Different {
			return true
		}
	}
	return false
}

// placedElsewhere: a thing is in one division, district or county, and the sentence
// puts it in another one of them.
func (f form) placedElsewhere(statement, s string, all map[string]bool) bool {
	m := rePlaceIn.FindStringSubmatch(statement)
	if m == nil || indexFold(s, strings.TrimSpace(m[1])) >= 0 || !parseQuestion(strings.Replace(statement, m[1], "", 1)).spokenOf(termSet(s), all) {
		return false
	}
	for _, t := range terms(m[1]) {
		if all[t] {
			return false
		}
	}
	for _, other := range rePlaceOf.FindAllStringSubmatch(s, 4) {
		if strings.EqualFold(other[2], m[2]) && f.cover(termSet(other[1]), nil) == 0 {
			return true
		}
	}
	return false
}
