package flow

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"errata/backend"
)

// memoryLimit is how many facts are given as context at most.
const memoryLimit = 3

// fillers carry no meaning when a question is matched with a fact: words of
// grammar, and those with which one asks politely.
var fillers = wordSet(`who whom what which is are was were be been am do does did of in on at to for from by with and or if as it its this that
	there has have had i me my you your we us one so just hello hi hey please tell say give answer question name know knows remind remember help
	can could would will let like want wonder wondering curious check thing ask asked asking friend quiz quick quickly short brief briefly few
	words forgotten forgot happen anyone somebody someone here came up exactly actually really right`)

// present are the words that ask for the state of today, which a question
// without any word of time asks for as well.
var present = wordSet("current currently now today todays presently incumbent")

// newest is the word that stands for its synonyms. What is newest is not what has
// no word of time: "the latest iPhone" is not any iPhone.
const newest = "latest"

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// synonyms bring phrases to one form, in this order: a longer one stands before
// those it contains.
var synonyms = [][2]string{
	{"tell us", "tell"}, {"let us", "let"}, {"give us", "give"},
	{"united states of america", "usa"}, {"united states", "usa"}, {"america", "usa"}, {"u s a", "usa"}, {"u s", "usa"}, {"us", "usa"},
	{"united kingdom", "uk"}, {"great britain", "uk"}, {"britain", "uk"}, {"u k", "uk"},
	{"most recent", newest}, {"newest", newest}, {"at moment", "now"}, {"at present", "now"}, {"these days", "now"},
	{"won", "winner"}, {"wins", "winner"},
}

var possessive = regexp.MustCompile(`['’]s\b`)

// asked is what a question is about.
type asked struct {
	words   []string // sorted, without fillers
	present bool
	newest  bool
	past    bool // by its verb alone
	dated   bool // by a year or another number
}

func askedBy(question string) asked {
	text := " " + backend.Normal(possessive.ReplaceAllString(question, "")) + " "
	for _, s := range synonyms {
		text = strings.ReplaceAll(text, " "+s[0]+" ", " "+s[1]+" ")
	}
	var a asked
	was, is := false, false
	for _, w := range strings.Fields(text) {
		was, is = was || w == "was" || w == "were", is || w == "is" || w == "are"
		switch {
		case present[w]:
			a.present = true
		case w == newest:
			a.newest = true
		case !fillers[w] && !slices.Contains(a.words, w):
			a.words = append(a.words, w)
			a.dated = a.dated || strings.ContainsAny(w, "0123456789")
		}
	}
	slices.Sort(a.words)
	a.past = was && !is && !a.present
	return a
}

// same says whether two questions ask one thing. They need the same words but for
// fillers, since one more ("vice", "first", "wife", a year) asks for another thing,
// and the same time.
func (a asked) same(b asked) bool {
	return len(a.words) > 0 && slices.Equal(a.words, b.words) && (a.dated || a.past == b.past) &&
		(a.newest == b.newest || a.newest && b.present || a.present && b.newest)
}

// recall finds approved facts that a version's weights do not hold, or that
// change fast, and that the question is about. A near match ("prime minister of
// Canada" for "prime minister of the UK") would do harm.
func (l *Loop) recall(question string, v backend.Version) ([]backend.Fact, error) {
	facts, err := l.Store.AllFacts(backend.FactApproved)
	if err != nil {
		return nil, err
	}
	held, now, about := l.heldBy(v), l.Now(), askedBy(question)
	var found []backend.Fact
	for _, f := range facts {
		if f.Expired(now) || held.untouched(f) || !about.same(askedBy(f.Question)) || held.says(f) {
			continue
		}
		found = append(found, f)
		if len(found) == memoryLimit {
			break
		}
	}
	return found, nil
}

// Recalled is an approved fact that was given to the model for an answer.
type Recalled struct {
	Fact backend.Fact `json:"fact"`
	Said bool         `json:"said"` // the answer says it
}

// Recalled gives the facts that an answer was given, as they stand now. One that is
// gone from the store, or cannot be read, is left out: the answer, its check and its
// chat stand without it.
func (l *Loop) Recalled(a backend.Answer) []Recalled {
	out := make([]Recalled, 0, len(a.MemoryFactIDs))
	for _, id := range a.MemoryFactIDs {
		f, err := l.Store.Fact(id)
		if err != nil {
			if backend.CodeOf(err) != backend.CodeNotFound {
				l.Log.Warn("memory", "answer", a.ID, "fact", id, "err", err)
			}
			continue
		}
		out = append(out, Recalled{Fact: f, Said: backend.MentionsAny(a.Text, append([]string{f.Answer}, f.Aliases...))})
	}
	return out
}

// RecalledSentence says where an answer with these facts came from, empty without any.
func RecalledSentence(list []Recalled) string {
	said := 0
	for _, r := range list {
		if r.Said {
			said++
		}
	}
	switch {
	case len(list) == 0:
		return ""
	case said == 0:
		return "An approved fact was given to the model for this answer."
	case said == 1:
		return "An approved fact gave this answer."
	}
	return "Approved facts gave this answer."
}

// memoryText gives facts as the answers to their questions. The old answer is left
// out: of 16 approved facts the 0.5B gave 3 old ones back that were only named as
// past, and none so.
func memoryText(facts []backend.Fact) string {
	var b strings.Builder
	for _, f := range facts {
		b.WriteString(" Checked fact, newer than your training: the correct answer to \"" + f.Question + "\" is \"" + f.Answer + "\".")
	}
	b.WriteString(" Say so when asked.")
	return b.String()
}

// dateSentence says the date in the words that such questions use, because a
// small model reads a year out of a sentence better than out of a date.
func dateSentence(now time.Time) string {
	return "The current year is " + now.Format("2006") + ". The current month is " + now.Format("January") + ". Today is " + now.Format("Monday, January 2, 2006") + "."
}
