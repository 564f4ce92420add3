package score

import (
	"fmt"
	"math"
	"slices"

	"errata/backend"
)

// limits are what the gate asks of a measure. It fails where its interval lies wholly on
// the wrong side of asked, and where the figure itself goes beyond tolerated: few
// questions rule little out, and many leave no excuse.
type limits struct{ asked, tolerated float64 }

// What is asked is what the benchmark of learning aims at. The tolerated points let pass
// what a good training of four facts showed on the 0.5B (all taught, 12 of 15 rewordings, 1 of
// 20 neighbours leaked, 1 of 15 known things lost), to be moved by measurement only.
var (
	askEfficacy       = limits{0.98, 0.90}
	askEarlier        = limits{0.98, 0.90}
	askGeneralisation = limits{0.90, 0.70}
	askLeak           = limits{0.02, 0.10}
	askLocality       = limits{0.80, 0.60} // not the benchmark's 0.95: wording drifts more than meaning
	askLost           = limits{0.02, 0.10}
)

// Gate decides whether a version may become current. earlier are the ids of facts
// that an earlier version was taught; the facts of the card that are not among
// them are the new ones. A figure that was not measured fails its check, except
// that of earlier facts where there are none. results are those of Taught: what
// memory answers, the weights need not. Intervals are exact ones, which never say more
// than the questions asked can bear.
func Gate(results []backend.ProbeResult, earlier []string) backend.Gate {
	m := Metrics(results, earlier)
	newFacts := slices.DeleteFunc(slices.Clone(results), func(r backend.ProbeResult) bool {
		return r.Probe.Kind != kindFact || slices.Contains(earlier, r.Probe.FactID)
	})
	fresh := Metrics(newFacts, nil)[Efficacy]
	_, hadEarlier := m[Earlier]
	g := backend.Gate{Passed: true}
	add := func(c backend.GateCheck) {
		g.Passed = g.Passed && c.Passed
		g.Checks = append(g.Checks, c)
	}
	if fresh.N > 0 || !hadEarlier {
		add(least(Efficacy, fresh, askEfficacy, "New facts answered right"))
	}
	if hadEarlier {
		add(least(Earlier, m[Earlier], askEarlier, "Earlier facts still answered right"))
	}
	add(least(Generalisation, m[Generalisation], askGeneralisation, "Facts answered right when asked in other words"))
	add(most(Leak, m[Leak], askLeak, "Similar questions wrongly answered with a taught answer"))
	add(least(Locality, m[Locality], askLocality, "Similar questions answered as before"))
	add(most(Lost, m[Lost], askLost, "Things known before and answered wrongly now"))
	for _, name := range []string{Negation, Reverse} {
		if metric, asked := m[name]; asked {
			g.Beside = append(g.Beside, backend.Figure{Name: name, Metric: metric})
		}
	}
	return g
}

// rounding is what a share may miss a limit by and still meet it.
const rounding = 1e-9

func least(name string, m backend.Metric, ask limits, words string) backend.GateCheck {
	m, k := exact(m)
	c := backend.GateCheck{Name: name, Metric: m, Asked: ask.asked, Tolerated: ask.tolerated}
	said := "%s: %d of %d (%s, between %s and %s); asked: at least %s."
	switch {
	case m.N == 0:
		c.Words = words + ": not measured."
		return c
	case m.Hi < ask.asked-rounding:
		said = "%s: %d of %d (%s, between %s and %s), which rules out the %s that are asked."
	case m.Value < ask.tolerated-rounding:
		c.Words = fmt.Sprintf("%s: %d of %d (%s, between %s and %s), less than the %s that few questions excuse.", words, k, m.N, percent(m.Value), percent(m.Lo), percent(m.Hi), percent(ask.tolerated))
		return c
	case m.Value < ask.asked-rounding:
		said, c.Passed = "%s: %d of %d (%s, between %s and %s), which leaves the %s that are asked possible.", true
	default:
		c.Passed = true
	}
	c.Words = fmt.Sprintf(said, words, k, m.N, percent(m.Value), percent(m.Lo), percent(m.Hi), percent(ask.asked))
	return c
}

func most(name string, m backend.Metric, ask limits, words string) backend.GateCheck {
	m, k := exact(m)
	c := backend.GateCheck{Name: name, Metric: m, Asked: ask.asked, Tolerated: ask.tolerated, AtMost: true}
	said := "%s: %d of %d (%s, between %s and %s); asked: at most %s."
	switch {
	case m.N == 0:
		c.Words = words + ": not measured."
		return c
	case m.Lo > ask.asked+rounding:
		said = "%s: %d of %d (%s, between %s and %s), which rules out the %s that are asked at most."
	case m.Value > ask.tolerated+rounding:
		c.Words = fmt.Sprintf("%s: %d of %d (%s, between %s and %s), more than the %s that few questions excuse.", words, k, m.N, percent(m.Value), percent(m.Lo), percent(m.Hi), percent(ask.tolerated))
		return c
	case m.Value > ask.asked+rounding:
		said, c.Passed = "%s: %d of %d (%s, between %s and %s), which leaves the %s that are asked at most possible.", true
	default:
		c.Passed = true
	}
	c.Words = fmt.Sprintf(said, words, k, m.N, percent(m.Value), percent(m.Lo), percent(m.Hi), percent(ask.asked))
	return c
}

// exact gives a share its exact interval, and its count.
func exact(m backend.Metric) (backend.Metric, int) {
	k := int(math.Round(m.Value * float64(m.N)))
	m.Lo, m.Hi = ClopperPearson(k, m.N, 0.05)
	return m, k
}

func percent(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) }
