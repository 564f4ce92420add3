package score_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"errata/backend/propertytest"
	"errata/backend/score"
)

// seen makes n observations at one confidence, wrong of them wrong.
func seen(raw float64, n, wrong int) []score.Observed {
	var out []score.Observed
	for i := range n {
		out = append(out, score.Observed{Raw: raw, Right: i >= wrong})
	}
	return out
}

func join(lists ...[]score.Observed) []score.Observed {
	var out []score.Observed
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

func TestErrorBound(t *testing.T) {
	// Without an error the bound is 1 - 0.05^(1/n); the others are tabulated.
	require.InDelta(t, 0.0981, score.ErrorBound(0, 29), 1e-4)
	require.Greater(t, score.ErrorBound(0, 28), 0.1)
	require.InDelta(t, 0.3942, score.ErrorBound(1, 10), 1e-4)
	require.InDelta(t, 1, score.ErrorBound(0, 0), 0)
}

func TestTheThresholdGoesDownWhileTheBoundHolds(t *testing.T) {
	high, middle, low := seen(0.9, 60, 0), seen(0.8, 60, 3), seen(0.7, 60, 30)
	tests := []struct {
		name       string
		list       []score.Observed
		threshold  float64 // 0: none
		kept, errs int
	}{
		{"stops before the bound is passed", join(low, middle, high), 0.8, 120, 3},
		{"does not jump over a bad stretch", join(seen(0.9, 60, 30), seen(0.8, 600, 0)), 0, 0, 0},
		{"begins where there are enough", join(seen(0.95, 5, 2), seen(0.9, 200, 2)), 0.9, 205, 4},
		{"equal confidences stay together", seen(0.8, 40, 10), 0, 0, 0},
		{"all are right", seen(0.8, 40, 0), 0.8, 40, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fit := score.Calibrate(tt.list, 0.1)
			require.NotEmpty(t, fit.Knots)
			if tt.threshold == 0 {
				require.Nil(t, fit.Threshold)
				require.InDelta(t, 1, fit.Bound, 0)
				return
			}
			require.NotNil(t, fit.Threshold)
			require.InDelta(t, tt.threshold, *fit.Threshold, 0)
			require.Equal(t, tt.kept, fit.Kept)
			require.Equal(t, tt.errs, fit.KeptErrors)
			require.LessOrEqual(t, fit.Bound, 0.1)
		})
	}
}

func TestTooFewObservationsFitNothing(t *testing.T) {
	fit := score.Calibrate(seen(0.9, 28, 0), 0.1)
	require.Empty(t, fit.Knots)
	require.Nil(t, fit.Threshold)
	require.Equal(t, 28, fit.N)
	require.NotNil(t, score.Calibrate(seen(0.9, 14, 0), 0.2).Threshold)
}

func TestFallingNeighboursArePooled(t *testing.T) {
	fit := score.Calibrate(join(seen(0.6, 20, 10), seen(0.7, 20, 2), seen(0.8, 20, 6), seen(0.9, 40, 0)), 0.1)
	require.Len(t, fit.Knots, 4)
	require.InDelta(t, 0.5, fit.P(0.6), 1e-9)
	require.InDelta(t, 0.8, fit.P(0.7), 1e-9)
	require.InDelta(t, 0.8, fit.P(0.8), 1e-9)
	require.InDelta(t, 101.0/102, fit.P(0.9), 1e-9, "100 observations make nobody certain")
	require.InDelta(t, 0.65, fit.P(0.65), 1e-9)
}

func TestTheMappingRisesAndKeepsTheMean(t *testing.T) {
	propertytest.Check(t, func(t *rapid.T) {
		var list []score.Observed
		for range rapid.IntRange(30, 200).Draw(t, "n") {
			list = append(list, score.Observed{Raw: float64(rapid.IntRange(1, 20).Draw(t, "raw")) / 20, Right: rapid.Bool().Draw(t, "right")})
		}
		fit := score.Calibrate(list, 0.1)
		last, sum, right := 0.0, 0.0, 0.0
		for raw := range 21 {
			p := fit.P(float64(raw) / 20)
			if p < last || p <= 0 || p >= 1 {
				t.Fatalf("%v after %v", p, last)
			}
			last = p
		}
		for _, o := range list {
			sum += fit.P(o.Raw)
			if o.Right {
				right++
			}
		}
		if d := (sum - right) / float64(len(list)); d > 0.05 || d < -0.05 {
			t.Fatalf("the mean moved by %v", d)
		}
	})
}
