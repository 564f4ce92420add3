package judge

import (
	"context"
	"regexp"
	"strings"
	"time"

	"errata/backend"
)

var (
	reClockQ   = regexp.MustCompile(`(?i)^(?:please |hey |so |and |tell me |can you tell me |do you know )*(?:what(?:'s|’s| is)?|which|what) (?:the |today's |today’s |our )?(?:current |present |actual |exact )?(?:year|date|day(?: of the week)?|month|weekday)(?: and (?:date|time|year))? ?(?:is it|is today|it is|do we have|are we in|is this|today)?(?: (?:now|today|right now|currently|at the moment|at present))*\s*[?.!]*$`)
	reClockNow = regexp.MustCompile(`\b(?:is it|is today|it is|is this|do we have|are we in|today|today's|today’s|now|current|present|currently|actual|exact)\b`)
	rePoem     = regexp.MustCompile(`(?i)^(?:please |can you |could you |would you )*(?:write|compose|draft|invent|make up|imagine|create|generate|design|rewrite|rephrase|summari[sz]e|translate|paraphrase|brainstorm|implement|code|refactor|debug|fix|draw|roleplay|pretend|continue)\b|^(?:please |can you |could you |would you )*(?:(?:tell|give|sing|make|send|read) (?:me |us )?|i (?:want|need|would like) |how about )(?:a|an|another|some) (?:\pL+ )?(?:poem|haiku|limerick|story|joke|song|slogan|function|script|program|riddle|rhyme)s?\b`)
	reOpine    = regexp.MustCompile(`(?i)\b(?:do you (?:think|like|believe|prefer|agree)|in your opinion|your (?:favou?rite|opinion|view|thoughts)|should (?:i|we|you|one|people)|would you (?:rather|recommend)|what(?:'s|’s| is) the best way|which is (?:better|worse)|is it (?:ok|okay|wrong|right|better|worth|good|bad)|worth (?:it|visiting|watching|reading|seeing|buying|learning)|recommend|how do you feel|(?:most|more|less) (?:beautiful|delicious|interesting|boring|attractive|annoying|enjoyable|charming|inspiring)|overrated|underrated|(?:nicest|prettiest|ugliest|loveliest|tastiest|coolest|funniest))\b|\bwhat(?:'s|’s| is| are) the (?:best|worst)\s(?:.*\b(?:movie|book|food|song|restaurant|language|phone|laptop|game)s?)?\b[^?]{0,24}\?*$|^(?:is|are) [\pL ]+ (?:better|nicer|worse|tastier|prettier|more fun) than\b`)
	reMine     = regexp.MustCompile(`(?i)\b(?:my (?:name|age|wife|husband|dog|cat|mother|father|mom|dad|boss|job|car|house|phone|email|password|birthday|friend|son|daughter)|am i\b|do i (?:have (?:a|an|any)|look|own)|where do i live|who am i\b|did i\b)|^(?:who|where|when|how old)(?:'s|’s| is| are| was| were) my\b`)
	reFuture   = regexp.MustCompile(`(?i)\b(?:going to|predict|in the future|next (?:year|decade|century|election|world cup|super bowl|season)|by 2\d{3})\b|^(?:please )?forecast\b`)
	reWill     = regexp.MustCompile(`\bwill\b|^(?:W|w)ill\b`) // inside a sentence "Will" is a name
	reNextOf   = regexp.MustCompile(`(?i)^(?:when|where|on (?:what|which) (?:day|date)|(?:what|which) (?:day|date|city|country)) (?:is|are|does|do)\b.*\bnext\b`)
	reHeld     = regexp.MustCompile(`(?i)\b(?:hosts?|hosting|hosted|be held|held|take place|takes place|taking place|scheduled|be played|venue)\b`)
	reResult   = regexp.MustCompile(`(?i)\b(?:wins?|won|winning|winners?|beats?|champions?|medals?|score[sd]?|happens?|become|elected)\b`)
	reTold     = regexp.MustCompile(`(?i)\b(?:announced|said|revealed|confirmed|agreed|decided|ordered|pledged|unveiled)\b`)
	reGreet    = regexp.MustCompile(`(?i)^(?:hi|hello|hey|thanks|thank you|good (?:morning|evening|night)|bye|ok|okay)\b[^?]{0,30}\??$`)
	reYou      = regexp.MustCompile(`(?i)^(?:how are you|who are you|what are you|what can you do|what(?:'s|’s| is) your name)\b[^?]{0,30}\??$`)
)

// Shares of changing answers among questions that look alike: up to the first the
// answer lasts, from the second it changes, and between them a model is asked. The
// first is low because a lasting answer may rest on evidence of any age.
const (
	lastsUpTo   = 0.35
	changesFrom = 0.6
)

