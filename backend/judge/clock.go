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
	case strings.Contains(q, "week"), regexp.MustCompile(`\bday\b`).MatchString(q) && !strings.Contains(q, "date"):
		return now.Format("Monday, 2 January 2006")
	}
	return now.Format("2 January 2006")
}

// checkClock compares with the injected clock: no search and no model call.
func (r *run) checkClock(f form, v *backend.Verdict, onStep func(Step)) {
	onStep(Step{Name: StepRead, Count: 1})
	c := clockReading(r.o.NewID(), r.now)
	got := reading{chosen: c, value: clockValue(f.Text, r.now), quote: c.window, by: "clock"}
	f.Kind = KindDate
	if v.Claim.Short != "" {
		got.rel, got.tier = compareDates(v.Claim.Short, got.value), backend.TierTyped
		if day := reWeekday.FindString(v.Claim.Short); day != "" && len(findDates(v.Claim.Short)) == 0 {
			got.rel = Different
			if strings.EqualFold(day, r.now.Weekday().String()) {
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
