package judge

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Kind is the type of value that a question asks for, also used for a claim.
type Kind string

// The kinds of value. KindOpen means that the question does not tell.
const (
	KindName   Kind = "name"
	KindDate   Kind = "date"
	KindNumber Kind = "number"
	KindList   Kind = "list"
	KindYesNo  Kind = "yes_no"
	KindSymbol Kind = "symbol"
	KindOpen   Kind = "text"
)

// form is what the rules read off a question.
type form struct {
	Text     string
	Kind     Kind
	Person   bool               // asked with "who"
	Weights  map[string]float64 // content term -> weight
	Entities map[string]bool    // terms of proper names and numbers
	Years    []int
	Present  bool // asks how things are now
	Terms    map[string]bool
	version  bool   // asks for a version
	head     string // term of the noun that is asked for by "which" or "what"
	loser    bool   // asks for the one that was beaten
	work     bool   // asks for a work, never for who made it
	memo     *memo  // nil: nothing is kept
	anyRole  bool   // an answer states what it states, whatever its words say about it
}

var (
	reYesNo  = regexp.MustCompile(`(?i)^(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should)\b`)
	reEither = regexp.MustCompile(`(?i)\bor\b`)
	reWhen   = regexp.MustCompile(`(?i)\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade)\b|\b(?:year|date) (?:of|did|was)\b|\bin (?:what|which) year\b|\bbirth ?date\b`)
	reHow    = regexp.MustCompile(`(?i)\bhow (?:many|much|tall|high|long|old|far|fast|big|large|deep|heavy|wide|hot|cold|often)\b|\bat what (?:temperature|speed)\b`)
	reAmount = regexp.MustCompile(`(?i)\b(?:what|which)((?:'s|’s| is| was| are| were)?)((?: [\pL'’.-]+)*?) (?:population|height|elevation|distance|speed|temperature|percentage|number|amount|price|cost|boiling point|melting point|freezing point|length|depth|weight|mass|age|area|atomic number|world record time|record time|score|value of pi|square root|total|gdp)\b( (?:one|two|\d+|code))?`)
	reWho    = regexp.MustCompile(`(?i)\b(?:who|whom|whose)\b`)
	reNameQ  = regexp.MustCompile(`(?i)\bwhere\b|\bcapital\b|\b(?:what|which) (?:\w+ )?(?:city|country|state|continent|ocean|river|mountain|planet|team|club|company|person|actor|actress|singer|band|movie|film|book|novel|airline|party|university|language)\b|\b(?:president|prime minister|ceo|chancellor|king|queen|monarch|pope|author|winner|champions?|capital|currency|mayor|governor|founder|inventor|director|coach|manager|captain) of\b`)
	reSymbol = regexp.MustCompile(`(?i)\bsymbol (?:of|for)\b|\b(?:chemical|element|currency|stock|ticker|molecular) (?:symbol|formula)\b|\bformula (?:of|for)\b|\b(?:abbreviation|ticker)\b|\b(?:country|airport|iata|iso|area|dialling|dialing) code\b`)
	reList   = regexp.MustCompile(`(?i)\b(?:what|which|name|list) (?:are |were )?(?:the |all )*(?:two|three|four|five|six|seven|primary|\w+ (?:colou?rs|countries|members|planets|continents|states|names))\b`)
	reNow    = regexp.MustCompile(`(?i)\b(?:current|currently|latest|newest|most recent|now|today|present|still|incumbent|reigning|as of|at the moment|these days|this (?:year|season|month|week))\b`)
	reIsSo   = regexp.MustCompile(`(?i)\b(?:is|are|has|holds?|leads?|runs?)\b`)
	rePast   = regexp.MustCompile(`(?i)\b(?:was|were|did|first|won|wrote|painted|invented|discovered|founded|composed|born|died)\b`)
	reWork   = regexp.MustCompile(`(?i)\b(?:what|which) (?:[\pL'’-]+ ){0,3}?(?:film|movie|book|novel|song|album|single|play|musical|opera|painting|poem|game|series|show|documentary)\b`)
	reLoser  = regexp.MustCompile(`(?i)^(?:who|whom|which \w+) (?:did|does|do) .*\b(?:beat|defeat|overcome|knock out)\b`)
	reHead   = regexp.MustCompile(`(?i)\b(?:which|what) (?:\pL+ ){0,2}?(river|lake|island|sea|ocean|bay|mountain|racecourse|school|college|university|airport|station|street|square|bridge|tower|castle|palace|stadium|party|bank|war|prize|award|language|festival|church|cathedral|hotel|museum|park)\b`)
	reYear   = regexp.MustCompile(`\b(1[0-9]{3}|20[0-9]{2})\b`)
)

