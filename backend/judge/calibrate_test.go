package judge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
)

// fit lets contradictions through from a raw confidence on, and calls them right
// in 3 of 4 cases under it, in 19 of 20 over it.
func fit(from float64) *backend.Calibration {
	return &backend.Calibration{Schema: backend.CalibrationSchema, ModelDigest: "d", PromptVersion: judge.PromptVersion(), Kinds: map[backend.VerdictKind]backend.CalibrationKind{
		backend.Contradicted: {N: 90, Threshold: &from, Knots: []backend.CalibrationKnot{{Raw: 0.5, P: 0.75}, {Raw: 0.8, P: 0.95}}},
	}}
}

func TestACheckIsSettledByItsCalibration(t *testing.T) {
	sunak := "The prime minister of the UK is Rishi Sunak."
	twoSources := gives(web("1", "a.com", starmer, at(10)), web("2", "b.com", starmer2, at(20)))
	never := fit(0)
	never.Kinds[backend.Contradicted] = backend.CalibrationKind{N: 90, Knots: never.Kinds[backend.Contradicted].Knots}
	tests := []struct {
		name       string
		fit        *backend.Calibration
		gather     judge.Gather
		answer     string
		kind       backend.VerdictKind
		calibrated bool
	}{
		{"without a fit", nil, twoSources, sunak, backend.Contradicted, false},
		{"over the threshold", fit(0.8), twoSources, sunak, backend.Contradicted, true},
		{"under the threshold", fit(0.97), twoSources, sunak, backend.NotEnoughEvidence, true},
		{"at none is it right enough", never, twoSources, sunak, backend.NotEnoughEvidence, true},
		{"a kind that was not fitted", fit(0.97), twoSources, "Keir Starmer", backend.Supported, false},
		{"what the user's own note decides was not measured", fit(0.97), gives(note("n", "UK", starmer, at(10))), sunak, backend.Contradicted, false},
		{"nothing to settle", fit(0.97), gives(), sunak, backend.NotEnoughEvidence, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t, judge.Options{Model: says("Keir Starmer"), Gather: tt.gather, Calibration: tt.fit})
			v, err := j.Check(t.Context(), input(pmQuestion, tt.answer), nil)
			require.NoError(t, err)
			require.Equal(t, tt.kind, v.Kind)
			require.Equal(t, tt.calibrated, v.Calibrated)
			require.Equal(t, tt.calibrated, v.Calibration != "")
			switch {
			case !tt.calibrated:
				require.InDelta(t, v.ConfidenceRaw, v.Confidence, 0)
			case v.Kind == backend.Contradicted:
				require.InDelta(t, 0.95, v.Confidence, 1e-9)
				require.InDelta(t, 0.84, v.ConfidenceRaw, 0.05)
			default:
				require.Equal(t, backend.ReasonLowConfidence, v.Reason)
				require.Equal(t, backend.Contradicted, v.Withheld)
				require.False(t, v.Teachable())
				require.False(t, v.Counts())
				require.Contains(t, v.Sentence, "wrong too often")
			}
		})
	}
}
