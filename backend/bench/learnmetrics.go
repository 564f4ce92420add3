package bench

import (
	"slices"

	"errata/backend"
)

// learnMetrics counts what was asked. Shares are fractions of 1 with exact 95 %
// intervals; one without observations has n 0 and all of [0, 1]. The rest are
// figures of the trainings, without an interval.
func learnMetrics(asked []Asked, costs []cost, facts int) map[string]backend.Metric {
	of := func(kinds ...string) func(Asked) bool {
		return func(a Asked) bool { return slices.Contains(kinds, a.Kind) }
	}
	right := func(a Asked) bool { return a.Right }
	wrong := func(a Asked) bool { return !a.Right }
	out := map[string]backend.Metric{
		"efficacy":       share(asked, of(askFact), right),
		"generalisation": share(asked, of(askParaphrase), right),
		"leak":           share(asked, of(askNeighbour, askUntaught), func(a Asked) bool { return a.Leaked }),
		"locality":       share(asked, of(askNeighbour, askUntaught), right),
		"known_lost":     share(asked, of(askKnown), wrong),
		"known_gained":   share(asked, of(askUnknown), right),
		"negation":       share(asked, of(askNegation), right),
		"reverse":        share(asked, of(askReverse), right),
		"one_hop":        share(asked, of(askOneHop), right),
	}
	if m := share(asked, of(askRecall), right); m.N > 0 {
		out["recall_all"] = m
	}
	t := total(costs)
	rate := 0.0
	if t.TrainSeconds > 0 {
		rate = float64(t.RowPasses) / t.TrainSeconds
	}
	out["row_passes_per_fact"] = figure(float64(t.RowPasses)/float64(facts), facts)
	out["rows_per_second"] = figure(rate, len(costs))
	out["train_seconds"] = figure(t.TrainSeconds, len(costs))
	out["prepare_seconds"] = figure(t.PrepareSeconds, len(costs))
	out["peak_memory_mb"] = figure(t.PeakMemoryMB, len(costs))
	return out
}

// figure is a value that was measured as it is.
func figure(value float64, n int) backend.Metric {
	return backend.Metric{Value: value, Lo: value, Hi: value, N: n}
}
