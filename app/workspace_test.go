package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsLetGoOfARunIsItsCheckpointsAndNotItsRows(t *testing.T) {
	w := workspace{t.TempDir()}
	_, work, cache := w.Dirs("r1")
	_, alone, _ := w.Dirs("")
	for _, path := range []string{
		filepath.Join(work, "checkpoints", "step-4", "optimizer.pt"), filepath.Join(work, "cache", "answer.safetensors"),
		filepath.Join(work, "rows.jsonl"), filepath.Join(work, "a1.gguf"), filepath.Join(cache, "0.1.0", "answer.safetensors"),
		filepath.Join(alone, "a2.gguf"),
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	}
	require.NoError(t, w.LetGo("r1"))
	require.NoDirExists(t, filepath.Join(work, "checkpoints"))
	require.NoDirExists(t, filepath.Join(work, "cache"))
	require.FileExists(t, filepath.Join(work, "rows.jsonl"))
	require.FileExists(t, filepath.Join(work, "a1.gguf"))
	require.DirExists(t, filepath.Join(cache, "0.1.0"), "it serves the next training")

	require.NoError(t, w.LetGo("r1", "a1.gguf"))
	require.NoFileExists(t, filepath.Join(work, "a1.gguf"))
	require.NoError(t, w.LetGo("", "a2.gguf"), "an adapter that was imported has no run")
	require.NoFileExists(t, filepath.Join(alone, "a2.gguf"))
	require.FileExists(t, filepath.Join(work, "rows.jsonl"))
	require.NoError(t, w.LetGo("r2"), "nothing there is no error")
}
