package judge

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	"errata/backend"
)

// evidence is all that the decision table looks at.
type evidence struct {
	form        form
	class       backend.Class
	claim       backend.Claim
	readings    []reading
	kept        []chosen
	flagged     []chosen
	aside       []chosen
	now         time.Time
	found       int
	stopped     backend.Reason // cancelled or budget, while reading
	modelFailed bool
	unsure      bool // the class is a guess
	twice       bool // a rival that one source gives was read in two ways
}

// Ages in days, start values of reference design; trusted ones are the user's
// own documents, which are renewed by hand.
const (
	supportFast, supportSlow = 90, 730
	rivalFast, rivalSlow     = 30, 365
	trustedFast, trustedSlow = 400, 730
	trustedHeld              = 1461 // four years, a common term of office
	rivalDomains             = 2
	rivalRatio               = 2.0
)

// decide fills the verdict. The order is the table's: what is missing first,
// then what a trusted passage says, then what independent sources say, of which
// it tells.
func (e evidence) decide(v *backend.Verdict) (bySources bool) {
	all := clusters(e.form, e.class, e.readings, e.now)
	for _, c := range all {
		v.Clusters = append(v.Clusters, c.Cluster)
	}
	v.Passages = e.passages()
	v.Kind, v.Confidence = backend.NotEnoughEvidence, 0
	switch {
	case e.stopped == backend.ReasonCancelled:
		v.Reason = e.stopped
	case e.claim.Short == "":
		v.Reason = backend.ReasonNoClaim
	case len(e.readings) == 0:
		v.Reason = e.nothing()
	default:
		if newest, ok := e.authority(); ok {
			e.byTrusted(v, all, newest)
			return false
		}
		if e.stopped != "" {
			v.Reason = e.stopped
			return false
		}
		e.bySources(v, all)
		return true
	}
	return false
}

// nothing says why no passage could be read.
func (e evidence) nothing() backend.Reason {
	switch {
	case e.stopped != "":
		return e.stopped
	case e.modelFailed && len(e.kept) > 0:
		return backend.ReasonModel
	case len(e.flagged) > 0:
		return backend.ReasonInjection
	case e.found == 0:
		return backend.ReasonNoResults
	}
	return backend.ReasonNoValue
}

// authority is the trusted reading that decides: the newest of those that fit
// the question as well as the best does.
func (e evidence) authority() (reading, bool) {
	best := 0.0
	for _, x := range e.readings {
		if x.Trusted() {
			best = max(best, x.coverage)
		}
	}
	var top reading
	ok := false
	for _, x := range e.readings {
		if !x.Trusted() || x.coverage < 0.85*best {
			continue
		}
		if !ok || older(top.chosen, x.chosen) {
			top, ok = x, true
		}
	}
	return top, ok
}

func (e evidence) byTrusted(v *backend.Verdict, all []cluster, top reading) {
	v.Tier = top.tier
	for _, x := range e.readings { // another document of the same day that says otherwise
		if x.rel != Unknown && top.rel != Unknown && x.rel != top.rel && rivals(top.chosen, x.chosen) {
			v.Reason = backend.ReasonConflict
			return
		}
		if e.form.happenedOnce(e.now) && x.Trusted() && x.rel == Different && top.rel == Different && x.coverage >= 0.85*top.coverage {
			if rel, _ := compare(e.form, x.value, top.value); rel == Different {
				v.Reason = backend.ReasonConflict
				return
			}
		}
	}
	against := e.outsiders(all, top)
	switch {
	case top.rel == Unknown:
		v.Reason = backend.ReasonLowConfidence
	case against:
		v.Reason = backend.ReasonConflict
	case top.rel == Same && e.trustedFresh(top.at):
		v.Kind, v.Reason, v.Confidence = backend.Supported, backend.ReasonSame, 0.93
	case top.rel == Same && e.held(top):
		v.Kind, v.Reason, v.Confidence = backend.Supported, backend.ReasonSame, heldConfidence
	case top.rel == Same:
		v.Reason = backend.ReasonStale
	case e.trustedFresh(top.at):
		e.rival(v, top.value, top.at, true, e.wasBefore(top.at), 0.92)
	default:
		e.rival(v, top.value, top.at, e.held(top), e.wasBefore(top.at), heldConfidence)
	}
}

// outsiders: at least two independent domains, newer than the trusted passage,
// say the opposite.
func (e evidence) outsiders(all []cluster, top reading) bool {
	for _, c := range all {
		if c.Trusted || len(c.Domains) < 2 || c.rel == Unknown || c.rel == top.rel {
			continue
		}
		if c.Newest != nil && (top.at == nil || c.Newest.After(*top.at)) {
			return true
		}
	}
	return false
}

