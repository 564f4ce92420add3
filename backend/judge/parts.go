package judge

import (
	"regexp"
	"strconv"
	"strings"

	"errata/backend"
)

// partNouns name a part of a whole that is told from others by its number.
var partNouns = wordSet("season series episode volume book chapter part week round stage level grade game act scene article section phase edition issue day night title amendment lap inning quarter verse")

var reOrdinal = regexp.MustCompile(`^(\d{1,4})(?:st|nd|rd|th)?$`)

// part is "Season 4", "the third season" or a bare "5".
type part struct {
	noun   string
	number int
}

// findPart reads a value that is nothing but the number of a part.
func findPart(s string) (part, bool) {
	words := strings.Fields(backend.Normal(s))
	var p part
	switch {
	case len(words) == 1:
	case len(words) == 2 && partNouns[words[0]]:
		p.noun, words = words[0], words[1:]
	case len(words) == 2 && partNouns[words[1]]:
		p.noun, words = words[1], words[:1]
	default:
		return part{}, false
	}
	n, ok := wholeNumber(words[0])
	if !ok && p.noun != "" {
		n, ok = romanNumber(words[0])
	}
	p.number = n
	return p, ok
}

func wholeNumber(w string) (int, bool) {
	if m := reOrdinal.FindStringSubmatch(w); m != nil {
		n, err := strconv.Atoi(m[1])
		return n, err == nil
	}
	if n, ok := numberWords[w]; ok {
		return int(n), true
	}
	n, ok := numberWords[strings.TrimSuffix(w, "th")] // eleventh, fourteenth
	return int(n), ok
}

var romanDigits = map[byte]int{'i': 1, 'v': 5, 'x': 10, 'l': 50, 'c': 100}

func romanNumber(w string) (int, bool) {
	total := 0
	for i := range len(w) {
		n := romanDigits[w[i]]
		switch {
		case n == 0 || len(w) > 8:
			return 0, false
		case i+1 < len(w) && n < romanDigits[w[i+1]]:
			total -= n
		default:
			total += n
		}
	}
	return total, total > 0
}

// compareParts: "Season 3" and "the third season". A bare number is of the part
// that the question asks for.
func compareParts(f form, a, b string) (Relation, bool) {
	x, okX := findPart(a)
	y, okY := findPart(b)
	noun := x.noun
	if noun == "" {
		noun = y.noun
	}
	bare := x.noun == "" || y.noun == ""
	if !okX || !okY || noun == "" || !bare && x.noun != y.noun || bare && !f.Terms[term(noun)] {
		return Unknown, false
	}
	if x.number == y.number {
		return Same, true
	}
	return Different, true
}
