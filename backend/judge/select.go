package judge

import (
	"math"
	"regexp"
	"sort"
	"strings"
	"time"

	"errata/backend"
)

// chosen is a passage with the window of its text that was selected.
type chosen struct {
	backend.Passage
	window   string
	first    string  // the sentence that matches best
	coverage float64 // share of the question's weighted terms in title and window
	score    float64
	year     float64  // over 0: about the year asked for; under 0: about another
	group    int      // passages with nearly equal text share one
	carriers []string // other sources with the same text
	at       *time.Time
}

const (
	maxPassageText = 200_000 // bytes read of one passage
	maxFound       = 64      // passages looked at
	maxSentences   = 2000    // of one passage
	windowWords    = 90      // about 120 tokens
	keepCoverage   = 0.5     // least share of the question's terms
	keepRelative   = 0.8     // of the best passage's share
	freshBonus     = 0.4     // of the score, for what is of today
)

// selectPassages sanitises, windows, ranks and thins out what was found. flagged
// are relevant passages that speak to the model instead of to the reader; aside
// are those that fit too, but not as well as the best or not any more. Of two that
// fit alike the one goes first that is newer by the pace of the class.
func selectPassages(f form, class backend.Class, found []backend.Passage, limit int, now time.Time) (kept, flagged, aside []chosen) {
	if len(found) > maxFound {
		found = found[:maxFound]
	}
	frequency, opened := documentFrequency(found)
	var all []chosen
	for i, p := range found {
		p.Flags = append([]string{}, p.Flags...)
		clean, flags := sanitise(clip(p.Text, maxPassageText))
		_, titleFlags := sanitise(p.Title)
		p.Flags = appendNew(p.Flags, append(flags, titleFlags...)...)
		have := opened[i]
		if clean != p.Text || len(clean) > openingBytes {
			have = termSet(p.Title + " " + clip(clean, 6000))
		}
		c, ok := bestWindow(f, p, clean, have, frequency, len(found))
		if !ok {
			continue
		}
		c.at = evidenceDate(p, now)
		if !p.Trusted() {
			c.score += freshBonus * freshness(class, c.at, now)
		}
		if len(p.Flags) > 0 {
			flagged = append(flagged, c)
			continue
		}
		all = append(all, c)
	}
	all = ofTheYear(all)
	best, bestFresh := 0.0, 0.0
	for _, c := range all {
		best = math.Max(best, c.coverage)
		if stillSpeaks(f, class, c.at, now) {
			bestFresh = math.Max(bestFresh, c.coverage)
		}
	}
	var near []chosen
	for _, c := range all {
		bar := best // what is old for the question sets no measure for what is not
		if stillSpeaks(f, class, c.at, now) {
			bar = bestFresh
		}
		switch {
		case c.coverage >= keepCoverage && c.coverage >= keepRelative*bar:
			near = append(near, c)
		case c.coverage >= keepCoverage:
			aside = append(aside, c)
		}
	}
	sort.SliceStable(near, func(i, j int) bool { return near[i].score > near[j].score })
	near = collapse(f, near)
	domains := map[string]bool{}
	for _, c := range near {
		domains[source(c.Passage)] = true
	}
	perDomain := 2
	if len(domains) == 1 {
		perDomain = limit
	}
	count := map[string]int{}
	for _, c := range near {
		if d := source(c.Passage); len(kept) < limit && count[d] < perDomain {
			count[d]++
			kept = append(kept, c)
			continue
		}
		aside = append(aside, c)
	}
	return kept, flagged, aside
}

// ofTheYear drops passages about other years when one is about the year asked for.
func ofTheYear(list []chosen) []chosen {
	right := false
	for _, c := range list {
		right = right || c.year > 0 && c.coverage >= keepCoverage
	}
	if !right {
		return list
	}
	var out []chosen
	for _, c := range list {
		if c.year >= 0 {
			out = append(out, c)
		}
	}
	return out
}

// evidenceDate is the published date; one in the future is not believed.
func evidenceDate(p backend.Passage, now time.Time) *time.Time {
	if p.PublishedAt == nil || p.PublishedAt.IsZero() || p.PublishedAt.After(now.Add(48*time.Hour)) {
		return nil
	}
	t := *p.PublishedAt
	return &t
}

// openingBytes of a text count for how rare its terms are.
const openingBytes = 4000

// documentFrequency also gives the terms of each passage's title and opening.
func documentFrequency(found []backend.Passage) (df map[string]int, opened []map[string]bool) {
	df = map[string]int{}
	for _, p := range found {
		have := termSet(p.Title + " " + clip(p.Text, openingBytes))
		for t := range have {
			df[t]++
		}
		opened = append(opened, have)
	}
	return df, opened
}

// reFurniture is what news pages set before their first sentence: a time stamp with
// whatever names stand before it, and the place that the report comes from. It
// says nothing of the matter, and its names pass for answers.
var reFurniture = regexp.MustCompile(`^\s*(?:[^\n]{0,160}?\b\d{1,2}:\d{2}\s?[ap]\.?m\.?\s\p{Lu}{1,2}T\s+)?(?:\p{Lu}[\p{Lu}'’.d -]{2,30}(?:, \p{Lu}[\p{L}. ]{1,20})?(?: \([^)\n]{2,20}\))? ?[—–‒] ?|\p{Lu}[\p{Lu}'’. ]{2,30}(?:, \p{Lu}[\p{L}. ]{1,20})?(?: \([^)\n]{2,20}\))? - )?`)

func withoutFurniture(text string) string { return text[len(reFurniture.FindString(text)):] }

