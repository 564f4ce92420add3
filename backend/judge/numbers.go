package judge

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// unit says what a number measures and the factor to the dimension's own unit.
type unit struct {
	dimension string
	factor    float64
	offset    float64 // added after the factor: temperatures
}

// units holds exact definitions (international yard and pound 1959, SI brochure
// 2019); temperatures are brought to kelvin.
var units = map[string]unit{
	"m": {"length", 1, 0}, "metre": {"length", 1, 0}, "metres": {"length", 1, 0}, "meter": {"length", 1, 0}, "meters": {"length", 1, 0},
	"km": {"length", 1000, 0}, "kilometre": {"length", 1000, 0}, "kilometres": {"length", 1000, 0}, "kilometer": {"length", 1000, 0}, "kilometers": {"length", 1000, 0}, "kms": {"length", 1000, 0},
	"cm": {"length", .01, 0}, "centimetres": {"length", .01, 0}, "centimeters": {"length", .01, 0}, "mm": {"length", .001, 0}, "millimetres": {"length", .001, 0}, "millimeters": {"length", .001, 0},
	"ft": {"length", .3048, 0}, "feet": {"length", .3048, 0}, "foot": {"length", .3048, 0}, "inch": {"length", .0254, 0}, "inches": {"length", .0254, 0},
	"mile": {"length", 1609.344, 0}, "miles": {"length", 1609.344, 0}, "mi": {"length", 1609.344, 0}, "yard": {"length", .9144, 0}, "yards": {"length", .9144, 0},
	"kg": {"mass", 1, 0}, "kilograms": {"mass", 1, 0}, "kilogram": {"mass", 1, 0}, "g": {"mass", .001, 0}, "grams": {"mass", .001, 0}, "gram": {"mass", .001, 0},
	"tonnes": {"mass", 1000, 0}, "tonne": {"mass", 1000, 0}, "lb": {"mass", .45359237, 0}, "lbs": {"mass", .45359237, 0}, "pounds": {"mass", .45359237, 0},
	"s": {"time", 1, 0}, "second": {"time", 1, 0}, "seconds": {"time", 1, 0}, "sec": {"time", 1, 0}, "minute": {"time", 60, 0}, "minutes": {"time", 60, 0}, "hour": {"time", 3600, 0}, "hours": {"time", 3600, 0},
	"day": {"days", 1, 0}, "days": {"days", 1, 0}, "week": {"days", 7, 0}, "weeks": {"days", 7, 0},
	"month": {"months", 1, 0}, "months": {"months", 1, 0}, "year": {"years", 1, 0}, "years": {"years", 1, 0},
	"km/h": {"speed", 1 / 3.6, 0}, "kph": {"speed", 1 / 3.6, 0}, "mph": {"speed", .44704, 0}, "m/s": {"speed", 1, 0}, "km/s": {"speed", 1000, 0},
	"°c": {"temperature", 1, 273.15}, "celsius": {"temperature", 1, 273.15}, "°f": {"temperature", 5. / 9, 459.67 * 5 / 9}, "fahrenheit": {"temperature", 5. / 9, 459.67 * 5 / 9},
	"k": {"temperature", 1, 0}, "kelvin": {"temperature", 1, 0}, "kelvins": {"temperature", 1, 0},
	"%": {"percent", 1, 0}, "percent": {"percent", 1, 0}, "per cent": {"percent", 1, 0},
	"km2": {"area", 1, 0}, "km²": {"area", 1, 0}, "square kilometres": {"area", 1, 0}, "square kilometers": {"area", 1, 0}, "square miles": {"area", 2.589988110336, 0}, "sq mi": {"area", 2.589988110336, 0}, "sq km": {"area", 1, 0},
	"$": {"usd", 1, 0}, "dollars": {"usd", 1, 0}, "usd": {"usd", 1, 0}, "€": {"eur", 1, 0}, "euros": {"eur", 1, 0}, "euro": {"eur", 1, 0}, "£": {"gbp", 1, 0},
}

var multipliers = map[string]float64{"hundred": 100, "thousand": 1e3, "million": 1e6, "millions": 1e6, "mn": 1e6, "billion": 1e9, "billions": 1e9, "bn": 1e9, "trillion": 1e12, "trillions": 1e12, "tn": 1e12}

// letters are multipliers too where they stand right behind the digits: "$391B". Behind
// a number without a currency m is metres as well, and k kelvin.
var letters = map[string]float64{"k": 1e3, "m": 1e6, "b": 1e9}

var numberWords = map[string]float64{"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
	"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "once": 1, "twice": 2, "thrice": 3,
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}

// quantity is a number found in a text.
type quantity struct {
	value      float64 // as written, multiplier applied
	step       float64 // the last stated digit: 8.2 million -> 0.1 million
	unit       unit
	unitName   string
	rounded    bool    // "about 400"
	count      bool    // written as a count, never as a year: "1,192", "about 1200"
	letter     float64 // what a letter behind the digits may multiply by, 0 without one: "68m"
	start, end int
}

