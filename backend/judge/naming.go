package judge

import (
	"regexp"
	"strings"

	"errata/backend"
)

// namingSpoken is the share of the question's terms that a sentence must have which
// names the answer itself. On 300 recorded news questions such sentences, at most 90
// days old, named the right answer in 82 and a wrong one in 12, in 11 of them beside
// the right one.
const namingSpoken = 0.5

// namings are readings of the passages in which the model found no value, or none that
// can be compared: a fresh sentence of a source with a name speaks of the question and
// states the answer. Where a passage was read to say otherwise, none counts.
func (r *run) namings(f form, class backend.Class, claim backend.Claim, answer string, kept []chosen, readings []reading) []reading {
	if class == backend.ClassEvergreen || f.Kind == KindYesNo || claim.Short == "" || !f.tells(claim.Short) {
		return readings
	}
	read := map[string]bool{}
	for _, x := range readings {
		read[x.ID+x.URL] = read[x.ID+x.URL] || x.rel != Unknown
	}
	for _, c := range kept {
		if c.Trusted() || read[c.ID+c.URL] || reputation(c.Passage) < backend.KnownFrom || c.at == nil || !stillSpeaks(f, class, c.at, r.now) || daysSince(c.at, r.now) > rivalFast {
			continue
		}
		if got, ok := r.naming(f, claim, answer, c); ok {
			readings = append(readings, got)
		}
	}
	return readings
}

// reFormerly tells of who or what is it no longer.
var reFormerly = regexp.MustCompile(`(?i)\b(?:former(?:ly)?|ex|previous(?:ly)?|outgoing|ousted|deposed|then|once|late|predecessors?|until)\b`)

// A value in a row of names is one of several.
var (
	reBesideMore = regexp.MustCompile(`\p{Lu}[\pL'’-]+(?:,|,? and|,? or|,? &) (?:the )?$`)
	reMoreBeside = regexp.MustCompile(`^(?:,|,? and|,? or|,? &) (?:the )?\p{Lu}`)
)

// naming finds the sentence of a passage that states the answer.
func (r *run) naming(f form, claim backend.Claim, answer string, c chosen) (reading, bool) {
	for _, s := range append([]string{c.Title}, sentences(withoutFurniture(clip(c.Text, 6000)))...) {
		s = squeeze(s)
		at := indexFold(s, claim.Short)
		if at < 0 || len(s) > maxSaying || strings.ContainsRune(s, '?') || f.cover(termSet(s), nil) < namingSpoken || denied(s, at) || negated(s) || reFormerly.MatchString(s) {
			continue
		}
		end := at + len(claim.Short)
		if f.roleOf(s, at, end) != rolePlain || reBesideMore.MatchString(s[:at]) || reMoreBeside.MatchString(s[end:]) || reWonAsk.MatchString(f.Text) && !reWonSaid.MatchString(s) {
			continue
		}
		got := reading{chosen: c, value: s[at:end], quote: s, by: "naming"}
		got.window = s
		if got.rel, got.tier = relate(f, claim, r.firm, answer, got); got.rel == Same {
			got.window = c.window
			return got, true
		}
	}
	return reading{}, false
}
