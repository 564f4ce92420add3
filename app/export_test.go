package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

func TestExportIsWholeOrNotThere(t *testing.T) {
	home := t.TempDir()
	w := workspace{home}
	from := filepath.Join(home, "adapter.gguf")
	require.NoError(t, os.WriteFile(from, []byte("weights"), 0o600))
	sum := sha256.Sum256([]byte("weights"))
	file := flow.ExportFile{From: from, Name: "adapter.gguf", SHA256: hex.EncodeToString(sum[:])}
	dir := filepath.Join(home, "exports", "errata-v1")
	require.NoError(t, w.Export(t.Context(), dir, []flow.ExportFile{file}, "Modelfile", "FROM x\n"))
	got, err := os.ReadFile(filepath.Join(dir, "adapter.gguf"))
	require.NoError(t, err)
	require.Equal(t, "weights", string(got))
	require.FileExists(t, filepath.Join(dir, "Modelfile"))
	require.Equal(t, backend.CodeConflict, backend.CodeOf(w.Export(t.Context(), dir, []flow.ExportFile{file}, "Modelfile", "")), "what is there is left")

	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	wrong := file
	wrong.SHA256 = hex.EncodeToString(make([]byte, sha256.Size))
	for name, bad := range map[string]error{
		"changed":   w.Export(t.Context(), filepath.Join(home, "exports", "a"), []flow.ExportFile{wrong}, "Modelfile", ""),
		"stopped":   w.Export(stopped, filepath.Join(home, "exports", "b"), []flow.ExportFile{file}, "Modelfile", ""),
		"no folder": w.Export(t.Context(), filepath.Join(home, "nowhere", "c"), []flow.ExportFile{file}, "Modelfile", ""),
	} {
		require.Error(t, bad, name)
	}
	left, err := os.ReadDir(filepath.Join(home, "exports"))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing half-written stays")
}
