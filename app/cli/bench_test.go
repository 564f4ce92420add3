package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bench"
)

func TestBenchJudgeWritesWhereJSONSays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	tests := []struct {
		name   string
		args   []string
		toFile bool
		text   bool
	}{
		{"a file", []string{"bench", "judge", "--task", "class", "--json", file}, true, false},
		{"a file with =", []string{"bench", "judge", "--json=" + file, "--task", "class"}, true, false},
		{"standard output", []string{"bench", "judge", "--task", "class", "--json", "-"}, false, false},
		{"no place", []string{"bench", "judge", "--json", "--task", "class"}, false, false},
		{"before the verb", []string{"--json", "bench", "judge", "--task", "class"}, false, false},
		{"for a person", []string{"bench", "judge", "--task", "class"}, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_ = os.Remove(file)
			var asked bench.JudgeOptions
			code, out, says := runWith(t, Doors{BenchJudge: func(_ context.Context, _ string, o bench.JudgeOptions) (bench.JudgeResult, error) {
				asked = o
				o.Progress(bench.Progress{Task: o.Task, Done: 2, Total: 2})
				return bench.JudgeResult{Task: o.Task, Judge: o.Judge, N: 2, Metrics: map[string]backend.Metric{"accuracy": {Value: 0.5, Lo: 0.1, Hi: 0.9, N: 2}}}, nil
			}}, "", tt.args...)
			require.Equal(t, ExitOK, code, says)
			require.Contains(t, says, "2 of 2")
			require.Equal(t, "class", asked.Task)
			if tt.text {
				require.Contains(t, out, "accuracy")
				return
			}
			if tt.toFile {
				require.Empty(t, out)
				require.Equal(t, filepath.Dir(file), asked.Rows)
				b, err := os.ReadFile(file)
				require.NoError(t, err)
				out = string(b)
			} else {
				require.Empty(t, asked.Rows)
			}
			var object map[string]any
			require.NoError(t, json.Unmarshal([]byte(out), &object))
			var keys []string
			for k := range object {
				keys = append(keys, k)
			}
			require.ElementsMatch(t, []string{"task", "judge", "model", "model_digest", "n", "seconds", "calls", "metrics"}, keys)
		})
	}
}

func TestBenchJudgeRefusesAFolderThatIsNotThere(t *testing.T) {
	code, _, says := runWith(t, Doors{BenchJudge: func(context.Context, string, bench.JudgeOptions) (bench.JudgeResult, error) {
		t.Error("nothing may be measured that cannot be written")
		return bench.JudgeResult{}, nil
	}}, "", "bench", "judge", "--task", "class", "--json", filepath.Join(t.TempDir(), "no", "out.json"))
	require.Equal(t, ExitUsage, code)
	require.Contains(t, says, "There is no folder")
}

func TestBenchPoisonAsksForHostilePages(t *testing.T) {
	file := filepath.Join(t.TempDir(), "poison.json")
	var asked []bench.JudgeOptions
	doors := Doors{BenchJudge: func(_ context.Context, _ string, o bench.JudgeOptions) (bench.JudgeResult, error) {
		asked = append(asked, o)
		return bench.JudgeResult{Task: o.Task, Judge: o.Judge, N: 60, Metrics: map[string]backend.Metric{"wrong_1_of_6": {Lo: 0, Hi: 0.1, N: 30}}}, nil
	}}
	code, out, says := runWith(t, doors, "", "bench", "poison", "--model", "m", "--json", file)
	require.Equal(t, ExitOK, code, says)
	require.Empty(t, out)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(b), `"n": 30`)
	code, out, says = runWith(t, doors, "", "bench", "poison", "--limit", "0")
	require.Equal(t, ExitOK, code, says)
	require.Contains(t, out, "wrong_1_of_6")
	require.Equal(t, []int{60, 0}, []int{asked[0].Limit, asked[1].Limit})
	require.Equal(t, []string{bench.TaskPoison, bench.JudgeDefault, "m"}, []string{asked[0].Task, asked[0].Judge, asked[0].Model})
}

func TestOnlyBenchJudgeTakesAFileForJSON(t *testing.T) {
	args := []string{"ask", "--json", "Who", "judges"}
	require.Equal(t, args, fileOfJSON(args))
	require.Equal(t, []string{"ask", "--json", "bench", "judge"}, fileOfJSON([]string{"ask", "--json", "bench", "judge"}))
}

func TestBenchLearnWritesWhereJSONSays(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	file := filepath.Join(dir, "out.json")
	var asked []bench.LearnOptions
	doors := Doors{BenchLearn: func(_ context.Context, _ string, o bench.LearnOptions) (bench.LearnResult, error) {
		asked = append(asked, o)
		o.Progress(bench.Progress{Task: "training", Done: 3, Total: 3})
		return bench.LearnResult{Source: o.Source, Recipe: o.Recipe, Model: o.Model, Facts: o.Facts, Seed: o.Seed, ServedAs: backend.ServedMerged, GivenUp: 1,
			Metrics: map[string]backend.Metric{"leak": {Hi: 0.02, N: 210}, "efficacy": {Value: 1, Lo: 0.7, Hi: 1, N: 10}}}, nil
	}}
	args := []string{"bench", "learn", "--data", data, "--source", "zsre", "--facts", "10", "--model", "m", "--recipe", "original", "--seed", "8", "--max-minutes", "60"}
	code, out, says := runWith(t, doors, "", append(args, "--json", file)...)
	require.Equal(t, ExitOK, code, says)
	require.Empty(t, out)
	require.Contains(t, says, "training")
	require.Equal(t, filepath.Join(dir, "out.rows.jsonl"), asked[0].Rows)
	asked[0].Progress = nil
	require.Equal(t, bench.LearnOptions{Data: data, Source: "zsre", Facts: 10, Rounds: 1, Model: "m", Recipe: "original", Seed: 8, MaxMinutes: 60,
		Rows: filepath.Join(dir, "out.rows.jsonl")}, asked[0])
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var object map[string]any
	require.NoError(t, json.Unmarshal(b, &object))
	for _, key := range []string{"source", "recipe", "model", "model_digest", "facts", "seed", "served_as", "given_up", "steps", "metrics"} {
		require.Contains(t, object, key)
	}
	require.NotContains(t, object, "rounds")

	code, out, says = runWith(t, doors, "", append(args, "--rounds", "5", "--json", "-")...)
	require.Equal(t, ExitOK, code, says)
	require.NoError(t, json.Unmarshal([]byte(out), &object))
	require.Empty(t, asked[1].Rows, "the answers stay in the home")
	require.Equal(t, 5, asked[1].Rounds)

	code, out, says = runWith(t, doors, "", args...)
	require.Equal(t, ExitOK, code, says)
	require.Contains(t, out, "1 fact in memory alone")
	require.Less(t, strings.Index(out, "efficacy"), strings.Index(out, "leak"), "what was learned comes first")
}
