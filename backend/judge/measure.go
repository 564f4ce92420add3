package judge

import (
	"regexp"
	"slices"
	"strings"
)

// marks are what tells two values apart that have the same number or name. Each
// pattern finds a mark, or none; two that are there and differ say that the values
// are not the same, and no more: nobody converts them here.
var marks = []*regexp.Regexp{
	regexp.MustCompile(`(?:^|[^\pL\pN])([a-z]{0,2}[$€£¥₹₩₽₺₪₫₴₦₱฿])\s?\d`),
	regexp.MustCompile(`\b(australian|canadian|us|u\.s\.|american|hong kong|new zealand|singapore|taiwan|jamaican|swiss|french|swedish|norwegian|danish|mexican|chilean|indian|turkish|egyptian)\s+(?:dollars?|francs?|kron\pL+|pesos?|rupees?|liras?|pounds?)\b`),
	regexp.MustCompile(`\d\s*(?:hundred|thousand|million|billion|trillion)?\s*(?:\pL+ )?(dollars?|euros?|yen|yuan|renminbi|rupees?|roubles?|rubles?|francs?|pesos?|kronor|kroner|krona|krone|liras?|rials?|riyals?|dirhams?|zlotys?|forints?|hryvnias?)\b`),
	regexp.MustCompile(`\d[ -]?(square |cubic |sq\.? )?(?:kilo|centi|milli)?(?:met(?:re|er)s?|miles?|feet|inch(?:es)?|km|mi|ft)\b`),
	regexp.MustCompile(`\d\s*(?:thousand|million|billion)?[ -]?(hectares?|acres?|nautical miles?|light[- ]years?|lit(?:re|er)s?|gallons?|tons?|grams?|kg|kilograms?|pounds|lbs?|ounces?|miles?|km|mg|[kmgt]?w|[kmgt]wh|(?:kilo|mega|giga|tera)?watts?|[kmgtp]b|(?:kilo|mega|giga|tera)bytes?|[kmg]?hz|(?:kilo|mega|giga)?hertz|volts?|amperes?|amps?|joules?|calories?)\b`),
	regexp.MustCompile(`\d\s?([ap])\.?m\b`),
	regexp.MustCompile(`\b(?:(?:rose|rise|risen|up|gain(?:ed)?|grew|increased?)()|(?:fell|fall|fallen|down|lost|dropped|declined|decreased?))\b`),
}

// titleMarks are the same of names.
var titleMarks = []*regexp.Regexp{
	regexp.MustCompile(`\b(jr|junior|sr|senior)\b`),
	regexp.MustCompile(`\b(democratic |people['’]?s )?republic\b`),
}

var markNames = strings.NewReplacer("u.s.", "us", "american", "us", "us$", "$", "junior", "jr", "senior", "sr", "kilowatt", "kw", "megawatt", "mw", "gigawatt", "gw", "terawatt", "tw",
	"watt", "w", "kilobyte", "kb", "megabyte", "mb", "gigabyte", "gb", "terabyte", "tb", "kilohertz", "khz", "megahertz", "mhz", "gigahertz", "ghz", "hertz", "hz", "liter", "litre", "’", "'",
	"ampere", "amp", "rouble", "ruble", "kilogram", "kg", "mile", "mi")

var (
	reSquare   = regexp.MustCompile(`(\d) ?(?:sq\.? )?(k?m|mi|ft)(?:²|2\b)`)
	reSq       = regexp.MustCompile(`\bsq\.? `)
	reMinus    = regexp.MustCompile(`(?:^|[\s$€£(])[-−–]\s?[$€£]?\d|\bminus \d|\d[^,;]{0,12} below (?:zero|freezing)\b`)
	reOtherWay = regexp.MustCompile(`\bdozens?\b|\d\.\d{3}\.\d{3}|\d,\d{1,2}(?:[^\d]|$)`) // numbers that are read elsewhere in another way
)

// unlike: two values that a comparison of their words and digits would take for one,
// or for two, and that have different marks beside them.
func unlike(a, b string) bool {
	a, b = strings.ToLower(unmangled(a)), strings.ToLower(unmangled(b))
	if a == b {
		return false
	}
	list := titleMarks
	if hasDigit(a) && hasDigit(b) {
		list = marks
	}
	if hasDigit(a) && hasDigit(b) && reMinus.MatchString(a) != reMinus.MatchString(b) {
		return true
	}
	if reOtherWay.MatchString(a) || reOtherWay.MatchString(b) {
		return true
	}
	a, b = squared(a), squared(b)
	for _, re := range list {
		x, y := markedBy(re, a), markedBy(re, b)
		if len(x) > 0 && len(y) > 0 && !slices.ContainsFunc(x, func(m string) bool { return slices.Contains(y, m) || converts(m, y) }) {
			return true
		}
	}
	return false
}

func squared(s string) string {
	return reSq.ReplaceAllString(reSquare.ReplaceAllString(s, "$1 square $2"), "square ")
}

// converts: the numbers' own comparison brings one to the other.
func converts(mark string, others []string) bool {
	_, known := units[mark]
	return known && slices.ContainsFunc(others, func(o string) bool { _, ok := units[o]; return ok && o != mark })
}

func markedBy(re *regexp.Regexp, s string) (out []string) {
	for _, m := range re.FindAllStringSubmatchIndex(s, 16) {
		mark := "-"
		if m[2] >= 0 {
			mark = strings.TrimSpace(s[m[2]:m[3]])
			if len(mark) > 2 {
				mark = strings.TrimSuffix(mark, "s")
			}
			mark = markNames.Replace(mark)
		}
		out = append(out, mark)
	}
	return out
}
