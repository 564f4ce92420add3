package backend

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Normal is the form in which answers are compared: lower case, no accents, no
// punctuation inside or around words except between digits, no articles, single
// spaces. It follows the SQuAD answer normalisation (Rajpurkar et al. 2016),
// with accents folded.
func Normal(s string) string {
	words := strings.Fields(plainText(strings.ToLower(s)))
	kept := words[:0]
	for _, w := range words {
		if w != "a" && w != "an" && w != "the" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// plainText leaves letters, digits and what is a part of a number or a name, and
// spaces for the rest.
func plainText(low string) string {
	var b strings.Builder
	b.Grow(len(low))
	runes := []rune(low)
	if len(runes) != len(low) { // not all ASCII, which has no accents
		runes = []rune(norm.NFD.String(low))
	}
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
	return b.String()
}

// SameAnswer says whether two answers are one. Normal alone would take a temperature
// for its negative and dollars for euros.
func SameAnswer(a, b string) bool {
	n := Normal(a)
	if n != Normal(b) {
		return false
	}
	if n == "" { // neither has a letter or a digit
		return strings.TrimSpace(a) == strings.TrimSpace(b)
	}
	minusA, moneyA := markOf(a)
	minusB, moneyB := markOf(b)
	return minusA == minusB && (moneyA == moneyB || moneyA == 0 || moneyB == 0)
}

// markOf gives the sign of an answer's first number, and the currency mark, 0 for
// none. A hyphen within a word, as in Covid-19, is no sign.
func markOf(answer string) (minus bool, money rune) {
	runes := []rune(answer)
	i := slices.IndexFunc(runes, unicode.IsDigit)
	if i < 0 {
		return false, 0
	}
	if m := slices.IndexFunc(runes, isMoney); m >= 0 {
		money = runes[m]
	}
	for i--; i >= 0 && isMoney(runes[i]); i-- {
	}
	return i >= 0 && strings.ContainsRune("-−–－﹣", runes[i]) && (i == 0 || !unicode.IsLetter(runes[i-1]) && !unicode.IsDigit(runes[i-1])), money
}

func isMoney(r rune) bool { return unicode.Is(unicode.Sc, r) }

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
