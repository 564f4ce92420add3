package judge

import (
	"regexp"
	"strings"
)

var (
	reTwofold  = regexp.MustCompile(`(?i)\b(?:start|begin|began|open)\w* (?:and|to) (?:end|finish|stop|close)`)
	reSeveral  = regexp.MustCompile(`(?i)\b(?:list|examples?|kinds|types|sorts) of\b|\blist$|^(?:(?:what|which|name|give) (?:are |were |me )?(?:the )?)?(?:two|three|four|five|six|some) [\pL-]+s\b|\bwhat (?:kind|type|sort) of [\pL-]+s\b|^(?:which|what) (?:\pL+ ){0,2}?\pL{2,}s (?:have|are|were|do|can|include|belong)\b`)
	reOneBody  = regexp.MustCompile(`(?i)\b(?:champions?|winners?|holders?|team|club|band|group)\b`)
	reRecurs   = regexp.MustCompile(`(?i)\b(?:next|upcoming|new|newest|latest|now|today|current|currently|coming)\b|^when (?:does|do|will|is)\b|\b(?:come|comes|came) out\b|\b(?:released?|premiered?|air|aired|airs)\b|\blast (?:time|won|year|season|week|night|month)\b|\b(?:who|which \w+) (?:won|wins)\b`)
	reAsksWide = regexp.MustCompile(`(?i)\b(?:country|countries|nation|state|territory|continent|island|province|government)\b`)
	reWideness = regexp.MustCompile(`^(?:north|south|east|west|central)(?:ern)? `)
)

// doubtful says why two values that compare differently may still both be right:
// the question has more answers than one, one lies in the other, or one of them is
// a description, which has no one form.
func (f form) doubtful(a, b string) bool {
	switch {
	case reTwofold.MatchString(f.Text), f.severalRight() && !(len(listItems(a)) > 1 && len(listItems(a)) == len(listItems(b))):
		return true
	case len(findDates(a)) > 0 && len(findDates(b)) > 0, len(findQuantities(a)) > 0 && len(findQuantities(b)) > 0:
		return false
	}
	x, y := plainContent(a), plainContent(b)
	if x > 1 || y > 1 || x+y > 0 && sharesRoot(a, b) {
		return true
	}
	w, v := wide(a), wide(b)
	return !f.Person && w != v && (w > 0 && v > 0 || !reAsksWide.MatchString(f.Text))
}

// severalRight: the question has more right answers than one, and any will do.
func (f form) severalRight() bool {
	return f.Kind == KindList || reSeveral.MatchString(f.Text) || rePlural.MatchString(f.Text) && !reOneBody.MatchString(f.Text)
}

// recurs: what is asked for happens again and again, or is another thing in
// another year or country, so that a reference without a date settles nothing.
func (f form) recurs() bool {
	return reRecurs.MatchString(f.Text) && len(f.Years) == 0
}

// plainContent counts the content words of a value that are no names.
func plainContent(s string) int {
	n := 0
	for _, t := range tokens(s) {
		if low := strings.ToLower(t.text); !hasUpper(t.text) && !hasDigit(t.text) && !stopWords[low] && !joins[low] {
			n++
		}
	}
	return n
}

// sharesRoot: a word of one has the root of a word of the other, or ends in it:
// "geochemistry" and "physical chemistry".
func sharesRoot(a, b string) bool {
	for _, w := range normalWords(a) {
		for _, v := range normalWords(b) {
			if len(w) >= commonRoot && len(v) >= commonRoot && (alike(w, v) || strings.HasSuffix(w, v) || strings.HasSuffix(v, w)) {
				return true
			}
		}
	}
	return false
}

// wideRanks are places that hold others: continents and oceans, countries, and
// the states and provinces that questions are answered with.
var wideRanks = map[string]int{}

func init() {
	for rank, names := range []string{
		`africa; asia; europe; north america; south america; antarctica; oceania; middle east; scandinavia; pacific ocean; atlantic ocean; indian ocean; arctic ocean`,
		`argentina; australia; austria; bangladesh; belgium; brazil; cambodia; canada; chile; china; colombia; croatia; cuba; czech republic; denmark; egypt; england; ethiopia;
finland; france; germany; ghana; greece; hungary; iceland; india; indonesia; iran; iraq; ireland; israel; italy; jamaica; japan; jordan; kenya; lebanon; malaysia; mexico; morocco;
myanmar; nepal; netherlands; newzealand; nigeria; northkorea; norway; pakistan; peru; philippines; poland; portugal; qatar; romania; russia; saudi arabia; scotland; senegal; serbia;
slovakia; slovenia; south africa; southkorea; spain; sri lanka; sudan; sweden; switzerland; syria; taiwan; tanzania; thailand; tunisia; turkey; uganda; uk; ukraine;
united arab emirates; uruguay; usa; venezuela; vietnam; wales; yemen; zimbabwe`,
		`alabama; alaska; arizona; arkansas; california; colorado; connecticut; delaware; florida; georgia; hawaii; idaho; illinois; indiana; iowa; kansas; kentucky; louisiana; maine;
maryland; massachusetts; michigan; minnesota; mississippi; missouri; montana; nebraska; nevada; north carolina; north dakota; ohio; oklahoma; oregon; pennsylvania;
south carolina; south dakota; tennessee; texas; utah; vermont; virginia; wisconsin; wyoming; alberta; british columbia; ontario; nova scotia; queensland;
tasmania; bavaria; saxony; tuscany; sicily; catalonia; andalusia; siberia; punjab; kerala; northern ireland`,
	} {
		for _, name := range strings.Split(names, ";") {
			wideRanks[strings.Join(strings.Fields(name), "")] = rank + 1
		}
	}
}

// wide is the rank of a place that others lie in, 0 for any other value.
func wide(s string) int {
	s = reWideness.ReplaceAllString(strings.ToLower(strings.TrimPrefix(s, "the ")), "")
	return wideRanks[strings.Join(nameWords(s), "")]
}
