package bench

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/score"
)

// verdicts makes rows and their verdicts of "label verdict" pairs.
func verdicts(pairs ...[2]string) (rows []judgeRow, all []Judged) {
	for i, p := range pairs {
		id := string(rune('a' + i))
		rows = append(rows, judgeRow{ID: id, Label: p[0], Source: "x-NQ"})
		all = append(all, Judged{ID: id, Verdict: p[1], Committed: true})
	}
	return rows, all
}

func value(t *testing.T, m map[string]backend.Metric, name string, want float64, n int) {
	t.Helper()
	require.Contains(t, m, name)
	require.InDelta(t, want, m[name].Value, 1e-9, name)
	require.Equal(t, n, m[name].N, name)
	require.LessOrEqual(t, m[name].Lo, m[name].Value, name)
	require.GreaterOrEqual(t, m[name].Hi, m[name].Value, name)
}

func TestEquivalenceMetrics(t *testing.T) {
	rows, all := verdicts([2]string{"same", "same"}, [2]string{"same", "different"}, [2]string{"different", "different"}, [2]string{"different", "same"},
		[2]string{"different", "different"})
	rows[4].Source = "x-TQ"
	all[1].Committed, all[2].Committed = false, false
	all[4].Tier, all[4].Confidence = backend.TierJudge, 0.9
	m := judgeMetrics(taskEquivalence, rows, all)
	value(t, m, "accuracy", 3.0/5, 5)
	value(t, m, "accuracy_nq", 2.0/4, 4)
	value(t, m, "accuracy_tq", 1, 1)
	value(t, m, "precision_different", 2.0/3, 3)
	value(t, m, "precision_different_committed", 1, 1)
	value(t, m, "coverage_committed", 3.0/5, 5)
	value(t, m, "accuracy_committed", 2.0/3, 3)
	value(t, m, "order_flips", 0, 1)
	require.InDelta(t, 0.1, m["ece"].Value, 1e-9)
	lo, hi := score.ClopperPearson(3, 5, 0.05)
	require.Equal(t, [2]float64{lo, hi}, [2]float64{m["accuracy"].Lo, m["accuracy"].Hi})
	rows[0].Source = "elsewhere"
	require.NotContains(t, judgeMetrics(taskHard, rows[:1], all[:1]), "accuracy_nq")
}

func TestStanceMetrics(t *testing.T) {
	rows, all := verdicts([2]string{"refute", "refute"}, [2]string{"refute", "support"}, [2]string{"irrelevant", "refute"}, [2]string{"irrelevant", "irrelevant"},
		[2]string{"support", "support"}, [2]string{"partial", "support"})
	m := judgeMetrics(taskStance, rows, all)
	value(t, m, "precision_refute", 1.0/2, 2)
	value(t, m, "recall_refute", 1.0/2, 2)
	value(t, m, "false_refutes", 1.0/2, 2)
	value(t, m, "accuracy", 4.0/6, 6)
	// support 2*2/(3+2), refute 2*1/(2+2), irrelevant 2*1/(1+2)
	value(t, m, "macro_f1", (0.8+0.5+2.0/3)/3, 6)
	m = judgeMetrics(taskStance, rows[4:], all[4:])
	require.Equal(t, backend.Metric{Hi: 1}, m["precision_refute"])
}

func TestClassAndAttributionMetrics(t *testing.T) {
	rows, all := verdicts([2]string{"evergreen", "evergreen"}, [2]string{"evergreen", "evergreen"}, [2]string{"evergreen", "changing"}, [2]string{"changing", "evergreen"})
	m := judgeMetrics(taskClass, rows, all)
	value(t, m, "macro_f1", (2.0*2/(3+3)+0)/2, 4)
	value(t, m, "accuracy", 0.5, 4)
	rows, all = verdicts([2]string{"attributable", "attributable"}, [2]string{"attributable", "not"}, [2]string{"attributable", "attributable"}, [2]string{"not", "not"})
	value(t, judgeMetrics(taskAttribution, rows, all), "balanced_accuracy", (2.0/3+1)/2, 4)
}

func TestOutdatedMetrics(t *testing.T) {
	rows, all := verdicts([2]string{"outdated", "outdated"}, [2]string{"outdated", "not_enough_evidence"})
	all[1].Committed = false
	value(t, judgeMetrics(taskOutdated, rows, all), "recall_outdated", 0.5, 2)
	rows, all = verdicts([2]string{"supported", "outdated"}, [2]string{"supported", "supported"}, [2]string{"supported", "not_enough_evidence"})
	value(t, judgeMetrics(taskOutdatedSame, rows, all), "false_alarms", 1.0/3, 3)
}

func TestRealtimeMetrics(t *testing.T) {
	rows := []judgeRow{{ID: "a"}, {ID: "b"}}
	all := []Judged{
		{ID: "a", Side: sideGold, Verdict: "supported"}, {ID: "a", Side: sideWrong, Verdict: "contradicted"}, {ID: "a", Side: sideOwn, Verdict: "supported"},
		{ID: "b", Side: sideGold, Verdict: "outdated"}, {ID: "b", Side: sideWrong, Verdict: "not_enough_evidence"}, {ID: "b", Side: sideOwn, Verdict: "contradicted"},
	}
	m := judgeMetrics(taskRealtime, rows, all)
	value(t, m, "precision_flagged", 0.5, 2)
	value(t, m, "coverage_flagged", 0.5, 2)
	value(t, m, "gold_flagged", 0.5, 2)
	value(t, m, "precision_supported", 1, 1)
	value(t, m, "coverage_supported", 0.5, 2)
	require.NotContains(t, m, "order_flips", "no label compared")
	require.NotContains(t, m, "ece", "no confidence was given")
}

func TestCalibrationErrorNeverPartsEqualConfidences(t *testing.T) {
	var list []scored
	for i := range 40 {
		list = append(list, scored{Judged{Verdict: pick(i%4 == 0, "no", "yes"), Confidence: 0.75}, judgeRow{Label: "yes"}})
	}
	require.InDelta(t, 0, calibrationError(list), 1e-9, "three of four are right, as was said")
	for i := range 40 {
		list = append(list, scored{Judged{Verdict: pick(i%2 == 0, "no", "yes"), Confidence: 0.9}, judgeRow{Label: "yes"}})
	}
	require.InDelta(t, 0.2, calibrationError(list), 1e-9, "half of the second 40 are 0.4 too sure")
}
