package judge

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

var (
	reGlued    = regexp.MustCompile(`\b(in|on|by|from|at|of|to|the|is|was|were|and|with|as)(\p{Lu}\p{Ll}|[1-9]\d)`)
	reGluedDay = regexp.MustCompile(`(\d(?:st|nd|rd|th))(\p{Ll}{2,})`)
	reYearMark = regexp.MustCompile(`\b(1[0-9]{3}|20[0-9]{2})\d{1,2}([.,;)]|\s*$)`)
	reYearWord = regexp.MustCompile(`\b(1[0-9]{3}|20[0-9]{2})(\p{Ll}{2,})`)
)

// unglued puts back the spaces that a page lost with its markup ("on**May 4, 1931**1."
// read as "onMay 4, 19311."), and takes the footnote's number off a year.
func unglued(text string) string {
	text = reGlued.ReplaceAllString(text, "$1 $2")
	text = reGluedDay.ReplaceAllString(text, "$1 $2")
	text = reYearWord.ReplaceAllString(text, "$1 $2")
	return reYearMark.ReplaceAllString(text, "$1$2")
}

// unmangled reads again as UTF-8 what was once taken for Latin: "MÃ¼ller" is Müller.
func unmangled(s string) string {
	if !strings.ContainsAny(s, "ÃÂâÅÄ") {
		return s
	}
	raw, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil || !utf8.ValidString(raw) {
		return s
	}
	return raw
}
