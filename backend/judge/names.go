package judge

import (
	"regexp"
	"strings"
)

// titles stand before or after a name and do not belong to it.
var titles = wordSet(`sir dame mr mrs ms miss dr prof professor president primeminister minister chancellor king queen prince princess pope
	emperor empress lord lady saint captain coach senator governor general rep ceo inc ltd corp corporation company co plc llc gmbh ag fc cf
	afc sc club jr sr hon rt mp kg kc leader the`)

// directions make a different place of a name: York and New York.
var directions = wordSet("new north south east west northern southern eastern western equatorial upper lower")

var shortForms = map[string]string{"mt": "mount", "mtn": "mount", "utd": "united", "st": "saint", "ft": "fort", "&": "and", "univ": "university",
	"no": "number", "ger": "germany"}

// otherNames brings well-known second names of states, cities and works to one.
var otherNames = map[string]string{"holland": "netherlands", "kiev": "kyiv", "burma": "myanmar", "bombay": "mumbai", "peking": "beijing",
	"czechia": "czech republic", "ivory coast": "cote divoire", "swaziland": "eswatini", "turkiye": "turkey", "persia": "iran",
	"calcutta": "kolkata", "madras": "chennai", "saigon": "ho chi minh city", "constantinople": "istanbul", "nyc": "newyork", "newyork city": "newyork",
	"washington dc": "washington", "washington d c": "washington", "people republic of china": "china", "peoples republic of china": "china",
	"russian federation": "russia", "republic of ireland": "ireland", "republic of korea": "southkorea", "new delhi": "delhi",
	"uae": "united arab emirates", "la gioconda": "mona lisa", "chomolungma": "mount everest", "sagarmatha": "mount everest", "qomolangma": "mount everest", "man u": "manchester united"}

var nicknames = map[string]string{"joe": "joseph", "bill": "william", "will": "william", "bob": "robert", "rob": "robert", "jim": "james", "mike": "michael",
	"tom": "thomas", "tim": "timothy", "tony": "anthony", "dick": "richard", "rick": "richard", "ben": "benjamin", "sam": "samuel", "dan": "daniel",
	"dave": "david", "steve": "stephen", "steven": "stephen", "chris": "christopher", "kate": "katherine", "liz": "elizabeth", "beth": "elizabeth",
	"ed": "edward", "ted": "edward", "andy": "andrew", "nick": "nicholas", "alex": "alexander", "al": "albert", "fred": "frederick", "greg": "gregory",
	"jeff": "jeffrey", "ken": "kenneth", "larry": "lawrence", "matt": "matthew", "pat": "patrick", "pete": "peter", "phil": "philip", "ron": "ronald",
	"vova": "volodymyr", "vladimir": "volodymyr", "jack": "john", "johnny": "john", "maggie": "margaret", "meg": "margaret", "leo": "leonardo", "don": "donald"}

var roman = regexp.MustCompile(`^(?:i{2,3}|iv|vi{0,3}|ix|xi{0,3}|xiv|xv|xvi{0,3})$`)

