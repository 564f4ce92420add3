package library

import (
	"regexp"
	"strings"
)

// aliases are spellings of one name that a question and a document often do not
// share. Only names whose short form means nothing else in English stand here.
var aliases = [][]string{
	{"United Kingdom", "UK", "U.K.", "Britain", "Great Britain"},
	{"United States", "US", "U.S.", "USA", "U.S.A.", "United States of America"},
	{"European Union", "EU", "E.U."},
	{"United Nations", "UN", "U.N."},
	{"United Arab Emirates", "UAE", "U.A.E."},
	{"Soviet Union", "USSR", "U.S.S.R."},
	{"World Health Organization", "World Health Organisation", "WHO"},
	{"North Atlantic Treaty Organization", "NATO"},
	{"International Monetary Fund", "IMF"},
	{"European Central Bank", "ECB"},
	{"prime minister", "PM"},
	{"chief executive officer", "CEO", "chief executive"},
	{"gross domestic product", "GDP"},
	{"people live", "population", "inhabitants", "residents"},
	{"artificial intelligence", "AI"},
	{"New York City", "NYC"},
	{"Germany", "German"}, {"France", "French"}, {"Spain", "Spanish"}, {"Italy", "Italian"}, {"Japan", "Japanese"}, {"China", "Chinese"},
	{"Russia", "Russian"}, {"Canada", "Canadian"}, {"Australia", "Australian"}, {"Brazil", "Brazilian"}, {"India", "Indian"}, {"Mexico", "Mexican"},
	{"Argentina", "Argentine", "Argentinian"}, {"Ukraine", "Ukrainian"}, {"Poland", "Polish"}, {"Sweden", "Swedish"}, {"Norway", "Norwegian"},
	{"Ireland", "Irish"}, {"Scotland", "Scottish"}, {"Wales", "Welsh"}, {"England", "English"}, {"Greece", "Greek"}, {"Turkey", "Turkish", "Türkiye"},
	{"Netherlands", "Dutch", "Holland"}, {"Portugal", "Portuguese"}, {"Egypt", "Egyptian"}, {"Israel", "Israeli"}, {"Iran", "Iranian"},
	{"Switzerland", "Swiss"}, {"Austria", "Austrian"}, {"Denmark", "Danish"}, {"Finland", "Finnish"}, {"Belgium", "Belgian"}, {"Hungary", "Hungarian"},
	{"Croatia", "Croatian"}, {"Nigeria", "Nigerian"}, {"Pakistan", "Pakistani"}, {"Chile", "Chilean"}, {"Colombia", "Colombian"},
}

// ordinary words of English in lower case: these names are only read with a capital.
var ordinary = map[string]bool{"Polish": true, "Turkey": true, "China": true}

// forms finds the spellings of each name in a question: short forms in capitals
// only ("who" is not the WHO), "us" also after "the", long ones in any case.
var forms = func() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, names := range aliases {
		var parts []string
		for _, n := range names {
			quoted := regexp.QuoteMeta(n)
			if n != strings.ToUpper(n) && !ordinary[n] {
				quoted = "(?i:" + quoted + ")"
			}
			parts = append(parts, quoted)
		}
		// Longest first: "United States of America" before "United States".
		for i := range parts {
			for j := i + 1; j < len(parts); j++ {
				if len(parts[j]) > len(parts[i]) {
					parts[i], parts[j] = parts[j], parts[i]
				}
			}
		}
		out = append(out, regexp.MustCompile(`(?:^|[^\pL\pN])(`+strings.Join(parts, "|")+`)(?:$|[^\pL\pN])`))
	}
	return out
}()

var smallForms = map[string]*regexp.Regexp{
	"UK":  regexp.MustCompile(`\b[uU]\.?[kK]\b`),
	"USA": regexp.MustCompile(`\b[uU][sS][aA]\b`),
	"US":  regexp.MustCompile(`\b[tT]he us\b`),
	"EU":  regexp.MustCompile(`\beu\b`),
	"CEO": regexp.MustCompile(`\bceo\b`),
	"UAE": regexp.MustCompile(`\buae\b`),
}

// findAliases takes the names with several spellings out of a question and
// gives what is left of it.
func findAliases(question string) (names [][]string, rest string) {
	for short, re := range smallForms {
		question = re.ReplaceAllString(question, short)
	}
	for i, re := range forms {
		found := false
		for {
			m := re.FindStringSubmatchIndex(question)
			if m == nil {
				break
			}
			found = true
			question = question[:m[2]] + " " + question[m[3]:]
		}
		if found {
			names = append(names, aliases[i])
		}
	}
	return names, question
}
