package judge

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"time"

	"errata/backend"
)

// Shares of the question's terms that a quote must have where one source decides:
// by itself, or with the headline over it where the headline has nearly all or another
// text of the source says the same.
const (
	aloneSpoken  = 0.4
	aloneWithTop = 0.5
	someSpoken   = 0.25 // of a quote whose headline has the rest
	topSpoken    = 0.6  // of the two together
)

// reWhy asks for a reason, which has no one form.
var reWhy = regexp.MustCompile(`(?i)^why\b|\bwhat (?:is|was|were) the reasons?\b`)

// alone gives what an edited source says of a rival that needs no second domain,
// none where it needs one. The source states it in a sentence about the question,
// fresh by the pace of the class, typed values tell it from the answer, and nothing
// else that still speaks gives another value or names the answer where it speaks of
// the question. A person may teach such a verdict; it proposes nothing by itself,
// which takes two domains.
func (e evidence) alone(rival cluster) []reading {
	if rival.rel != Different || rival.tier != backend.TierTyped || reWhy.MatchString(e.form.Text) {
		return nil
	}
	said := slices.DeleteFunc(slices.Clone(rival.readings), func(x reading) bool {
		return !edited(x.Passage) || x.by != "model" && !e.form.grammarSays(x) || x.other != "" || !e.newsworthy(x.at)
	})
	if !e.spokenOf(said) {
		return nil
	}
	for _, x := range e.readings {
		if !stillSpeaks(e.form, e.class, x.at, e.now) {
			continue
		}
		if rel, _ := compare(e.form, x.value, rival.Value); rel != Same {
			return nil
		}
	}
	if e.named(e.claim.Short) {
		return nil
	}
	return said
}

// readTwice reads a passage on which a rival rests alone in the other way too; a
// reader that makes a value up seldom makes up the same one twice.
func (r *run) readTwice(ctx context.Context, e *evidence) {
	if e.stopped != "" {
		return
	}
	for _, c := range clusters(e.form, e.class, e.readings, e.now) {
		said := e.alone(c)
		if len(said) == 0 || len(c.Domains) >= rivalDomains || r.spare() < 1 {
			continue
		}
		best := slices.MaxFunc(said, func(a, b reading) int {
			return cmp.Compare(e.form.cover(termSet(a.quote), nil), e.form.cover(termSet(b.quote), nil))
		})
		if best.by != "model" {
			e.twice = true // by the model's words and by the grammar
			continue
		}
		again, ok, err := r.readChat(ctx, e.form, best.chosen)
		if err != nil || !ok {
			continue
		}
		rel, _ := compare(e.form, again.value, best.value)
		e.twice = e.twice || rel == Same
	}
}

// grammarSays: the grammar of the quote gives the value that the model copied.
func (f form) grammarSays(x reading) bool {
	v, ok := pick(f, x.quote)
	if x.by != "chat" || !ok || v.role != rolePlain {
		return false
	}
	rel, _ := compare(f, trimValue(v.text), x.value)
	return rel == Same
}

// spokenOf: the quotes speak the question's own words.
func (e evidence) spokenOf(list []reading) bool {
	texts := map[int]bool{}
	for _, x := range list {
		quote := termSet(x.quote)
		if e.form.cover(quote, nil) >= aloneSpoken {
			return true
		}
		both := e.form.cover(quote, termSet(x.Title))
		if both >= topSpoken && e.form.cover(quote, nil) >= someSpoken {
			return true
		}
		if both >= aloneWithTop {
			texts[x.group] = true
		}
	}
	return len(texts) > 1
}

// named: a sentence about the question names a value, in anything that was found
// and still speaks, read or not.
func (e evidence) named(value string) bool {
	for _, c := range append(slices.Clone(e.kept), e.aside...) {
		if !stillSpeaks(e.form, e.class, c.at, e.now) {
			continue
		}
		for _, s := range append(sentences(clip(c.Text, 6000)), c.Title, c.window) {
			if e.form.cover(termSet(s), nil) >= namedSpoken && e.form.standsIn(s, value) {
				return true
			}
		}
	}
	return false
}

// namedSpoken is less than what a quote needs: in doubt an answer is not refuted.
const namedSpoken = 0.25

// newsworthy is fresh enough for a rival; what one source says must have a date,
// also where the answer is thought never to change.
func (e evidence) newsworthy(at *time.Time) bool {
	return at != nil && stillSpeaks(e.form, e.class, at, e.now) && e.within(at, rivalFast, rivalSlow) && daysSince(at, e.now) <= rivalSlow
}
