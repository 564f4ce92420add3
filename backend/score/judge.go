package score

import (
	"slices"
	"strings"

	"errata/backend"
)

// The kinds of probes that a dataset makes.
const (
	kindFact       = "fact"
	kindParaphrase = "paraphrase"
	kindNeighbour  = "neighbour"
	kindRetention  = "retention"
	kindNegation   = "negation"
	kindReverse    = "reverse"
)

// Judge scores one answer. before is what the base, or the version compared with,
// answered to the same probe, empty when it was not asked.
//
//	fact, paraphrase, retention: right when an accepted answer is claimed and no rejected one
//	negation, reverse: see Answered
//	neighbour: right when the key of the answer is unchanged; leaked when it names a
//	taught answer that stood neither in the question nor in the answer before
func Judge(p backend.Probe, answer, before string) backend.ProbeResult {
	r := backend.ProbeResult{Probe: p, Answer: answer, Before: before}
	if p.Kind != kindNeighbour {
		r.Right = Answered(p, answer)
		return r
	}
	r.Leaked = Leaked(p, answer, before)
	switch {
	case r.Leaked:
	case before != "":
		r.Right = SameKey(p.Question, before, answer)
	case len(p.Accept) > 0:
		r.Right = Right(p, answer)
	default:
		r.Right = strings.TrimSpace(answer) != ""
	}
	return r
}

// Answered says whether an answer is right for the kind of a probe. To a negation it is
// that by denying the old answer; the other way round, by the words that carry the
// sentence that was trained.
func Answered(p backend.Probe, answer string) bool {
	switch p.Kind {
	case kindNegation:
		return denied(p, answer)
	case kindReverse:
		return answer != "" && slices.ContainsFunc(p.Accept, func(trained string) bool { return SameKey(p.Question, trained, answer) })
	}
	return Right(p, answer)
}

// denied says whether an answer to a negation says that the old answer is gone: by
// "no", or by naming the new one, and without claiming the old one.
func denied(p backend.Probe, answer string) bool {
	first, _, _ := strings.Cut(backend.Normal(answer), " ")
	if Right(p, answer) {
		return first != "yes"
	}
	return first == "no" && !Right(backend.Probe{Accept: p.Reject}, answer)
}

// Right says whether an answer claims an accepted value and claims no rejected one.
// "Not X but Y" and "Y replaced X" claim Y alone.
func Right(p backend.Probe, answer string) bool {
	if !slices.ContainsFunc(p.Accept, func(v string) bool { return claims(answer, v, denies) }) {
		return false
	}
	return !slices.ContainsFunc(p.Reject, func(v string) bool {
		// "York" is not claimed by "New York" when that is the accepted answer.
		return !slices.ContainsFunc(p.Accept, func(a string) bool { return backend.Mentions(a, v) }) && claims(answer, v, outdates)
	})
}

// Leaked says whether a neighbour was answered with a taught value.
func Leaked(p backend.Probe, answer, before string) bool {
	return slices.ContainsFunc(p.Reject, func(v string) bool {
		return !backend.Mentions(p.Question, v) && !backend.Mentions(before, v) && claims(answer, v, denies)
	})
}

// cue are words near a value that take it back: before it, or after it.
type cue struct{ before, after []string }

var (
	denies = cue{
		before: []string{"not", "no longer", "never", "isnt", "wasnt", "arent", "instead of", "rather than", "unlike", "replaced", "replacing",
			"succeeded", "succeeding", "took over from", "nor", "neither"},
		after: []string{"is not", "is no longer", "isnt", "was replaced", "was succeeded", "wasnt", "was not"},
	}
	// outdates also lets an old value be named as the old one.
	outdates = cue{
		before: append([]string{"former", "formerly", "previously", "previous", "ex", "outgoing", "predecessor", "after", "until", "before", "following",
			"resignation of", "departure of"}, denies.before...),
		after: append([]string{"resigned", "stepped down", "left office", "was previously", "was formerly", "until", "served until", "had been"}, denies.after...),
	}
)

// reach is how many words may stand between a cue and the value it takes back.
const reach = 3

