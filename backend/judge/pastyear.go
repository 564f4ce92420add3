package judge

import "regexp"

var (
	// "Who was the mayor in 2022?", not "Who directed the 1997 film?".
	reInYear = regexp.MustCompile(`(?i)\b(?:was|were|did|had)\b.*\b(?:in|during|of|by|(?:start|beginning|middle|end) of|as of)(?: (?:early|mid|late|january|february|march|april|may|june|july|august|september|october|november|december))? (1[0-9]{3}|20[0-9]{2})\W*$`)
	reSince  = regexp.MustCompile(`(?i)\b(?:since|took (?:up )?(?:the )?office|sworn in|became|appointed|elected|named|took over|succeeded|assumed)\b`)
	reIsNow  = regexp.MustCompile(`(?i)\b(?:is|are|has|have)\b|['’]s\b`)
)

// pastYear is the year for which a question asks how things were then, 0 for none.
func pastYear(f form) int {
	if m := reInYear.FindStringSubmatch(f.Text); m != nil && len(f.Years) == 1 && f.Kind != KindDate {
		return atoi(m[1])
	}
	return 0
}

// afterThat says that a quote tells of a time after the year that is asked for: of
// what began later, or of what is so on a page that was written later. It neither
// confirms nor refutes what was so in that year.
func afterThat(f form, got reading) bool {
	year := pastYear(f)
	if year == 0 {
		return false
	}
	if at := reSince.FindStringIndex(got.quote); at != nil {
		if began := findDates(got.quote[at[1]:]); len(began) > 0 {
			return began[0].from.Year() > year
		}
	}
	for _, y := range reYear.FindAllString(got.quote, 8) {
		if atoi(y) == year {
			return false
		}
	}
	return reIsNow.MatchString(got.quote) && got.at != nil && got.at.Year() > year
}
