package judge

import (
	"regexp"
	"slices"
	"strings"

	"errata/backend"
)

// beside says that a quote, though it is about the question's words, tells of
// something else: a later time, another year, a lower rank, what may come to be, or
// what people believe. It neither confirms nor refutes.
func beside(f form, claim backend.Claim, got reading) bool {
	clause := clauseOf(got)
	return afterThat(f, got) || ranksLower(f, got.quote) || onlyMaybe(f, got.quote) || onlyBelieved(f, got.quote) || ofAnotherYear(f, clause, got) ||
		reDenied.MatchString(got.quote) || otherEnd(f, claim, got) || notNext(f, got) || notAll(f, clause, got) || elsewhere(f, clause, got) || roughly(f, claim, got) ||
		otherMatter(f, claim, clause, got)
}

var (
	reHighest   = regexp.MustCompile(`(?i)\b(?:most \pL+|\pL+est)\b`)
	reLowerRank = regexp.MustCompile(`(?i)(?:\b(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:nd|rd|th)|one of the|among the|some of the)[- ])$`)
	reBelieved  = regexp.MustCompile(`(?i)\b(?:(?:many|some|most|often|commonly|widely|mistakenly|wrongly|falsely)(?: people| fans)? (?:think|believe|assume|claim|thought|believed|assumed|claimed)|myth|misconception|contrary to)\b`)
	reMaybe     = regexp.MustCompile(`(?i)\bif (?:re-?)?elected\b|\b(?:would|could|might|(?:hop|want|plan|aim)\pL* to|candidate to|nominated to|bid to|running to) (replace|succeed|become|take over|be)\b`)
	reDenied    = regexp.MustCompile(`(?i)\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed)?) (?:\pL+ ){0,3}?(?:that|reports?|rumou?rs?|claims?|suggestions?)\b`)
	reLifeSpan  = regexp.MustCompile(`\([^()]*?(\d{4})\s*[-–—]\s*[^()]*?(\d{4})\)`)
	reBirth     = regexp.MustCompile(`(?i)\b(?:born|birth\w*)\b`)
	reDeath     = regexp.MustCompile(`(?i)\b(?:die|died|death|dead)\b`)
	reNextAsk   = regexp.MustCompile(`(?i)\b(?:next|upcoming|coming)\b`)
	reInAll     = regexp.MustCompile(`(?i)\b(?:in all|in total|altogether|all told)\b`)
	reWhere     = regexp.MustCompile(`(?i)^(?:where\b|(?:in|at|to|from|near|on) (?:which|what) (?:city|town|country|place|state)\b|(?:which|what) (?:city|town|country|place|state)\b.*\b(?:in|at|to|from|near|on)\W*$)`)
	reClauseEnd = regexp.MustCompile(`(?i)[,;]|\b(?:and|but|while|whereas)\b`)
)

// onlyMaybe: somebody would or could do it; a question about what is planned asks that.
func onlyMaybe(f form, quote string) bool {
	m := reMaybe.FindStringSubmatch(quote)
	return m != nil && (m[1] == "" || strings.EqualFold(m[1], "be") || !strings.Contains(strings.ToLower(f.Text), strings.ToLower(m[1])))
}

// ranksLower: "the second tallest tower" where the tallest is asked for.
func ranksLower(f form, quote string) bool {
	for _, at := range reHighest.FindAllStringIndex(quote, 16) {
		word := quote[at[0]:at[1]]
		asked := indexFold(f.Text, word)
		if asked >= 0 && reLowerRank.MatchString(quote[:at[0]]) && !reLowerRank.MatchString(f.Text[:asked]) {
			return true
		}
	}
	return false
}

// onlyBelieved: "many think that", where the question does not ask for that.
func onlyBelieved(f form, quote string) bool {
	return reBelieved.MatchString(quote) && !reBelieved.MatchString(f.Text)
}

// otherEnd: of a life in brackets the year of death where that of birth is asked
// for, or the other way round.
func otherEnd(f form, claim backend.Claim, got reading) bool {
	m := reLifeSpan.FindStringSubmatch(got.quote)
	if m == nil || f.Kind != KindDate {
		return false
	}
	value := got.value
	if strings.Contains(value, m[1]) && strings.Contains(value, m[2]) { // the whole life
		value = claim.Short
	}
	has := func(year string) bool { return strings.Contains(value, year) }
	return reBirth.MatchString(f.Text) && has(m[2]) && !has(m[1]) || reDeath.MatchString(f.Text) && has(m[1]) && !has(m[2])
}

