package score

import (
	"fmt"
	"math"
	"slices"

	"errata/backend"
)

// What the gate asks of a version. These are start values: chosen so that a version
// that fails one is visibly worse for its user, to be moved by measurement only.
const (
	AskedEfficacy       = 0.90
	AskedEarlier        = 0.90
	AskedGeneralisation = 0.60
	AskedLeak           = 0.10
	AskedLocality       = 0.60 // wording drifts more than meaning: half the key words must stay
	AskedLost           = 0.10
)

// Gate decides whether a version may become current. earlier are the ids of facts
// that an earlier version was taught; the facts of the card that are not among
// them are the new ones. A figure that was not measured fails its check, except
// that of earlier facts where there are none. results are those of Taught: what
// memory answers, the weights need not.
func Gate(results []backend.ProbeResult, earlier []string) backend.Gate {
	m := Metrics(results, earlier)
	newFacts := slices.DeleteFunc(slices.Clone(results), func(r backend.ProbeResult) bool {
		return r.Probe.Kind != kindFact || slices.Contains(earlier, r.Probe.FactID)
	})
	fresh := Metrics(newFacts, nil)[Efficacy]
	_, hadEarlier := m[Earlier]
	g := backend.Gate{Passed: true}
	add := func(name string, metric backend.Metric, asked float64, atMost bool, words string) {
		c := backend.GateCheck{Name: name, Metric: metric, Asked: asked, AtMost: atMost}
		said := "%s: %d of %d (%s, between %s and %s); asked: at least %s."
		c.Passed = metric.N > 0 && metric.Value >= asked-1e-9
		if atMost {
			said, c.Passed = "%s: %d of %d (%s, between %s and %s); asked: at most %s.", metric.N > 0 && metric.Value <= asked+1e-9
		}
		k := int(math.Round(metric.Value * float64(metric.N)))
		c.Words = fmt.Sprintf(said, words, k, metric.N, percent(metric.Value), percent(metric.Lo), percent(metric.Hi), percent(asked))
		if metric.N == 0 {
			c.Words = words + ": not measured."
		}
		g.Passed = g.Passed && c.Passed
		g.Checks = append(g.Checks, c)
	}
	if fresh.N > 0 || !hadEarlier {
		add(Efficacy, fresh, AskedEfficacy, false, "New facts answered right")
	}
	if hadEarlier {
		add(Earlier, m[Earlier], AskedEarlier, false, "Earlier facts still answered right")
	}
	add(Generalisation, m[Generalisation], AskedGeneralisation, false, "Facts answered right when asked in other words")
	add(Leak, m[Leak], AskedLeak, true, "Similar questions wrongly answered with a taught answer")
	add(Locality, m[Locality], AskedLocality, false, "Similar questions answered as before")
	add(Lost, m[Lost], AskedLost, true, "Things known before and answered wrongly now")
	return g
}

func percent(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) }
