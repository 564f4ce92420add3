package judge

import (
	"math"
	"testing"
)

func FuzzDates(f *testing.F) {
	for _, s := range []string{"9 November 1989", "31 February 2020", "2023–24", "2024-02-30", "0000-00-00", "44 BC", "the 1990s", "99th century", "April 1", "13/13/2024", "May 5, 2024 and 6 June 2025", "𝟙𝟡𝟠𝟡", "İ 1. mar. 2020", "\xff2020", "1999-2001/2002"} {
		f.Add(s, "1989")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 2000 {
			return
		}
		for _, s := range []string{a, b} {
			for _, d := range findDates(s) {
				if d.start < 0 || d.end > len(s) || d.start >= d.end || d.from.After(d.to) || d.days() < 1 {
					t.Fatalf("%q holds the date %+v", s, d)
				}
			}
			if compareDates(s, s) == Different {
				t.Fatalf("%q differs from itself", s)
			}
		}
		if (len(findDates(a)) == 0 || len(findDates(b)) == 0) && compareDates(a, b) == Different {
			t.Fatalf("%q and %q are no two dates and differ", a, b)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"8,849 m", "1e309", "$1.5bn", "12:61", "1:59:40.123", "-40 °C", "9.99999999999999999999", "999999999999999999999999 trillion km", "one hundred and ninety-three", "1,2,3", "5 km² ° c", "٣", "½", "£ 7", "3.4 per cent", "\xff7", "12:00:00:00"} {
		f.Add(s, "27 km")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 2000 {
			return
		}
		for _, s := range []string{a, b} {
			for _, q := range findQuantities(s) {
				if q.start < 0 || q.end > len(s) || q.start >= q.end || math.IsNaN(q.value) || math.IsInf(q.value, 0) || math.IsNaN(q.step) || q.step < 0 {
					t.Fatalf("%q holds the number %+v", s, q)
				}
			}
			if compareNumbers(s, s) == Different {
				t.Fatalf("%q differs from itself", s)
			}
		}
		if (len(findQuantities(a)) == 0 || len(findQuantities(b)) == 0) && compareNumbers(a, b) == Different {
			t.Fatalf("%q and %q are no two numbers and differ", a, b)
		}
	})
}

func FuzzLeaning(f *testing.F) {
	for _, s := range []string{"a warning of fog", "MÃ¼ller", "inChapter IVof 19311.", "1. Rome 2. Oslo", "not breakable", "İ (x)", "\xff\xfe", "ⅣⅫ", "late 99th century", "AD 0", "Season MMM", "a\u0301"} {
		f.Add("Which birds have forked tails?", s, "Kite")
		f.Add("When did it start and end?", "It is "+s+".", s)
		f.Add("Who has it?", s, "")
	}
	f.Fuzz(func(t *testing.T, question, answer, value string) {
		if len(question)+len(answer)+len(value) > 2000 {
			return
		}
		form := parseQuestion(question)
		if form.leaning(value, []string{value}) == Different && form.tells(value) && indexFold(value, value) == 0 && !denied(value, 0) {
			t.Fatalf("%q does not stand in itself", value)
		}
		_ = form.leaning(answer, []string{value})
		_ = form.holds(answer, value)
		_ = statedAlone(form, answer, value)
		_ = form.doubtful(answer, value)
		if r, _ := compareParts(form, value, value); r == Different {
			t.Fatalf("%q is another part than itself", value)
		}
	})
}