// notNext: a day that was over when the page was written, where the next is asked for.
func notNext(f form, got reading) bool {
	if f.Kind != KindDate || got.at == nil || !reNextAsk.MatchString(f.Text) {
		return false
	}
	days := findDates(got.value)
	return len(days) > 0 && days[0].to.Before(*got.at)
}

// notAll: "12 gold medals and 31 medals in all" gives 31.
func notAll(f form, clause string, got reading) bool {
	return f.Kind == KindNumber && clause != "" && reInAll.MatchString(got.quote) && !reInAll.MatchString(clause)
}

// roughly: "about 400 km" does not refute 410.
func roughly(f form, claim backend.Claim, got reading) bool {
	at := indexFold(got.quote, got.value)
	return f.Kind == KindNumber && at >= 0 && reRounded.MatchString(got.quote[:at]) && compareNumbers(claim.Short, "about "+got.value) == Unknown
}

// elsewhere: to a question for a place, one whose clause says something else, while
// another clause says what is asked ("was born in Velm and lives in Orlin").
func elsewhere(f form, clause string, got reading) bool {
	if clause == "" || !reWhere.MatchString(f.Text) {
		return false
	}
	own, all := termSet(clause), termSet(got.quote)
	for t := range f.Terms {
		if !f.Entities[t] && !genericWords[t] && all[t] && !own[t] {
			return true
		}
	}
	return false
}

// ofAnotherYear: of several years in a quote the value's clause names another than
// the one that is asked for.
func ofAnotherYear(f form, clause string, got reading) bool {
	if len(f.Years) != 1 || f.Kind == KindDate || clause == "" || !slices.Contains(yearsIn(got.quote), f.Years[0]) {
		return false
	}
	own := yearsIn(strings.Replace(clause, got.value, "", 1))
	return len(own) > 0 && !slices.Contains(own, f.Years[0])
}

// clauseOf is the part of the quote that holds the value, between commas and
// conjunctions; "" when it does not stand there as it is.
func clauseOf(got reading) string {
	at := indexFold(got.quote, got.value)
	if at < 0 || got.value == "" {
		return ""
	}
	begin, end := 0, len(got.quote)
	for _, cut := range reClauseEnd.FindAllStringIndex(got.quote, 64) {
		if cut[1] <= at {
			begin = cut[1]
		} else if cut[0] >= at+len(got.value) {
			end = min(end, cut[0])
		}
	}
	return got.quote[begin:end]
}

func yearsIn(s string) (out []int) {
	for _, y := range reYear.FindAllString(s, 8) {
		out = append(out, atoi(y))
	}
	return out
}

var (
	// "Who was the mayor in 2022?", not "Who directed the 1997 film?".
	reInYear = regexp.MustCompile(`(?i)\b(?:was|were|did|had)\b.*\b(?:in|during|of|by|(?:start|beginning|middle|end) of|as of)(?: (?:early|mid|late|january|february|march|april|may|june|july|august|september|october|november|december))? (?:1[0-9]{3}|20[0-9]{2})\W*$`)
	reSince  = regexp.MustCompile(`(?i)\b(?:since|took (?:up )?(?:the )?office|sworn in|became|appointed|elected|named|took over|succeeded|assumed)\b`)
	reIsNow  = regexp.MustCompile(`(?i)\b(?:is|are|has|have)\b|['’]s\b`)
)

// afterThat says that a quote tells of a time after the year that is asked for: of
// what began later, or of what is so on a page that was written later. It neither
// confirms nor refutes what was so in that year.
func afterThat(f form, got reading) bool {
	if len(f.Years) != 1 || f.Kind == KindDate || !reInYear.MatchString(f.Text) {
		return false
	}
	year := f.Years[0]
	if at := reSince.FindStringIndex(got.quote); at != nil {
		if began := findDates(got.quote[at[1]:]); len(began) > 0 {
			return began[0].from.Year() > year
		}
	}
	return !slices.Contains(yearsIn(got.quote), year) && reIsNow.MatchString(got.quote) && got.at != nil && got.at.Year() > year
}
