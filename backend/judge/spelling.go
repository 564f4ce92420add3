package judge

import "strings"

// misspelt compares two names that are not equal: Same when each word of the one
// is a word of the other but for a slip, or they are cut otherwise ("JG" and "J.
// G."), Unknown when only the names as a whole are alike ("Jon Ashby" and "John
// Ashby"), and ok is false when they are not. Two known places are what they are
// called: Ireland is no slip for Iceland.
func misspelt(x, y []string) (r Relation, ok bool) {
	whole := func(words []string) string { return strings.Join(words, "") }
	if wideRanks[whole(x)] > 0 && wideRanks[whole(y)] > 0 {
		return Unknown, false
	}
	if !spelledAlike(whole(x), whole(y)) {
		return Unknown, false
	}
	for i := range x {
		if len(x) == len(y) && x[i] != y[i] && !spelledAlike(x[i], y[i]) {
			return Unknown, true
		}
	}
	return Same, true
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
