package judge

import (
	"math"
	"regexp"
	"time"

	"errata/backend"
)

// reThisWeek asks for what happened in the last days. A page from before them
// cannot tell it, and one that tells something else speaks of another time.
var reThisWeek = regexp.MustCompile(`(?i)\b(?:this week|this weekend|last weekend|last night|yesterday|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tues|wednes|thurs|fri|satur|sun)day['’]s)\b`)

// lastDays is how long such a week is, with the days until somebody asks.
const lastDays = 10

// stillSpeaks says that evidence of this date could support an answer.
func stillSpeaks(f form, class backend.Class, at *time.Time, now time.Time) bool {
	if reThisWeek.MatchString(f.Text) && len(f.Years) == 0 {
		return at != nil && daysSince(at, now) <= lastDays
	}
	return fresh(class, at, now, supportFast, supportSlow)
}

// fresh says that evidence of this date is at most so old as the class allows.
func fresh(class backend.Class, at *time.Time, now time.Time, fastDays, slowDays float64) bool {
	limit := 0.0
	switch class {
	case backend.ClassFast:
		limit = fastDays
	case backend.ClassSlow:
		limit = slowDays
	default:
		return true
	}
	return at != nil && daysSince(at, now) <= limit
}

func daysSince(at *time.Time, now time.Time) float64 { return now.Sub(*at).Hours() / 24 }

// freshness halves every 30 days for fast questions and every 365 for slow
// ones; what never changes does not age.
func freshness(class backend.Class, at *time.Time, now time.Time) float64 {
	var half, undated float64
	switch class {
	case backend.ClassFast:
		half, undated = 30, 0.5
	case backend.ClassSlow:
		half, undated = 365, 0.7
	default:
		return 1
	}
	if at == nil {
		return undated * 0.5
	}
	return math.Pow(0.5, max(0, daysSince(at, now))/half)
}
