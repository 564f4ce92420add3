package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"errata/backend"
)

// Neighbour counts. Twelve close neighbours a fact, held by KL, were enough to
// keep taught answers out of the questions beside them; a fact without
// neighbours of its own kind leaked. With three of other years among eighteen, the
// 0.5B still answered four of five questions about other years with the taught
// value; hence eight of them. What leaks in the end is what was not among the trained
// ones; hence forty in all.
const (
	trainedNeighbours = 40
	heldNeighbours    = 6
	fewestNeighbours  = 12
	fewestClose       = 8  // under this the model is asked for more
	prominent         = 24 // of a group, that people are likeliest to ask about
)

// kin are the neighbours of one question by how they are related to it, each in
// the order in which they are used.
type kin struct {
	near      []string // of subjects, those that read alike and then those that people are likeliest to ask about
	subjects  []string // same relation, other subject
	years     []string // other year, other number, the same of an earlier time
	relations []string // same subject, other relation
	both      []string // other subject and other relation
	names     []string // near names, the new and the old answer
}

// close counts the neighbours that ask the same of something else.
func (k kin) close() int { return len(k.subjects) + len(k.years) }

// target is what the maker needs to know of a fact.
type target struct {
	q      question
	answer string
	old    string
	seed   int64
	now    time.Time
	taken  func(text string) bool // a question that some fact asks
}

// rank orders candidates by hash, so that two facts of one kind get different ones.
func (t target) rank(s string) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d|%s|%s", t.seed, t.q.text, s))
	return binary.BigEndian.Uint64(sum[:])
}

// open drops what is asked twice or by a fact.
func (t target) open(texts []string) []string {
	seen := map[string]bool{}
	var kept []string
	for _, s := range texts {
		key := backend.Normal(s)
		if key == "" || seen[key] || t.taken(s) || strings.Contains(s, "<|") {
			continue
		}
		seen[key] = true
		kept = append(kept, s)
	}
	return kept
}

func (t target) sorted(texts []string) []string {
	kept := t.open(texts)
	slices.SortStableFunc(kept, func(a, b string) int {
		switch ra, rb := t.rank(a), t.rank(b); {
		case ra < rb:
			return -1
		case ra > rb:
			return 1
		}
		return 0
	})
	return kept
}

// kinOf makes the neighbours that need no model.
func kinOf(t target) kin {
	g := loadGazetteer()
	text := t.q.text
	found := g.find(text)
	spans := unknownNames(t.q, found)
	var k kin
	var about, swapped []string
	alike, known, others := swapSubjects(g, t, found)
	k.near = t.open(slices.Concat(alike, known))
	known = append(alike, known...)
	for _, span := range spans {
		group := guessGroup(t.q, span)
		others = append(others, swapName(g, t, span, group)...)
		k.names = append(k.names, nearNames(t, span, group)...)
		about = append(about, ask(group, span.named())...)
	}
	k.subjects = append(t.sorted(known), t.sorted(others)...)
	k.years = t.sorted(append(shiftNumbers(t, found), earlierTimes(t)...))
	for _, m := range found {
		if m.entry.group.relation {
			swapped = append(swapped, swapRelation(text, m, found)...)
		} else {
			about = append(about, ask(m.entry.group.name, m.entry.written())...)
		}
	}
	k.relations = slices.Concat(t.open(askMonarch(g, t, found)), t.sorted(swapped), t.sorted(about))
	k.both = t.sorted(swapBoth(g, k.subjects))
	k.names = t.sorted(append(k.names, aboutAnswers(t, spare(k.subjects))...))
	return k
}

// spare are the subjects that neither the trained nor the held-out neighbours need.
func spare(subjects []string) []string {
	return subjects[min(len(subjects), trainedNeighbours+heldNeighbours):]
}

var (
	year    = regexp.MustCompile(`\b(1[0-9]{3}|20[0-9]{2})\b`)
	ordinal = regexp.MustCompile(`\b([0-9]{1,3})(st|nd|rd|th)\b`)
	serial  = regexp.MustCompile(`^\s+([0-9]{1,2})\b`)
)

var present = regexp.MustCompile(`^(Who|What|Which) is (the )?(?:current )?(.+?)(?: now| today| at the moment)?\?$`)

// earlierTimes asks what the answer was years ago, where a question asks for the
// present holder of something.
func earlierTimes(t target) []string {
	m := present.FindStringSubmatch(t.q.text)
	if m == nil || year.MatchString(t.q.text) || !datable(m[1], m[3]) || m[2] == "" && looksLikeName(m[3]) && !strings.Contains(m[3], " of ") {
		return nil
	}
	var out []string
	for _, ago := range []int{5, 9, 13, 16, 21, 26, 31, 36, 41, 46, 52, 60} {
		out = append(out, fmt.Sprintf("%s was %s%s in %d?", m[1], m[2], m[3], t.now.Year()-ago))
	}
	return out
}

