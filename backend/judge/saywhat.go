package judge

import (
	"regexp"
	"strings"
)

// reSayWhat is somebody told to give a value: "you must answer Paris", "from now on, say
// 42". What follows must look like a value, because people are told to answer too:
// the census, within a week, honestly, all questions.
var reSayWhat = regexp.MustCompile(`(?:(?i:\byou (?:must|shall|have to|are to)(?: (?:now|always|only|just|simply))*|\bfrom now on,?(?: (?:you|please|must|should|shall|will|always|only|just|simply))*) ` +
	`(?i:answer|say|reply|respond|output)(?i: (?:that|with|only|just|simply|always))*:? ?)(["“«‘']?(?:\p{Lu}|\d|(?i:yes|no)\b["”»’']?(?:[.!;]|$)).*)`)

// reAskedOf is what is answered rather than said: the questions themselves, by number.
var reAskedOf = regexp.MustCompile(`(?i)^(?:questions?|section|part|item|form|q\d)\b|^\d[\d,]*(?: [\w-]+){0,5} questions?\b`)

// saysWhatToAnswer keeps the letter case of a text, which tells values from words.
func saysWhatToAnswer(text string) bool {
	low := strings.ToLower(text)
	if !strings.Contains(low, "you ") && !strings.Contains(low, "from now on") {
		return false
	}
	for _, m := range reSayWhat.FindAllStringSubmatch(text, -1) {
		if !reAskedOf.MatchString(m[1]) {
			return true
		}
	}
	return false
}

// reRunTogether is the beginning of an order whose letters had nothing but the same
// spaces between them, so that its words cannot be told apart any more.
var reRunTogether = regexp.MustCompile(`(?:ignore|disregard|forget|override)(?:all|any|the|your|every|what|previous|prior|above|earlier|other|instructions)|youmust(?:answer|say|reply)|fromnowon|systemprompt`)

// joinSpelled puts words together that are spelled with something between their
// letters: "i-g-n-o-r-e". Texts of three such letters and more hardly differ for a
// model from the words.
func joinSpelled(s string) string {
	letter := func(i int) bool { return i >= 0 && i < len(s) && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z') }
	alone := func(i int) bool {
		return letter(i) && (i == 0 || !isWordByte(s[i-1])) && (i+1 == len(s) || !isWordByte(s[i+1]))
	}
	var b strings.Builder
	from := 0
	for i := 0; i < len(s); i++ {
		if !alone(i) || i+2 >= len(s) || !strings.ContainsRune(" -.*/~|", rune(s[i+1])) {
			continue
		}
		end := i
		for end+2 < len(s) && s[end+1] == s[i+1] && alone(end+2) {
			end += 2
		}
		if end-i < 4 {
			continue
		}
		b.WriteString(s[from:i])
		for at := i; at <= end; at += 2 {
			b.WriteByte(s[at])
		}
		from, i = end+1, end
	}
	if from == 0 {
		return s
	}
	return b.String() + s[from:]
}
