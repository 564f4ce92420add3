package judge

import (
	"regexp"
	"strings"

	"errata/backend"
)

// opening is the part of an answer that states its claim.
func opening(answer string) []string {
	list := sentences(clip(answer, 1500))
	return list[:min(len(list), 4)]
}

var reWithin = regexp.MustCompile(`(?i)^\s*(?:,|\b(?:in|at|on)\b)\s*(?:(?:in|at|on|the|an?|(?:north|south|east|west|central)(?:ern)?|city|town|village|borough|county|state|province|country|coast|part|suburb|region) |of )*$`)

// liesIn: the claim names a place and goes on with what it lies in: "the Crown
// Inn in Pellgate, Larkstead".
func liesIn(f form, claim backend.Claim, value string) bool {
	s := squeeze(claim.Sentence)
	at, place := indexFold(s, claim.Short), listItems(value)
	if at < 0 || f.Kind != KindName || len(place) == 0 {
		return false
	}
	last := at + len(claim.Short)
	for _, c := range names(s) {
		if c.start < last {
			continue
		}
		if !reWithin.MatchString(s[last:c.start]) {
			return false
		}
		if compareNames(c.text, place[0]) == Same {
			return true
		}
		last = c.end
	}
	return false
}

// statedIn: the beginning of the answer states the value somewhere, not as what
// was before or what lost.
func statedIn(f form, answer, value string) bool {
	for _, s := range opening(answer) {
		s = squeeze(s)
		if at := indexFold(s, value); at >= 0 && f.roleOf(s, at, at+len(value)) == rolePlain && !denied(s, at) && whole(s, at, at+len(value)) {
			return true
		}
	}
	return false
}

// statedAlone: no claim could be read, and a sentence about the question states
// the value as the only one.
func statedAlone(f form, answer, value string) bool {
	if !f.tells(value) {
		return false
	}
	for _, s := range opening(answer) {
		if reRefusal.MatchString(s) || reHedge.MatchString(s) || reAmong.MatchString(s) || f.overlap(s) == 0 {
			continue
		}
		s = squeeze(s)
		at := indexFold(s, value)
		if at < 0 && f.Kind != KindNumber && !f.Person && f.holds(s, value) {
			return true
		}
		if at >= 0 && statedIn(f, s, value) && !reOrBefore.MatchString(s[:at]) && !reOrAfter.MatchString(s[at+len(value):]) {
			return true
		}
	}
	return false
}

// By these a sentence gives a value as one of several views.
var (
	reAmong    = regexp.MustCompile(`(?i)\b(?:some (?:say|believe|claim|think|sources)|others?|either|whether|rather)\b`)
	reOrBefore = regexp.MustCompile(`(?i)\bor (?:[\pL-]+ ){0,2}\W?$`)
	reOrAfter  = regexp.MustCompile(`(?i)^\W{0,2} or\b`)
)

// whole: the place is not a part of a longer name: "iPhone" of "iPhone 17",
// "York" of "New York".
func whole(s string, start, end int) bool {
	before, after := tokens(s[max(0, start-24):start]), tokens(clip(s[end:], 24))
	if len(after) > 0 && s[end:end+after[0].start] == " " && (isModelNumber(after[0].text) && !enumerates(s, end+after[0].end) || variants[strings.ToLower(after[0].text)] && hasUpper(after[0].text)) {
		return false
	}
	if n := len(before); n > 0 && capital(before[n-1].text) && directions[strings.ToLower(before[n-1].text)] && strings.HasSuffix(s[:start], before[n-1].text+" ") {
		return false
	}
	return true
}

// tells: a value has words of its own, beside those of the question.
func (f form) tells(value string) bool {
	return len(f.telling(value)) > 0 && !negated(value)
}
