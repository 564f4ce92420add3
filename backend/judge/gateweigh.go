package judge

import (
	"math"
	"time"

	"errata/backend"
)

// GateCue is one cue of the gate as its fit sees it.
type GateCue struct {
	Name, Doc    string
	Lean, Weight float64 // log-odds that the answer changes: what the fit begins from, what it found
}

// GateCues are the cues of the gate in their order, and the log-odds without any.
func GateCues() (bias float64, list []GateCue) {
	for _, c := range cues {
		list = append(list, GateCue{c.name, c.doc, c.lean, c.weight})
	}
	return gateBias, list
}

// GateCuesOf says which cues hold for a question. None is weighed where settled is
// its class, and where it is not readable, being in a language that they do not know.
func GateCuesOf(question string, now time.Time) (held []bool, settled backend.Class, readable bool) {
	q := squeeze(question)
	a := readAsked(q, now)
	return a.holds(), settle(q, a, now), a.isReadable()
}

// GateLeans is what the gate makes of log-odds that an answer changes: whether it
// calls it lasting, and whether it asks no model.
func GateLeans(odds float64) (lasts, sure bool) {
	share := shareOf(odds)
	return share <= lastsUpTo, share <= lastsUpTo || share >= changesFrom
}

func (a *asked) holds() []bool {
	out := make([]bool, len(cues))
	for i := range cues {
		out[i] = cues[i].holds(a)
	}
	return out
}

// changes is the share of changing answers among questions with the same cues.
func (a *asked) changes() float64 {
	odds := gateBias
	for i := range cues {
		if cues[i].holds(a) {
			odds += cues[i].weight
		}
	}
	return shareOf(odds)
}

func shareOf(odds float64) float64 { return 1 / (1 + math.Exp(-odds)) }

// pace tells weeks from years for an answer that changes; fast where neither shows.
func (a *asked) pace() backend.Class {
	switch {
	case a.any(lexVolatile | lexWeather | lexNews | lexProduct), a.near, asksNewest(a), asksLast(a), asksNew(a),
		a.any(lexContest) && a.any(lexStanding), isTold(a) && a.past:
		return backend.ClassFast
	case a.any(lexNow | lexOffice | lexKin | lexContest | lexStanding | lexMoney | lexRules | lexPeople | lexRecord | lexGroup | lexMeasure | lexSeat),
		a.yearly, a.counts(), a.superlative(), a.how == "old", a.has("age"), a.tense == noVerb:
		return backend.ClassSlow
	}
	return backend.ClassFast
}
