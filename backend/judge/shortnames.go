package judge

import (
	"strings"
	"unicode"

	"errata/backend"
)

// clubNames are second names of clubs that share no word with the first.
var clubNames = map[string][]string{"spurs": {"tottenham", "hotspur"}, "wolves": {"wolverhampton", "wanderers"}, "gunners": {"arsenal"},
	"barca": {"barcelona"}, "juve": {"juventus"}}

// halves are short names that stand for one of several states, nobody knows which.
var halves = map[string]string{"korea": "northkorea southkorea"}

// byNickname: "Spurs" and "Tottenham".
func byNickname(short, long []string) bool {
	if len(short) != 1 {
		return false
	}
	full := clubNames[short[0]]
	return len(full) > 0 && within(long, full)
}

// capitals is a name that is all one word in capital letters, in lower case.
func capitals(s string) string {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
	if len(letters) < 2 || len(letters) > 6 || letters != strings.ToUpper(letters) || strings.ContainsAny(strings.TrimSpace(s), " -") {
		return ""
	}
	return strings.ToLower(letters)
}

func initials(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteByte(w[0])
	}
	return b.String()
}

// isAcronym: "UAE" and "United Arab Emirates", "PSG" and "Paris Saint-Germain";
// small words may count or not.
func isAcronym(short, long string) bool {
	letters := capitals(short)
	if letters == "" {
		return false
	}
	all := strings.Fields(backend.Normal(strings.ReplaceAll(long, "'", " ")))
	var strong []string
	for _, w := range all {
		if !stopWords[w] {
			strong = append(strong, w)
		}
	}
	return len(all) > 1 && (initials(all) == letters || initials(strong) == letters)
}

// aligned: the same name, word by word, where a word may be the beginning of the
// other's or stand for several by their beginnings: "Man City" and "Manchester
// City", "LA Dodgers" and "Los Angeles Dodgers", "OKC Thunder" and "Oklahoma City
// Thunder". One word at least is written out in both.
func aligned(x, y []string) bool {
	return len(x) > 1 && len(y) > 1 && align(x, y, 0)
}

func align(x, y []string, equal int) bool {
	if len(x) == 0 || len(y) == 0 {
		return len(x) == len(y) && equal > 0
	}
	if x[0] == y[0] {
		return align(x[1:], y[1:], equal+1)
	}
	if begins(x[0], y[0]) || begins(y[0], x[0]) {
		return align(x[1:], y[1:], equal)
	}
	for n := 2; n <= 4; n++ {
		if len(y) > n && standsFor(x[0], y[:n]) && align(x[1:], y[n:], equal) ||
			len(x) > n && standsFor(y[0], x[:n]) && align(x[n:], y[1:], equal) {
			return true
		}
	}
	return false
}

// standsFor: a few letters that are made of the words' beginnings, each word's
// first letter at least.
func standsFor(letters string, words []string) bool {
	if len(letters) > 5 {
		return false
	}
	if len(words) == 0 || letters == "" {
		return len(words) == 0 && letters == ""
	}
	for n := 1; n <= len(letters) && strings.HasPrefix(words[0], letters[:n]); n++ {
		if standsFor(letters[n:], words[1:]) {
			return true
		}
	}
	return false
}

// plainWords are a name's words with no phrase of several brought to one.
func plainWords(s string) []string { return strings.Fields(backend.Normal(s)) }

func begins(short, long string) bool { return len(short) >= 3 && strings.HasPrefix(long, short) }

// mayShorten: one word that could be a short form of the other name, though
// nothing proves it. Then the two are not called different.
func mayShorten(a string, x, y []string) bool {
	if len(x) != 1 {
		return false
	}
	if strings.Contains(halves[x[0]], strings.Join(y, "")) && len(y) == 1 {
		return true
	}
	for _, w := range y {
		if begins(x[0], w) {
			return true
		}
	}
	letters := capitals(a)
	if letters == "" || len(letters) < 3 || len(y) < 2 || knownShort[x[0]] {
		return false
	}
	for _, w := range y {
		if strings.IndexByte(letters, w[0]) >= 0 {
			return true
		}
	}
	return false
}

// knownShort are abbreviations that stand for one thing only.
var knownShort = wordSet("usa uk eu un uae nasa nato")
