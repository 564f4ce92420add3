package backend

import (
	"regexp"
	"strings"
	"unicode"
)

// reMark are the tokens that structure a chat, of the common model families,
// also with spaces in them.
var reMark = regexp.MustCompile(`(?i)<\s?\|\s?[a-z_]{2,24}\s?\|\s?>|\[/?INST\]|<</?SYS>>|</?s>\s*\[|<start_of_turn>|<end_of_turn>|\bim_(?:start|end)\b|` +
	`</?(?:think|tool_call|tool_response|system|assistant|passage|instructions?)>|#{2,4}\s*(?:instructions?|response|system|assistant)\s*:`)

// Marked says whether a text holds a token that structures a chat, in any disguise
// that a tokenizer or a clean-up may take off: wide letters, characters nobody sees.
func Marked(s string) bool { return mayBeMarked(s) && reMark.MatchString(bare(s)) }

// Unmarked is the text without such tokens. One that has none stays as it is.
func Unmarked(s string) string {
	if !Marked(s) {
		return s
	}
	return reMark.ReplaceAllString(bare(s), " ")
}

// mayBeMarked saves the expression where no character stands that a token needs.
func mayBeMarked(s string) bool { return strings.ContainsAny(s, "<[#_＜［＃＿") }

// bare gives the wide forms of ASCII back their usual shape and drops what is not seen.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}
