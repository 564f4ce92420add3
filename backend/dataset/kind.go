package dataset

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a name that the gazetteer does not know.
type span struct {
	text       string
	start, end int
	the        bool // "the" stands before it
}

// named is the name as a question about it says it.
func (s span) named() string {
	if s.the {
		return "the " + s.text
	}
	return s.text
}

// unknownNames finds runs of capitalised words that no match covers: "Sydney J.
// Bowie" in "Where is Sydney J. Bowie buried?".
func unknownNames(q question, found []match) []span {
	words := wordsOf(q.text)
	covered := func(w word) bool {
		for _, m := range found {
			if w.start < m.end && m.start < w.end {
				return true
			}
		}
		return false
	}
	named := func(i int) bool {
		w := words[i]
		r, _ := utf8.DecodeRuneInString(w.text)
		if covered(w) || !(unicode.IsUpper(r) || unicode.IsDigit(r) && len(w.text) != 4) {
			return false
		}
		switch {
		case i > 0:
			return true
		case asks.MatchString(q.text) || set("the a an")[strings.ToLower(w.text)]:
			return false
		}
		// The first word of a question in another language has a capital too.
		return q.open || len(words) > 1 && startsUpper(words[1].text)
	}
	var spans []span
	for i := 0; i < len(words); i++ {
		if !named(i) {
			continue
		}
		last := i
		for j := i + 1; j < len(words) && j <= last+3; j++ {
			if named(j) {
				last = j
			} else if covered(words[j]) || !set("of the de da la le del van von and to in &")[words[j].text] || broken(q.text, words[j-1].end, words[j].start) {
				break
			}
		}
		s := span{text: q.text[words[i].start:words[last].end], start: words[i].start, end: words[last].end}
		s.the = i > 0 && strings.EqualFold(words[i-1].text, "the")
		if startsUpper(s.text) || last > i {
			spans = append(spans, s)
		}
		i = last
	}
	return spans
}

func startsUpper(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r)
}

// broken says that punctuation parts two words.
func broken(text string, from, to int) bool { return strings.ContainsAny(text[from:to], ",;:()?") }

// cues tell what kind of thing an unknown name is, by the words around it. The
// first line with a cue in the question wins.
var cues = []struct{ group, words string }{
	{"war", "war"},
	{"battle", "battle siege fought"},
	{"treaty", "treaty ratified"},
	{"event", "revolution uprising rebellion crisis disaster massacre"},
	{"software", "version software programming browser kernel framework"},
	{"celestial", "astronomical asteroid planet constellation orbit crater galaxy star comet moon celestial"},
	{"species", "species taxon genus habitat animal plant bird breed endangered"},
	{"series", "series sitcom episode season tv television show debuted air aired premiered"},
	{"film", "film movie directed director starring cast screenwriter cinematographer box"},
	{"album", "album song single lyrics record label sings sang recorded track"},
	{"band", "band singer vocalist genre guitarist drummer"},
	{"book", "wrote author novel book poem play written published publisher character story manga comic magazine language"},
	{"painting", "painted painting painter sculpture artwork museum"},
	{"university", "university school college faculty academy"},
	{"team", "team club squad stadium coach league"},
	{"company", "company headquarters headquarter headquartered founded ceo owner owned manufacturer produced produces product developed developer brand airline bank created maker"},
	{"building", "building church bridge tower monument castle architect designed built cathedral temple palace style"},
	{"organisation", "organisation organization agency union party association council commission"},
	{"river", "river lake tributary flows basin mouth"},
	{"mountain", "mountain peak summit volcano height tall"},
	{"person", "born birth died die death buried mother father wife husband spouse married child children sibling nationality citizenship occupation profession religion religious gender plays played position speaks spoke educated education military award awarded sport known career successor replaced killed native tongue"},
	{"city", "located county city town village district settlement municipality province region capital area population mayor country continent"},
}

// ownCues tell it by a word of the name itself: "the Battle of Waterloo".
var ownCues = []struct{ group, words string }{
	{"battle", "battle siege"},
	{"treaty", "treaty accords protocol"},
	{"war", "war wars"},
	{"event", "revolution uprising rebellion massacre crisis disaster"},
	{"university", "university"},
	{"river", "river"},
	{"mountain", "mount"},
	{"tournament", "cup championship championships trophy"},
	{"award", "prize award medal"},
	{"organisation", "association council commission agency"},
}

// works are named after anything: "The War of the Worlds" is a book.
var works = set("series film album band book painting")

