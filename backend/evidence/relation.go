package evidence

import (
	"regexp"
	"strings"
)

// property is a relation of Wikidata with the words to say it in.
type property struct{ id, label string }

// relation ties the words of a question to properties. The pattern has one
// group: the name of the thing that is asked about.
type relation struct {
	pattern    *regexp.Regexp
	properties []property
}

type asked struct {
	relation relation
	subject  string
}

const (
	asks = `^(?:please )?(?:tell me |do you know )?(?:who|what|which|when|where|how)?(?:'s|’s)? ?(?:is|are|was|were)? ?(?:the |a )?(?:current |present |official |incumbent |sitting |today's |new |latest )?`
	of   = ` (?:of|for|in|at|on) (?:the )?(.+)`
)

func noun(words string, properties ...property) relation {
	return relation{regexp.MustCompile(`(?i)` + asks + `(?:name of the )?(?:current )?(?:` + words + `)` + of + `$`), properties}
}

func verb(pattern string, properties ...property) relation {
	return relation{regexp.MustCompile(`(?i)^` + pattern + `$`), properties}
}

var (
	headOfState      = property{"P35", "head of state"}
	headOfGovernment = property{"P6", "head of government"}
	author           = property{"P50", "author"}
	creator          = property{"P170", "creator"}
	winner           = property{"P1346", "winner"}
	director         = property{"P57", "director"}
	composer         = property{"P86", "composer"}
	inventor         = property{"P61", "discoverer or inventor"}
	founder          = property{"P112", "founded by"}
	chief            = property{"P169", "chief executive officer"}
	inception        = property{"P571", "inception"}
	born             = property{"P569", "date of birth"}
	died             = property{"P570", "date of death"}
)

// relations are tried in order. Names are from wikidata.org/wiki/Property:….
var relations = []relation{
	noun(`prime minister|pm|premier|head of government|chancellor|taoiseach|mayor|governor|first minister`, headOfGovernment),
	noun(`president`, headOfState, property{"P488", "chairperson"}),
	noun(`head of state|king|queen|monarch|emperor|sovereign|pope`, headOfState),
	noun(`capital(?: city)?`, property{"P36", "capital"}),
	noun(`chair(?:person|man|woman)?|leader|secretary[- ]general`, property{"P488", "chairperson"}),
	noun(`ceo|chief executive(?: officer)?`, chief),
	noun(`author|writer`, author),
	noun(`painter|artist|creator|sculptor`, creator),
	noun(`director`, director),
	noun(`composer`, composer),
	noun(`founders?`, founder),
	noun(`inventor|discoverer`, inventor),
	noun(`owner`, property{"P127", "owned by"}),
	noun(`(?:head )?coach|manager`, property{"P286", "head coach"}),
	noun(`winners?|champions?`, winner),
	noun(`currency`, property{"P38", "currency"}),
	noun(`languages?`, property{"P37", "official language"}),
	noun(`population`, property{"P1082", "population"}),
	noun(`(?:chemical )?symbol`, property{"P246", "element symbol"}),
	noun(`atomic number`, property{"P1086", "atomic number"}),
	noun(`(?:highest|tallest) (?:point|mountain|peak)`, property{"P610", "highest point"}),
	noun(`head ?quarters`, property{"P159", "headquarters location"}),
	noun(`(?:stable )?(?:version|release)`, property{"P348", "software version identifier"}),
	noun(`spouse|wife|husband`, property{"P26", "spouse"}),
	verb(`who (?:wrote|authored) (.+)`, author),
	verb(`who (?:painted|sculpted|created|drew) (.+)`, creator),
	verb(`who directed (.+)`, director),
	verb(`who composed (.+)`, composer),
	verb(`who (?:invented|discovered) (.+)`, inventor),
	verb(`who founded (.+)`, founder),
	verb(`who (?:won|has won) (.+)`, winner),
	verb(`who owns (.+)`, property{"P127", "owned by"}),
	verb(`who (?:runs|leads|heads) (.+)`, chief, headOfGovernment),
	verb(`when (?:was|were) (.+) (?:founded|established|created|formed)`, inception),
	verb(`when was (.+) born`, born),
	verb(`when did (.+) die`, died),
	verb(`where was (.+) born`, property{"P19", "place of birth"}),
	verb(`where is (.+) (?:based|headquartered)`, property{"P159", "headquarters location"}),
}

var (
	tail    = regexp.MustCompile(`(?i)[\s,]*\b(?:right now|now|today|currently|at the moment|these days|as of [\w ,]+|in office)\s*$`)
	article = regexp.MustCompile(`(?i)^(?:the|a|an)\s+`)
)

// understand finds what a question asks about. Anything with more than one
// relation in it ("the wife of the president of …") is left alone: half an
// understanding finds the wrong thing.
func understand(question string) (asked, bool) {
	q := strings.Join(strings.Fields(question), " ")
	q = strings.TrimSpace(strings.TrimRight(q, "?!. "))
	q = strings.TrimRight(tail.ReplaceAllString(q, ""), "?!., ")
	if q == "" || len(q) > 200 {
		return asked{}, false
	}
	for _, r := range relations {
		m := r.pattern.FindStringSubmatch(q)
		if m == nil {
			continue
		}
		subject := strings.Trim(article.ReplaceAllString(strings.TrimSpace(m[1]), ""), `"'“”‘’ `)
		if n := len(strings.Fields(subject)); n == 0 || n > 8 || len(subject) < 2 || nested(subject) {
			return asked{}, false
		}
		return asked{r, subject}, true
	}
	return asked{}, false
}

var inner = regexp.MustCompile(`(?i)\b(?:president|prime minister|capital|author|ceo|founder|winner|wife|husband|country|city|company|team|person|man|woman|that|who|which|where) (?:of|that|who|which|where|with|in)\b`)

func nested(subject string) bool { return inner.MatchString(subject) }