func (q quantity) si() float64     { return q.value*q.unit.factor + q.unit.offset }
func (q quantity) siStep() float64 { return q.step * q.unit.factor }

const unitPattern = `square kilomet(?:re|er)s|square miles|sq km|sq mi|km²|km2|kilomet(?:re|er)s?|met(?:re|er)s?|centimet(?:re|er)s|millimet(?:re|er)s|km/h|km/s|m/s|kph|mph|kms|km|cm|mm|ft|feet|foot|inch(?:es)?|miles?|mi|yards?|kilograms?|kg|grams?|tonnes?|lbs?|pounds|seconds?|sec|minutes?|hours?|days?|weeks?|months?|years?|°\s?[cf]|degrees? (?:celsius|fahrenheit)|celsius|fahrenheit|kelvins?|per ?cent|percent|%|dollars|usd|euros?|m|g|s|k`

var (
	reQuantity  = regexp.MustCompile(`(?i)([$€£]\s?)?(-|−)?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:[ \x{00a0}-]?(hundred|thousand|millions?|mn|billions?|bn|trillions?|tn))?(?:[ \x{00a0}-]?(` + unitPattern + `)(?:[^\pL\pN]|$))?`)
	reMinusWord = regexp.MustCompile(`(?i)\bminus $`)
	reClock     = regexp.MustCompile(`\b(\d{1,2}):(\d{2})(?::(\d{2}))?(\.\d+)?\b`)
)

// findQuantities reads the numbers of s with their units. Ordinal endings are
// read as the number.
func findQuantities(s string) []quantity {
	var out []quantity
	taken := make([]bool, len(s)+1)
	for _, m := range reClock.FindAllStringSubmatchIndex(s, 32) { // 1:59:40 and 9.58 are record times
		a, b := float64(atoi(s[m[2]:m[3]])), float64(atoi(s[m[4]:m[5]]))
		v := a*60 + b
		if m[6] >= 0 {
			v = a*3600 + b*60 + float64(atoi(s[m[6]:m[7]]))
		}
		step := 1.0
		if m[8] >= 0 {
			f, _ := strconv.ParseFloat("0"+s[m[8]:m[9]], 64)
			v += f
			step = math.Pow(10, -float64(m[9]-m[8]-1))
		}
		for i := m[0]; i < m[1]; i++ {
			taken[i] = true
		}
		out = append(out, quantity{value: v, step: step, unit: units["s"], unitName: "s", start: m[0], end: m[1]})
	}
	for _, m := range reQuantity.FindAllStringSubmatchIndex(s, 128) {
		if taken[m[6]] || insideWord(s, m[6]) {
			continue
		}
		digits := strings.ReplaceAll(s[m[6]:m[7]], ",", "")
		v, err := strconv.ParseFloat(digits, 64)
		if err != nil || math.IsInf(v, 0) {
			continue
		}
		q := quantity{value: v, step: lastDigit(digits), unit: unit{factor: 1}, start: m[6], end: m[7]}
		q.rounded = reRounded.MatchString(s[max(0, m[6]-24):m[6]])
		q.count = q.rounded || digits != s[m[6]:m[7]]
		if m[4] >= 0 && (m[4] == 0 || !isWordByte(s[m[4]-1])) {
			q.value, q.start = -v, m[4]
		} else if word := reMinusWord.FindStringIndex(s[max(0, m[6]-8):m[6]]); word != nil {
			q.value, q.start = -v, max(0, m[6]-8)+word[0]
		}
		if m[2] >= 0 {
			q.setUnit(strings.TrimSpace(s[m[2]:m[3]]))
			q.start = m[2]
		}
		if m[8] >= 0 {
			f := multipliers[strings.ToLower(s[m[8]:m[9]])]
			q.value, q.step, q.end = q.value*f, lastDigitOf(digits)*f, m[9]
		}
		if m[10] >= 0 && (m[2] < 0 || letters[strings.ToLower(s[m[10]:m[11]])] == 0) {
			q.setUnit(s[m[10]:m[11]])
			q.end = m[11]
		}
		out = append(out, q.withLetter(s, m[7], m[8] >= 0))
	}
	return joinUnits(s, append(out, wordQuantities(s)...))
}

func (q *quantity) setUnit(name string) {
	n := strings.ToLower(squeeze(name))
	n = strings.TrimPrefix(strings.TrimPrefix(n, "degrees "), "degree ")
	n = strings.ReplaceAll(n, "° ", "°")
	if u, ok := units[n]; ok {
		q.unit, q.unitName = u, n
	}
}

