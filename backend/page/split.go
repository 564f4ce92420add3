package page

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words of one passage: a paragraph up to wholeWords stays whole, windows of a
// longer one hold at most windowSentences sentences and MaxPassageWords words.
const (
	MaxPassageWords = 120
	wholeWords      = 80
	windowSentences = 3
	headingWords    = 12
)

// Passages cuts text into pieces that are short enough to be read by a small
// model and long enough to be understood alone. A heading joins the paragraph
// under it. No word is lost.
func Passages(text string) []string {
	var out []string
	heading := ""
	for para := range strings.SplitSeq(text, "\n\n") {
		para = strings.TrimSpace(para)
		if para == "" {
			continue
		}
		if isHeading(para) && words(heading) < wholeWords/2 {
			heading = strings.TrimSpace(heading + "\n" + para)
			continue
		}
		pieces := window(para)
		if heading != "" {
			pieces[0], heading = heading+"\n"+pieces[0], ""
		}
		out = append(out, pieces...)
	}
	if heading != "" {
		out = append(out, heading)
	}
	return out
}

func isHeading(s string) bool {
	if strings.ContainsAny(s, "\n|") || words(s) > headingWords {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(s)
	return !strings.ContainsRune(".!?…:;\"”)。！？", r)
}

func words(s string) int { return len(strings.Fields(s)) }

func window(para string) []string {
	if words(para) <= wholeWords {
		return []string{para}
	}
	var out, run []string
	count := 0
	flush := func() {
		if len(run) > 0 {
			out, run, count = append(out, strings.Join(run, " ")), nil, 0
		}
	}
	for line := range strings.SplitSeq(para, "\n") {
		for _, s := range Sentences(line) {
			n := words(s)
			if len(run) == windowSentences || count+n > MaxPassageWords {
				flush()
			}
			if n > MaxPassageWords {
				out = append(out, chunks(s)...)
				continue
			}
			run, count = append(run, s), count+n
		}
	}
	flush()
	return out
}

// chunks cuts one endless sentence by words.
func chunks(s string) []string {
	var out []string
	fields := strings.Fields(s)
	for len(fields) > 0 {
		n := min(len(fields), MaxPassageWords)
		out = append(out, strings.Join(fields[:n], " "))
		fields = fields[n:]
	}
	return out
}

// abbreviations end in a full stop without ending a sentence.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "sr": true, "jr": true, "rev": true, "gen": true, "col": true, "lt": true, "capt": true,
	"sen": true, "rep": true, "gov": true, "hon": true, "vs": true, "etc": true, "e.g": true, "i.e": true, "cf": true, "no": true, "vol": true, "fig": true, "approx": true,
	"inc": true, "ltd": true, "co": true, "corp": true, "jan": true, "feb": true, "mar": true, "apr": true, "jun": true, "jul": true, "aug": true, "sep": true, "sept": true,
	"oct": true, "nov": true, "dec": true, "u.s": true, "u.k": true, "u.n": true, "a.d": true, "b.c": true, "c": true, "ca": true, "b": true, "d": true, "al": true, "mt": true, "ft": true,
}

// Sentences cuts one paragraph at sentence ends. It rather keeps two sentences
// together than cut inside one.
func Sentences(s string) []string {
	var out []string
	runes := []rune(s)
	start := 0
	for i := 0; i < len(runes); i++ {
		if !strings.ContainsRune(".!?…。！？", runes[i]) {
			continue
		}
		end := i + 1
		for end < len(runes) && strings.ContainsRune(".!?…\"”’')]»", runes[end]) {
			end++
		}
		wide := strings.ContainsRune("。！？", runes[i])
		if !wide && end < len(runes) && !unicode.IsSpace(runes[end]) {
			continue
		}
		if runes[i] == '.' && end == i+1 && (abbreviated(runes[start:i]) || !opens(runes[end:])) {
			continue
		}
		if piece := strings.TrimSpace(string(runes[start:end])); piece != "" {
			out = append(out, piece)
		}
		start, i = end, end-1
	}
	if rest := strings.TrimSpace(string(runes[start:])); rest != "" {
		out = append(out, rest)
	}
	return out
}

func abbreviated(before []rune) bool {
	i := len(before)
	for i > 0 && !unicode.IsSpace(before[i-1]) && !strings.ContainsRune("([\"“'", before[i-1]) {
		i--
	}
	word := string(before[i:])
	if utf8.RuneCountInString(word) == 1 && unicode.IsUpper(before[i]) {
		return true // an initial
	}
	return abbreviations[strings.ToLower(word)]
}

// opens says whether a sentence may begin here: not with a small letter.
func opens(after []rune) bool {
	for _, r := range after {
		if unicode.IsSpace(r) || strings.ContainsRune("\"“'‘([«", r) {
			continue
		}
		return !unicode.IsLower(r)
	}
	return true
}
