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
				o.Progress(bench.JudgeProgress{Task: o.Task, Done: 2, Total: 2})
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
