package judge_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

const (
	groundRival  = "\nStatement: " + pmQuestion + " Keir Starmer"
	groundAnswer = "\nStatement: " + pmQuestion + " Rishi Sunak"
)

// grounds is a model that finds Keir Starmer in the passages and reads labels:
// rival and answer give its probability that a passage carries them.
func grounds(rival, answer func(prompt string) float64) *judgetest.Model {
	m := says("Keir Starmer")
	m.OnLabel = func(prompt string) (backend.LabelResult, error) {
		p := 0.05
		switch {
		case strings.Contains(prompt, groundRival):
			p = rival(prompt)
		case strings.Contains(prompt, groundAnswer):
			p = answer(prompt)
		case strings.Contains(prompt, "farm? geese"), strings.Contains(prompt, "The health ministry wrote"):
			p = 0.95
		}
		if strings.Contains(prompt, "B: it does.") {
			p = 1 - p
		}
		return backend.LabelResult{P: map[string]float64{"A": p, "B": 1 - p}, Mass: 1}, nil
	}
	return m
}

func always(p float64) func(string) float64 { return func(string) float64 { return p } }

func TestGroundingOnlyWithholds(t *testing.T) {
	two := []backend.Passage{web("1", "a.com", starmer, at(10)), web("2", "b.com", starmer2, at(20))}
	one := []backend.Passage{note("n", "UK", starmer, at(10))}
	secondOnly := func(prompt string) float64 {
		if strings.Contains(prompt, "Bonn") {
			return 0.9
		}
		return 0.5
	}
	firstLetter := func(prompt string) float64 { // the letter A, whatever it stands for
		if strings.Contains(prompt, "B: it does.") {
			return 0.01
		}
		return 0.99
	}
	tests := []struct {
		name     string
		model    *judgetest.Model
		passages []backend.Passage
		want     backend.VerdictKind
		reason   backend.Reason
	}{
		{"the rival carried, the answer not", grounds(always(0.9), always(0.1)), two, backend.Contradicted, backend.ReasonRival},
		{"by one note", grounds(always(0.9), always(0.1)), one, backend.Contradicted, backend.ReasonRival},
		{"just enough", grounds(always(0.71), always(0.29)), two, backend.Contradicted, backend.ReasonRival},
		{"the rival not carried", grounds(always(0.6), always(0.1)), two, backend.NotEnoughEvidence, backend.ReasonLowConfidence},
		{"the rival carried by one of two", grounds(secondOnly, always(0.1)), two, backend.NotEnoughEvidence, backend.ReasonLowConfidence},
		{"the answer carried too", grounds(always(0.9), always(0.4)), two, backend.NotEnoughEvidence, backend.ReasonLowConfidence},
		{"one letter for the rival", grounds(firstLetter, always(0.1)), two, backend.NotEnoughEvidence, backend.ReasonLowConfidence},
		{"one letter for the rival of a note", grounds(firstLetter, always(0.1)), one, backend.NotEnoughEvidence, backend.ReasonLowConfidence},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := &judge.Grounding{}
			j := newJudge(t, judge.Options{Model: tt.model, Gather: gives(tt.passages...), Grounding: g})
			v, err := j.Check(t.Context(), input(pmQuestion, "The prime minister of the UK is Rishi Sunak."), nil)
			require.NoError(t, err)
			require.Equal(t, string(tt.want)+" "+string(tt.reason), string(v.Kind)+" "+string(v.Reason))
			require.Equal(t, tt.want == backend.Contradicted, v.Teachable())
			require.NotEmpty(t, v.Grounding)
			require.Equal(t, len(tt.model.Calls())-8, v.Calls, "eight calls try the model, once")
			require.Equal(t, 4, v.Calls-len(tt.passages), "four calls ground")

			v, err = j.Check(t.Context(), input(pmQuestion, "It is Keir Starmer."), nil)
			require.NoError(t, err)
			require.Equal(t, backend.Supported, v.Kind)
			require.Empty(t, v.Grounding, "support is not grounded")
		})
	}
}

