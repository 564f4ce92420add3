package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bench"
)

func TestBenchCalibrateWritesWhereJSONSays(t *testing.T) {
	file, from := filepath.Join(t.TempDir(), "fit.json"), 0.84
	var asked bench.CalibrateOptions
	doors := Doors{BenchCalibrate: func(_ context.Context, _ string, o bench.CalibrateOptions) (string, backend.Calibration, error) {
		asked = o
		o.Progress(bench.Progress{Task: "realtime", Done: 2, Total: 2})
		return "/home/calibration/x.json", backend.Calibration{
			Schema: 1, Model: "m", ModelDigest: "d", PromptVersion: "1-aa", Rows: 2, TargetError: 0.05, ECEBefore: backend.Metric{Value: 0.2, N: 9},
			Kinds: map[backend.VerdictKind]backend.CalibrationKind{
				backend.Contradicted: {N: 120, Errors: 4, Threshold: &from, Kept: 100, KeptErrors: 1, Bound: 0.047, Knots: []backend.CalibrationKnot{{Raw: 0.8, P: 0.9}}},
				backend.Supported:    {N: 120, Errors: 60, Bound: 1, Knots: []backend.CalibrationKnot{{Raw: 0.8, P: 0.5}}},
				backend.Outdated:     {N: 3, Bound: 1, Knots: []backend.CalibrationKnot{}},
			},
		}, nil
	}}
	code, out, says := runWith(t, doors, "", "bench", "calibrate", "--data", t.TempDir(), "--target", "0.05", "--limit", "7", "--json", file)
	require.Equal(t, ExitOK, code, says)
	require.Empty(t, out)
	require.Equal(t, filepath.Dir(file), asked.Rows)
	require.InDelta(t, 0.05, asked.Target, 0)
	require.Equal(t, 7, asked.Limit)
	require.Equal(t, bench.JudgeDefault, asked.Judge)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var got struct {
		File, PromptVersion string
		Digest              string `json:"model_digest"`
		Kinds               map[string]struct{ Threshold *float64 }
	}
	require.NoError(t, json.Unmarshal(b, &got))
	require.Equal(t, "/home/calibration/x.json", got.File)
	require.Equal(t, "d", got.Digest)
	require.Nil(t, got.Kinds["supported"].Threshold)
	require.InDelta(t, from, *got.Kinds["contradicted"].Threshold, 0)

	code, out, _ = runWith(t, doors, "", "bench", "calibrate", "--data", t.TempDir())
	require.Equal(t, ExitOK, code)
	require.Contains(t, out, "given from 0.840 on, 1 of 100 wrong there (at most 4.7 %)")
	require.Contains(t, out, "wrong too often at every confidence; it is not given")
	require.Contains(t, out, "too few to fit; it stays uncalibrated")

	for _, args := range [][]string{{}, {"--data", t.TempDir(), "--judge", "lexical"}} {
		code, _, _ = runWith(t, doors, "", append([]string{"bench", "calibrate"}, args...)...)
		require.Equal(t, ExitUsage, code)
	}
}
