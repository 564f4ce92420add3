package judge_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

// reader is a model that reads labels: same gives its probability for "the same",
// whatever letter stands for it.
func reader(same func(prompt string) float64) *judgetest.Model {
	m := says()
	m.OnLabel = func(prompt string) (backend.LabelResult, error) {
		p := same(prompt)
		if strings.Contains(prompt, "B: they mean the same") {
			p = 1 - p
		}
		return backend.LabelResult{P: map[string]float64{"A": p, "B": 1 - p}, Mass: 1}, nil
	}
	return m
}

// tells knows the pairs that a model is tried on.
func tells(p float64) func(string) float64 {
	return func(prompt string) float64 {
		switch {
		case strings.Contains(prompt, "dogs"), strings.Contains(prompt, "the health ministry"):
			return 0.95
		case strings.Contains(prompt, "geese"), strings.Contains(prompt, "trade union"):
			return 0.05
		}
		return p
	}
}

const (
	openQuestion = "How does the harbour of Sel keep its mouth free?"
	openAnswer   = "by dredging the sand every spring"
	openOther    = "sand is dredged away once the winter storms end"
)

func TestLabelsCompareWhatStringsAndTypesCannot(t *testing.T) {
	always := func(label string) *judgetest.Model {
		m := says()
		m.OnLabel = func(string) (backend.LabelResult, error) {
			return backend.LabelResult{P: map[string]float64{label: 0.99}, Mass: 1}, nil
		}
		return m
	}
	faint := reader(tells(0.99))
	full := faint.OnLabel
	faint.OnLabel = func(prompt string) (backend.LabelResult, error) {
		res, err := full(prompt)
		if strings.Contains(prompt, openOther) {
			res.Mass = 0.4
		}
		return res, err
	}
	flips := reader(tells(0.99))
	steady := flips.OnLabel
	flips.OnLabel = func(prompt string) (backend.LabelResult, error) {
		if strings.Contains(prompt, openOther) {
			return backend.LabelResult{P: map[string]float64{"A": 0.99, "B": 0.01}, Mass: 1}, nil
		}
		return steady(prompt)
	}
	tests := []struct {
		name    string
		model   *judgetest.Model
		want    judge.Relation
		flipped bool
		calls   int // 8 of them try the model
	}{
		{"the same in both orders", reader(tells(0.9)), judge.Same, false, 10},
		{"different in both orders", reader(tells(0.04)), judge.Different, false, 10},
		{"different, but not sure enough", reader(tells(0.2)), judge.Unknown, false, 10},
		{"the same, but not sure enough", reader(tells(0.7)), judge.Unknown, false, 10},
		{"the orders disagree", flips, judge.Unknown, true, 10},
		{"too little of it fell on labels", faint, judge.Unknown, false, 9},
		{"a model that always says A is not asked", always("A"), judge.Unknown, false, 2},
		{"nor one that always says B", always("B"), judge.Unknown, false, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t, judge.Options{Model: tt.model, Gather: gives(), Orders: &judge.Orders{}})
			got, err := j.SameValue(t.Context(), openQuestion, openAnswer, []string{openOther})
			require.NoError(t, err)
			require.Equal(t, tt.want, got.Relation)
			require.Equal(t, tt.flipped, got.Flipped)
			require.Len(t, tt.model.Calls(), tt.calls)
			if tt.want != judge.Unknown {
				require.Equal(t, backend.TierJudge, got.Tier)
				require.Greater(t, got.Confidence, 0.85)
			}
			_, err = j.SameValue(t.Context(), openQuestion, openAnswer, []string{openOther})
			require.NoError(t, err)
			require.LessOrEqual(t, len(tt.model.Calls()), tt.calls+2, "a model is tried once")
		})
	}
}

func TestLabelsAreNotAskedWithoutNeed(t *testing.T) {
	tests := []struct{ name, question, a, b string }{
		{"decided by string", "What is the capital of France?", "Paris", "Paris"},
		{"decided by type", "When did the ferry first run?", "3 May 1921", "4 June 1950"},
		{"a negation", openQuestion, "it is not dredged at all", openOther},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := reader(tells(0.99))
			_, err := newJudge(t, judge.Options{Model: m, Gather: gives(), Orders: &judge.Orders{}}).SameValue(t.Context(), tt.question, tt.a, []string{tt.b})
			require.NoError(t, err)
			require.Empty(t, m.Calls())
		})
	}
	m := reader(tells(0.99))
	got, err := newJudge(t, judge.Options{Model: m, Gather: gives()}).SameValue(t.Context(), openQuestion, openAnswer, []string{openOther})
	require.NoError(t, err)
	require.Equal(t, judge.Unknown, got.Relation, "without Orders it is off")
	require.Empty(t, m.Calls())
}

func TestALabelThatFailsLeavesTheValuesOpen(t *testing.T) {
	m := says()
	m.OnLabel = func(string) (backend.LabelResult, error) {
		return backend.LabelResult{}, backend.Errorf(backend.CodeUnavailable, "t", "gone")
	}
	j := newJudge(t, judge.Options{Model: m, Gather: gives(), Orders: &judge.Orders{}})
	got, err := j.SameValue(t.Context(), openQuestion, openAnswer, []string{openOther})
	require.NoError(t, err)
	require.Equal(t, judge.Unknown, got.Relation)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = j.SameValue(ctx, openQuestion, openAnswer, []string{openOther})
	require.ErrorIs(t, err, context.Canceled)
}

// A check asks the labels for one value, and both passages that give it count.
func TestACheckTakesTheLabelsWord(t *testing.T) {
	const question, value = "What keeps the mouth of the harbour of Sel free?", "dredgers at work every winter"
	one := "What keeps the mouth of the harbour of Sel free: " + value + "."
	two := "The mouth of the harbour of Sel is kept free by " + value + ", says its master."
	for _, tt := range []struct {
		name string
		p    float64
		want backend.VerdictKind
		why  backend.Reason
	}{
		{"the same", 0.97, backend.Supported, backend.ReasonSame}, {"different", 0.02, backend.Contradicted, backend.ReasonRival},
		{"not sure", 0.6, backend.NotEnoughEvidence, backend.ReasonLowConfidence}, {"one letter for all", -1, backend.NotEnoughEvidence, backend.ReasonOrder},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := reader(tells(tt.p))
			m.OnExtract = says(value).OnExtract
			read := m.OnLabel
			m.OnLabel = func(prompt string) (backend.LabelResult, error) {
				if !strings.Contains(prompt, "mean the same") { // the gate
					return backend.LabelResult{P: map[string]float64{"A": 0.95}, Mass: 1}, nil
				}
				if tt.p < 0 && strings.Contains(prompt, value) {
					return backend.LabelResult{P: map[string]float64{"A": 0.9, "B": 0.1}, Mass: 1}, nil
				}
				return read(prompt)
			}
			j := newJudge(t, judge.Options{Model: m, Orders: &judge.Orders{}, Gather: gives(web("1", "a.example", one, at(3)), web("2", "b.example", two, at(4)))})
			v, err := j.Check(t.Context(), input(question, "Yearly dredging"), nil)
			require.NoError(t, err)
			require.Equal(t, tt.want, v.Kind, "%s %s %+v", v.Reason, v.Claim.Short, v.Clusters)
			require.Equal(t, tt.why, v.Reason)
			if tt.want != backend.NotEnoughEvidence {
				require.Equal(t, backend.TierJudge, v.Tier)
			}
			require.LessOrEqual(t, v.Calls, 14)
		})
	}
}
