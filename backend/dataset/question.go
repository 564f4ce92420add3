package dataset

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"errata/backend"
)

// question is a question taken apart as far as simple grammar allows. Parts that
// do not apply are empty, and the templates that need them are then left out.
type question struct {
	text  string // as asked, with its question mark
	bare  string // without it
	np    string // "the prime minister of the UK", of "who is …" and "what is …"
	verb  string // is, was, are, were
	embed string // "who the prime minister of the UK is"
	begin string // "The prime minister of the UK is", to be completed
	open  bool   // the text itself is the beginning of a sentence
}

var (
	copula   = regexp.MustCompile(`(?i)^(who|what)(?:'s|\s+(is|was|are|were))\s+(.+)$`)
	subject  = regexp.MustCompile(`(?i)^who\s+(\w+)\s+(.+)$`)
	chooses  = regexp.MustCompile(`(?i)^which\s+(.+?)\s+(is|are|was|were|has|won|wrote|painted|invented|discovered|founded|directed|composed|designed|built|hosted|owns|makes|leads)\s+(.+)$`)
	inverted = regexp.MustCompile(`(?i)^(.+?)\s+(is|was|are|were)\s+(what|who)$`) // "capital of France is what"
	asks     = regexp.MustCompile(`(?i)^(who|whom|whose|what|which|when|where|why|how|in which|in what|on which|at which|at what|for which|is|are|was|were|does|do|did|has|have|can|could|name|tell|give|list)\b`)
)

// passive says how a sentence begins whose end answers "Who VERB X?".
var passive = map[string]string{
	"won": "The winner of %s was", "wrote": "%s was written by", "painted": "%s was painted by", "invented": "%s was invented by",
	"discovered": "%s was discovered by", "founded": "%s was founded by", "directed": "%s was directed by", "composed": "%s was composed by",
	"designed": "%s was designed by", "created": "%s was created by", "developed": "%s was developed by", "built": "%s was built by",
	"leads": "%s is led by", "owns": "%s is owned by", "makes": "%s is made by", "runs": "%s is run by", "coaches": "%s is coached by",
	"hosted": "The host of %s was", "rules": "%s is ruled by", "governs": "%s is governed by", "chairs": "%s is chaired by",
}

var auxiliary = set("is was are were will would can could did does do has have had should may might")

// parse takes a question apart. A noun phrase without a verb ("current president
// of USA") becomes the question that it stands for.
func parse(text string) question {
	text = strings.Join(strings.Fields(text), " ")
	bare := strings.TrimRight(text, "?!. ")
	if bare == "" {
		bare = text
	}
	if m := inverted.FindStringSubmatch(bare); m != nil && !asks.MatchString(bare) {
		bare = capitalise(strings.ToLower(m[3])) + " " + strings.ToLower(m[2]) + " " + aboutName(m[1])
	}
	if !asks.MatchString(bare) && !strings.ContainsAny(text, "?") && len(strings.Fields(bare)) <= 12 && !endsOpen(bare) {
		bare = "What is " + withThe(bare)
		if namesLeader(bare) {
			bare = "Who" + strings.TrimPrefix(bare, "What")
		}
	}
	q := question{text: bare + "?", bare: bare}
	if endsOpen(bare) {
		q.text, q.begin, q.open = bare, bare, true
		return q
	}
	if strings.HasSuffix(text, ".") {
		q.text = text
	}
	if strings.Contains(bare, "?") { // "Who owns X? Is it Y?" is no single clause
		return q
	}
	if m := copula.FindStringSubmatch(bare); m != nil && nounPhrase(m[3]) {
		q.np, q.verb = m[3], strings.ToLower(m[2])
		if q.verb == "" {
			q.verb = "is"
		}
		q.embed = strings.ToLower(m[1]) + " " + q.np + " " + q.verb
		q.begin = capitalise(q.np) + " " + q.verb
		return q
	}
	if m := chooses.FindStringSubmatch(bare); m != nil {
		is := "is"
		if v := strings.ToLower(m[2]); !set("is are has owns makes leads")[v] {
			is = "was"
		}
		q.embed = lowerFirst(bare)
		if endsOpen(m[3]) { // "Which league is Arsenal in?"
			return q
		}
		q.begin = "The " + lowerFirst(m[1]) + " that " + m[2] + " " + m[3] + " " + is
		return q
	}
	if m := subject.FindStringSubmatch(bare); m != nil && !auxiliary[strings.ToLower(m[1])] {
		q.embed = lowerFirst(bare)
		if begin, ok := passive[strings.ToLower(m[1])]; ok {
			q.begin = capitalise(strings.Replace(begin, "%s", m[2], 1))
		}
	}
	return q
}

// aboutName is what a question that ended in "is what" was about.
func aboutName(s string) string {
	if startsUpper(s) {
		return lowerFirst(s)
	}
	return withThe(s)
}

// endsOpen says that the text is the beginning of a sentence ("The mother tongue
// of X is") rather than a question.
func endsOpen(bare string) bool {
	if bare == strings.ToUpper(bare) {
		bare = strings.ToLower(bare) // else "Serie A" is no article
	}
	words := strings.Fields(bare)
	if len(words) == 0 || asks.MatchString(bare) {
		return false
	}
	return set("is was are were in at by of on for to the from as with a an")[words[len(words)-1]]
}

