package judge

import (
	"regexp"
	"strings"
)

// titles stand before or after a name and do not belong to it.
var titles = wordSet(`sir dame mr mrs ms miss dr prof professor president primeminister minister chancellor king queen prince princess pope
	emperor empress lord lady saint captain coach senator governor general rep ceo inc ltd corp corporation company co plc llc gmbh ag fc cf
	afc sc club jr sr jnr snr hon rt mp kg kc leader the`)

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
	"uae": "united arab emirates", "first world war": "world war i", "second world war": "world war ii", "world war 1": "world war i", "world war 2": "world war ii",
	"world war one": "world war i", "world war two": "world war ii", "wwi": "world war i", "wwii": "world war ii", "ww1": "world war i", "ww2": "world war ii",
	"la gioconda": "mona lisa", "chomolungma": "mount everest", "sagarmatha": "mount everest", "qomolangma": "mount everest", "man u": "manchester united"}

var nicknames = map[string]string{"joe": "joseph", "bill": "william", "will": "william", "bob": "robert", "rob": "robert", "jim": "james", "mike": "michael",
	"tom": "thomas", "tim": "timothy", "tony": "anthony", "dick": "richard", "rick": "richard", "ben": "benjamin", "sam": "samuel", "dan": "daniel",
	"dave": "david", "steve": "stephen", "steven": "stephen", "chris": "christopher", "kate": "katherine", "liz": "elizabeth", "beth": "elizabeth",
	"ed": "edward", "ted": "edward", "andy": "andrew", "nick": "nicholas", "alex": "alexander", "al": "albert", "fred": "frederick", "greg": "gregory",
	"jeff": "jeffrey", "ken": "kenneth", "larry": "lawrence", "matt": "matthew", "pat": "patrick", "pete": "peter", "phil": "philip", "ron": "ronald",
	"vova": "volodymyr", "vladimir": "volodymyr", "jack": "john", "johnny": "john", "maggie": "margaret", "meg": "margaret", "leo": "leonardo", "don": "donald"}

var roman = regexp.MustCompile(`^(?:i{1,3}|iv|vi{0,3}|ix|xi{0,3}|xiv|xv|xvi{0,3})$`)

// nameParts are small words of a question that are names too, where they have a
// capital: Will Smith, Brian May. "I" is one behind another word: Charles I.
var nameParts = wordSet("will may can must just i")

// nameWords gives the words that make up a name, in normal form.
func nameWords(s string) []string {
	if i := strings.IndexByte(s, '('); i > 0 {
		s = s[:i]
	}
	words := normalWords(s)
	var out []string
	isName := func(i int, w string) bool {
		return nameParts[w] && (w != "i" || i > 0) && strings.Contains(s, strings.ToUpper(w[:1])+w[1:])
	}
	for i, w := range words {
		if full, ok := shortForms[w]; ok && len(words) > 1 {
			w = full
		}
		if titles[w] && len(words) > 1 && !(w == "king" && i > 0) {
			continue
		}
		if stopWords[w] && w != "who" && w != "us" && len(words) > 1 && !isName(i, w) {
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
	if samePerson(x, y) || aligned(x, y) || aligned(plainWords(a), plainWords(b)) {
		return Same
	}
	if r, ok := misspelt(x, y); ok {
		return r
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

// reGoesOn is a name that goes on behind its first word here, as it does not in
// "Lukas Podolski of Germany" and "Bruce Willis, The Sixth Sense".
var reGoesOn = regexp.MustCompile(`^[\pL\pN'’.-]+ \p{Lu}(?:[^h]|h[^e])`)

// otherPerson says that of two names of persons one holds the other and may still
// be somebody else's: "Martin Luther" and "Martin Luther King", "George W. Bush"
// and "George H. W. Bush"; or that the last name of one begins the other's.
func otherPerson(a, b string) bool {
	if len(listItems(a)) > 1 || len(listItems(b)) > 1 || wide(a) > 0 || wide(b) > 0 {
		return false
	}
	x, y := withoutRoman(nameWords(a), nameWords(b))
	if len(x) > len(y) {
		x, y, b = y, x, a
	}
	if len(x) < 2 {
		return false
	}
	lastX, lastY := x[len(x)-1], y[len(y)-1]
	if !within(x, y) { // "Jean Reno" and "Jean Renoir"
		return len(x) == len(y) && (begins(lastX, lastY) || begins(lastY, lastX)) && editDistance(lastX, lastY) > 1
	}
	initials := func(words []string) (out []string) {
		for _, w := range words[1 : len(words)-1] {
			if len(w) == 1 {
				out = append(out, w)
			}
		}
		return out
	}
	i, j := initials(x), initials(y)
	return len(x) < len(y) && lastX != lastY && reGoesOn.MatchString(b[max(0, indexFold(b, lastX)):]) || len(i) > 0 && len(j) > 0 && !within(j, i)
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

// nameLike: at most eight words, at least one of them with a capital.
func nameLike(s string) bool {
	t := tokens(s)
	return len(t) > 0 && len(t) <= 8 && hasUpper(s)
}
