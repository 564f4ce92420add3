package judge

import (
	"context"
	"regexp"
	"strings"
	"time"

	"errata/backend"
)

var (
	reClockQ = regexp.MustCompile(`(?i)^(?:please |hey |so |and |tell me |can you tell me |do you know )*(?:what(?:'s|’s| is)?|which|what) (?:the |today's |today’s |our )?(?:current |present |actual |exact )?(?:year|date|day(?: of the week)?|month|weekday)(?: and (?:date|time|year))? ?(?:is it|is today|it is|do we have|are we in|is this|today)?(?: (?:now|today|right now|currently|at the moment|at present))*\s*[?.!]*$`)
	rePoem   = regexp.MustCompile(`(?i)^(?:please |can you |could you |would you )*(?:write|compose|draft|invent|make up|imagine|create|generate|design|rewrite|rephrase|summari[sz]e|translate|paraphrase|brainstorm|implement|code|refactor|debug|fix|draw|roleplay|pretend|continue)\b|\b(?:a|me a|another) (?:poem|haiku|limerick|story|joke|song|slogan|function|script|program)\b`)
	reOpine  = regexp.MustCompile(`(?i)\b(?:do you (?:think|like|believe|prefer|agree)|in your opinion|your (?:favou?rite|opinion|view|thoughts)|should (?:i|we|you|one|people)|would you (?:rather|recommend)|what(?:'s| is) the best way|which is better|is it (?:ok|okay|wrong|right|better|worth|good|bad)|recommend|how do you feel|(?:most|more) (?:beautiful|delicious|interesting))\b|\bwhat(?:'s| is| are) the (?:best\s|nicest|coolest|funniest)\b(?:.*\b(?:movie|book|food|song|restaurant|language|phone|laptop|game)s?)?\b[^?]{0,24}\?*$`)
	reMine   = regexp.MustCompile(`(?i)\b(?:my (?:name|age|wife|husband|dog|cat|mother|father|mom|dad|boss|job|car|house|phone|email|password|birthday|friend|son|daughter)|\bam i\b|do i (?:have|look|need|own)|where do i live|who am i\b|did i\b)`)
	reFuture = regexp.MustCompile(`(?i)\b(?:going to|predict|forecast|in the future|next (?:year|decade|century|election|world cup|super bowl|season)|by 2\d{3}|going to win)\b`)
	reWill   = regexp.MustCompile(`\bwill\b|^(?:W|w)ill\b`) // inside a sentence "Will" is a name
	reHeld   = regexp.MustCompile(`(?i)\b(?:hosts?|hosting|hosted|be held|held|take place|takes place|taking place|scheduled|be played|venue)\b`)
	reResult = regexp.MustCompile(`(?i)\b(?:wins?|won|winning|winners?|beats?|champions?|medals?|score[sd]?|happens?|become|elected)\b`)
	reTold   = regexp.MustCompile(`(?i)\b(?:announced|said|revealed|confirmed|agreed|decided|ordered|pledged|unveiled)\b`)
	reRecent = regexp.MustCompile(`(?i)\b(?:this (?:week|weekend|morning)|last (?:week|weekend|night)|yesterday|recently|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b`)
	reHello  = regexp.MustCompile(`(?i)^(?:hi|hello|hey|thanks|thank you|good (?:morning|evening|night)|bye|ok|okay|how are you|who are you|what are you|what can you do|what(?:'s| is) your name)\b[^?]{0,30}\??$`)

	reFastQ = regexp.MustCompile(`(?i)\b(?:latest|newest|most recent|recent(?:ly)?|today|tonight|yesterday|this (?:week|month|morning|season)|price|stock|share price|exchange rate|interest rate|inflation|weather|temperature (?:in|today)|score|standings|news|trending|right now|so far|up to date|poll|richest|net worth|box office|odds|bitcoin|subscribers|followers|version of|model of|just|top (?:song|movie|scorer))\b`)
	reSlowQ = regexp.MustCompile(`(?i)\b(?:current(?:ly)?|now|still|incumbent|reigning|at present|as of|these days|president|prime minister|ceo|chief executive|chancellor|king of|queen of|monarch|pope|mayor|governor|secretary|minister|speaker|senator|chair(?:man|woman|person)?|head (?:of|coach)|coach|manager|captain|owner|owns|holder|record|champions?|population|tallest (?:building|person|tower|man|woman)|largest (?:company|city|economy|stadium|airport|bank|ship)|biggest (?:company|city|economy)|fastest (?:car|train|computer|man|woman|person)|longest (?:bridge|tunnel|running)|oldest (?:living|person|man|woman)|most (?:goals|wins|titles|medals|populous|expensive|followed|valuable|visited|streamed|points|grammys|oscars|super bowls?|world cups?)|how many (?:people|members|countries|states|employees|users|subscribers|goals|titles|moons|films|movies|books|albums|times|seasons|episodes|children|wins|medals|stores|satellites|elements|languages)|number of|last|married|wife of|husband of|spouse|live[sd]? in|how old|defending|leader|plays? for|works? (?:for|at)|hosts?|lead singer|members? of|gdp|minimum wage|tax rate|world number one|ranked)\b`)
	reEver  = regexp.MustCompile(`(?i)\b(?:capital (?:city )?of|symbol (?:of|for)|formula (?:of|for)|who (?:wrote|painted|composed|invented|discovered|founded|built|designed|sang|directed|sculpted|created|first|was|killed|said|played|voiced|starred|developed|proved|formulated)|(?:author|painter|inventor|discoverer|composer|founder|father|mother) of|highest mountain|longest river|largest (?:ocean|planet|continent|desert|organ|mammal|animal|island|lake|country)|smallest (?:planet|country|ocean|continent|bone)|deepest|boiling point|freezing point|melting point|speed of (?:light|sound)|atomic (?:number|mass|weight)|square root|how (?:tall|high|deep|wide|far|heavy|long) (?:is|are|was)|how many (?:bones|sides|legs|planets|continents|days|hours|minutes|degrees|colou?rs|strings|letters|teeth|chambers|players|keys|squares|hearts|oceans|inches|feet|centimet\w+|grams|legs|wings)|when (?:was|were|did)|what year (?:was|were|did)|in (?:what|which) year|where (?:was|were|did)|born|first (?:man|woman|person|president|emperor|king)|meaning of|stands? for|currency of|official language|located|continent is|what does|definition|define|closest (?:planet|star)|main ingredient|primary colou?rs|opposite of|plural|holy book|who (?:is|was) the (?:author|painter|inventor|composer|discoverer))\b`)
)