// nounPhrase says that the words after "who is" can stand alone before a verb.
func nounPhrase(s string) bool {
	lower := strings.ToLower(s)
	for _, start := range []string{"the ", "a ", "an ", "current ", "today's ", "our ", "my "} {
		if strings.HasPrefix(lower, start) {
			return !endsOpen(s) && !clause(lower)
		}
	}
	first, _, _ := strings.Cut(s, " ")
	return (strings.Contains(first, "'s") || strings.Contains(first, "’s")) && !clause(lower)
}

// clause says that a verb follows the noun, as in "the capital called" or
// "the film about that won".
func clause(lower string) bool {
	words := strings.Fields(lower)
	last := words[len(words)-1]
	return set("called named located situated known born buried used made doing like mean considered about")[last]
}

func withThe(s string) string {
	first, _, _ := strings.Cut(strings.ToLower(s), " ")
	if first == "the" || first == "a" || first == "an" || strings.Contains(first, "'s") {
		return lowerFirst(s)
	}
	return "the " + lowerFirst(s)
}

func namesLeader(text string) bool {
	for _, m := range loadGazetteer().find(text) {
		switch m.entry.group.name {
		case "office", "monarch", "post", "chief", "local":
			return true
		case "outcome":
			return true
		}
	}
	return false
}

// lowerFirst lowers the first letter unless the first word is a name or an acronym.
func lowerFirst(s string) string {
	first, _, _ := strings.Cut(s, " ")
	r, size := utf8.DecodeRuneInString(s)
	if !unicode.IsUpper(r) || len(first) > 1 && first == strings.ToUpper(first) {
		return s
	}
	if !asks.MatchString(s) && !strings.EqualFold(first, "the") && !strings.EqualFold(first, "a") && !strings.EqualFold(first, "an") {
		return s
	}
	return string(unicode.ToLower(r)) + s[size:]
}

// sentence asks to complete the sentence that states the answer.
func (q question) sentence() (string, bool) {
	if q.begin == "" {
		return "", false
	}
	return "Complete the sentence: " + q.begin, true
}

// statement is the answer as a sentence, or by itself where no sentence is known.
func (q question) statement(answer string) string {
	answer = strings.TrimRight(strings.TrimSpace(answer), ".")
	begin := q.begin
	if begin == "" || len(strings.Fields(begin+" "+answer)) > maxCompletionWords {
		return answer + "."
	}
	return begin + " " + answer + "."
}

// still asks whether the old answer holds.
func (q question) still(old string) string {
	if q.open {
		return "Is it still true that " + q.bare + " " + old + "?"
	}
	if q.np != "" && (q.verb == "is" || q.verb == "are") {
		return capitalise(q.verb) + " " + old + " still " + q.np + "?"
	}
	return q.text + " Is it " + old + "?"
}

// isIt asks whether the answer holds for this question.
func (q question) isIt(answer string) string {
	if q.open {
		return "Is it true that " + q.bare + " " + answer + "?"
	}
	if q.np != "" {
		return capitalise(q.verb) + " " + answer + " " + q.np + "?"
	}
	return q.text + " Is it " + answer + "?"
}

// quiet is the question in lower case without its mark, as people type it.
func (q question) quiet() string { return strings.ToLower(q.bare) }

// typo swaps two letters inside a long ordinary word; names and numbers stay.
func (q question) typo() string {
	best, at := "", -1
	for _, w := range wordsOf(q.bare) {
		if len(w.text) >= 5 && len(w.text) > len(best) && w.text == strings.ToLower(w.text) && isASCIILetters(w.text) {
			best, at = w.text, w.start
		}
	}
	if at < 0 {
		return ""
	}
	i := at + len(best)/2
	b := []byte(q.text)
	if b[i] == b[i-1] {
		i++
	}
	if i >= at+len(best) || b[i] == b[i-1] {
		return ""
	}
	b[i], b[i-1] = b[i-1], b[i]
	return string(b)
}

func isASCIILetters(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

// reverse asks for the office from its holder; only offices are one-to-one.
func (q question) reverse(answer string) (prompt, completion string, ok bool) {
	if q.np == "" || q.verb != "is" || !looksLikeName(answer) {
		return "", "", false
	}
	for _, m := range loadGazetteer().find(q.np) {
		switch m.entry.group.name {
		case "office", "monarch", "post":
			return "What office does " + answer + " hold?", answer + " is " + q.np + ".", true
		}
	}
	return "", "", false
}

// looksLikeName says that an answer can be asked about: one to five words, each
// with a capital, and no digits.
func looksLikeName(s string) bool {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 5 || strings.ContainsAny(s, "0123456789,;:()") {
		return false
	}
	for i, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(r) && (i == 0 || !set("of the de da van von der la le bin al")[w]) {
			return false
		}
	}
	return true
}

// same says whether two wordings are one for a reader.
func same(a, b string) bool { return backend.Normal(a) == backend.Normal(b) }
