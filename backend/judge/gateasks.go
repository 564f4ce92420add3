package judge

import (
	"slices"
	"strings"
)

func asksNow(a *asked) bool {
	return a.any(lexNow) || a.has("so", "far") || a.has("as", "of") || a.has("at", "the", "moment") || a.has("these", "days") || a.has("to", "date")
}

func asksNewest(a *asked) bool { return a.any(lexNewest) || a.has("next") }

// asksLast: not "the last name", "how long does it last", "the last emperor".
func asksLast(a *asked) bool {
	for i, w := range a.words {
		switch {
		case w != "last" || i == 0, i+1 == len(a.words) && !a.past, i+1 < len(a.words) && a.lex[i+1]&(lexPeriod|lexYearly|lexNaming) != 0:
			continue
		}
		return !a.has("long") && !a.any(lexOld)
	}
	return false
}

// afterNewInNames are words before which "new" is part of a name or of a feast.
var afterNewInNames = wordSet("york zealand jersey delhi orleans mexico testament hampshire guinea caledonia england south year years wave age world")

func asksNew(a *asked) bool {
	i := slices.Index(a.words, "new")
	return i >= 0 && i+1 < len(a.words) && !afterNewInNames[a.words[i+1]]
}

// asksWhen: when, what year, the date of.
func asksWhen(a *asked) bool {
	if a.wh == "when" || a.has("date") {
		return true
	}
	for i := 1; i < len(a.words); i++ {
		switch a.words[i] {
		case "year", "years", "day", "month", "century", "decade":
			switch a.words[i-1] {
			case "what", "which", "the":
				return true
			}
		}
	}
	return false
}

// underWay: has been done, is being done.
func underWay(a *asked) bool {
	if a.tense == perfect {
		return true
	}
	for i, w := range a.words {
		if w != "is" && w != "are" {
			continue
		}
		for j := i + 1; j < min(i+6, len(a.words)); j++ {
			if x := a.words[j]; len(x) > 5 && strings.HasSuffix(x, "ing") && x != "during" && x != "something" && a.lex[j]&(lexNow|lexScience|lexStanding|lexContest) == 0 {
				return true
			}
		}
	}
	return false
}

func (a *asked) counts() bool { return a.how == "many" || a.how == "much" || a.has("number", "of") }

// ofParts: of a body or a measure, or of any thing of its kind ("does a cello have").
func (a *asked) ofParts() bool {
	return a.any(lexBody|lexUnit|lexLiving|lexScience) || a.has("does", "a") || a.has("does", "an") || a.has("in", "a") || a.has("in", "an") || a.has("in", "one")
}

// remains: of what is left of a kind, which is no part of it.
func (a *asked) remains() bool {
	return a.has("left") || a.has("remain") || a.has("remaining") || a.has("alive") || a.has("exist")
}

// isState: a yes/no question on how things are, "is he dead".
func (a *asked) isState() bool {
	return len(a.words) > 0 && (a.words[0] == "is" || a.words[0] == "are")
}

// superlative also takes "most" before an adjective or a noun, not "most of".
func (a *asked) superlative() bool {
	if a.any(lexSuperlative) {
		return true
	}
	for i := 1; i < len(a.words); i++ {
		switch a.words[i-1] {
		case "most", "least", "fewest":
			if a.words[i] != "of" && a.lex[i]&lexNewest == 0 {
				return true
			}
		}
	}
	return false
}

// asksMoney: not how many ounces are in a pound.
func asksMoney(a *asked) bool { return a.any(lexMoney) && !(a.counts() && a.any(lexUnit)) }

// asksMeasure: not of the most of a kind, of a record or of a rate, which move.
func asksMeasure(a *asked) bool {
	if a.today || a.any(lexRecord|lexMoney|lexRules|lexPeople|lexStanding) || a.superlative() && !a.any(inNature) {
		return false
	}
	switch a.how {
	case "tall", "high", "deep", "wide", "far", "long", "heavy":
		return true
	}
	return a.any(lexMeasure)
}

func asksSeat(a *asked) bool {
	return !a.superlative() && (a.any(lexSeat) || a.wh == "where" && a.tense == present && a.any(lexNature|lexLiving|lexPlace))
}

func countsPeople(a *asked) bool {
	return a.any(lexPeople) || a.has("people", "live") || a.has("people", "are") || a.has("people", "have")
}

var scienceEndings = []string{"ology", "ometry", "onomy", "itis", "osis", "lysis", "synthesis", "onium", "thermic", "ocyte", "zoic", "phyll", "saurus"}

func isScience(a *asked) bool {
	return a.any(lexScience) || slices.ContainsFunc(a.words, func(w string) bool {
		return slices.ContainsFunc(scienceEndings, func(end string) bool { return strings.HasSuffix(w, end) })
	})
}

// asksExplanation: "why is it", "how do they", "what is a fjord", "what does it mean".
func asksExplanation(a *asked) bool {
	if a.wh == "why" || a.any(lexMeaning) || a.has("stand", "for") || len(a.words) < 7 && (a.has("what", "is", "a") || a.has("what", "is", "an")) {
		return true
	}
	switch a.how {
	case "do", "does", "did", "can", "to", "come": // "how do I renew it" asks for rules that change
		return !a.has("i") && !a.has("you") && !a.has("we")
	case "is", "are", "was", "were": // "how is glass made", not "how is the weather"
		return a.participleWithin(0, len(a.words))
	}
	return false
}

func isTold(a *asked) bool { return len(a.words) > 13 || a.late }
