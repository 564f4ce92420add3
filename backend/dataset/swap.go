package dataset

import (
	"regexp"
	"slices"
	"strings"
)

// swapSubjects puts others in place of each known subject: those that read alike
// ("North Korea" for "South Korea") or share a rare office, then the well-known ones
// (each group lists them first), because a model confuses what it knows.
func swapSubjects(g *gazetteer, t target, found []match) (alike, known, others []string) {
	leader := leaderAsked(found)
	for _, m := range found {
		if m.entry.group.relation {
			continue
		}
		m, entries := m, m.entry.group.entries
		if attributive(t.q.text, m, found) {
			m, entries = withoutThe(t.q.text, m), g.groups["nationality"].entries
		}
		for i, e := range entries {
			if e.name == m.entry.name {
				continue
			}
			texts := []string{swap(t.q.text, m, e)}
			switch {
			case suits(e, leader):
			case leader == "c" && suits(e, "m"):
				// Few countries have a chancellor; elsewhere it is the same office. Asked by the same word all the
				// same: a small model answers by the word.
				texts = append(texts, chancellor.ReplaceAllString(texts[0], "prime minister"))
			default:
				continue
			}
			switch {
			case readsAlike(m.entry, e) || leader == "c" && suits(e, leader):
				alike = append(alike, texts...)
			case strings.Contains(e.leaders, "t") || e.leaders == "" && i < prominent:
				known = append(known, texts...)
			default:
				others = append(others, texts...)
			}
		}
	}
	return alike, known, others
}

// readsAlike says that two names share a word of weight.
func readsAlike(a, b *entry) bool {
	words := set(strings.ToLower(a.name))
	for _, w := range strings.Fields(strings.ToLower(b.name)) {
		if len(w) > 3 && words[w] {
			return true
		}
	}
	return false
}

// askMonarch asks for the king where a country has one beside the leader that was
// asked for.
func askMonarch(g *gazetteer, t target, found []match) []string {
	var out []string
	for _, office := range found {
		for _, m := range found {
			if office.entry.group.name == "office" && strings.ContainsAny(m.entry.leaders, "kr") {
				out = append(out, swap(t.q.text, office, g.groups["monarch"].entries[0]))
			}
		}
	}
	return out
}

// attributive says that a country stands before what is asked of it, where others
// have an adjective: "the UK prime minister".
func attributive(text string, m match, found []match) bool {
	rest, spaced := strings.CutPrefix(text[m.end:], " ")
	if m.entry.group.name != "country" || !spaced {
		return false
	}
	word, _, _ := strings.Cut(rest, " ")
	return set("presidential parliamentary general federal government parliament election")[word] ||
		slices.ContainsFunc(found, func(o match) bool { return o.entry.group.relation && o.start == m.end+1 })
}

// withoutThe is a match without the article, which belongs to what follows.
func withoutThe(text string, m match) match {
	if strings.HasPrefix(strings.ToLower(text[m.start:m.end]), "the ") {
		m.start += len("the ")
	}
	return m
}

var chancellor = regexp.MustCompile(`(?i)\b(federal )?chancellor\b`)

// leaderAsked says which leader the question asks for, as in gazetteer_country.txt.
func leaderAsked(found []match) string {
	for _, m := range found {
		switch m.entry.group.name {
		case "monarch":
			return "k"
		case "office":
			switch m.entry.name {
			case "president", "vice president":
				return "p"
			case "prime minister", "deputy prime minister":
				return "m"
			case "chancellor":
				return "c"
			}
		}
	}
	return ""
}

// suits keeps a country only when it has such a leader of its own: the king of
// Canada is the king of the United Kingdom, and no neighbour.
func suits(e *entry, leader string) bool {
	if e.group.name != "country" && e.group.name != "nationality" {
		return true
	}
	return leader == "" || strings.Contains(e.leaders, leader)
}

func swapRelation(text string, m match, found []match) []string {
	if m.entry.group.name == "superlative" {
		return swapSuperlative(text, m, found)
	}
	var out []string
	for _, e := range m.entry.group.entries {
		if e != m.entry && (e.name != "hosted" || isHosted(found)) {
			out = append(out, swap(text, m, e))
		}
	}
	return out
}

// isHosted says that somebody hosts what the question is about: a tournament, and
// neither its singles nor a battle.
func isHosted(found []match) bool {
	hosted := false
	for _, m := range found {
		switch m.entry.group.name {
		case "tournament", "final", "race", "ceremony":
			hosted = true
		case "discipline", "film prize":
			return false
		}
	}
	return hosted
}

// swapSuperlative asks for the first, cheapest … of a product, and for the first
// holder of an office or version of a program alone.
func swapSuperlative(text string, m match, found []match) []string {
	product, single := false, false
	for _, o := range found {
		switch o.entry.group.name {
		case "phone", "gadget", "company":
			product = true
		case "office", "monarch", "post", "chief", "local", "coach", "software":
			single = true
		}
	}
	var out []string
	for _, e := range m.entry.group.entries {
		if e != m.entry && (product && !single || single && e.name == "first") {
			by := &entry{name: e.name, forms: e.forms[:1], group: e.group}
			out = append(out, strings.Replace(swap(text, m, by), " is the first", " was the first", 1))
		}
	}
	return out
}

// swapBoth changes the relation of questions whose subject was changed already.
func swapBoth(g *gazetteer, subjects []string) []string {
	var out []string
	for _, s := range spare(subjects) {
		found := g.find(s)
		for _, m := range found {
			if m.entry.group.relation {
				out = append(out, swapRelation(s, m, found)...)
			}
		}
		if len(out) > 40 {
			break
		}
	}
	return out
}