// nameWords gives the words that make up a name, in normal form.
func nameWords(s string) []string {
	if i := strings.IndexByte(s, '('); i > 0 {
		s = s[:i]
	}
	words := normalWords(s)
	var out []string
	for i, w := range words {
		if full, ok := shortForms[w]; ok && len(words) > 1 {
			w = full
		}
		if titles[w] && len(words) > 1 && !(w == "king" && i > 0) {
			continue
		}
		if stopWords[w] && w != "who" && w != "us" && len(words) > 1 {
			continue
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		out = words
	}
	if full, ok := otherNames[strings.Join(out, " ")]; ok {
		out = strings.Fields(full)
	}
	return out
}

// compareNames serves persons, organisations, places and products.
func compareNames(a, b string) Relation {
	x, y := nameWords(a), nameWords(b)
	if len(x) == 0 || len(y) == 0 {
		return Unknown
	}
	if strings.Join(x, "") == strings.Join(y, "") {
		return Same
	}
	if r, ok := numbered(x, y); ok {
		return r
	}
	x, y = withoutRoman(x, y)
	if isAcronym(a, b) || isAcronym(b, a) || byNickname(x, y) || byNickname(y, x) {
		return Same
	}
	if within(x, y) || within(y, x) {
		long, short := x, y
		if len(y) > len(x) {
			long, short = y, x
		}
		for _, w := range long {
			if directions[w] && !contains(short, w) {
				return Different
			}
			if hasDigit(w) && !contains(short, w) {
				return Unknown
			}
		}
		return Same
	}
	if samePerson(x, y) || aligned(x, y) || aligned(plainWords(a), plainWords(b)) || spelledAlike(strings.Join(x, ""), strings.Join(y, "")) {
		return Same
	}
	if !nameLike(a) || !nameLike(b) || mayShorten(a, x, y) || mayShorten(b, y, x) {
		return Unknown
	}
	return Different
}

// numbered decides names that carry a number or a regnal numeral: "iPhone 15"
// and "iPhone 17 Pro" differ, whatever else they share.
func numbered(x, y []string) (Relation, bool) {
	dx, dy := numerals(x), numerals(y)
	if len(dx) == 0 || len(dy) == 0 {
		return Unknown, false
	}
	for _, d := range dx {
		if contains(dy, d) {
			return Unknown, false
		}
	}
	return Different, true
}

func numerals(words []string) []string {
	var out []string
	for i, w := range words {
		if hasDigit(w) || (i > 0 && roman.MatchString(w)) {
			out = append(out, w)
		}
	}
	return out
}

// withoutRoman drops a regnal numeral that only one side states.
func withoutRoman(x, y []string) ([]string, []string) {
	drop := func(words, other []string) []string {
		var out []string
		for i, w := range words {
			if i > 0 && roman.MatchString(w) && !contains(other, w) {
				continue
			}
			out = append(out, w)
		}
		return out
	}
	return drop(x, y), drop(y, x)
}

func contains(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

// within says that every word of a stands in b.
func within(a, b []string) bool {
	if len(a) == 0 {
		return false
	}
	for _, w := range a {
		if !contains(b, w) {
			return false
		}
	}
	return true
}

// samePerson: equal last names and first names that may be one (equal, initial,
// nickname, beginning).
func samePerson(x, y []string) bool {
	if len(x) < 2 || len(y) < 2 {
		return false
	}
	if len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0] { // family name first
		return true
	}
	lastX, lastY := x[len(x)-1], y[len(y)-1]
	if n := len(x); n == len(y) && n > 2 && lastX[0] == lastY[0] && min(len(lastX), len(lastY)) > 2 && editDistance(lastX, lastY) < 2 {
		all := true // "B. L. Birck" and "Berta Louise Birch"
		for i := range x[:n-1] {
			all = all && x[i][0] == y[i][0] && (len(x[i]) == 1 || len(y[i]) == 1)
		}
		if all {
			return true
		}
	}
	return (lastX == lastY || len(lastX) > 5 && spelledAlike(lastX, lastY)) && sameFirst(x[0], y[0])
}

func sameFirst(a, b string) bool {
	full := func(s string) string {
		if n, ok := nicknames[s]; ok {
			return n
		}
		return s
	}
	if a == b || full(a) == full(b) {
		return true
	}
	if len(a) == 1 || len(b) == 1 {
		return a[0] == b[0]
	}
	return len(a) >= 3 && len(b) >= 3 && (strings.HasPrefix(full(a), b) || strings.HasPrefix(full(b), a)) || len(a) > 4 && spelledAlike(a, b)
}

// spelledAlike allows one edit from six letters, two from ten; the first letter
// and digits must agree.
func spelledAlike(a, b string) bool {
	n := max(len(a), len(b))
	if n < 6 || n > 64 || a == "" || b == "" || a[0] != b[0] || hasDigit(a) || hasDigit(b) {
		return false
	}
	allowed := 1
	if n >= 10 {
		allowed = 2
	}
	return editDistance(a, b) <= allowed
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next := min(row[j]+1, row[j-1]+1, diagonal+cost)
			diagonal, row[j] = row[j], next
		}
	}
	return row[len(b)]
}

// nameLike: at most eight words, at least one of them with a capital.
func nameLike(s string) bool {
	t := tokens(s)
	return len(t) > 0 && len(t) <= 8 && hasUpper(s)
}