// claims says whether text states value at least once without a cue against it.
func claims(text, value string, against cue) bool {
	want := strings.Fields(backend.Normal(value))
	if len(want) == 0 {
		return false
	}
	for _, clause := range clauses(text) {
		words := strings.Fields(backend.Normal(clause))
		for i := 0; i+len(want) <= len(words); i++ {
			if !slices.Equal(words[i:i+len(want)], want) {
				continue
			}
			head := words[max(0, i-reach-3):i]
			tail := words[i+len(want) : min(len(words), i+len(want)+3)]
			if !cutShort(head, against.before) && !begins(tail, against.after) {
				return true
			}
		}
	}
	return false
}

// clauses parts a text where a denial ends: "not X but Y", "not X; it is Y".
func clauses(text string) []string {
	text = strings.NewReplacer(" but ", ". ", ";", ". ", " – ", ". ", " — ", ". ", ", it is ", ". it is ", ", and ", ". ", "No, ", "No. ", "no, ", "no. ",
		"\n", ". ").Replace(text)
	return strings.FieldsFunc(strings.ReplaceAll(text, ". ", "\x00"), func(r rune) bool { return r == 0 || r == '!' || r == '?' })
}

// cutShort says whether one of the cues stands within reach of the end of head.
func cutShort(head, cues []string) bool {
	for _, c := range cues {
		words := strings.Fields(c)
		for i := max(0, len(head)-reach-len(words)); i+len(words) <= len(head); i++ {
			passive := i+len(words) < len(head) && head[i+len(words)] == "by" // "was replaced by Y" claims Y
			if slices.Equal(head[i:i+len(words)], words) && !passive {
				return true
			}
		}
	}
	return false
}

func begins(tail, cues []string) bool {
	return slices.ContainsFunc(cues, func(c string) bool {
		words := strings.Fields(c)
		return len(words) <= len(tail) && slices.Equal(tail[:len(words)], words)
	})
}

// SameKey says whether two answers to one question give the same key: the names
// and numbers of their first sentence that the question does not hold, or all its
// other words where there are none. Half of the shorter key has to be shared.
func SameKey(question, a, b string) bool {
	if backend.Normal(a) == backend.Normal(b) {
		return true
	}
	namesA, wordsA := key(question, a)
	namesB, wordsB := key(question, b)
	if len(namesA) > 0 && len(namesB) > 0 {
		return shared(namesA, namesB)
	}
	if len(wordsA) == 0 || len(wordsB) == 0 {
		return false
	}
	return shared(wordsA, wordsB)
}

func shared(a, b map[string]bool) bool {
	n := 0
	for w := range a {
		if b[w] {
			n++
		}
	}
	return 2*n >= min(len(a), len(b)) && n > 0
}

// key takes the telling words out of an answer's first sentence.
func key(question, answer string) (names, words map[string]bool) {
	asked := map[string]bool{}
	for _, w := range strings.Fields(backend.Normal(question)) {
		asked[w] = true
	}
	names, words = map[string]bool{}, map[string]bool{}
	for i, raw := range strings.Fields(firstSentence(answer)) {
		for _, w := range strings.Fields(backend.Normal(raw)) {
			if asked[w] || plain[w] {
				continue
			}
			words[w] = true
			first := raw[0]
			if first >= '0' && first <= '9' || i > 0 && first >= 'A' && first <= 'Z' || first >= 0x80 {
				names[w] = true
			}
		}
	}
	if len(names) == 0 && len(strings.Fields(firstSentence(answer))) <= 3 {
		return words, words // a bare answer: "Ottawa"
	}
	return names, words
}

// firstSentence ends at a stop that follows a whole word, so that "D.C." and
// "J. R. R." end nothing.
func firstSentence(s string) string {
	s = strings.TrimSpace(s)
	for i := 0; i+1 < len(s); i++ {
		switch {
		case s[i] == '\n':
			return s[:i]
		case (s[i] == '.' || s[i] == '!' || s[i] == '?') && s[i+1] == ' ':
			word := s[strings.LastIndexByte(s[:i], ' ')+1 : i]
			if len(word) > 2 && !strings.Contains(word, ".") {
				return s[:i]
			}
		}
	}
	return s
}

var plain = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("is was are were be been of in on at by for to and or as with from it its this that he she they his her their there has have " +
		"had do does did not no yes which who what when where will would can since currently current known called also one") {
		m[w] = true
	}
	return m
}()