// bestWindow finds the one to three sentences that answer best. ok is false
// when the passage has no words or misses the question's names; all are its terms.
func bestWindow(f form, p backend.Passage, text string, all map[string]bool, df map[string]int, n int) (chosen, bool) {
	list := sentences(text)
	if !p.Trusted() {
		list = sentences(withoutFurniture(text))
	}
	if len(list) == 0 {
		return chosen{}, false
	}
	if len(list) > maxSentences {
		list = list[:maxSentences]
	}
	title := termSet(p.Title)
	if len(list) > 1 && strings.HasPrefix(list[0], "#") { // a heading tells what the rest is about
		for t := range termSet(list[0]) {
			title[t] = true
		}
	}
	top := shortlist(f, list, title, df, n)
	best, bestAt, bestCover, bestYear := -1.0, top[0].at, top[0].cover, 0.0
	for _, line := range top {
		s := list[line.at]
		score := line.score
		if strings.HasPrefix(s, "#") {
			score -= 0.5
		}
		if len(candidates(f, s)) > 0 {
			score += 0.3
		}
		if v, ok := pick(f, s); ok && v.role == rolePlain && f.overlap(s) > 0 {
			score += 0.2
		}
		if f.Present && rePastOnly.MatchString(s) {
			score -= 0.35
		}
		year := f.yearScore(s, p)
		score += year
		if score > best {
			best, bestAt, bestCover, bestYear = score, line.at, line.cover, year
		}
	}
	for t := range title {
		all[t] = true
	}
	// Names may stand in an earlier sentence that a pronoun refers to.
	bestCover = math.Max(bestCover, 0.85*f.cover(all, nil))
	if !f.hasEntities(all) {
		return chosen{}, false
	}
	start, end := bestAt, bestAt+1
	words := len(strings.Fields(list[bestAt]))
	for end-start < 3 {
		switch {
		case end < len(list) && !strings.HasPrefix(list[end], "#") && words+len(strings.Fields(list[end])) <= windowWords:
			words += len(strings.Fields(list[end]))
			end++
			continue
		case start > 0 && !strings.HasPrefix(list[start-1], "#") && words+len(strings.Fields(list[start-1])) <= windowWords:
			start--
			words += len(strings.Fields(list[start]))
			continue
		}
		break
	}
	return chosen{Passage: p, window: joinWindow(list[start:end]), first: list[bestAt], coverage: bestCover, score: best, year: bestYear}, true
}

// line is a sentence with its share of the question's terms.
type line struct {
	at           int
	cover, score float64
}

// shortlist ranks all sentences by terms alone; only the best few are worth
// the grammar.
func shortlist(f form, list []string, title map[string]bool, df map[string]int, n int) []line {
	lines := make([]line, len(list))
	for i, s := range list {
		here := terms(clip(s, 2000))
		set := make(map[string]bool, len(here))
		for _, t := range here {
			set[t] = true
		}
		cover := f.cover(set, title)
		lines[i] = line{i, cover, 0.6*cover + 0.4*f.cover(set, nil) + 0.6*bm25(f, here, df, n)}
	}
	sort.SliceStable(lines, func(i, j int) bool { return lines[i].score > lines[j].score })
	return lines[:min(len(lines), 8)]
}

func joinWindow(list []string) string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, clip(squeeze(s), 900))
	}
	return strings.Join(out, " ")
}

// cover is the weighted share of the question's terms in the sets.
func (f form) cover(a, b map[string]bool) float64 {
	total, hit := 0.0, 0.0
	for t, w := range f.Weights {
		total += w
		if a[t] || b[t] {
			hit += w
		}
	}
	if total == 0 {
		return 0
	}
	return hit / total
}

// hasEntities asks for at least half of the names in the question.
func (f form) hasEntities(have map[string]bool) bool {
	n, hit := 0, 0
	for t := range f.Entities {
		if hasDigit(t) {
			continue
		}
		n++
		if have[t] {
			hit++
		}
	}
	return n == 0 || 2*hit >= n
}

// yearScore prefers evidence about the year that the question names. A season
// belongs to the year in which it ends.
func (f form) yearScore(s string, p backend.Passage) float64 {
	if len(f.Years) == 0 {
		return 0
	}
	want := f.Years[0]
	near := false
	for _, d := range findDates(s + " " + p.Title) {
		switch {
		case d.season && d.to.Year() == want:
			return 0.6
		case d.season && d.from.Year() == want:
			near = true
		case !d.season && d.from.Year() <= want && d.to.Year() >= want:
			return 0.6
		default:
			near = true
		}
	}
	if near {
		return -0.8
	}
	return 0
}

// bm25 with k1 1.2 and b 0.3 (sentences differ little in length), scaled to 0..1.
func bm25(f form, s []string, df map[string]int, n int) float64 {
	tf := map[string]float64{}
	length := 0.0
	for _, t := range s {
		tf[t]++
		length++
	}
	sum, most := 0.0, 0.0
	for t, w := range f.Weights {
		idf := w * math.Log(1+(float64(n)-float64(df[t])+0.5)/(float64(df[t])+0.5))
		most += idf * 2.2
		if tf[t] > 0 {
			sum += idf * tf[t] * 2.2 / (tf[t] + 1.2*(0.7+0.3*length/14))
		}
	}
	if most <= 0 {
		return 0
	}
	return sum / most
}

func appendNew(list []string, more ...string) []string {
	for _, m := range more {
		if !contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// rePastOnly marks sentences about how things were.
var rePastOnly = regexp.MustCompile(`(?i)\b(?:served (?:as|from)|until (?:\w+ )?\d{4}|formerly|from \d{4} (?:to|until) \d{4}|was (?:the )?(?:former|previous)|previous(?:ly)?|in the past)\b`)