// guessGroup names the group that an unknown name probably belongs to, "" where
// nothing tells.
func guessGroup(q question, s span) string {
	for _, f := range loadGazetteer().forms[formKey(firstName(s.text))] {
		if f.entry.group.name == "company" {
			return "company" // "Nissan Laurel"
		}
	}
	before, after := q.text[:s.start], q.text[s.end:]
	group := cued(cues, headBefore(before)) // "the city of Veldmoor", founded or not
	if group == "" {
		group = cued(cues, before+" "+after)
	}
	if own := cued(ownCues, s.text); own != "" && !works[group] {
		return own
	}
	if group == "" {
		n := len(strings.Fields(s.text))
		switch {
		case !q.open && !asks.MatchString(q.text): // in another language any noun may be a name
		case n == 2 || n == 3:
			group = "person"
		default:
			group = "city"
		}
	}
	if (group == "person" || group == "city") && determiner.MatchString(before) {
		return "" // "the Solar System", "most Grand Slam titles"
	}
	return group
}

var determiner = regexp.MustCompile(`(?i)\b(?:the|an?|any|some|many|most|more|no|this|that)\s+$`)

// headBefore is the noun that a name stands beside: "the film X", "the city of X".
func headBefore(before string) string {
	words := wordsOf(before)
	for len(words) > 0 && set("of called named the")[strings.ToLower(words[len(words)-1].text)] {
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1].text
}

// cued is the group of the first line with a cue in the text.
func cued(lines []struct{ group, words string }, text string) string {
	said := map[string]bool{}
	for _, w := range wordsOf(strings.ToLower(text)) {
		said[w.text] = true
	}
	for _, c := range lines {
		for _, w := range strings.Fields(c.words) {
			if said[w] {
				return c.group
			}
		}
	}
	return ""
}

func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// swapName puts members of the group in place of an unknown name.
func swapName(g *gazetteer, t target, s span, group string) []string {
	if group == "" {
		return nil
	}
	var out []string
	for _, e := range g.groups[group].entries {
		if strings.EqualFold(e.name, s.text) {
			continue
		}
		m := match{start: s.start, end: s.end, entry: e}
		if s.the && !e.the && !articled(group) {
			m.start -= len("the ")
		}
		out = append(out, swap(t.q.text, m, e))
	}
	return out
}

// articled says that the names of a group are written without the article that
// they always have: "the World Cup", "the Booker Prize".
func articled(group string) bool {
	return len(other[group]) > 0 && strings.Contains(other[group][0], "the %s")
}

var (
	firstNames = strings.Fields("Margaret Daniel Sofia Peter Elena Thomas Clara Victor Helen Oscar Julia Martin Irene Simon Laura Felix Nora Hugo Alice Walter")
	lastNames  = strings.Fields("Bennett Keller Moreau Lindqvist Novak Rossi Fischer Hayes Okafor Tanaka Petrov Silva Andersen Marsh Castillo Doyle Webster Vargas Holt Nakamura")
)

// nearNames keeps one half of a person's name and changes the other: invented
// people close to the taught one, whom the model must go on not knowing.
func nearNames(t target, s span, group string) []string {
	words := strings.Fields(s.text)
	if group != "person" || len(words) < 2 {
		return nil
	}
	pick := func(from []string, salt string) string { return from[t.rank(salt)%uint64(len(from))] }
	var out []string
	for i := range 2 {
		salt := string(rune('a' + i))
		out = append(out,
			t.q.text[:s.start]+pick(firstNames, "first"+salt)+" "+words[len(words)-1]+t.q.text[s.end:],
			t.q.text[:s.start]+words[0]+" "+pick(lastNames, "last"+salt)+t.q.text[s.end:])
	}
	return out
}

// contest and prize serve several groups of one kind.
var contest = []string{"How often is the %s held?", "When was the first %s?", "Which sport is played at the %s?", "Where was the first %s held?", "Who has won the %s most often?"}

// whatever is asked of contests that are not all played: a song contest, a marathon.
var whatever = []string{"How often is the %s held?", "When was the first %s?", "What does the winner of the %s get?", "Where was the first %s held?", "Who has won the %s most often?"}

var prize = []string{"When was the %s first awarded?", "Who awards the %s?", "What is the %s given for?", "How often is the %s awarded?", "Who was the first winner of the %s?"}

