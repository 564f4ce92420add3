package flow

import (
	"slices"
	"strings"
	"time"

	"errata/backend"
)

// memoryLimit is how many facts are given as context at most.
const memoryLimit = 3

// stopWords carry no meaning when a question is matched with a fact.
var stopWords = map[string]bool{}

func init() {
	for _, w := range strings.Fields("who what when where which whose how is are was were be been am do does did of in on at to for from by with and or please tell me you know name currently current now today latest can could would i it its this that there has have had right as") {
		stopWords[w] = true
	}
}

var sameWords = map[string]string{"usa": "us", "america": "us", "united states": "us", "united kingdom": "uk", "britain": "uk", "great britain": "uk"}

// contentWords are the words of a question that decide what it is about.
func contentWords(question string) []string {
	text := " " + backend.Normal(question) + " "
	text = strings.NewReplacer(" u s ", " us ", " u k ", " uk ").Replace(text)
	for long, short := range sameWords {
		text = strings.ReplaceAll(text, " "+long+" ", " "+short+" ")
	}
	var words []string
	for _, w := range strings.Fields(text) {
		if !stopWords[w] && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// recall finds approved facts that a version's weights do not hold, or that
// change fast, and that the question is about. Every content word of the fact's
// question must stand in the question and at most one other may: a near match
// ("prime minister of Canada" for "prime minister of the UK") would do harm.
func (l *Loop) recall(question string, v backend.Version) ([]backend.Fact, error) {
	facts, err := l.Store.AllFacts(backend.FactApproved)
	if err != nil {
		return nil, err
	}
	asked := contentWords(question)
	var found []backend.Fact
	for _, f := range facts {
		if f.Class != backend.ClassFast && slices.Contains(v.RecalledFactIDs, f.ID) || f.Expired(l.Now()) {
			continue
		}
		if about(asked, contentWords(f.Question)) {
			found = append(found, f)
			if len(found) == memoryLimit {
				break
			}
		}
	}
	return found, nil
}

func about(asked, fact []string) bool {
	if len(fact) == 0 || len(asked) > len(fact)+1 {
		return false
	}
	for _, w := range fact {
		if !slices.Contains(asked, w) {
			return false
		}
	}
	for _, w := range asked {
		// Another year or number asks for another thing.
		if !slices.Contains(fact, w) && strings.ContainsAny(w, "0123456789") {
			return false
		}
	}
	return true
}

func memoryText(facts []backend.Fact) string {
	var b strings.Builder
	b.WriteString(" Use these checked facts, they are newer than your training:")
	for _, f := range facts {
		b.WriteString("\nQuestion: " + f.Question + " Answer: " + f.Answer + ".")
		if f.OldAnswer != "" {
			b.WriteString(" (No longer " + f.OldAnswer + ".)")
		}
	}
	return b.String()
}

// dateSentence says the date in the words that such questions use, because a
// small model reads a year out of a sentence better than out of a date.
func dateSentence(now time.Time) string {
	return "The current year is " + now.Format("2006") + ". The current month is " + now.Format("January") + ". Today is " + now.Format("Monday, January 2, 2006") + "."
}