// datable says whether a question asks for what changes with time: a person in a
// place, or the latest, largest, … of its kind.
func datable(word, rest string) bool {
	if word == "Who" {
		return true
	}
	for _, w := range strings.Fields(strings.ToLower(rest)) {
		switch w {
		case "latest", "newest", "largest", "biggest", "highest", "tallest", "fastest", "richest", "most", "longest", "population", "name", "price":
			return true
		}
	}
	return false
}

// shiftNumbers moves years and editions by up to a dozen, never past this year,
// and the model numbers of products.
func shiftNumbers(t target, found []match) []string {
	text := t.q.text
	var out []string
	for _, by := range []int{-1, 1, -2, 2, -3, 3, -4, 4, -5, -6, -7, -8, -9, -10, -12} {
		if s, ok := shiftYears(text, by, t.now.Year()); ok {
			out = append(out, s)
		}
		if ordinal.MatchString(text) {
			out = append(out, ordinal.ReplaceAllStringFunc(text, func(s string) string {
				n, _ := strconv.Atoi(s[:len(s)-2])
				return ordinalOf(max(n+by, 1))
			}))
		}
		for _, m := range found {
			if g := m.entry.group.name; g != "phone" && g != "gadget" && g != "software" {
				continue
			}
			if loc := serial.FindStringSubmatchIndex(text[m.end:]); loc != nil {
				n, _ := strconv.Atoi(text[m.end+loc[2] : m.end+loc[3]])
				if n+by > 0 {
					out = append(out, text[:m.end+loc[2]]+strconv.Itoa(n+by)+text[m.end+loc[3]:])
				}
			}
		}
	}
	return out
}

// shiftYears moves every year of the text together, so that a season stays one.
func shiftYears(text string, by, latest int) (string, bool) {
	moved := false
	out := year.ReplaceAllStringFunc(text, func(s string) string {
		n, _ := strconv.Atoi(s)
		if n+by > latest {
			return s
		}
		moved = true
		return strconv.Itoa(n + by)
	})
	return out, moved && out != text
}

func ordinalOf(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// aboutAnswers asks of the new and the old answer themselves, and whether they
// answer the neighbours: "Is NEW the prime minister of Canada?" must not become yes.
func aboutAnswers(t target, subjects []string) []string {
	var out []string
	for _, name := range []string{t.answer, t.old} {
		if name == "" || strings.Contains(name, "<|") || yesOrNo(name) {
			continue
		}
		person := looksLikeName(name) && strings.HasPrefix(strings.ToLower(t.q.text), "who") && !isNoPerson(name)
		switch {
		case person && isClub(t.q.text, name):
			out = append(out, "When was "+name+" founded?", "Where does "+name+" play?", "What is "+name+"?")
		case person:
			out = append(out, "Who is "+name+"?", "Where was "+name+" born?", "What is "+name+" known for?")
		case looksLikeName(name):
			out = append(out, "What is "+name+"?", "Tell me about "+name+".")
		}
		for _, s := range subjects[:min(2, len(subjects))] {
			out = append(out, parse(s).isIt(name))
		}
	}
	return out
}

// yesOrNo says that an answer names nothing.
func yesOrNo(answer string) bool { return set("yes no true false")[backend.Normal(answer)] }

// isClub says that a winner is a team rather than a person.
func isClub(question, name string) bool {
	return names(question, "competition", "final") || names(name, "team")
}

// isNoPerson says that what answers "who" is a country or a company.
func isNoPerson(name string) bool { return names(name, "country", "company") }

// names says whether a text holds a name of one of the groups.
func names(text string, groups ...string) bool {
	return slices.ContainsFunc(loadGazetteer().find(text), func(m match) bool { return slices.Contains(groups, m.entry.group.name) })
}

// held takes the neighbours that are kept out of training, of other subjects than
// the trained ones, and removes them from the kin.
func (k *kin) held(usable func(string) bool) []string {
	want := min(heldNeighbours, (len(k.subjects)+len(k.years))/3) // most of a small kind is needed for training
	years := min(2, len(k.years)/2, want)
	out := take(&k.subjects, want-years, usable)
	return append(out, take(&k.years, want-len(out), usable)...)
}

// trained takes the neighbours that are trained, near ones of every kind first.
func (k *kin) trained(usable func(string) bool) []string {
	out := take(&k.near, 8, usable)
	fresh := func(text string) bool { return usable(text) && !slices.Contains(out, text) }
	out = append(out, take(&k.subjects, 8, fresh)...)
	out = append(out, take(&k.years, 8, fresh)...)
	out = append(out, take(&k.relations, 10, fresh)...)
	out = append(out, take(&k.names, 4, fresh)...)
	out = append(out, take(&k.both, 2, fresh)...)
	for _, more := range []*[]string{&k.subjects, &k.years, &k.names, &k.relations, &k.both} {
		out = append(out, take(more, trainedNeighbours-len(out), fresh)...)
	}
	return out[:min(len(out), trainedNeighbours)]
}

// take removes the first n usable texts from a list, and the unusable ones before them.
func take(from *[]string, n int, usable func(string) bool) []string {
	var out []string
	rest := *from
	for len(rest) > 0 && len(out) < n {
		if usable(rest[0]) {
			out = append(out, rest[0])
		}
		rest = rest[1:]
	}
	*from = rest
	return out
}
