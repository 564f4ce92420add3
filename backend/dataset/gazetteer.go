package dataset

import (
	_ "embed"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"errata/backend"
)

//go:embed gazetteer.txt
var gazetteerText string

//go:embed gazetteer_country.txt
var countryText string

// entry is one name of a group. Its first form is the one that is written.
type entry struct {
	name    string   // canonical, with "the" where English wants it
	forms   []string // ways it is written, without "the"
	the     bool
	group   *group
	leaders string // countries: which leaders they have, see gazetteer_country.txt
}

// group holds names that may stand for one another in a question.
type group struct {
	name     string
	relation bool // what is asked, rather than what it is asked about
	entries  []*entry
}

type gazetteer struct {
	groups map[string]*group
	forms  map[string][]formOf // by lower-case form
	most   int                 // words of the longest form
}

// written is the entry as a question names it.
func (e *entry) written() string {
	if e.the {
		return "the " + e.forms[0]
	}
	return e.forms[0]
}

type formOf struct {
	text  string
	index int
	entry *entry
}

// match is one name found in a question; start and end are byte offsets that
// include a leading "the".
type match struct {
	start, end int
	form       int
	entry      *entry
}

var loadGazetteer = sync.OnceValue(func() *gazetteer {
	g := &gazetteer{groups: map[string]*group{}, forms: map[string][]formOf{}}
	var current *group
	for _, line := range dataLines(gazetteerText) {
		if rest, ok := strings.CutPrefix(line, "["); ok {
			name, role, _ := strings.Cut(rest, "]")
			current = g.group(name, strings.TrimSpace(role) == "relation")
			continue
		}
		g.add(current, strings.Split(line, ";"), "")
	}
	country, nationality := g.group("country", false), g.group("nationality", false)
	for _, line := range dataLines(countryText) {
		f := strings.Split(line, "|")
		forms := []string{f[0]}
		if f[4] != "" {
			forms = append(forms, strings.Split(f[4], ";")...)
		}
		g.add(country, forms, f[3])
		e := g.add(nationality, []string{f[2]}, f[3])
		e.name = f[0] // so that "the British prime minister" is that of the UK
	}
	return g
})

// dataLines drops comments and blank lines.
func dataLines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

func (g *gazetteer) group(name string, relation bool) *group {
	gr := &group{name: name, relation: relation}
	g.groups[name] = gr
	return gr
}

func (g *gazetteer) add(to *group, forms []string, leaders string) *entry {
	e := &entry{name: forms[0], group: to, leaders: leaders}
	for i, form := range forms {
		bare, the := strings.CutPrefix(strings.TrimSpace(form), "the ")
		e.the = e.the || the && i == 0
		e.forms = append(e.forms, bare)
		key := formKey(bare)
		g.forms[key] = append(g.forms[key], formOf{text: bare, index: i, entry: e})
		g.most = max(g.most, len(strings.Fields(bare)))
	}
	to.entries = append(to.entries, e)
	return e
}

// formKey is how a span is looked up; a closing stop is not part of it, for
// wordsOf takes it off too.
func formKey(span string) string {
	if strings.Count(span, ".") < 2 {
		span = strings.TrimSuffix(span, ".")
	}
	return strings.ToLower(span)
}

// word is one word of a text with its byte offsets, punctuation at its ends cut off.
type word struct {
	text       string
	start, end int
}

func wordsOf(text string) []word {
	var words []word
	start := -1
	flush := func(end int) {
		if start < 0 {
			return
		}
		raw := text[start:end]
		left := len(raw) - len(strings.TrimLeft(raw, `"'“‘«(`))
		raw = strings.TrimRight(raw[left:], `"'”’»),;:!?`)
		for _, possessive := range []string{"'s", "’s"} {
			raw = strings.TrimSuffix(raw, possessive)
		}
		if strings.Count(raw, ".") < 2 { // "U.S." keeps its stop
			raw = strings.TrimSuffix(raw, ".")
		}
		if raw != "" {
			words = append(words, word{raw, start + left, start + left + len(raw)})
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case unicode.IsSpace(r):
			flush(i)
		case start < 0:
			start = i
		}
	}
	flush(len(text))
	return words
}

