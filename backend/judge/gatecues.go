package judge

// cue is one thing that a question shows of how its answer behaves.
type cue struct {
	name, doc string
	lean      float64 // what the fit shrinks the weight to: 1 it changes, -1 it lasts
	weight    float64 // log-odds that the answer changes, when the cue holds
	holds     func(a *asked) bool
}

// gateBias is the log-odds that the answer changes when no cue holds.
const gateBias = -0.1

var cues = []cue{
	{"now", "an adverb or adjective of the present: current, still, so far, as of", 1, 1.4, asksNow},
	{"newest", "the newest of a row: latest, most recent, upcoming, next", 1, 1.9, asksNewest},
	{"last", "last as an adjective, where it ends neither a name nor a sentence", 1, 1.1, asksLast},
	{"relative time", "a time told from today: this week, last year, yesterday, a weekday", 1, 2.0, func(a *asked) bool { return a.near || a.yearly }},
	{"under way", "done so far or being done: the present perfect, a verb in progress", 1, 1.0, underWay},
	{"heading", "no verb: a heading instead of a sentence", 0, -0.3, func(a *asked) bool { return a.tense == noVerb }},
	{"past", "the main verb is in the past", -1, -0.7, func(a *asked) bool { return a.tense == past && !a.today }},
	{"past below", "a verb in the past below a main verb in the present", 0, 0.4, func(a *asked) bool { return a.tense != past && a.past }},
	{"first", "the first of a row stays the first", -1, -1.5, func(a *asked) bool { return a.any(lexFirst) && !a.today }},
	{"date then", "asks when, of what is over", -1, -1.6, func(a *asked) bool { return !a.today && asksWhen(a) && (a.past || a.tense == noVerb) }},
	{"date", "asks when, of what is or comes", 1, 0.4, func(a *asked) bool { return asksWhen(a) && (a.today || !a.past && a.tense != noVerb) }},
	{"deed", "what happens once to its subject: born, founded, invented", -1, -1.4, func(a *asked) bool { return a.any(lexDeed) && !a.today && a.tense != perfect && !a.isState() }},
	{"origin", "who made it or whom one comes from: author, founder, mother", -1, -1.5, func(a *asked) bool { return a.any(lexOrigin) }},
	{"age", "how old somebody is now", 1, 2.5, func(a *asked) bool { return a.tense != past && (a.how == "old" || a.has("age")) }},
	{"office", "an office or role, not in the past: president, coach, owns", 1, 1.7, func(a *asked) bool { return a.tense != past && (a.any(lexOffice) || a.has("head", "of")) }},
	{"kin", "a family that may grow or part, not in the past: wife, children", 1, 0.7, func(a *asked) bool { return a.any(lexKin) && a.tense != past }},
	{"contest", "a contest that comes again: champion, cup, award", 1, 1.0, func(a *asked) bool { return a.any(lexContest) }},
	{"standing", "rank and renown: top, ranked, popular, followers", 1, 0.9, func(a *asked) bool { return a.any(lexStanding) || a.has("number", "one") }},
	{"money", "prices, pay, wealth, markets", 1, 1.6, asksMoney},
	{"rules", "what a state sets: taxes, limits, its currency", 1, 1.3, func(a *asked) bool { return a.any(lexRules) }},
	{"people", "how many people: population, members, staff", 1, 1.8, countsPeople},
	{"weather", "weather and its measures", 1, 1.3, func(a *asked) bool { return a.any(lexWeather) && !a.any(lexScience) }},
	{"record", "a record: ever, of all time, in history", 1, 1.1, func(a *asked) bool { return a.any(lexRecord) || a.has("all", "time") || a.has("in", "history") }},
	{"growing count", "a count of what may grow", 1, 0.4, func(a *asked) bool { return a.counts() && a.tense != past && (!a.ofParts() || a.remains()) }},
	{"parts", "a count of parts or units: legs, days in a week, of a cube", -1, -1.2, func(a *asked) bool { return a.counts() && a.ofParts() && !a.remains() && !asksMoney(a) }},
	{"superlative", "the most of what people make or do", 1, 1.3, func(a *asked) bool { return a.superlative() && !a.any(inNature|lexPlace) }},
	{"superlative of places", "the largest city, the longest street: by nature or by people", 0, -0.5, func(a *asked) bool { return a.superlative() && !a.any(inNature) && a.any(lexPlace) }},
	{"superlative in nature", "the most of what nature made", -2, -0.9, func(a *asked) bool { return a.superlative() && a.any(inNature) }},
	{"measure", "area, height, depth, distance", -1, -1.7, asksMeasure},
	{"seat", "where it lies and what stands for it: capital, border, flag", -1, -1.8, asksSeat},
	{"living", "a kind of animal or plant, or a part of the body", -1, -0.6, func(a *asked) bool { return a.any(lexLiving|lexBody) && !(a.counts() && a.remains()) }},
	{"science", "a term of science, by word or by ending", -1, -0.8, isScience},
	{"explanation", "why, how, or what a word means", -1, -1.2, asksExplanation},
	{"naming", "what it is called", -1, -0.8, func(a *asked) bool { return a.any(lexNaming) }},
	{"of old", "history, myths, works of art", -1, -0.8, func(a *asked) bool { return a.any(lexOld) }},
	{"product", "devices and programs, and what is new", 1, 0.6, func(a *asked) bool { return a.any(lexProduct) || asksNew(a) }},
	{"group", "companies, clubs and their players", 1, 1.2, func(a *asked) bool { return a.any(lexGroup) }},
	{"news", "what a newspaper reports: announced, sued, arrested", 1, 2.0, func(a *asked) bool { return a.any(lexNews) }},
	{"told", "a story before the question, or more than 13 words", 1, 2.2, isTold},
}

// inNature are the classes of what nature made.
const inNature = lexNature | lexLiving | lexBody