func parseQuestion(q string) form {
	q = squeeze(q)
	f := form{Text: q, Weights: map[string]float64{}, Entities: map[string]bool{}, Terms: map[string]bool{}, memo: newMemo()}
	switch {
	case reYesNo.MatchString(q) && !reEither.MatchString(q) && !reWho.MatchString(q):
		f.Kind = KindYesNo
	case reSymbol.MatchString(q):
		f.Kind = KindSymbol
	case asksVersion(q):
		f.Kind, f.version = KindOpen, true
	case asksNumber(q) && !strings.HasPrefix(strings.ToLower(q), "who"):
		f.Kind = KindNumber
	case reWho.MatchString(q):
		f.Kind, f.Person = KindName, true
	case reWhen.MatchString(q):
		f.Kind = KindDate
	case reNameQ.MatchString(q):
		f.Kind = KindName
	case reList.MatchString(q):
		f.Kind = KindList
	default:
		f.Kind = KindOpen
	}
	if m := reHead.FindStringSubmatch(q); m != nil {
		f.head = term(strings.ToLower(m[1]))
	}
	f.loser = reLoser.MatchString(q)
	f.work = !f.Person && reWork.MatchString(q)
	f.Present = reNow.MatchString(q) || reIsSo.MatchString(q) && !rePast.MatchString(q)
	f.Years = yearsIn(q)
	for t := range properTerms(q) {
		f.Entities[t] = true
	}
	for _, w := range normalWords(q) {
		if stopWords[w] {
			continue
		}
		t := term(w)
		f.Terms[t] = true
		weight := 1.0
		switch {
		case timeWords[w]:
			weight = 0
		case reYear.MatchString(w):
			weight = 0.5
		case genericWords[w], units[w].dimension != "":
			weight = 0.3
		case f.Entities[t]:
			weight = 1.6
		}
		f.Weights[t] = max(f.Weights[t], weight)
	}
	return f
}

// happenedOnce: the question is about a year that is named and over or under way.
// A newer document then knows no newer value; two that differ leave it open.
func (f form) happenedOnce(now time.Time) bool {
	return len(f.Years) == 1 && f.Years[0] <= now.Year() && !reNow.MatchString(f.Text)
}

// besideHead are words after which a noun is not the head of what is asked for:
// "the country with the largest population" is a country.
var besideHead = wordSet("of with in on at by for from to that which who whose has have had is are was were does did do can and or")

// asksNumber says that the value asked for is a number: by "how many", or by a
// noun of measure that is itself what is asked for.
func asksNumber(q string) bool {
	if reHow.MatchString(q) {
		return true
	}
	for _, m := range reAmount.FindAllStringSubmatch(q, 4) {
		words := strings.Fields(strings.ToLower(m[2]))
		head := m[3] == "" && (m[1] != "" || len(words) < 2) // "number one" counts nothing
		for _, w := range words {
			head = head && !besideHead[w]
		}
		if head {
			return true
		}
	}
	return false
}

// properTerms finds the terms of capitalised words that do not only start the
// sentence, and of known countries in any case. Words in a row are read
// together, so that "Premier League" is one term.
func properTerms(s string) map[string]bool {
	out := map[string]bool{}
	var row []string
	flush := func() {
		for _, x := range terms(strings.Join(row, " ")) {
			out[x] = true
		}
		row = nil
	}
	for i, t := range tokens(s) {
		r := []rune(t.text)
		mixed := hasUpper(string(r[1:]))
		if (i > 0 && unicode.IsUpper(r[0])) || mixed {
			row = append(row, t.text)
			continue
		}
		flush()
	}
	flush()
	for _, x := range []string{"usa", "uk", "eu", "un"} {
		for _, w := range normalWords(s) {
			if w == x {
				out[x] = true
			}
		}
	}
	for _, w := range normalWords(s) {
		if t := term(w); countryTerms[t] {
			out[t] = true
		}
	}
	for x := range out {
		if _, isUnit := units[x]; isUnit || stopWords[x] || timeWords[x] || genericWords[x] {
			delete(out, x)
		}
	}
	return out
}

var countryTerms = wordSet(`france germany spain italy japan china russia canada australia brazil india mexico argentina ukraine poland
	sweden norway ireland scotland greece turkey netherlands portugal egypt israel iran southkorea newzealand switzerland austria denmark
	finland belgium hungary england`)

func hasUpper(s string) bool { return strings.IndexFunc(s, unicode.IsUpper) >= 0 }
func hasDigit(s string) bool { return strings.IndexFunc(s, unicode.IsDigit) >= 0 }

func atoi(s string) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' || n > 1<<30 {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}