// rival ends in outdated when the answer was right before, else in contradicted.
// Evidence too old for the question's pace may still say that the answer is past.
func (e evidence) rival(v *backend.Verdict, value string, at *time.Time, fresh, before bool, confidence float64) {
	v.RivalValue, v.RivalFrom = value, at
	switch {
	case before && at != nil:
		v.Kind, v.Reason, v.Confidence = backend.Outdated, backend.ReasonNewer, confidence
	case before && e.class != backend.ClassEvergreen && fresh:
		v.Kind, v.Reason, v.Confidence = backend.Outdated, backend.ReasonNewer, confidence
	case fresh:
		v.Kind, v.Reason, v.Confidence = backend.Contradicted, backend.ReasonRival, confidence
	default:
		v.Reason, v.RivalValue, v.RivalFrom = backend.ReasonStale, "", nil
	}
}

// within says that evidence of this date is fresh enough for the class.
func (e evidence) within(at *time.Time, fastDays, slowDays float64) bool {
	return fresh(e.class, at, e.now, fastDays, slowDays)
}

// trustedFresh: the user's own document goes stale only where the question is
// known to change by itself; a record or a superlative holds until it is broken,
// and then the user has a newer note.
func (e evidence) trustedFresh(at *time.Time) bool {
	if e.unsure || reSuperlative.MatchString(e.form.Text) {
		return true
	}
	return e.within(at, trustedFast, trustedSlow)
}

// heldConfidence is that of a note past its time that nothing newer speaks against.
const heldConfidence = 0.75

// reMoves are things whose value moves by itself; an office, a product or a title
// stays until somebody changes it.
var reMoves = regexp.MustCompile(`(?i)\b(?:price|stock|rate|inflation|weather|temperature|score|standings|news|trending|poll|richest|net worth|box office|odds|bitcoin|subscribers|followers|top|leads|leading|today|tonight|yesterday|week|month|season|champions?|ranked|number one)\b`)

// held: the newest of the user's own documents on something that stays as it is
// until it is changed still speaks when nothing newer was found on the subject.
func (e evidence) held(top reading) bool {
	f := e.form
	if top.at == nil || f.Kind == KindNumber || f.Kind == KindDate || reMoves.MatchString(f.Text) || !e.within(top.at, trustedHeld, trustedHeld) {
		return false
	}
	for _, c := range append(slices.Clone(e.kept), e.flagged...) {
		if c.at != nil && c.at.After(*top.at) && c.coverage >= 0.85*top.coverage {
			return false
		}
	}
	return true
}

var reSuperlative = regexp.MustCompile(`(?i)\b(?:record|tallest|highest|largest|biggest|longest|fastest|oldest|deepest|smallest|heaviest|most (?:goals|wins|titles|medals|grand slams|oscars)|last)\b`)

// wasBefore: a dated passage older than the rival supports the answer, or the
// evidence itself gives the answer as past.
func (e evidence) wasBefore(rivalAt *time.Time) bool {
	for _, x := range e.readings {
		if x.earlier || x.rel == Same && x.at != nil && rivalAt != nil && x.at.Before(*rivalAt) {
			return true
		}
	}
	for _, c := range e.kept {
		if earlierIn(e.form, e.claim.Short, c.window) || earlierIn(e.form, e.claim.Short, clip(c.Text, 3000)) {
			return true
		}
		if c.at != nil && rivalAt != nil && c.at.Before(*rivalAt) && statesValue(e.form, e.claim.Short, c) {
			return true
		}
	}
	return false
}

func (e evidence) bySources(v *backend.Verdict, all []cluster) {
	var answer, rival, past *cluster
	unsure := false
	for i := range all {
		c := &all[i]
		switch {
		case c.rel == Same && answer == nil:
			answer = c
		case c.rel == Different && e.isPast(*c):
			past = cmp.Or(past, c)
		case c.rel == Different && rival == nil:
			rival = c
		case c.rel == Unknown:
			unsure = true
		}
	}
	if answer == nil && rival == nil {
		rival = past
	}
	enough := rival != nil && (len(rival.Domains) >= rivalDomains || e.twice && len(e.alone(*rival)) > 0)
	newer := answer != nil && rival != nil && rival.said != nil && answer.Newest != nil && rival.said.After(*answer.Newest)
	switch {
	case answer != nil && (rival == nil || answer.Weight >= rivalRatio*rival.Weight && !(enough && newer && e.class != backend.ClassEvergreen)):
		v.Tier = answer.tier
		switch {
		case answer.Strong < backend.KnownFrom && len(answer.Domains) < 2:
			v.Reason = backend.ReasonSingleSource
		case !stillSpeaks(e.form, e.class, answer.Newest, e.now):
			v.Reason = backend.ReasonStale
		case len(answer.Domains) < 2 && !e.spokenOf(answer.readings):
			v.Reason = backend.ReasonSingleSource
		case e.outvoted(*answer):
			v.Reason = backend.ReasonConflict
		default:
			v.Kind, v.Reason = backend.Supported, backend.ReasonSame
			v.Confidence = min(0.97, 0.75+0.06*float64(len(answer.Domains))+0.1*(answer.Strong-0.4))
		}
	case rival == nil:
		v.Reason = backend.ReasonLowConfidence
	case answer != nil && (e.withstands(*answer, *rival) || rival.Weight < rivalRatio*answer.Weight && !(newer && enough && e.class != backend.ClassEvergreen)):
		v.Reason = backend.ReasonConflict
	case !enough && answer == nil && unsure:
		v.Reason = backend.ReasonLowConfidence
	case !enough:
		v.Reason = backend.ReasonSingleSource
	case e.disagree(all, *rival) || e.outvoted(*rival):
		v.Reason = backend.ReasonConflict
	default:
		v.Tier = rival.tier
		confidence := min(0.95, 0.7+0.07*float64(len(rival.Domains))+0.1*(rival.Strong-0.4))
		e.rival(v, rival.Value, rival.said, e.within(rival.Newest, rivalFast, rivalSlow), e.wasBefore(rival.said), confidence)
		if v.Kind == backend.Outdated && !e.within(rival.Newest, supportFast, supportSlow) {
			v.Kind, v.Reason, v.Confidence, v.RivalValue, v.RivalFrom = backend.NotEnoughEvidence, backend.ReasonStale, 0, "", nil
		}
	}
}