// withLetter reads the letter that stands right behind the digits, which end at
// `end`, unless a word has multiplied already.
func (q quantity) withLetter(s string, end int, multiplied bool) quantity {
	if multiplied || end >= len(s) || end+1 < len(s) && isWordByte(s[end+1]) {
		return q
	}
	f := letters[strings.ToLower(s[end:end+1])]
	switch {
	case f == 0:
	case q.unit.dimension == "usd" || q.unit.dimension == "eur" || q.unit.dimension == "gbp":
		q.value, q.step, q.end = q.value*f, lastDigitOf(s[q.start:end])*f, end+1
	default:
		q.letter, q.end = f, end+1
	}
	return q
}

func isWordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b >= 0x80
}

// insideWord is true for the 5 of "GPT-5" and the 13 of "F13": names, not numbers.
func insideWord(s string, i int) bool {
	if i == 0 {
		return false
	}
	p := s[i-1]
	if p >= 'a' && p <= 'z' || p >= 'A' && p <= 'Z' || p == '.' && i > 1 && s[i-2] >= '0' && s[i-2] <= '9' {
		return true
	}
	return p == '-' && i > 1 && (s[i-2] >= 'a' && s[i-2] <= 'z' || s[i-2] >= 'A' && s[i-2] <= 'Z')
}

// lastDigit is the place value of the last stated digit; trailing zeros of a
// large whole number are taken as rounding.
func lastDigit(digits string) float64 {
	if i := strings.IndexByte(digits, '.'); i >= 0 {
		return math.Pow(10, -float64(len(digits)-i-1))
	}
	zeros := len(digits) - len(strings.TrimRight(digits, "0"))
	if len(digits) < 4 || zeros == len(digits) {
		return 1
	}
	return math.Pow(10, float64(zeros))
}

func lastDigitOf(digits string) float64 {
	if i := strings.IndexByte(digits, '.'); i >= 0 {
		return math.Pow(10, -float64(len(digits)-i-1))
	}
	return 1
}

// compareNumbers: equal to the last stated digit of the coarser one, or within
// 1% once units had to be converted or both are large.
func compareNumbers(a, b string) Relation {
	as, bs := findQuantities(a), findQuantities(b)
	if len(as) == 0 || len(bs) == 0 {
		return Unknown
	}
	known := false
	for _, x := range as {
		for _, y := range bs {
			switch quantityRelation(x, y) {
			case Same:
				return Same
			case Different:
				known = true
			}
		}
	}
	if known && len(as) <= 3 && len(bs) <= 3 {
		return Different
	}
	return Unknown
}

func quantityRelation(x, y quantity) Relation {
	if x.unit.dimension != "" && y.unit.dimension != "" && x.unit.dimension != y.unit.dimension {
		return Unknown
	}
	if x.unit.dimension == "" || y.unit.dimension == "" {
		x.unit, y.unit = unit{factor: 1}, unit{factor: 1}
		if x.letter > 0 != (y.letter > 0) {
			if quantityRelation(x.multiplied(), y.multiplied()) == Same {
				return Same
			}
			return Unknown // the letter may be a unit
		}
	}
	dx, dy := x.si(), y.si()
	gap := math.Abs(dx - dy)
	tolerance := math.Max(x.siStep(), y.siStep()) / 2 * 1.0000001
	if x.unit != y.unit || x.unit.dimension != "time" && math.Min(math.Abs(dx), math.Abs(dy)) >= 1000 && !(yearLike(x) && yearLike(y)) {
		tolerance = math.Max(tolerance, 0.01*math.Max(math.Abs(dx), math.Abs(dy)))
	}
	// A truncated figure ("8,848" for 8,848.86) agrees too.
	coarse := math.Max(x.siStep(), y.siStep())
	if yearLike(x) && yearLike(y) {
		coarse = 0
		tolerance = 0
	}
	if largest := math.Max(math.Abs(dx), math.Abs(dy)); largest > 20 {
		// Zeros at the end of a number are only so much rounding.
		tolerance, coarse = math.Min(tolerance, 0.06*largest), math.Min(coarse, 0.06*largest)
	} else if x.unit != y.unit { // two days are no week
		tolerance, coarse = math.Min(tolerance, 0.1*largest), math.Min(coarse, 0.1*largest)
	}
	if gap <= tolerance || (x.siStep() != y.siStep() && gap < coarse) {
		return Same
	}
	if (x.rounded || y.rounded) && gap <= 0.05*math.Max(math.Abs(dx), math.Abs(dy)) {
		return Unknown
	}
	return Different
}

// multiplied takes the letter behind the digits for a multiplier.
func (q quantity) multiplied() quantity {
	if q.letter > 0 {
		q.value, q.step, q.letter = q.value*q.letter, q.step*q.letter, 0
	}
	return q
}

// yearLike numbers ("2024") are compared exactly.
func yearLike(q quantity) bool {
	return !q.count && q.unit.dimension == "" && q.value == math.Trunc(q.value) && q.value >= 1000 && q.value < 2200
}
