package bench

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"errata/backend"
	"errata/backend/score"
)

// scored is a verdict beside the row that it is about.
type scored struct {
	Judged
	row judgeRow
}

// judgeMetrics counts the verdicts of a task. A share without observations has
// n 0 and all of [0, 1] as its interval.
func judgeMetrics(task string, rows []judgeRow, all []Judged) map[string]backend.Metric {
	byID := map[string]judgeRow{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	var list []scored
	for _, j := range all {
		list = append(list, scored{j, byID[j.ID]})
	}
	var out map[string]backend.Metric
	switch task {
	case taskEquivalence, taskHard:
		out = equivalenceMetrics(list)
	case taskOutdated:
		out = map[string]backend.Metric{"recall_outdated": share(list, always, isVerdict(string(backend.Outdated)))}
	case taskOutdatedSame:
		out = map[string]backend.Metric{"false_alarms": share(list, always, isVerdict(string(backend.Outdated)))}
	case taskClass:
		out = map[string]backend.Metric{"accuracy": share(list, always, correct), "macro_f1": composite(list, macroF1("evergreen", "changing"))}
	case taskStance:
		refuted, refute := isVerdict("refute"), func(s scored) bool { return s.row.Label == "refute" }
		out = map[string]backend.Metric{
			"precision_refute": share(list, refuted, refute),
			"recall_refute":    share(list, refute, refuted),
			"false_refutes":    share(list, func(s scored) bool { return s.row.Label == "irrelevant" }, refuted),
			"accuracy":         share(list, always, correct),
			"macro_f1":         composite(list, macroF1("support", "refute", "irrelevant")),
		}
	case taskAttribution:
		out = map[string]backend.Metric{"accuracy": share(list, always, correct), "balanced_accuracy": composite(list, balanced("attributable", "not"))}
	case taskRealtime:
		list = slices.DeleteFunc(list, func(s scored) bool { return s.Side == sideOwn })
		out = realtimeMetrics(list)
	case TaskPoison:
		out = poisonMetrics(list)
	}
	addCommon(out, list)
	return out
}

func equivalenceMetrics(list []scored) map[string]backend.Metric {
	different := isVerdict("different")
	from := func(set string) func(scored) bool {
		return func(s scored) bool { return strings.HasSuffix(s.row.Source, "-"+set) }
	}
	out := map[string]backend.Metric{
		"accuracy":                      share(list, always, correct),
		"precision_different":           share(list, different, correct),
		"precision_different_committed": share(list, func(s scored) bool { return s.Committed && different(s) }, correct),
		"coverage_committed":            share(list, always, committed),
		"accuracy_committed":            share(list, committed, correct),
	}
	for name, set := range map[string]string{"accuracy_nq": "NQ", "accuracy_tq": "TQ"} {
		if m := share(list, from(set), correct); m.N > 0 {
			out[name] = m
		}
	}
	return out
}

func realtimeMetrics(list []scored) map[string]backend.Metric {
	flagged := func(s scored) bool {
		return s.Verdict == string(backend.Contradicted) || s.Verdict == string(backend.Outdated)
	}
	supported := isVerdict(string(backend.Supported))
	gold, wrong := isSide(sideGold), isSide(sideWrong)
	return map[string]backend.Metric{
		"precision_flagged":   share(list, flagged, wrong),
		"coverage_flagged":    share(list, wrong, flagged),
		"gold_flagged":        share(list, gold, flagged),
		"precision_supported": share(list, supported, gold),
		"coverage_supported":  share(list, gold, supported),
	}
}

// addCommon adds what is asked of all tasks: label-order flips that reached a
// verdict, where labels compared, and how far confidence is from being right.
func addCommon(out map[string]backend.Metric, list []scored) {
	if m := share(list, func(s scored) bool { return s.Tier == backend.TierJudge }, func(s scored) bool { return s.Flipped }); m.N > 0 {
		out["order_flips"] = m
	}
	sure := slices.DeleteFunc(slices.Clone(list), func(s scored) bool { return !s.Committed || s.Confidence <= 0 })
	if len(sure) > 0 {
		out["ece"] = composite(sure, calibrationError)
	}
}

func always(scored) bool      { return true }
func committed(s scored) bool { return s.Committed }
func isVerdict(v string) func(scored) bool {
	return func(s scored) bool { return s.Verdict == v }
}
func isSide(name string) func(scored) bool { return func(s scored) bool { return s.Side == name } }

// correct says whether a verdict is what the label asks for; in realtime the side
// is the label.
func correct(s scored) bool {
	if s.row.poison != nil {
		return told(s)
	}
	switch s.Side {
	case sideGold:
		return s.Verdict == string(backend.Supported)
	case sideWrong:
		return s.Verdict == string(backend.Contradicted) || s.Verdict == string(backend.Outdated)
	}
	return s.Verdict == label(s)
}

// label is what is expected; partial support is support.
func label(s scored) string {
	if s.row.Label == "partial" {
		return "support"
	}
	return s.row.Label
}

// share is how many of those that are in hit, with its exact interval.
func share[T any](list []T, in, hit func(T) bool) backend.Metric {
	k, m := 0, backend.Metric{}
	for _, s := range list {
		if in(s) {
			m.N++
			if hit(s) {
				k++
			}
		}
	}
	m.Lo, m.Hi = score.ClopperPearson(k, m.N, 0.05)
	if m.N > 0 {
		m.Value = float64(k) / float64(m.N)
	}
	return m
}

// composite is a figure that is no share; its interval comes from resampling.
func composite(list []scored, figure func([]scored) float64) backend.Metric {
	m := backend.Metric{N: len(list), Value: figure(list)}
	m.Lo, m.Hi = score.Bootstrap(len(list), func(picked []int) float64 {
		again := make([]scored, len(picked))
		for i, at := range picked {
			again[i] = list[at]
		}
		return figure(again)
	})
	return m
}

// macroF1 is the mean of the labels' F1; a label that neither occurs nor is given
// does not count.
func macroF1(labels ...string) func([]scored) float64 {
	return func(list []scored) float64 {
		sum, n := 0.0, 0.0
		for _, l := range labels {
			var right, given, there float64
			for _, s := range list {
				is, says := label(s) == l, s.Verdict == l
				if is {
					there++
				}
				if says {
					given++
				}
				if is && says {
					right++
				}
			}
			if given+there > 0 {
				sum += 2 * right / (given + there)
				n++
			}
		}
		return sum / max(n, 1)
	}
}

// balanced is the mean of the labels' recalls.
func balanced(labels ...string) func([]scored) float64 {
	return func(list []scored) float64 {
		sum, n := 0.0, 0.0
		for _, l := range labels {
			var right, there float64
			for _, s := range list {
				if label(s) == l {
					there++
					if s.Verdict == l {
						right++
					}
				}
			}
			if there > 0 {
				sum += right / there
				n++
			}
		}
		return sum / max(n, 1)
	}
}

// calibrationBins of equal mass; equal confidences are never parted.
const calibrationBins = 15

// calibrationError is the expected one: the mean distance between confidence and
// share of right verdicts, over the bins.
func calibrationError(list []scored) float64 {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(a.Confidence, b.Confidence) })
	total, gap, inBin := 0.0, 0.0, 0
	for i, s := range list {
		gap += s.Confidence
		if correct(s) {
			gap--
		}
		inBin++
		last := i+1 == len(list)
		if last || inBin*calibrationBins >= len(list) && list[i+1].Confidence != s.Confidence {
			total += math.Abs(gap)
			gap, inBin = 0, 0
		}
	}
	return total / float64(max(len(list), 1))
}
