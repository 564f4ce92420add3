package judge

import (
	"regexp"
	"slices"
	"strings"
)

// figure is a date or a counted number of a statement: what a sentence about the
// same matter can give otherwise.
type figure struct {
	text       string
	start, end int
	kind       Kind
	counted    map[string]bool // terms of what the number counts; nil for a date
}

var (
	reNth    = regexp.MustCompile(`(?i)(?:\d(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)$`)
	reDuring = regexp.MustCompile(`(?i)^(?:during|between|since|after|before|until|per|while|through\w*)$`)
	reBound  = regexp.MustCompile(`(?i)\b(?:at least|at most|more than|less than|fewer than|over|under|up to|nearly|almost|about|around|some|approximately|roughly|another|other|only|one of|each|every|per)\s+(?:the\s+)?$`)
	// reOnce are verbs of what happens to a thing once, so that another date is a denial.
	reOnce = regexp.MustCompile(`(?i)\b(?:born|died|dies|killed|founded|established|created|incorporated|formed|opened|opens|built|completed|constructed|discovered|invented|abolished|dissolved|renamed|changed|enacted|ratified|demolished)\b`)
)

// figures reads the dates and counted numbers of a sentence; what is only a bound
// or a place in an order has no one value.
func figures(s string) []figure {
	var out []figure
	dates := findDates(s)
	for _, d := range dates {
		if !d.yearless && !d.season {
			out = append(out, figure{text: s[d.start:d.end], start: d.start, end: d.end, kind: KindDate})
		}
	}
	for _, c := range findCandidates(form{Kind: KindNumber, anyRole: true}, s) {
		if reNth.MatchString(c.text) || reBound.MatchString(s[:c.start]) || strings.EqualFold(c.text, "one") || strings.EqualFold(c.text, "once") {
			continue
		}
		out = append(out, figure{text: c.text, start: c.start, end: c.end, kind: KindNumber, counted: countedAt(s, c)})
	}
	return out
}

// countedAt gives the terms of the things that a number counts, and its unit: the
// words behind it up to the first that joins another part of the sentence.
func countedAt(s string, c span) map[string]bool {
	out := map[string]bool{}
	for _, q := range findQuantities(c.text) {
		if q.unit.dimension != "" {
			out[q.unit.dimension+" unit"] = true
		}
	}
	last := c.end
	for i, t := range tokens(clip(s[c.end:], 60)) {
		at := c.end + t.start
		if i > 2 || strings.ContainsAny(s[last:at], ",;:.()") || stopWords[strings.ToLower(t.text)] || besideHead[strings.ToLower(t.text)] || reDuring.MatchString(t.text) {
			break
		}
		for _, x := range terms(t.text) {
			out[x] = true
		}
		last = c.end + t.end
	}
	return out
}

// otherwise finds the sentence that gives the figure otherwise; none counts where one
// gives it as the statement does.
func (g figure) otherwise(statement string, others []figure, list []string, all map[string]bool) (quote string, ok bool) {
	rest := parseQuestion(statement[:g.start] + " " + statement[g.end:])
	for _, s := range list {
		have := termSet(s)
		if !rest.spokenOf(have, all) || !g.restates(statement, have) {
			continue
		}
		here := figures(s)
		if slices.ContainsFunc(others, func(o figure) bool { return !slices.ContainsFunc(here, o.sameAs) }) {
			continue
		}
		if slices.ContainsFunc(here, g.sameAs) {
			return "", false
		}
		apart := 0
		for _, h := range here {
			if g.differs(h) {
				apart++
			}
		}
		if apart == 1 && quote == "" {
			quote = s
		}
	}
	return quote, quote != ""
}

// restates: the sentence speaks of all that the number counts, or of the same thing
// that happens once.
func (g figure) restates(statement string, have map[string]bool) bool {
	if g.kind == KindDate {
		once := reOnce.FindString(statement)
		return once != "" && have[term(strings.ToLower(once))]
	}
	for t := range g.counted {
		if !have[t] && !strings.HasSuffix(t, " unit") {
			return false
		}
	}
	return len(g.counted) > 0
}

func (g figure) sameAs(h figure) bool {
	if g.kind != h.kind {
		return false
	}
	if g.kind == KindDate {
		return compareDates(g.text, h.text) == Same
	}
	return compareNumbers(g.text, h.text) != Different
}

// differs: another value of the same thing.
func (g figure) differs(h figure) bool {
	switch {
	case g.kind != h.kind:
		return false
	case g.kind == KindDate:
		return compareDates(g.text, h.text) == Different
	}
	shared := false
	for t := range g.counted {
		shared = shared || h.counted[t]
	}
	return shared && compareNumbers(g.text, h.text) == Different
}