// gateRules classifies by rules; sure is false when they only lean. The share is
// that of changing answers among questions that look alike, sureRule where none is
// needed.
func gateRules(question string, now time.Time) (class backend.Class, sure bool, share float64) {
	q := squeeze(question)
	a := readAsked(q, now)
	if class = settle(q, a, now); class != "" {
		return class, true, sureRule
	}
	switch share = a.changes(); {
	case !a.isReadable():
		return backend.ClassFast, false, 0.5
	case share <= lastsUpTo:
		return backend.ClassEvergreen, true, share
	case share >= changesFrom:
		return a.pace(), true, share
	case a.isWord():
		return backend.ClassUnclear, true, share
	}
	return backend.ClassFast, false, share
}

// settle knows the questions for which no cue has to be weighed; "" means that the
// answer is a fact, and that only its pace is open.
func settle(q string, a *asked, now time.Time) backend.Class {
	switch {
	case isClock(q):
		return backend.ClassClock
	case rePoem.MatchString(q):
		return backend.ClassCreative
	case reGreet.MatchString(q) && a.wh == "", reYou.MatchString(q), reMine.MatchString(q):
		return backend.ClassPersonal
	case !a.says():
		return backend.ClassUnclear
	case reOpine.MatchString(q):
		return backend.ClassOpinion
	case reNextOf.MatchString(q) && !reWill.MatchString(q):
		return backend.ClassFast // fixed, but another one is the next soon
	case isScheduled(q, now):
		return backend.ClassSlow
	case reTold.MatchString(q) && isAhead(q, now) && !reResult.MatchString(q):
		return backend.ClassFast // what somebody said of things to come has been said
	case reFuture.MatchString(q) || reWill.MatchString(q):
		return backend.ClassPrediction
	}
	switch {
	case a.year > now.Year():
		return backend.ClassPrediction
	case a.near || a.yearly || asksNow(a):
	case a.year == now.Year():
		return backend.ClassSlow
	case a.year > 0 && a.tense != perfect:
		return backend.ClassEvergreen
	}
	return ""
}

// isScheduled: what has been fixed for a day to come can be looked up, its outcome
// cannot.
func isScheduled(q string, now time.Time) bool {
	return isAhead(q, now) && reHeld.MatchString(q) && !reResult.MatchString(q)
}

// isAhead: the question is about what is to come.
func isAhead(q string, now time.Time) bool {
	ahead := reFuture.MatchString(q) || reWill.MatchString(q)
	for _, y := range reYear.FindAllString(q, 4) {
		ahead = ahead || atoi(y) > now.Year()
	}
	return ahead
}

// isClock: the machine's own date answers, "what year is it now".
func isClock(q string) bool {
	q = strings.ToLower(strings.TrimSpace(q))
	if !reClockQ.MatchString(q) {
		return false
	}
	return reClockNow.MatchString(q)
}

// gate falls back to one label token, then to fast: a question that might
// change is treated as one that does.
func (r *run) gate(ctx context.Context, question string) (backend.Class, error) {
	class, sure, share := gateRules(question, r.now)
	if sure {
		r.surely = max(share, 1-share)
		return class, nil
	}
	r.unsure = true
	res, err := r.label(ctx, backend.LabelRequest{Labels: []string{"A", "B", "C"}, Messages: []backend.Message{
		{Role: backend.RoleSystem, Content: "Say how the correct answer to a question behaves. Reply with one letter. A: it never changes. B: it changes over the years. C: it changes within weeks."},
		{Role: backend.RoleUser, Content: "Which planet is closest to the sun?"}, {Role: backend.RoleAssistant, Content: "A"},
		{Role: backend.RoleUser, Content: "Who leads the Labour Party?"}, {Role: backend.RoleAssistant, Content: "B"},
		{Role: backend.RoleUser, Content: "Which film leads the box office?"}, {Role: backend.RoleAssistant, Content: "C"},
		{Role: backend.RoleUser, Content: "Why is the sky blue?"}, {Role: backend.RoleAssistant, Content: "A"},
		{Role: backend.RoleUser, Content: clip(question, 400)},
	}})
	if err != nil {
		if stops(err) != "" {
			return backend.ClassFast, err
		}
		return backend.ClassFast, nil
	}
	label, p := res.Best()
	r.surely = p
	if !res.Valid() || p < 0.8 {
		return backend.ClassFast, nil
	}
	switch label {
	case "A":
		return backend.ClassEvergreen, nil
	case "B":
		return backend.ClassSlow, nil
	}
	return backend.ClassFast, nil
}
