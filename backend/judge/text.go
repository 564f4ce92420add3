package judge

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviations whose full stop does not end a sentence.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "st": true, "mt": true, "no": true, "vs": true, "jr": true,
	"sr": true, "inc": true, "ltd": true, "co": true, "corp": true, "prof": true, "gen": true, "gov": true, "sen": true,
	"rep": true, "approx": true, "ca": true, "e.g": true, "i.e": true, "u.s": true, "u.k": true, "u.s.a": true,
	"jan": true, "feb": true, "mar": true, "apr": true, "jun": true, "jul": true, "aug": true, "sep": true,
	"sept": true, "oct": true, "nov": true, "dec": true, "c": true, "p": true, "a.m": true, "p.m": true, "ft": true,
}

var bullet = regexp.MustCompile(`^\s*(?:[-*+•#>|]|\d{1,3}[.)]\s)`)

// sentences cuts text at sentence ends, blank lines and list items. Every
// returned string is a verbatim, trimmed part of text.
func sentences(text string) []string {
	var out []string
	for _, block := range blocks(text) {
		out = append(out, cutSentences(block)...)
	}
	return out
}

func blocks(text string) []string {
	var out []string
	start, pos := 0, 0
	flush := func(end int) {
		if b := strings.TrimSpace(text[start:end]); b != "" {
			out = append(out, b)
		}
		start = end
	}
	for _, line := range strings.SplitAfter(text, "\n") {
		if strings.TrimSpace(line) == "" || bullet.MatchString(line) {
			flush(pos)
		}
		pos += len(line)
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			flush(pos)
		}
	}
	flush(len(text))
	return out
}

func cutSentences(block string) []string {
	var out []string
	start, listed := 0, isListed(block)
	for i := 0; i < len(block); i++ {
		c := block[i]
		if c != '.' && c != '!' && c != '?' {
			continue
		}
		end := i + 1
		for end < len(block) && strings.IndexByte(`"')]*_.!?`, block[end]) >= 0 {
			end++
		}
		if end < len(block) && block[end] != ' ' && block[end] != '\n' && block[end] != '\t' {
			continue
		}
		if c == '.' && listed && reItem.MatchString(block[start:i]) {
			continue
		}
		if c == '.' && end == i+1 && !endsSentence(block[start:i], strings.TrimSpace(block[end:])) {
			continue
		}
		if s := strings.TrimSpace(block[start:end]); s != "" {
			out = append(out, s)
		}
		start, i = end, end-1
	}
	if s := strings.TrimSpace(block[start:]); s != "" {
		out = append(out, s)
	}
	return out
}

// isListed: the block has an item number one or two. Most have nothing like it.
func isListed(block string) bool {
	for _, number := range []string{"1. ", "2. ", "1) ", "2) "} {
		if strings.Contains(block, number) {
			return reFirstOf.MatchString(block)
		}
	}
	return false
}

// reItem ends in the number of a list's item: "1. Rome 2. Oslo" is one sentence.
var reItem = regexp.MustCompile(`(?:^|\s)\d{1,2}$`)

// endsSentence looks at what stands before a full stop and what follows it.
func endsSentence(before, after string) bool {
	if after == "" {
		return true
	}
	next, _ := utf8.DecodeRuneInString(after)
	if unicode.IsLower(next) {
		return false
	}
	last := before[strings.LastIndexAny(before, " \n\t(")+1:]
	low := strings.ToLower(last)
	if abbreviations[low] {
		// "… in the U.S. The next" does end; "U.S. President" does not.
		return strings.HasPrefix(low, "u.") && startsLikeSentence(after)
	}
	if utf8.RuneCountInString(last) == 1 && unicode.IsUpper([]rune(last)[0]) {
		return false
	}
	return true
}

func startsLikeSentence(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	switch word {
	case "The", "He", "She", "It", "They", "In", "On", "As", "This", "His", "Her", "However,", "A", "An":
		return true
	}
	return false
}

// squeeze makes every run of white space one space.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// clip cuts s to at most n bytes at a rune boundary.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// token is one word of a text with its place.
type token struct {
	text       string
	start, end int
}

// tokens cuts s into words; apostrophes, hyphens, dots and commas between
// letters or digits stay inside a word ("O'Neill", "GPT-5", "8,848.86").
func tokens(s string) []token {
	var out []token
	start := -1
	for i, r := range s {
		inside := unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mn, r) // H₂O is one word
		if !inside && start >= 0 && strings.ContainsRune("'’-.,+&", r) {
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			prev, _ := utf8.DecodeLastRuneInString(s[:i])
			switch r {
			case '.':
				inside = unicode.IsDigit(prev) && unicode.IsDigit(next) || unicode.IsUpper(prev) && unicode.IsUpper(next)
			case ',':
				inside = unicode.IsDigit(prev) && unicode.IsDigit(next)
			default:
				inside = (unicode.IsLetter(prev) || unicode.IsDigit(prev)) && (unicode.IsLetter(next) || unicode.IsDigit(next))
			}
		}
		if inside && start < 0 {
			start = i
		}
		if !inside && start >= 0 {
			out = append(out, token{s[start:i], start, i})
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, token{s[start:], start, len(s)})
	}
	return out
}
