package judge

import (
	"regexp"
	"slices"
	"strings"

	"errata/backend"
)

// otherMatter: the quote, or the clause of it that holds the value, tells of what is
// hoped for, of what is to come, of another year's event, of who came behind, of
// somebody's own office, or of another thing that the same sentence names.
func otherMatter(f form, claim backend.Claim, clause string, got reading) bool {
	return onlyHoped(f, got) || stillAhead(f, strings.Replace(clause, got.value, "", 1)) || anotherYearOnly(f, got) || cameBehind(f, got) || otherOfficer(f, got) ||
		soldBy(f, got) || otherClause(f, got) || moreThanSaid(f, claim, got)
}

var (
	reWonAsk  = regexp.MustCompile(`(?i)\b(?:w[io]ns?|winners?|champions?|awarded|received?|elected)\b`)
	reWonSaid = regexp.MustCompile(`(?i)\b(?:won|wins|winners?|winning|beat|beats|beaten|defeat(?:s|ed)?|champions?|claimed|clinched|secured|took|takes|taken|crowned|lifted|triumph\w*|victory|elected|awarded|received)\b`)
	reHoped   = regexp.MustCompile(`(?i)\b(?:favou?rites?|tipped|expected|hop(?:es?|ed|ing)|bids? to|aims? to|wants? to|could|might|may) (?:to |be )*(?:w[io]n|beat|take|claim|defend|become)\b|\b(?:nominat\w+|nominees?|shortlisted|short-listed|contenders?|in contention|reached the (?:final|semi-?finals?)|finalists?|through to the final)\b`)
	reAhead   = regexp.MustCompile(`(?i)\b(?:is|are) (?:\pL+ly )?(?:expected|due|planned|scheduled|slated|set)\b|\b(?:will|to) be (?:released|launched|opened|unveiled|published|introduced)\b|\bupcoming\b|\b(?:alpha|beta|preview|release candidate)\b|\bwill (?:be|become) (?:its|their|the) (?:new |next )?`)
	reAheadQ  = regexp.MustCompile(`(?i)\b(?:will|next|upcoming|coming|expected|planned|due|future|beta|alpha|preview)\b`)
	reTopQ    = regexp.MustCompile(`(?i)\b(?:top|leading|leads?|leaders?|first|number one|most|\pL{3,}est)\b`)
	reBehind  = regexp.MustCompile(`(?i)\b(?:is|are|was|were|finished|came|placed|ranks?|ranked|lies|sits) (?:\pL+ )?(?:second|third|fourth|fifth|last|runners?-up)\b|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+) (?:\pL+ )?behind\b`)
	reCEO     = regexp.MustCompile(`(?i)\b(?:ceo|chief executive)\b`)
	reOfficer = regexp.MustCompile(`(?i)\b(?:chief (?:financial|operating|technology|technical|information|marketing|legal|product|science|scientific|people|commercial|medical|strategy|revenue|human resources|sustainability)(?: officer)?|[cp]fo|coo|cto|cmo|cio)\b`)
	reRivalOf = regexp.MustCompile(`(?i)['’]s? (?:\pL+ )?(?:rival|opponent|challenger|critic|predecessor|successor|aide|wife|husband|deputy) `)
	reOwnAsk  = regexp.MustCompile(`(?i)\b(?:owns?|owned|owners?|belongs?)\b`)
	reSold    = regexp.MustCompile(`(?i)^ (?:has |have )?(?:sold|sells|agreed to sell|offloaded|divested)\b`)
	reClauses = regexp.MustCompile(`(?i);|,? \b(?:and|but|while|whereas)\b`)
	reAndName = regexp.MustCompile(`^,? (?:and|&) (\p{Lu}[\pL'’-]+(?: \p{Lu}[\pL'’-]+)+)`)
	reSays    = regexp.MustCompile(`(?:^|\s)\p{Ll}{3,}`) // a clause, and no item of a list
	reNamed   = regexp.MustCompile(`(?i)(?:\b(?:is|are|was|were|by)(?: the)?|^(?:the|its|his|her|their|in [\pL ]{1,24},?)) $`)
	reElided  = regexp.MustCompile(`^\p{Ll}`) // its subject is that of the clause before
	reListAnd = regexp.MustCompile(`(?i)\s*(?:,|;|&| and )\s*`)
)

// onlyHoped: who won is asked for, and the quote names who may, or who was nominated.
func onlyHoped(f form, got reading) bool {
	if !reWonAsk.MatchString(f.Text) || reHoped.MatchString(f.Text) || !reHoped.MatchString(got.quote) {
		return false
	}
	// "Nominated for 12 and won 5" says both; each value belongs to one of them.
	part := partWith(got)
	return reHoped.MatchString(part) && !reWonSaid.MatchString(reHoped.ReplaceAllString(part, ""))
}

// stillAhead: what is expected or in trial is not yet what is asked for.
func stillAhead(f form, clause string) bool {
	return f.Kind != KindDate && f.Kind != KindYesNo && len(f.Years) == 0 && !reAheadQ.MatchString(f.Text) && reAhead.MatchString(clause)
}