// isPast: all that says so is too old to say anything of what is asked.
func (e evidence) isPast(c cluster) bool {
	return c.Newest != nil && !stillSpeaks(e.form, e.class, c.Newest, e.now)
}

// withstands: a source with a name said so a short while ago, and none with a name
// says otherwise. Any number of new domains with today's date can be had for money.
func (e evidence) withstands(answer, rival cluster) bool {
	return answer.Strong >= backend.KnownFrom && rival.Strong < backend.KnownFrom && answer.Newest != nil && daysSince(answer.Newest, e.now) <= supportFast
}

// disagree: another rival weighs as much, so nobody knows the right value.
func (e evidence) disagree(all []cluster, top cluster) bool {
	for _, c := range all {
		if c.rel == Different && c.Value != top.Value && !e.isPast(c) && top.Weight < rivalRatio*c.Weight {
			return true
		}
	}
	return false
}

// fewDomains are so few that one author can write them all.
const fewDomains = 3

// outvoted: a few domains without a name say so, and as many others give another
// value, in what was read or by the grammar of what was not. A date is easily
// forged and a question easily repeated, so being newer or closer to the question
// does not count here.
func (e evidence) outvoted(top cluster) bool {
	if top.Strong >= backend.KnownFrom || len(top.Domains) >= fewDomains {
		return false
	}
	others := map[string]bool{}
	read := map[string]bool{}
	for _, x := range e.readings {
		read[x.ID+x.URL] = true
		if rel, _ := compare(e.form, x.value, top.Value); rel == Different {
			others[source(x.Passage)] = true
			for _, d := range x.carriers {
				others[d] = true
			}
		}
	}
	var unread []chosen
	for _, c := range append(slices.Clone(e.kept), e.aside...) {
		if !read[c.ID+c.URL] {
			unread = append(unread, c)
		}
	}
	for d := range dissent(e.form, top.Value, unread) {
		others[d] = true
	}
	for _, d := range top.Domains {
		delete(others, d)
	}
	return len(others) > 1 && len(others) >= len(top.Domains)
}

// dissent gives the sources that do not speak of the value and whose best sentence
// states another one by its grammar alone.
func dissent(f form, value string, list []chosen) map[string]bool {
	out := map[string]bool{}
	for _, c := range list {
		s := squeeze(c.first)
		if backend.Mentions(c.window, value) {
			continue
		}
		if v, ok := pick(f, s); ok && v.role == rolePlain && f.overlap(s) > 0 {
			if rel, _ := compare(f, trimValue(v.text), value); rel == Different {
				out[source(c.Passage)] = true
			}
		}
	}
	return out
}

func sameDay(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.Format("2006-01-02") == b.Format("2006-01-02")
}

// passages are those read, then those kept unread, then the flagged ones.
func (e evidence) passages() []backend.Passage {
	out := []backend.Passage{}
	seen := map[string]bool{}
	for _, x := range e.readings {
		p := x.Passage
		p.Quote, p.Value = x.quote, x.value
		switch x.rel {
		case Same:
			p.Supports = "answer"
		case Different:
			p.Supports = "rival"
		}
		seen[p.ID+p.URL] = true
		out = append(out, p)
	}
	for _, c := range append(append([]chosen{}, e.kept...), e.flagged...) {
		if !seen[c.ID+c.URL] {
			seen[c.ID+c.URL] = true
			out = append(out, c.Passage)
		}
	}
	return out
}
