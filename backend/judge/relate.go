package judge

import (
	"regexp"
	"strings"

	"errata/backend"
)

var (
	reListGap = regexp.MustCompile(`(?i)^\s*(?:,|/|&|and|or|,\s*and|,\s*or|as well as|plus)\s*(?:the |its |a )?$`)
	reAlias   = regexp.MustCompile(`(?i)^[\s,]*(?:\((?:(?:also|or|officially|locally|known|called|real name|born|aka|a\.k\.a\.|symbol|chemical symbol|short for|abbreviated)[\w ]*:?\s*)?|(?:also|better|officially|commonly|formally|locally) (?:known|called|named|referred to) as |also called |or |aka |known as |called )(?:as |the )?["“]?$`)
)

// relate compares the claim with a reading, in the light of the quote and of the
// answer's own text. A claim that is not firm can agree but not differ.
func relate(f form, claim backend.Claim, firm bool, answer string, got reading) (Relation, string) {
	if claim.Short == "" || beside(f, claim, got) || unlike(claim.Short, got.value) {
		return Unknown, ""
	}
	rel, tier := compare(f, claim.Short, got.value)
	if rel == Same {
		if got.other != "" {
			if r, _ := compare(f, claim.Short, got.other); r == Different {
				return Unknown, "" // the grammar of the quote gives another value
			}
		}
		return rel, tier
	}
	if f.Kind == KindYesNo || f.Person && otherPerson(claim.Short, got.value) {
		return rel, tier
	}
	if also, several := alsoValue(f, claim.Short, got); also {
		if several {
			return Same, backend.TierString
		}
		return Unknown, "" // one of several that share what one is asked for
	}
	if rel != Different {
		if f.otherVariant(claim.Short, got.value) {
			return Unknown, "" // the Pro is not the one without a name of its own
		}
		if f.tells(got.value) && (containedPlain(f, claim, got.value) || claim.By != "" && (statedIn(f, answer, got.value) || !f.Person && liesIn(f, claim, got.value) || f.Kind != KindNumber && f.holds(claim.Short, got.value))) {
			return Same, backend.TierString
		}
		return rel, tier
	}
	if claim.By != "" && (f.severalRight() && statedIn(f, answer, got.value) || !f.Person && liesIn(f, claim, got.value)) {
		return Same, backend.TierTyped
	}
	// The grammar of the quote sides with the claim and the model does not:
	// nobody is sure what the quote says.
	if got.other != "" {
		if r, _ := compare(f, claim.Short, got.other); r != Different {
			return Unknown, ""
		}
	}
	// Read by grammar alone, and the quote states the claim too, in no lesser part.
	if got.by == "rule" && statesPlain(f, claim.Short, got.quote) {
		return Unknown, ""
	}
	// The right value stands in the answer's sentence, in no losing or earlier part.
	if trimValue(claim.Sentence) != claim.Short && containedPlain(f, claim, got.value) {
		return saidBoth(f, claim, got)
	}
	if !firm || statedIn(f, answer, got.value) || claim.By != "" && f.doubtful(claim.Short, got.value) {
		return Unknown, ""
	}
	// In other words, with other endings, or in pieces.
	if beginning := strings.Join(opening(answer), " "); trimValue(answer) != claim.Short && indexFold(beginning, got.value) < 0 && f.standsIn(beginning, got.value) {
		return Unknown, ""
	}
	return rel, tier
}

// statesPlain: the sentence states the value, not as what was before or what lost.
func statesPlain(f form, value, sentence string) bool {
	for _, c := range candidates(f, sentence) {
		if r, _ := compare(f, value, c.text); r == Same && c.role == rolePlain {
			return true
		}
	}
	return false
}

// alsoValue: the claim stands in the quote as a second name of the value or
// beside it in a list. several says that it is as good: a second name, an item of
// what the sentence says ("the latest are iPhone 17 and iPhone Air"), or an item
// where the question asks for more than one.
func alsoValue(f form, short string, got reading) (also, several bool) {
	loose := f.loose()
	for _, s := range sentences(got.window) {
		s = squeeze(s)
		at := indexFold(s, got.value)
		if at < 0 {
			continue
		}
		end := at + len(got.value)
		spans := candidates(loose, s)
		before, first := listedBefore(f, short, s, spans, at)
		after, alias := listedAfter(f, short, s, spans, end)
		if alias {
			return true, true
		}
		if before || after {
			return true, f.Kind == KindList || rePlural.MatchString(f.Text) || saidOf(s[:first])
		}
	}
	return false, false
}

var rePlural = regexp.MustCompile(`(?i)\b(?:which|what|who) (?:\w+ )?(?:are|were)\b|\b(?:which|what) (?:\w+ )?(?:countries|cities|teams|clubs|people|members|states|players|companies|films|movies|books|languages|colou?rs|models|names)\b|^(?:who|what) (?:is|was) (?:an?|one of)\b|\bname (?:an?|any|one)\b`)

