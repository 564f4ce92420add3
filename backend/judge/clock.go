package judge

import (
	"regexp"
	"strings"
	"time"

	"errata/backend"
)

var reWeekday = regexp.MustCompile(`(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b`)

// clockClaim takes the date that the answer states as today's.
func clockClaim(f form, answer string) backend.Claim {
	f.Kind = KindDate
	c, ok, _ := ruleClaim(f, answer)
	if ok {
		return c
	}
	c.Short, c.Sentence = "", ""
	for _, s := range sentences(clip(answer, maxAnswer)) {
		if day := reWeekday.FindString(s); day != "" && !reRefusal.MatchString(s) {
			c.Short, c.Sentence = day, s
			return c
		}
	}
	return c
}

// clockValue is what the clock says in reply.
func clockValue(question string, now time.Time) string {
	q := strings.ToLower(question)
	switch {
	case strings.Contains(q, "year"):
		return now.Format("2006")
	case strings.Contains(q, "month"):
		return now.Format("January 2006")
	case asksWeekday(q):
		return now.Format("Monday, 2 January 2006")
	}
	return now.Format("2 January 2006")
}

var reDay = regexp.MustCompile(`\bday\b`)

// asksWeekday: the question, in lower case, is for a day of the week.
func asksWeekday(q string) bool {
	return strings.Contains(q, "week") || reDay.MatchString(q) && !strings.Contains(q, "date")
}

// checkClock compares with the injected clock: no search and no model call.
func (r *run) checkClock(f form, v *backend.Verdict, onStep func(Step)) {
	onStep(Step{Name: StepRead, Count: 1})
	c := clockReading(r.o.NewID(), r.now)
	got := reading{chosen: c, value: clockValue(f.Text, r.now), quote: c.window, by: "clock"}
	f.Kind = KindDate
	if v.Claim.Short != "" {
		got.rel, got.tier = compareDates(v.Claim.Short, got.value), backend.TierTyped
		dated := len(findDates(v.Claim.Short)) > 0
		if day := reWeekday.FindString(v.Claim.Sentence); day != "" && (!dated || asksWeekday(strings.ToLower(f.Text))) {
			if !strings.EqualFold(day, r.now.Weekday().String()) {
				got.rel = Different
			} else if !dated {
				got.rel = Same
			}
		}
		// An earlier date was right once: the answer is outdated.
		for _, d := range findDates(v.Claim.Short) {
			got.earlier = got.earlier || got.rel == Different && d.to.Before(r.now)
		}
	}
	onStep(Step{Name: StepCompare})
	e := evidence{form: f, class: backend.ClassClock, claim: v.Claim, readings: []reading{got}, kept: []chosen{c}, now: r.now, found: 1}
	e.decide(v)
}
