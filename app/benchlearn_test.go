package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bench"
	"errata/backend/ollama/ollamatest"
)

func TestBenchLearnOpensTheHomeOfAnEarlierCall(t *testing.T) {
	p := newProgram(t, ollamatest.Script{Reply: ollamatest.Answers(map[string]string{"what is the slow river": "The Lark."}, "Tom Reed.")})
	p.Close() // the benchmark opens the home itself
	data := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(data, "learn"), 0o700))
	for name, line := range map[string]string{
		"facts.jsonl":     `{"id":"a","question":"Who runs Larkstead?","answer":"Ada Birch","source":"zsRE"}`,
		"retention.jsonl": `{"id":"s","question":"what is the slow river","answers":["The Lark"]}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(data, "learn", name), []byte(line+"\n"), 0o600))
	}
	o := bench.LearnOptions{Data: data, Source: "zsre", Facts: 1, Model: testModel, Seed: 7, Progress: func(bench.Progress) {}}
	for range 2 {
		_, err := benchLearn(t.Context(), p.Home, o)
		require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "%v", err)
		require.ErrorContains(t, err, "cannot be trained", "a scripted engine has no weights")
		require.NotEmpty(t, backend.HintOf(err))
	}
	cells, err := filepath.Glob(filepath.Join(p.Home, benchDir, "learn", "zsre-1-*", "home", dbName))
	require.NoError(t, err)
	require.Len(t, cells, 1, "the second call found the first one's home")
}

func TestBenchLearnRefusesBeforeAnythingIsOpened(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	_, err := benchLearn(t.Context(), home, bench.LearnOptions{Source: "zsre", Facts: 1})
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	_, err = benchLearn(t.Context(), home, bench.LearnOptions{Data: t.TempDir(), Source: "zsre", Facts: 1})
	require.ErrorContains(t, err, "facts.jsonl")
	require.NoDirExists(t, home)
}