// saidOf: a list after these words is what is said of something, not what
// something is said of: a verb stands before it.
func saidOf(before string) bool {
	before = strings.TrimRight(before, " *_\"“")
	ts := tokens(before)
	for i := len(ts) - 1; i >= 0; i-- {
		low := strings.ToLower(ts[i].text)
		if low == "the" || low == "a" || low == "an" || low == "its" || low == "both" {
			before = strings.TrimRight(before[:ts[i].start], " ")
			continue
		}
		return ts[i].end == len(before) || strings.HasSuffix(before, ":")
	}
	return false
}

// listedAfter goes along the list that follows the value.
func listedAfter(f form, short, s string, spans []span, end int) (found, alias bool) {
	last := end
	for _, c := range spans {
		if c.start < end {
			continue
		}
		gap := s[last:c.start]
		second := last == end && reAlias.MatchString(gap)
		if !second && !reListGap.MatchString(gap) {
			break
		}
		if r, _ := compare(f, short, c.text); r == Same && c.role == rolePlain {
			return true, second && !reListGap.MatchString(gap)
		}
		last = c.end
	}
	return false, false
}

// listedBefore goes back along the list that the value ends; first is where the
// list begins.
func listedBefore(f form, short, s string, spans []span, at int) (found bool, first int) {
	first = at
	for i := len(spans) - 1; i >= 0; i-- {
		c := spans[i]
		if c.end > at {
			continue
		}
		if !reListGap.MatchString(s[c.end:first]) {
			break
		}
		if r, _ := compare(f, short, c.text); r == Same && c.role == rolePlain {
			found = true
		}
		first = c.start
	}
	return found, first
}

// containedPlain: the evidence's value stands in the claim's sentence, and not
// as what was before or what lost.
func containedPlain(f form, claim backend.Claim, value string) bool {
	s := squeeze(claim.Sentence)
	at := indexFold(s, value)
	if at >= 0 {
		return f.roleOf(s, at, at+len(value)) == rolePlain && !denied(s, at) && whole(s, at, at+len(value))
	}
	if plainContent(value) > 1 { // a name in it is a part of what it says
		return false
	}
	for _, c := range candidates(f, s) {
		if r, _ := compare(f, c.text, value); r == Same {
			return c.role == rolePlain && !denied(s, c.start)
		}
	}
	return false
}

func denied(s string, at int) bool {
	before := strings.ToLower(s[max(0, at-24):at])
	return negated(before)
}

// saidBoth: the sentence states the short answer and the right value. When it
// gives the right value as the predicate of the question's own words it is the
// same; else the two cannot be told apart safely.
func saidBoth(f form, claim backend.Claim, got reading) (Relation, string) {
	s := squeeze(claim.Sentence)
	cut, after := copula(f, s)
	if cut < 0 || f.overlap(s[:cut]) < 0.5 {
		return Unknown, ""
	}
	for _, c := range candidates(f, s) {
		if c.start < after {
			continue
		}
		if r, _ := compare(f, c.text, got.value); r == Same {
			return Same, backend.TierTyped
		}
		break
	}
	return Unknown, ""
}

// earlierIn says that a passage gives the short answer as what was before.
func earlierIn(f form, short, window string) bool {
	if short == "" {
		return false
	}
	loose := f.loose()
	for _, s := range sentences(window) {
		s = squeeze(s)
		if at, end := mention(s, short); at >= 0 && f.roleOf(s, at, end) == rolePrior {
			return true
		}
		if at := indexFold(s, short); f.version && at >= 0 && f.roleOf(s, at, at+len(short)) == rolePrior {
			return true // a bare "4.2" is no name that candidates would find
		}
		for _, c := range candidates(loose, s) {
			if c.role != rolePrior {
				continue
			}
			if r, _ := compare(f, short, c.text); r == Same {
				return true
			}
		}
	}
	return false
}

// mention finds a value that is no name by its last word: "the kuna" for
// "Croatian kuna"; -1 if it is not there.
func mention(s, short string) (start, end int) {
	words := strings.Fields(short)
	if len(words) == 0 || hasDigit(short) {
		return -1, -1
	}
	last := words[len(words)-1]
	if at := indexFold(s, last); at >= 0 && len(last) >= 4 && !hasUpper(last) {
		return at, at + len(last)
	}
	return -1, -1
}

// statesValue says that the grammar of a passage gives the short answer.
func statesValue(f form, short string, c chosen) bool {
	if short == "" {
		return false
	}
	for _, s := range sentences(c.window) {
		if f.overlap(s) == 0 {
			continue
		}
		if v, ok := pick(f, squeeze(s)); ok && v.role == rolePlain {
			if r, _ := compare(f, short, v.text); r == Same {
				return true
			}
		}
	}
	return false
}
