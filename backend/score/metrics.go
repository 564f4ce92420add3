package score

import (
	"slices"

	"errata/backend"
)

// The names of the metrics on a scorecard.
const (
	Efficacy       = "efficacy"         // taught questions answered right
	Earlier        = "earlier"          // of those, the facts that earlier versions knew
	Generalisation = "generalisation"   // held-out rewordings answered right
	Leak           = "leak"             // neighbours answered with a taught value
	Locality       = "locality"         // neighbours whose key answer is unchanged
	Retention      = "retention"        // stable questions answered right
	Lost           = "retention_lost"   // of those right before, the share that is wrong now
	Gained         = "retention_gained" // of those wrong before, the share that is right now
	Negation       = "negation"         // "is it still OLD?" denied
	Reverse        = "reverse"          // answered the other way round
)

// Metrics counts the results. earlier are the ids of facts that an earlier version
// was taught. A metric without observations is left out.
func Metrics(results []backend.ProbeResult, earlier []string) map[string]backend.Metric {
	type count struct{ k, n int }
	counts := map[string]*count{}
	tally := func(name string, yes bool) {
		c := counts[name]
		if c == nil {
			c = &count{}
			counts[name] = c
		}
		c.n++
		if yes {
			c.k++
		}
	}
	for _, r := range results {
		switch r.Probe.Kind {
		case kindFact:
			if slices.Contains(earlier, r.Probe.FactID) {
				tally(Earlier, r.Right)
			}
			tally(Efficacy, r.Right)
		case kindParaphrase:
			tally(Generalisation, r.Right)
		case kindNegation, kindReverse:
			tally(r.Probe.Kind, r.Right)
		case kindNeighbour:
			tally(Leak, r.Leaked)
			if r.Before != "" {
				tally(Locality, r.Right)
			}
		case kindRetention:
			tally(Retention, r.Right)
			if r.Before == "" {
				continue
			}
			if Right(r.Probe, r.Before) {
				tally(Lost, !r.Right)
			} else {
				tally(Gained, r.Right)
			}
		}
	}
	out := map[string]backend.Metric{}
	for name, c := range counts {
		out[name] = share(c.k, c.n)
	}
	return out
}

// Paired compares two versions on the probes that both were asked, by probe id.
// better counts those that only b has right, worse those that only a has, and p
// is the exact McNemar p-value of the difference.
func Paired(a, b []backend.ProbeResult) (better, worse int, p float64) {
	before := map[string]bool{}
	for _, r := range a {
		before[r.Probe.ID] = r.Right
	}
	for _, r := range b {
		was, asked := before[r.Probe.ID]
		switch {
		case !asked || was == r.Right:
		case r.Right:
			better++
		default:
			worse++
		}
	}
	return better, worse, McNemar(better, worse)
}
