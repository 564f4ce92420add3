package judge

import (
	"regexp"
	"sort"
	"strings"
)

var (
	reNumWord = regexp.MustCompile(`(?i)\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|once|twice|thrice|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|hundred|thousand|million|billion|trillion)\b`)
	reNumGap  = regexp.MustCompile(`(?i)^(?:[ -]|,? and )$`)
	reNumUnit = regexp.MustCompile(`(?i)^[ -](` + unitPattern + `)\b`)
	reUnitGap = regexp.MustCompile(`(?i)^(?:,? |, and | and )$`)
	// reRounded stands before a number that is a count, reCounting before one that
	// is hardly ever a year ("over 2000" may be one).
	reRounded  = regexp.MustCompile(`(?i)(?:\b(?:about|around|approximately|approx\.?|roughly|nearly|almost|over|more than|less than|fewer than|some|at least|up to)\s+|[~≈]\s?)$`)
	reCounting = regexp.MustCompile(`(?i)\b(?:approximately|roughly|nearly|almost|more than|less than|fewer than|at least)\s+$`)
)

// reOnceThen: "once $999", "once a port": at an earlier time, no number.
var reOnceThen = regexp.MustCompile(`(?i)^\s*(?:[$€£\d]|an?\b|the\b|more\b|again\b)`)

// wordQuantities reads numbers in words: "one hundred and ninety-three". Words
// that do not add up ("two three") are numbers of their own.
func wordQuantities(s string) []quantity {
	var out []quantity
	all := reNumWord.FindAllStringIndex(s, 128)
	for i := 0; i < len(all); {
		word := strings.ToLower(s[all[i][0]:all[i][1]])
		if multipliers[word] > 0 || word == "once" && reOnceThen.MatchString(s[all[i][1]:]) { // "hundred" alone is no number either
			i++
			continue
		}
		group, total, step := numberWords[word], 0.0, 1.0
		least := group // the smallest part so far: the next one must fit below it
		end := i + 1
		for end < len(all) {
			gap, next := s[all[end-1][1]:all[end][0]], strings.ToLower(s[all[end][0]:all[end][1]])
			if !reNumGap.MatchString(gap) {
				break
			}
			factor := multipliers[next]
			if factor > 0 && strings.Contains(gap, "and") {
				break
			}
			if factor == 0 {
				if !fitsBelow(numberWords[next], least, gap) {
					break
				}
				group += numberWords[next]
				least, step = numberWords[next], 1
			} else {
				least, step = factor, factor
				if group *= factor; factor >= 1000 {
					total, group = total+group, 0
				}
			}
			end++
		}
		q := quantity{value: total + group, step: step, count: true, unit: unit{factor: 1}, start: all[i][0], end: all[end-1][1]}
		if m := reNumUnit.FindStringSubmatchIndex(s[q.end:]); m != nil {
			q.setUnit(s[q.end:][m[2]:m[3]])
			q.end += m[3]
		}
		out = append(out, q)
		i = end
	}
	return out
}

// fitsBelow: a number word that may follow a part: ones after tens, both after
// hundreds and more. "and" joins only after hundreds and more.
func fitsBelow(n, part float64, gap string) bool {
	if part >= 100 {
		return n < 100
	}
	return part >= 20 && n > 0 && n < 10 && !strings.Contains(gap, "and")
}

// joinUnits makes one quantity of falling units of one dimension: "2 hours, 1
// minute and 39 seconds".
func joinUnits(s string, list []quantity) []quantity {
	sort.SliceStable(list, func(i, j int) bool { return list[i].start < list[j].start })
	var out []quantity
	for _, q := range list {
		if len(out) > 0 {
			p := &out[len(out)-1]
			if q.unitName != "" && p.unitName != "" && p.unit.dimension == q.unit.dimension && q.unit.factor < p.unit.factor && q.unit.offset == 0 && p.unit.offset == 0 &&
				q.si() < p.unit.factor && q.start >= p.end && reUnitGap.MatchString(s[p.end:q.start]) {
				*p = quantity{value: (p.si() + q.si()) / q.unit.factor, step: q.step, unit: q.unit, unitName: q.unitName, start: p.start, end: q.end}
				continue
			}
		}
		out = append(out, q)
	}
	return out
}
