package judge

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// tense is that of the first finite verb of a question.
type tense uint8

const (
	noVerb  tense = iota // a heading: "population of Peru"
	present              // is, does, has
	perfect              // has written
	past                 // was, did, wrote
)

// asked is a question as the gate's cues read it.
type asked struct {
	words            []string // lower case, hyphens apart, possessives cut
	lex              []lex    // of each word
	all              lex      // of all words
	wh               string   // who, what, which, when, where, why, how or ""
	late             bool     // the question word stands behind the fifth word
	how              string   // the word after "how": many, old, long
	tense            tense
	past             bool // a verb in the past stands anywhere
	year             int  // the newest year that dates something, 0 without one
	english, foreign int  // words that only English has, and only others
	near             bool // a time within weeks from today: this week, on Monday
	yearly           bool // a time within years from today: this season, last year
	today            bool // told from the day of asking in any way: current, latest, last, near, yearly
}

// readAsked reads a question for the cues.
func readAsked(q string, now time.Time) *asked {
	a := &asked{}
	for i, t := range tokens(strings.ReplaceAll(q, "’", "'")) {
		for raw := range strings.SplitSeq(t.text, "-") {
			if raw != "" {
				a.add(raw, i == 0)
			}
		}
	}
	a.readWh()
	a.readTense()
	a.readYear(now.Year())
	a.readNear()
	a.today = asksNow(a) || asksNewest(a) || asksLast(a) || asksNew(a) || a.near || a.yearly
	return a
}

var questionWords = wordSet("who whom whose what which when where why how")

// ofNames are classes that a capital takes a word out of: "the Wolf of Wall Street"
// asks for no animal.
const ofNames = lexLiving | lexBody | lexPast | lexParticiple | lexNews

func (a *asked) add(raw string, first bool) {
	w, owner := strings.CutSuffix(strings.ToLower(raw), "'s")
	class := classesOf(w)
	if !first && unicode.IsUpper([]rune(raw)[0]) {
		class &^= ofNames
	}
	a.words, a.lex, a.all = append(a.words, w), append(a.lex, class), a.all|class
	switch {
	case englishWords[w] || owner:
		a.english++
	case foreignWords[raw]: // in names they have a capital: "Las Vegas"
		a.foreign++
	}
	if owner && questionWords[w] { // "what's"
		a.words, a.lex = append(a.words, "is"), append(a.lex, 0)
	}
}

// Words of grammar by which a question shows its language, without those that
// English shares ("was", "die", "in"): the cues know English only, and half of them
// would read German wrongly.
var (
	englishWords = wordSet("the of is are what which who whom whose when where why how does do did has have had were and or for with by from that this these there to at on many much be been")
	foreignWords = wordSet(`der die das den dem ein eine einer und ist sind wer wie wo wann warum welche welcher welches von für mit auf im zum zur bei nach wird hat haben
		le la les des du est sont qui que quel quelle où quand pourquoi combien comment une dans pour avec el los las es quién cuál qué dónde cuándo cómo por para del
		il gli chi che quale dove perché quanto sono di da quem qual onde quando uma wat de het van een wie waar hoeveel hoe welke zijn`)
)

// isReadable: a single word, or English as far as its words of grammar show.
func (a *asked) isReadable() bool { return a.isWord() || a.english > a.foreign }

func (a *asked) readWh() {
	for i, w := range a.words {
		if !questionWords[w] {
			continue
		}
		a.wh, a.late = w, i > 5
		if w == "how" && i+1 < len(a.words) {
			a.how = a.words[i+1]
		}
		return
	}
}

// readTense takes the first auxiliary; without one, a verb whose form shows the past.
func (a *asked) readTense() {
	set := func(t tense) {
		if a.tense == noVerb {
			a.tense = t
		}
	}
	for i, w := range a.words {
		switch w {
		case "was", "were", "did", "had":
			a.past = true
			set(past)
		case "has", "have":
			if a.participleWithin(i+1, i+9) {
				set(perfect)
			}
			set(present)
		case "is", "are", "does", "do", "am":
			set(present)
		}
		if i > 0 && a.showsPast(i) {
			a.past = true
		}
	}
	switch {
	case a.past:
		set(past)
	case len(a.words) > 2 && a.how == "" && (a.wh == "who" || a.wh == "which" || a.wh == "what") && a.words[0] == a.wh:
		set(present) // "which team leads"
	}
}

func (a *asked) participleWithin(from, to int) bool {
	for i := from; i < min(to, len(a.words)); i++ {
		if a.lex[i]&lexParticiple != 0 || regularPast(a.words[i]) {
			return true
		}
	}
	return false
}

// besidePast are words after which such a form is a participle or an adjective.
var besidePast = wordSet("is are be been being has have get gets the a an most least of in best top")

func (a *asked) showsPast(i int) bool {
	return (a.lex[i]&lexPast != 0 || regularPast(a.words[i])) && !besidePast[a.words[i-1]]
}

// notRegular are words that end as a regular past does and are none, or that
// name things in the present.
var notRegular = wordSet("united hundred named called")

func regularPast(w string) bool {
	return len(w) > 4 && strings.HasSuffix(w, "ed") && !strings.HasSuffix(w, "eed") && !notRegular[w]
}

var tens = wordSet("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety")

// beforeYear are words between which and a noun a number of four digits is a year;
// elsewhere in the present it may belong to a name or a distance.
var beforeYear = wordSet("in of during by before until till for year years around circa the early late mid")

var sinceWords = wordSet("since after from seit depuis desde")

// readYear takes no year for a date that only says since when.
func (a *asked) readYear(now int) {
	for i, w := range a.words {
		y, before, after := 0, "", ""
		if i > 0 {
			before = a.words[i-1]
		}
		if i+1 < len(a.words) {
			after = a.words[i+1]
		}
		switch {
		case reYear.MatchString(w), strings.HasSuffix(w, "0s") && reYear.MatchString(w[:len(w)-1]):
			y = atoi(w)
		case (w == "nineteen" || w == "twenty") && tens[after]:
			y = now - 1 // which one does not matter
		}
		switch {
		case classesOf(after)&lexUnit != 0, units[after].dimension != "":
		case y <= now && (sinceWords[before]):
		case a.past || a.tense == noVerb || beforeYear[before]:
			a.year = max(a.year, y)
		}
	}
}

func (a *asked) readNear() {
	a.near = a.any(lexToday)
	for i := 1; i < len(a.words); i++ {
		if a.lex[i]&lexWeekday != 0 && i > 2 && a.wh != "when" {
			a.near = true
		}
		switch a.words[i-1] {
		case "this", "last", "next", "past", "coming", "previous":
			a.yearly = a.yearly || a.lex[i]&(lexYearly|lexContest) != 0 && (a.words[i-1] == "this" || a.lex[i]&lexYearly != 0)
			a.near = a.near || a.lex[i]&lexPeriod != 0
		}
	}
}

// has says that the words stand together in this order.
func (a *asked) has(phrase ...string) bool {
	for i := 0; i+len(phrase) <= len(a.words); i++ {
		if slices.Equal(a.words[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}

func (a *asked) any(class lex) bool { return a.all&class != 0 }

// isWord: a single word, where words are written apart.
func (a *asked) isWord() bool {
	return len(a.words) < 2 && !strings.ContainsFunc(strings.Join(a.words, ""), func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	})
}

// says: it has a word that is not only grammar.
func (a *asked) says() bool {
	return slices.ContainsFunc(a.words, func(w string) bool { return !stopWords[w] })
}
