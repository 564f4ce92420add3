package judge

import (
	"regexp"
	"strings"
)

// span is a value found in a sentence.
type span struct {
	text       string
	start, end int
	role       role
}

func findCandidates(f form, s string) []span {
	var found []span
	switch f.Kind {
	case KindDate:
		for _, d := range findDates(s) {
			if !reAttribute.MatchString(s[:d.start]) || !reThing.MatchString(s[d.end:]) || reNoThing.MatchString(s[d.end:]) || d.end-d.start != 4 {
				found = append(found, span{text: s[d.start:d.end], start: d.start, end: d.end})
			}
		}
	case KindNumber:
		dates := findDates(s)
		for _, q := range findQuantities(s) {
			inDate := false
			for _, d := range dates {
				bareYear := d.end-d.start == 4
				if q.start >= d.start && q.start < d.end && !(bareYear && (q.unit.dimension != "" || f.counts(s, q))) {
					inDate = true
				}
			}
			if !inDate {
				found = append(found, span{text: s[q.start:q.end], start: q.start, end: q.end})
			}
		}
	case KindSymbol:
		for _, t := range tokens(s) {
			if len(t.text) <= 8 && (hasUpper(t.text) || hasDigit(t.text)) && !notNames[strings.ToLower(t.text)] && (len(t.text) <= 3 || hasUpper(t.text[1:]) || hasDigit(t.text)) {
				found = append(found, span{text: t.text, start: t.start, end: t.end})
			}
		}
	default:
		found = names(s)
	}
	var out []span
	for _, c := range found {
		if f.asks(c.text) {
			continue
		}
		if f.Person {
			c = withoutOwner(c)
		}
		if !f.anyRole {
			c.role = f.roleOf(s, c.start, c.end)
		}
		out = append(out, c)
	}
	return out
}

var reOwner = regexp.MustCompile(`^.*\pL['’]s `)

// withoutOwner: "India's Ann Lee" is Ann Lee.
func withoutOwner(c span) span {
	n := len(reOwner.FindString(c.text))
	c.text, c.start = c.text[n:], c.start+n
	return c
}

// A year between these belongs to a thing: "the 1999 play", "a 1931 Danish opera".
var (
	reAttribute = regexp.MustCompile(`(?i)(?:\ban?|\b(?:on|of|from|for|by) (?:the|his|her|its|their))\s+$`)
	reThing     = regexp.MustCompile(`^\s+[\pL]`)
	reNoThing   = regexp.MustCompile(`(?i)^\s+(?:and|or|to|was|is|by|in|at|when|with|for|after|before|until)\b`)
)

// counts: a number that looks like a year stands directly before the things that
// are counted: "1192 islands".
func (f form) counts(s string, q quantity) bool {
	after := tokens(clip(s[q.end:], 40))
	if len(after) == 0 || after[0].start != 1 || hasUpper(after[0].text) || stopWords[after[0].text] || reYearBefore.MatchString(s[:q.start]) {
		return false
	}
	return f.Terms[term(after[0].text)]
}

// asks says that text repeats only the question's own words.
func (f form) asks(text string) bool {
	ts := terms(text)
	if len(ts) == 0 {
		ts = normalWords(text)
	}
	asked := false
	for _, t := range ts {
		switch {
		case f.Terms[t]:
			asked = true
		case !titles[t] && !genericWords[t]:
			return false
		}
	}
	return asked
}

var (
	reCopula      = regexp.MustCompile(`(?i)(?:^|[\s'’])(is|are|was|were|became|becomes|remains|has been|have been|won by|means|equals)(?:\s|:)`)
	reBy          = regexp.MustCompile(`(?i)\bby\s+(?:the\s+|an?\s+)?(?:[\pL-]+\s+){0,4}$`)
	reVerbBy      = regexp.MustCompile(`(?i)^\s*(?:\w+ly\s+)?[\pL-]+\s+by\b`)
	rePreposition = regexp.MustCompile(`(?i)\b(?:in|on|of|at|from|for|to|with|within|near|under|across)\s+(?:the\s+)?$`)
	reYearBefore  = regexp.MustCompile(`(?i)\b(?:in|since|of|the|by|from|until|during|its|their)\s+$`)
	reDirect      = regexp.MustCompile(`(?i)^[\s:*_"“]*(?:(?:the|an?|its|sir|mr|mrs|ms|dr)\s+)*$`)
	reGivenTo     = regexp.MustCompile(`(?i)\b(?:gave|given|awards?|awarded|presented|went|goes|handed)\b[^.;]*\bto\s+(?:the\s+|an?\s+)?(?:[\pL-]+\s+){0,4}$`)
	reChose       = regexp.MustCompile(`(?i)(?:^|[^ ]+)\s+(?:appointed|elected|named|chose|picked|selected|crowned|hired)\s+(?:the\s+|an?\s+)?(?:[\pL-]+\s+){0,3}$`)
	rePassive     = regexp.MustCompile(`(?i)\b(?:was|were|is|been|being|and|be|newly|re)[ -]+(?:\w+ly )?(?:appointed|elected|named|chosen|picked|selected|crowned|hired)\b`)
	reTotal       = regexp.MustCompile(`(?i)\b(?:total\w*|altogether|sum|brings?|bringing|brought|raised|rose|grew|increased|now)\b[^.;]*?\b(?:to|of|at|is|has|stands at)\s+(?:an? |the |about |around |almost |nearly |over |just )*$`)
	reHeading     = regexp.MustCompile(`^\W{0,4}([\p{L}][^:]{2,80}):\s*[*_]*\s*(\S.*)$`)
	reEndOf       = regexp.MustCompile(`(?i)\s*(?:[;:(\[\n]|\.\s|\.$|,\s(?:which|who|where|whose|and (?:it|he|she|they|has|is|was)|but|with|a|an|the|located|known|followed|succeeding|beating|as|in|on|at|since|\pL{3,}ed|set|held|led|won|built|others?|[\pL-]+ by)\b|\s(?:which|who|that|because|since|located|known|as of|according|with a|until|after|when|where)\b).*$`)
)