// other are questions about the same subject that ask something else, by group.
var other = map[string][]string{
	"country": {"What is the capital of %s?", "What is the currency of %s?", "What language is spoken in %s?", "What is the largest city in %s?", "On which continent is %s?", "What is the population of %s?", "Which countries border %s?"},
	"nationality": {"What are some famous %s dishes?", "What colours are on the %s flag?", "Who is a famous %s writer?",
		"What is the %s national anthem?"},
	"state":        {"What is the capital of %s?", "What is the largest city in %s?", "What is the population of %s?", "What is %s famous for?"},
	"city":         {"In which country is %s?", "What is %s famous for?", "What is the population of %s?", "Which river flows through %s?", "What is the climate of %s like?"},
	"company":      {"Where is the headquarters of %s?", "When was %s founded?", "What does %s make?", "Who founded %s?", "What is %s known for?"},
	"phone":        {"Which company makes the %s?", "When was the first %s released?", "What operating system does the %s use?", "Who designed the %s?", "How much does a %s cost?"},
	"gadget":       {"Which company makes %s?", "When was %s first released?", "What is %s used for?", "Who designed %s?"},
	"software":     {"Who develops %s?", "When was %s first released?", "What is %s used for?", "What language is %s written in?"},
	"competition":  {"How many teams play in the %s?", "When was the %s founded?", "Which club has won the %s most often?", "In which country is the %s played?", "Who is the all-time top scorer of the %s?", "When does the season of the %s begin?"},
	"tournament":   contest,
	"open":         {"How often is %s held?", "When was the first %s?", "Which sport is played at %s?", "Where was the first %s held?", "Who has won %s most often?"},
	"final":        contest,
	"race":         whatever,
	"award":        prize,
	"film award":   prize,
	"ceremony":     {"When were the %s first held?", "Where are the %s held?", "Who hosted the %s last year?", "How often are the %s held?"},
	"book award":   prize,
	"music award":  prize,
	"stage award":  prize,
	"player award": prize,
	"team":         {"Where do %s play?", "When was %s founded?", "What is the nickname of %s?", "What colours do %s wear?", "In which league do %s play?"},
	"element":      {"What is the chemical symbol for %s?", "What is the atomic number of %s?", "Is %s a metal?", "What is %s used for?"},
	"planet":       {"How many moons does %s have?", "How far is %s from the Sun?", "Is %s bigger than Earth?", "What is %s made of?"},
	"celestial":    {"How big is %s?", "How far away is %s?", "What is %s made of?", "What kind of object is %s?"},
	"mountain":     {"How high is %s?", "In which country is %s?", "Who first climbed %s?", "In which range is %s?"},
	"river":        {"How long is %s?", "Into which sea does %s flow?", "Where does %s begin?", "Which cities lie on %s?"},
	"book":         {"When was %s published?", "What is %s about?", "Who is the main character of %s?", "In what language was %s written?"},
	"painting":     {"Where is %s kept?", "When was %s painted?", "What does %s show?", "What style is %s?"},
	"film":         {"When was %s released?", "Who starred in %s?", "What is %s about?", "Who wrote the music for %s?"},
	"series":       {"When did %s start?", "Who stars in %s?", "What is %s about?", "How many seasons does %s have?"},
	"album":        {"When was %s released?", "Who recorded %s?", "What genre is %s?", "Who produced %s?"},
	"band":         {"Where is %s from?", "When was %s formed?", "Who sings in %s?", "What is the best-known song of %s?"},
	"person":       {"Where was %s born?", "When was %s born?", "What is %s known for?", "What nationality is %s?", "What did %s do for a living?"},
	"species":      {"Where does %s live?", "How big is %s?", "What does %s eat?", "How long does %s live?"},
	"university":   {"Where is %s?", "When was %s founded?", "Who studied at %s?", "How many students does %s have?"},
	"war":          {"When did %s begin?", "How long did %s last?", "Where did %s take place?", "What was the cause of %s?", "How many people died in %s?"},
	"battle":       {"When was %s?", "Where was %s fought?", "Who fought in %s?", "How many soldiers died in %s?", "In which war did %s take place?"},
	"treaty":       {"When was %s signed?", "Where was %s signed?", "Who signed %s?", "What is %s about?"},
	"event":        {"When did %s begin?", "How long did %s last?", "Where did %s take place?", "What was the cause of %s?", "Who took part in %s?"},
	"building":     {"Where is %s?", "When was %s built?", "How tall is %s?", "Who designed %s?"},
	"organisation": {"Where is the headquarters of %s?", "When was %s founded?", "What does %s do?", "How many members does %s have?"},
}

// ask fills the questions of a group with a subject.
func ask(group, name string) []string {
	var out []string
	for _, format := range other[group] {
		subject := name
		if strings.Contains(format, "the %s") || strings.Contains(format, "the first %s") {
			subject = strings.TrimPrefix(name, "the ")
		}
		before, after, _ := strings.Cut(format, "%s")
		out = append(out, fixArticle(before, subject)+subject+after)
	}
	return out
}
