package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend/bench"
)

func TestBenchGate(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "judge"), 0o700))
	for name, rows := range map[string]string{
		"class":    `{"id":"a","question":"Who is the mayor of Sel?","label":"changing"}` + "\n" + `{"id":"b","question":"Where is the source of the Sel?","label":"evergreen"}`,
		"realtime": `{"id":"n","asked_at":"2026-03-01","question":"Which ferry sank this week?","answer":"Alma","choices":["Alma","Berta"]}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "judge", name+".jsonl"), []byte(rows+"\n"), 0o600))
	}
	code, out, says := runWith(t, Doors{}, "", "bench", "gate", "--data", dir)
	require.Equal(t, ExitOK, code, says)
	require.Contains(t, out, "office")
	require.Contains(t, out, "macro_f1")
	require.NotContains(t, out, "the other half")

	file := filepath.Join(t.TempDir(), "gate.json")
	code, out, says = runWith(t, Doors{}, "", "bench", "gate", "--data", dir, "--other", "--json", file)
	require.Equal(t, ExitOK, code, says)
	require.Empty(t, out)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var got bench.GateFit
	require.NoError(t, json.Unmarshal(b, &got))
	require.NotEmpty(t, got.Cues)
	require.NotEmpty(t, got.Other)

	code, _, _ = runWith(t, Doors{}, "", "bench", "gate")
	require.Equal(t, ExitUsage, code)
}