// anotherYearOnly: the event of one year is asked for, and neither the quote nor what
// stands around it names that year, while the quote names another.
func anotherYearOnly(f form, got reading) bool {
	if len(f.Years) != 1 || f.Kind == KindDate || f.Kind == KindYesNo || reSince.MatchString(got.quote) || reSeason.MatchString(got.quote) {
		return false // what began earlier may last, and a season has two years
	}
	said := yearsIn(strings.Replace(got.quote, got.value, "", 1))
	return len(said) > 0 && !slices.Contains(yearsIn(got.quote), f.Years[0]) && !slices.Contains(yearsIn(got.window), f.Years[0])
}

// cameBehind: the first is asked for, and the value's clause says who is not.
func cameBehind(f form, got reading) bool {
	return reTopQ.MatchString(f.Text) && !reBehind.MatchString(f.Text) && reBehind.MatchString(partWith(got))
}

// otherOfficer: the chief executive is asked for, and the quote names another chief; or
// it names somebody's rival, aide or wife, whom nobody asked for.
func otherOfficer(f form, got reading) bool {
	if !f.Person {
		return false
	}
	at := indexFold(got.quote, got.value)
	if at < 0 {
		return false
	}
	before := got.quote[:at]
	if m := reRivalOf.FindString(before); m != "" && indexFold(f.Text, strings.TrimSpace(m[strings.IndexByte(m, ' '):])) < 0 {
		return true
	}
	return reCEO.MatchString(f.Text) && reOfficer.MatchString(got.quote) && !reCEO.MatchString(got.quote)
}

// soldBy: who sold a thing owns it no more.
func soldBy(f form, got reading) bool {
	at := indexFold(got.quote, got.value)
	return at >= 0 && reOwnAsk.MatchString(f.Text) && reSold.MatchString(got.quote[at+len(got.value):])
}

// otherClause: of clauses that are joined each has a value of its own, and the word or
// name that the question turns on stands in another one than that of this value: "its
// largest city is Velm and its capital is Marn".
func otherClause(f form, got reading) bool {
	parts := joined(got.quote)
	if len(parts) < 2 || f.Kind == KindYesNo || f.Kind == KindList {
		return false
	}
	own := slices.IndexFunc(parts, func(p string) bool { return indexFold(p, got.value) >= 0 })
	if own < 0 || !reSays.MatchString(parts[own]) {
		return false
	}
	have, loose := termSet(parts[own]), f.loose()
	for i, part := range parts {
		if i == own || !reSays.MatchString(part) || indexFold(part, got.value) >= 0 || !hasOther(loose, part, got.value) {
			continue
		}
		if f.nearer(termSet(part), have, !reElided.MatchString(parts[own])) {
			return true
		}
	}
	return false
}

// nearer: one clause has a word of the question that the other one lacks, and the
// other has none for it; names count where that one does not share its subject.
func (f form) nearer(there, here map[string]bool, names bool) bool {
	more := false
	for t := range f.Terms {
		switch {
		case genericWords[t]:
		case f.Entities[t]:
			more = more || names && there[t] && !here[t]
		case here[t] && !there[t]:
			return false
		default:
			more = more || there[t] && !here[t]
		}
	}
	return more
}

// hasOther: a clause holds a value of the kind that is asked for, and not this one; a
// name as what it speaks of or says, not within something else.
func hasOther(f form, clause, value string) bool {
	return slices.ContainsFunc(candidates(f, clause), func(c span) bool {
		if f.Kind != KindNumber && f.Kind != KindDate && c.start > 0 && !reNamed.MatchString(clause[:c.start]) {
			return false
		}
		r, _ := compare(f, c.text, value)
		return r == Different
	})
}

// partWith is the joined clause of the quote that holds the value.
func partWith(got reading) string {
	for _, part := range joined(got.quote) {
		if indexFold(part, got.value) >= 0 {
			return part
		}
	}
	return ""
}

// joined are the clauses of a sentence that stand beside each other.
func joined(s string) (out []string) {
	for _, p := range reClauses.Split(s, 16) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// moreThanSaid: the answer lists more people than the passage names at all.
func moreThanSaid(f form, claim backend.Claim, got reading) bool {
	if !f.Person && f.Kind != KindList || trimValue(got.window) == got.value {
		return false
	}
	items := reListAnd.Split(claim.Short, 8)
	if at := indexFold(claim.Sentence, claim.Short); at >= 0 && len(items) == 1 {
		if m := reAndName.FindStringSubmatch(claim.Sentence[at+len(claim.Short):]); m != nil {
			items = append(items, m[1])
		}
	}
	if len(items) < 2 || !backend.Mentions(got.window, items[0]) {
		return false
	}
	return slices.ContainsFunc(items, func(item string) bool {
		return len(strings.Fields(item)) > 1 && !backend.Mentions(got.window, item)
	})
}
