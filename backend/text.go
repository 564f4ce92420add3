package backend

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Normal is the form in which answers are compared: lower case, no accents, no
// punctuation inside or around words except between digits, no articles, single
// spaces. It follows the SQuAD answer normalisation (Rajpurkar et al. 2016),
// with accents folded.
func Normal(s string) string {
	var b strings.Builder
	runes := []rune(norm.NFD.String(strings.ToLower(s)))
	for i, r := range runes {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case (r == '.' || r == ',') && i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1]):
			if r == '.' {
				b.WriteRune(r)
			}
		case (r == '+' || r == '#') && i > 0 && (unicode.IsLetter(runes[i-1]) || runes[i-1] == '+'):
			b.WriteRune(r) // C, C++ and C# are three things
		case r == '\'' || r == '’':
		default:
			b.WriteRune(' ')
		}
	}
	words := strings.Fields(b.String())
	kept := words[:0]
	for _, w := range words {
		if w != "a" && w != "an" && w != "the" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// Mentions says whether value stands in text as whole words, both in Normal form.
// An empty value is never mentioned.
func Mentions(text, value string) bool {
	v := Normal(value)
	return v != "" && strings.Contains(" "+Normal(text)+" ", " "+v+" ")
}

// MentionsAny says whether text mentions one of the values.
func MentionsAny(text string, values []string) bool {
	for _, v := range values {
		if Mentions(text, v) {
			return true
		}
	}
	return false
}

// Count says how many there are of a regular noun: "1 document", "2 documents".
func Count(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "s"):
		noun += "es"
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
