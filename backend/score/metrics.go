package score

import (
	"fmt"
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

// surprise is the p-value below which a difference is called one.
const surprise = 0.05

// Paired compares two versions on the prompts whose answers are right or wrong, by the
// exact test of McNemar; nil where there are none.
func Paired(a, b string, prompts []backend.ComparedPrompt) *backend.Paired {
	var out backend.Paired
	for _, p := range prompts {
		if p.ARight == nil || p.BRight == nil {
			continue
		}
		out.N++
		switch {
		case *p.BRight && !*p.ARight:
			out.Better++
		case *p.ARight && !*p.BRight:
			out.Worse++
		}
	}
	if out.N == 0 {
		return nil
	}
	out.P = McNemar(out.Better, out.Worse)
	p := fmt.Sprintf("p = %.2f", out.P)
	if out.P < 0.01 {
		p = "p < 0.01"
	}
	switch {
	case out.P >= surprise:
		out.Words = fmt.Sprintf("No difference that chance would not give (%s, %d asked).", p, out.N)
	case out.Better > out.Worse:
		out.Words = fmt.Sprintf("%s is right more often than %s: on %d alone, against %d (%s, %d asked).", b, a, out.Better, out.Worse, p, out.N)
	default:
		out.Words = fmt.Sprintf("%s is right less often than %s: on %d alone, against %d (%s, %d asked).", b, a, out.Better, out.Worse, p, out.N)
	}
	return &out
}
