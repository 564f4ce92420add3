package judge

import (
	"regexp"
	"sort"
	"strings"
	"time"
)

// interval is a stretch of calendar days, both ends included. "2019" is the
// whole year, so it contains 12 May 2019.
type interval struct{ from, to time.Time }

func (a interval) overlaps(b interval) bool { return !a.from.After(b.to) && !b.from.After(a.to) }

// days is the length, used as the granularity.
func (a interval) days() int { return int(a.to.Sub(a.from).Hours()/24) + 1 }

const monthPattern = `(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`

var (
	reISO      = regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})\b`)
	reDMY      = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?` + monthPattern + `\.?,?\s+(\d{4})\b`)
	reMDY      = regexp.MustCompile(`(?i)\b` + monthPattern + `\.?\s+(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})\b`)
	reMY       = regexp.MustCompile(`(?i)\b` + monthPattern + `\.?,?\s+(?:of\s+)?(\d{4})\b`)
	reSlash    = regexp.MustCompile(`\b(\d{1,2})/(\d{1,2})/(\d{4})\b`)
	reSeason   = regexp.MustCompile(`\b(\d{4})\s?[-–—/]\s?(\d{4}|\d{2})\b`)
	reDecade   = regexp.MustCompile(`(?i)\b(?:(early|mid|late)[ -](?:the )?)?(\d{3})0'?s\b`)
	reCentury  = regexp.MustCompile(`(?i)\b(?:(early|mid|late)[ -](?:the )?)?(\d{1,2})(?:st|nd|rd|th)[ -]century\b`)
	reBC       = regexp.MustCompile(`(?i)\b(\d{1,4})\s*(?:bce|bc|b\.c\.)`)
	reAD       = regexp.MustCompile(`(?i)\b(?:(?:ad|a\.d\.)\s?(\d{1,4})|(\d{1,4})\s?(?:ad|ce|a\.d\.))(?:\W|$)`)
	reBareYear = regexp.MustCompile(`\b([1-9]\d{3})\b`)
	reDM       = regexp.MustCompile(`(?i)\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?` + monthPattern + `|` + monthPattern + `\.?\s+(\d{1,2})(?:st|nd|rd|th)?)\b`)
)

// dated is a date found in a text.
type dated struct {
	interval
	start, end int
	season     bool
	yearless   bool // "April 1": compared by day and month alone
}