// gateRules classifies by rules; sure is false when they only lean.
func gateRules(question string, now time.Time) (class backend.Class, sure bool) {
	q := squeeze(question)
	switch {
	case q == "" || len(tokens(q)) == 0:
		return backend.ClassUnclear, true
	case isClock(q):
		return backend.ClassClock, true
	case rePoem.MatchString(q):
		return backend.ClassCreative, true
	case reHello.MatchString(q), reMine.MatchString(q):
		return backend.ClassPersonal, true
	case reOpine.MatchString(q):
		return backend.ClassOpinion, true
	case isScheduled(q, now):
		return backend.ClassSlow, true
	case reTold.MatchString(q) && isAhead(q, now) && !reResult.MatchString(q):
		return backend.ClassFast, true // what somebody said of things to come has been said
	case reFuture.MatchString(q) || reWill.MatchString(q):
		return backend.ClassPrediction, true
	}
	if years := reYear.FindAllString(q, 4); len(years) > 0 && !reNow.MatchString(q) {
		newest := 0
		for _, y := range years {
			newest = max(newest, atoi(y))
		}
		switch {
		case newest < now.Year():
			return backend.ClassEvergreen, true
		case newest > now.Year():
			return backend.ClassPrediction, true
		}
		return backend.ClassSlow, true
	}
	if reRecent.MatchString(q) {
		return backend.ClassFast, true
	}
	fast, slow, ever := reFastQ.MatchString(q), reSlowQ.MatchString(q), reEver.MatchString(q)
	switch {
	case reNow.MatchString(q) && fast:
		return backend.ClassFast, true
	case reNow.MatchString(q):
		return backend.ClassSlow, true
	case fast && !ever:
		return backend.ClassFast, true
	case ever && !(slow && strings.Contains(strings.ToLower(q), "how many")):
		return backend.ClassEvergreen, true
	case slow:
		return backend.ClassSlow, true
	case len(tokens(q)) < 2:
		return backend.ClassUnclear, true
	}
	return backend.ClassFast, false
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
	return regexp.MustCompile(`\b(?:is it|is today|it is|is this|do we have|are we in|today|today's|today’s|now|current|present|currently|actual|exact)\b`).MatchString(q)
}

// gate falls back to one label token, then to fast: a question that might
// change is treated as one that does.
func (r *run) gate(ctx context.Context, question string) (backend.Class, error) {
	class, sure := gateRules(question, r.now)
	if sure {
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