// find gives the names in a question, longest first at each place, none overlapping.
func (g *gazetteer) find(question string) []match {
	words := wordsOf(question)
	shouting := question == strings.ToUpper(question)
	// Many begin with a capital and then type none; and parse makes "president of brazil" a question.
	quiet := lowerFrom(question, 1)
	var found []match
	for i := 0; i < len(words); i++ {
		for n := min(g.most, len(words)-i); n >= 1; n-- {
			span := question[words[i].start:words[i+n-1].end]
			f, ok := g.pick(span, quiet, shouting)
			if !ok || !quiet && !shouting && partOfName(question, words, i, i+n-1, f.entry) {
				continue
			}
			m := match{start: words[i].start, end: words[i+n-1].end, form: f.index, entry: f.entry}
			if i > 0 && strings.EqualFold(words[i-1].text, "the") && takesThe(f.entry) {
				m.start = words[i-1].start
			}
			found = append(found, m)
			i += n - 1
			break
		}
	}
	return found
}

// lowerFrom says whether no letter but the first few is a capital.
func lowerFrom(text string, first int) bool {
	for i, r := range []rune(text) {
		if i >= first && unicode.IsUpper(r) {
			return false
		}
	}
	return true
}

// partOfName says that the words stand inside a longer name: the city in "Sydney
// J. Bowie", the company in "Nissan Laurel", the king in "Billie Jean King".
func partOfName(question string, words []word, first, last int, e *entry) bool {
	named := func(i, j int) bool { // whether word i is a name and touches word j
		if i < 0 || j >= len(words) || i == 0 && asks.MatchString(question) {
			return false
		}
		at := i
		if i == first || i == last {
			at = j
		}
		r, _ := utf8.DecodeRuneInString(words[at].text)
		return unicode.IsUpper(r) && strings.TrimSpace(question[words[i].end:words[j].start]) == ""
	}
	r, _ := utf8.DecodeRuneInString(words[first].text)
	switch {
	case !unicode.IsUpper(r):
		return false
	case e.group.relation:
		return named(first-1, first)
	case set("city company person state element planet team building book film series album band country organisation software")[e.group.name]:
		return named(first-1, first) || named(last, last+1)
	}
	return false
}

func takesThe(e *entry) bool {
	return !e.group.relation && (e.the || e.group.name == "country")
}

// pick chooses the entry that a span names. A name that is also an ordinary word
// needs its capital, so that "lead" is not the metal and "us" not the country, and
// an acronym needs all of them, so that "Who" is not the WHO.
func (g *gazetteer) pick(span string, quiet, shouting bool) (formOf, bool) {
	lower := strings.ToLower(span)
	all := g.forms[formKey(span)]
	for _, f := range all {
		if f.text == span && !(shouting && ordinary[lower]) {
			return f, true
		}
	}
	for _, f := range all {
		acronym := len(f.text) < 5 && f.text == strings.ToUpper(f.text)
		capital := span != lower && !shouting
		switch {
		case f.entry.group.relation, f.entry.group.name == "phone", safeAcronyms[lower]:
			return f, true
		case acronym && (capital || !quiet && !shouting || len(f.text) < 3), ordinary[lower] && !capital:
		case capital, quiet, shouting:
			return f, true
		}
	}
	return formOf{}, false
}

var safeAcronyms = set("uk usa uae u.k. u.s.a. nato nasa nba nfl")