var monthNumber = map[string]time.Month{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

func month(s string) time.Month { return monthNumber[strings.ToLower(s)[:3]] }

func day(y int, m time.Month, d int) (interval, bool) {
	t := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if t.Month() != m || t.Day() != d {
		return interval{}, false
	}
	return interval{t, t}, true
}

func years(a, b int) interval {
	return interval{time.Date(a, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(b, 12, 31, 0, 0, 0, 0, time.UTC)}
}

// stretch is the early, the middle or the late half of some years, all of them
// where nothing is said.
func stretch(which string, a, b int) interval {
	quarter := (b - a) / 4
	switch strings.ToLower(which) {
	case "early":
		return years(a, b-2*quarter)
	case "mid":
		return years(a+quarter, b-quarter)
	case "late":
		return years(a+2*quarter, b)
	}
	return years(a, b)
}

// findDates reads every date of s, the most exact form at each place.
func findDates(s string) []dated {
	var out []dated
	taken := make([]bool, len(s))
	add := func(m []int, iv interval, ok, season, yearless bool) {
		if !ok {
			return
		}
		for i := m[0]; i < m[1]; i++ {
			if taken[i] {
				return
			}
		}
		for i := m[0]; i < m[1]; i++ {
			taken[i] = true
		}
		out = append(out, dated{iv, m[0], m[1], season, yearless})
	}
	sub := func(m []int, n int) string {
		if m[2*n] < 0 {
			return ""
		}
		return s[m[2*n]:m[2*n+1]]
	}
	each := func(re *regexp.Regexp, f func(m []int)) {
		for _, m := range re.FindAllStringSubmatchIndex(s, 64) {
			f(m)
		}
	}
	each(reISO, func(m []int) {
		iv, ok := day(atoi(sub(m, 1)), time.Month(atoi(sub(m, 2))), atoi(sub(m, 3)))
		add(m, iv, ok, false, false)
	})
	each(reDMY, func(m []int) {
		iv, ok := day(atoi(sub(m, 3)), month(sub(m, 2)), atoi(sub(m, 1)))
		add(m, iv, ok, false, false)
	})
	each(reMDY, func(m []int) {
		iv, ok := day(atoi(sub(m, 3)), month(sub(m, 1)), atoi(sub(m, 2)))
		add(m, iv, ok, false, false)
	})
	each(reMY, func(m []int) {
		from := time.Date(atoi(sub(m, 2)), month(sub(m, 1)), 1, 0, 0, 0, 0, time.UTC)
		add(m, interval{from, from.AddDate(0, 1, -1)}, true, false, false)
	})
	each(reSlash, func(m []int) { // 3/4/2020 may be either order: the span of both
		a, okA := day(atoi(sub(m, 3)), time.Month(atoi(sub(m, 1))), atoi(sub(m, 2)))
		b, okB := day(atoi(sub(m, 3)), time.Month(atoi(sub(m, 2))), atoi(sub(m, 1)))
		switch {
		case okA && okB:
			add(m, interval{minTime(a.from, b.from), maxTime(a.to, b.to)}, true, false, false)
		case okA:
			add(m, a, true, false, false)
		default:
			add(m, b, okB, false, false)
		}
	})
	each(reSeason, func(m []int) {
		a, b := atoi(sub(m, 1)), atoi(sub(m, 2))
		if len(sub(m, 2)) == 2 {
			b += a / 100 * 100
			if b < a {
				b += 100
			}
		}
		add(m, years(a, b), b >= a && b-a < 200, b == a+1, false)
	})
	each(reCentury, func(m []int) {
		c := atoi(sub(m, 2))
		add(m, stretch(sub(m, 1), (c-1)*100, c*100), c > 0 && c < 40, false, false)
	})
	each(reDecade, func(m []int) {
		d := atoi(sub(m, 2)) * 10
		add(m, stretch(sub(m, 1), d, d+9), true, false, false)
	})
	each(reBC, func(m []int) {
		y := 1 - atoi(sub(m, 1))
		add(m, years(y, y), true, false, false)
	})
	each(reAD, func(m []int) {
		y := atoi(sub(m, 1) + sub(m, 2))
		add(m, years(y, y), y > 0 && y < 2200, false, false)
	})
	each(reBareYear, func(m []int) {
		y := atoi(sub(m, 1))
		ok := y >= 1000 && y <= 2199 && !followedByUnit(s[m[1]:]) && !reCounting.MatchString(s[max(0, m[0]-24):m[0]])
		add(m, years(y, y), ok, false, false)
	})
	each(reDM, func(m []int) {
		d, mo := sub(m, 1), sub(m, 2)
		if d == "" {
			d, mo = sub(m, 4), sub(m, 3)
		}
		iv, ok := day(2000, month(mo), atoi(d))
		add(m, iv, ok, false, true)
	})
	sort.Slice(out, func(i, j int) bool { return out[i].start < out[j].start })
	return out
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// followedByUnit keeps "2000 metres" and "1,500" from being years.
func followedByUnit(after string) bool {
	word := strings.ToLower(strings.TrimLeft(clip(after, 24), " "))
	if strings.HasPrefix(after, ",") && len(after) > 1 && after[1] >= '0' && after[1] <= '9' {
		return true
	}
	word = strings.TrimRight(strings.Fields(word + " .")[0], ".,;")
	_, isUnit := units[word]
	return isUnit || word == "%" || word == "people" || word == "inhabitants"
}

// compareDates works at the coarser granularity: overlap is the same.
func compareDates(a, b string) Relation {
	as, bs := findDates(a), findDates(b)
	if len(as) == 0 || len(bs) == 0 {
		return Unknown
	}
	for _, x := range as {
		for _, y := range bs {
			if x.yearless || y.yearless {
				if sameMonthDay(x, y) {
					return Same
				}
				continue
			}
			if x.overlaps(y.interval) {
				return Same
			}
		}
	}
	if len(as) > 2 || len(bs) > 2 {
		return Unknown
	}
	for _, x := range append(as, bs...) {
		if x.season || x.yearless != as[0].yearless {
			return unlessSeason(as, bs)
		}
	}
	return Different
}

// unlessSeason: a season may be named by either of its years, so only seasons
// that are apart are different.
func unlessSeason(as, bs []dated) Relation {
	for _, x := range append(append([]dated{}, as...), bs...) {
		if x.yearless {
			return Unknown
		}
	}
	return Different
}

func sameMonthDay(x, y dated) bool {
	if x.days() > 1 || y.days() > 1 {
		return x.from.Month() == y.from.Month() && x.days() <= 31 && y.days() <= 31
	}
	return x.from.Month() == y.from.Month() && x.from.Day() == y.from.Day()
}
