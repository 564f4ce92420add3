package judge

import (
	"regexp"
	"strings"
	"unicode"
)

// joins connect the parts of one name.
var joins = wordSet("of da de di del della der den van von du la le las los el al bin ibn y e the zu san dos ten ter")

var notNames = wordSet(`the a an it its he she they we you i his her their this that these those there in on at as of for to by with from after
	before since until during when while where who which what however but and or so then today now currently although though if
	because according following yes no not one two three four five monday tuesday wednesday thursday friday saturday sunday january
	february march april may june july august september october november december also here both each all some many most other
	source sources note updated published retrieved date title as_of founded born sorry unfortunately please sure answer question ok okay
	despite once under over between among like unlike about around nearly almost every another several only even still first second third
	recent new according thanks including researchers scientists astronomers officials voters experts great good former previous outgoing
	incumbent newly traditionally generally usually typically primarily originally often commonly officially mainly mostly
	historically initially previously recently actually specifically it's i'm it’s i’m that's that’s there's there’s he's he’s she's she’s
	actor actress singer writer author director artist player titled owned filmed started released located examples example location origin setting`)

// goesOn are words that start no name and yet belong to one: "Norbury First School".
var goesOn = wordSet("Date Title First Second Third One Two Three Four Five New Good Great")

// endsName: the "I" of "Charles I" and the "May" of "Ellis May", not the month.
func endsName(ts []token, i int) bool {
	return ts[i].text == "I" || ts[i].text == "May" && (i+1 == len(ts) || !hasDigit(ts[i+1].text))
}

// names finds capitalised spans of s: "Keir Starmer", "iPhone 17 Pro", "Leonardo da Vinci".
func names(s string) []span {
	ts := tokens(s)
	var out []span
	for i := 0; i < len(ts); i++ {
		if !startsName(s, ts, i) {
			continue
		}
		j := i
		for j+1 < len(ts) {
			gap := s[ts[j].end:ts[j+1].start]
			if !nameGap(gap, ts[j].text) {
				break
			}
			next := ts[j+1].text
			if startsName(s, ts, j+1) || isModelNumber(next) && !enumerates(s, ts[j+1].end) || goesOn[next] || endsName(ts, j+1) {
				j++
				continue
			}
			k := j + 1 // past "van der"
			for k+1 < len(ts) && k <= j+3 && (joins[ts[k].text] || ts[k].text == "&") && s[ts[k].end:ts[k+1].start] == " " {
				k++
			}
			if k > j+1 && startsName(s, ts, k) {
				j = k
				continue
			}
			break
		}
		if i == j && j+1 < len(ts) && reNationality.MatchString(ts[i].text) && ts[j+1].text == strings.ToLower(ts[j+1].text) && s[ts[j].end:ts[j+1].start] == " " && !stopWords[ts[j+1].text] {
			continue // "the Italian artist …": an adjective, not a name
		}
		if i == j && i == 0 && strings.HasSuffix(ts[0].text, "ing") && len(ts) > 1 && !reVerb.MatchString(ts[1].text) {
			continue // "Counting polar deserts, …"
		}
		out = append(out, span{text: s[ts[i].start:ts[j].end], start: ts[i].start, end: ts[j].end})
		i = j
	}
	return out
}

var reVerb = regexp.MustCompile(`(?i)^(?:is|was|are|were|has|had|won|beat|became|remains|will|hosts?|hosted)$`)

var reNationality = regexp.MustCompile(`(?:ish|ese|ian|ean|ican|lan|tch|nch|man|eek|wiss|raqi|raeli|stani|Thai|Labour|Conservative|Republican|Democrat|Democratic)$`)

func nameGap(gap, previous string) bool {
	return gap == " " || gap == "\n" || gap == ". " && (len(previous) == 1 || abbreviations[strings.ToLower(previous)]) || gap == "." || gap == "/"
}

var reScore = regexp.MustCompile(`^\d+[-–]\d+$`)

func isModelNumber(s string) bool {
	most := 5
	if strings.Count(s, ".") > 1 || strings.HasPrefix(s, "v") { // 22.04.3, v24.1.0
		most = 12
	}
	return len(s) <= most && hasDigit(s) && !reScore.MatchString(s) && !strings.Contains(s, ",") && !(len(s) == 4 && reYear.MatchString(s))
}

var reFirstOf = regexp.MustCompile(`(?:^|[\s:])[12][.)] `)

// enumerates: the number that ends there counts the items of a list: "1. Rome 2. Oslo".
func enumerates(s string, end int) bool {
	return (strings.HasPrefix(s[end:], ". ") || strings.HasPrefix(s[end:], ") ")) && reFirstOf.MatchString(s)
}

func capital(s string) bool {
	r := []rune(s)
	return len(r) > 0 && (unicode.IsUpper(r[0]) || hasUpper(string(r[1:])) && unicode.IsLetter(r[0]))
}

// startsName: a capitalised word that is no common one, or New, Great and Good
// before another name ("New York"), but not before an office ("New CEO Ann Lee").
func startsName(s string, ts []token, i int) bool {
	w := strings.ToLower(ts[i].text)
	if !capital(ts[i].text) {
		return false
	}
	if w != "new" && w != "great" && w != "good" {
		return !notNames[w]
	}
	if i+1 == len(ts) || s[ts[i].end:ts[i+1].start] != " " || !capital(ts[i+1].text) {
		return false
	}
	next := strings.ToLower(ts[i+1].text)
	return !notNames[next] && !titles[next] && !offices[next] && !reNationality.MatchString(ts[i+1].text)
}

// offices begin the name of an office that has more words than one.
var offices = wordSet("prime vice deputy head chief first foreign finance home defence defense")