func TestGroundingThatCannotBeHad(t *testing.T) {
	off := backend.Errorf(backend.CodeUnavailable, "test", "off")
	letter := grounds(nil, nil)
	letter.OnLabel = func(string) (backend.LabelResult, error) {
		return backend.LabelResult{P: map[string]float64{"A": 0.99, "B": 0.01}, Mass: 1}, nil
	}
	broken := grounds(nil, nil)
	broken.OnLabel = func(string) (backend.LabelResult, error) { return backend.LabelResult{}, off }
	breaks := grounds(always(0.9), always(0.1))
	reads := breaks.OnLabel
	breaks.OnLabel = func(prompt string) (backend.LabelResult, error) {
		if strings.Contains(prompt, groundAnswer) {
			return backend.LabelResult{}, off
		}
		return reads(prompt)
	}
	faint := grounds(always(0.9), always(0.1))
	readsFaint := faint.OnLabel
	faint.OnLabel = func(prompt string) (backend.LabelResult, error) {
		res, err := readsFaint(prompt)
		if strings.Contains(prompt, groundRival) {
			res.Mass = 0.3
		}
		return res, err
	}
	tests := []struct {
		name   string
		model  *judgetest.Model
		ground *judge.Grounding
		max    int
		want   backend.VerdictKind
		reason backend.Reason
	}{
		{"it is off", grounds(nil, nil), nil, 0, backend.Contradicted, backend.ReasonRival},
		{"a model with one letter gives none", letter, &judge.Grounding{}, 0, backend.Contradicted, backend.ReasonRival},
		{"a model that fails leaves a doubt", broken, &judge.Grounding{}, 0, backend.NotEnoughEvidence, backend.ReasonModel},
		{"and one that fails half-way", breaks, &judge.Grounding{}, 0, backend.NotEnoughEvidence, backend.ReasonModel},
		{"too little of it fell on labels", faint, &judge.Grounding{}, 0, backend.NotEnoughEvidence, backend.ReasonLowConfidence},
		{"reading leaves it its calls", grounds(always(0.9), always(0.1)), &judge.Grounding{}, 6, backend.Contradicted, backend.ReasonRival},
		{"without calls for it", grounds(always(0.9), always(0.1)), &judge.Grounding{}, 4, backend.NotEnoughEvidence, backend.ReasonBudget},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t, judge.Options{Model: tt.model, Gather: gives(web("1", "a.com", starmer, at(10)), web("2", "b.com", starmer2, at(20))), Grounding: tt.ground, MaxCalls: tt.max})
			v, err := j.Check(t.Context(), input(pmQuestion, "The prime minister of the UK is Rishi Sunak."), nil)
			require.NoError(t, err)
			require.Equal(t, string(tt.want)+" "+string(tt.reason), string(v.Kind)+" "+string(v.Reason))
			require.Equal(t, tt.want == backend.Contradicted, v.RivalValue != "")
			if tt.max > 0 {
				require.LessOrEqual(t, v.Calls, tt.max)
			}
		})
	}
}

func TestAStatementIsGroundedInBothOrders(t *testing.T) {
	const statement, carries = "Sel has a harbour.", "Sel has a harbour since 1840."
	model := func(p float64, letter bool) *judgetest.Model {
		m := grounds(nil, nil)
		tried := m.OnLabel
		m.OnLabel = func(prompt string) (backend.LabelResult, error) {
			if !strings.Contains(prompt, "\nStatement: "+statement) {
				return tried(prompt)
			}
			q := p
			if strings.Contains(prompt, "B: it does.") && !letter {
				q = 1 - p
			}
			return backend.LabelResult{P: map[string]float64{"A": q, "B": 1 - q}, Mass: 1}, nil
		}
		return m
	}
	tests := []struct {
		name   string
		model  *judgetest.Model
		want   judge.Relation
		reason backend.Reason
	}{
		{"carried", model(0.9, false), judge.Same, backend.ReasonSame},
		{"not carried", model(0.2, false), judge.Unknown, backend.ReasonNoValue},
		{"one letter", model(0.9, true), judge.Unknown, backend.ReasonOrder},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newJudge(t, judge.Options{Model: tt.model, Gather: gives(), Grounding: &judge.Grounding{}}).Grounded(t.Context(), statement, []backend.Passage{web("1", "a.example", carries, nil)})
			require.NoError(t, err)
			require.Equal(t, tt.want, got.Relation)
			require.Equal(t, tt.reason, got.Reason)
		})
	}
}