// ordinary are names that an all-lower-case question more likely means as words.
var ordinary = set("apple meta amazon oracle visa target shell subway canon puma zoom chrysler universal paramount " +
	"uber intel nice cork split lead tin chad turkey jordan georgia guinea friends lost frozen imagine yesterday emma " +
	"faust parasite psycho jaws gladiator avatar titanic thriller rumours oasis queen europa titan io ceres vesta vega " +
	"euro ashes championship celtic rangers everton arsenal office gemini windows python android pixel galaxy kindle " +
	"mercury washington phoenix perth victoria ohio lyft us un who ups sap llama ruby rust java chrome blender docker polish")

// set makes a set of the words of a text.
func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// swap writes another entry in place of a match, and keeps the article right.
func swap(question string, m match, by *entry) string {
	text := by.forms[0]
	if by.group.relation && m.form < len(by.forms) {
		text = by.forms[m.form]
	}
	before := question[:m.start]
	hadThe := strings.HasPrefix(strings.ToLower(question[m.start:m.end]), "the ")
	if by.the && !determined.MatchString(before) {
		text = "the " + text
	}
	if m.start == 0 && hadThe || m.start == 0 && by.the {
		text = capitalise(text)
	}
	return fixArticle(before, text) + text + question[m.end:]
}

// determined ends in what stands in the place of an article: "the", "the 2024", "the last".
var determined = regexp.MustCompile(`(?i)(?:\bthe|\S*[0-9]\S*|\b(?:last|first|next|latest|current|this|men's|women's|year's))\s+$`)

// fixArticle turns "a" into "an" and back before the word that follows.
func fixArticle(before, next string) string {
	lower := strings.ToLower(before)
	vowel := next != "" && strings.ContainsRune("aeiouAEIOU", rune(next[0]))
	switch {
	case vowel && (lower == "a " || strings.HasSuffix(lower, " a ")):
		return before[:len(before)-1] + "n "
	case !vowel && (lower == "an " || strings.HasSuffix(lower, " an ")):
		return before[:len(before)-2] + " "
	}
	return before
}

// fillers do not change what a question asks.
var fillers = set("current currently now today right presently please present moment at still incumbent sitting")

// small words carry grammar only: "the British prime minister" asks the same as
// "the prime minister of the UK".
var small = set("of in for by on at from to is are s")

// canon is the form in which two questions are the same question: names by their
// canonical form, in backend.Normal form, without fillers and small words, in
// alphabetical order; then those names of one kind whose order may matter: from
// China to Japan is not from Japan to China.
func canon(question string) string {
	g := loadGazetteer()
	found := g.find(question)
	text := question
	for _, m := range slices.Backward(found) {
		if fillers[strings.ToLower(text[m.start:m.end])] {
			continue
		}
		text = text[:m.start] + m.entry.name + text[m.end:]
	}
	words := strings.Fields(backend.Normal(text))
	words = slices.DeleteFunc(words, func(w string) bool { return fillers[w] || small[w] })
	slices.Sort(words)
	return strings.Join(append(words, ordered(found)...), " ")
}

// ordered are the names of a kind that is named twice or more, as they stand.
func ordered(found []match) []string {
	kinds := map[string][]string{}
	for _, m := range found {
		if g := m.entry.group; !g.relation && !slices.Contains(kinds[g.name], m.entry.name) {
			kinds[g.name] = append(kinds[g.name], m.entry.name)
		}
	}
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if len(kinds[kind]) > 1 {
			out = append(out, ">", strings.Join(kinds[kind], " > "))
		}
	}
	return out
}

// keyOf is canon of the question that a text stands for, or the words themselves
// where nothing but fillers is left.
func keyOf(question string) string {
	if key := canon(parse(question).text); key != "" {
		return key
	}
	return backend.Normal(question)
}

// Key is equal for two questions that ask the same thing in nearly the same words.
func Key(question string) string { return canon(question) }

// capitalise leaves a first word alone that has its own spelling: iPhone, macOS.
func capitalise(s string) string {
	if first, _, _ := strings.Cut(s, " "); !lowerFrom(first, 1) {
		return s
	}
	for i, r := range s {
		return s[:i] + string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}
