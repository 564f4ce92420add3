//go:build unix

package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/engine"
)

// A package puts the program into bin and its engine into lib/errata/engine.
func TestThePackagedEngineIsFound(t *testing.T) {
	tests := []struct {
		name  string
		lies  []string // engines below the folder of the test
		exe   string   // how the program was started
		works string   // the engine that runs; empty: none
	}{
		{"beside the program", []string{"usr/lib/errata/engine"}, "usr/bin/errata", "usr/lib/errata/engine"},
		{"through a link from elsewhere", []string{"usr/lib/errata/engine"}, "home/errata", "usr/lib/errata/engine"},
		{"before one of the user's cache", []string{"cache/engine/newer", "usr/lib/errata/engine"}, "usr/bin/errata", "usr/lib/errata/engine"},
		{"the cache's, when the package's was removed", []string{"cache/engine/newer"}, "usr/bin/errata", "cache/engine/newer"},
		{"none", nil, "usr/bin/errata", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			program := filepath.Join(dir, "usr", "bin", "errata")
			require.NoError(t, os.MkdirAll(filepath.Dir(program), 0o700))
			require.NoError(t, os.WriteFile(program, nil, 0o700))
			exe := filepath.Join(dir, tt.exe)
			if exe != program {
				require.NoError(t, os.MkdirAll(filepath.Dir(exe), 0o700))
				require.NoError(t, os.Symlink(program, exe))
			}
			for _, place := range tt.lies {
				install(t, dir, "")
				to := filepath.Join(dir, place)
				require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o700))
				require.NoError(t, os.Rename(filepath.Join(dir, "engine"), to))
			}
			e, _ := start(t, dir, func(o *engine.Options) { o.Exe = exe }, "ERRATA_ENGINE_DIR", "")
			_, err := e.Address(context.Background())
			if tt.works == "" {
				require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
				require.Contains(t, backend.HintOf(err), "Errata's package")
				return
			}
			require.NoError(t, err)
			require.FileExists(t, filepath.Join(dir, tt.works, "env"), "this engine ran")
		})
	}
}

// What lies under /usr belongs to root: only the user's folders may be written.
func TestThePackagedEngineWritesOnlyIntoTheUsersFolders(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "")
	to := filepath.Join(dir, "usr", "lib", "errata", "engine")
	require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o700))
	require.NoError(t, os.Rename(filepath.Join(dir, "engine"), to))
	e, _ := start(t, dir, func(o *engine.Options) { o.Exe = filepath.Join(dir, "usr", "bin", "errata") }, "ERRATA_ENGINE_DIR", "")
	_, err := e.Address(context.Background())
	require.NoError(t, err)
	env, err := os.ReadFile(filepath.Join(to, "env"))
	require.NoError(t, err)
	require.Contains(t, string(env), "OLLAMA_MODELS="+filepath.Join(dir, "cache", "store"))
	require.Contains(t, string(env), "HOME="+filepath.Join(dir, "cache", "engine-home"))
	require.FileExists(t, filepath.Join(dir, "home", "logs", "engine.log"))
}
