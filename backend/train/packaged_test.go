package train_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend/train"
	"errata/trainer"
)

// An installed program has no checkout: the whole trainer comes out of it.
func TestThePackagedTrainerIsWhole(t *testing.T) {
	cache := t.TempDir()
	l := train.New(train.Options{Source: trainer.FS, Cache: cache})
	dir, err := l.SourceDir()
	require.NoError(t, err)

	checkout := os.DirFS(filepath.Join("..", "..", "trainer"))
	var files int
	require.NoError(t, fs.WalkDir(checkout, ".", func(path string, d fs.DirEntry, err error) error {
		needed := path == "uv.lock" || path == "pyproject.toml" || path == "README.md" ||
			strings.HasPrefix(path, "errata_trainer/") && !strings.Contains(path, "__pycache__")
		if err != nil || d.IsDir() || !needed {
			return err
		}
		want, err := fs.ReadFile(checkout, path)
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		require.NoError(t, err, "%s is not carried", path)
		require.Equal(t, string(want), string(got), path)
		files++
		return nil
	}))
	require.Greater(t, files, 10)

	lock, err := fs.ReadFile(trainer.FS, "uv.lock")
	require.NoError(t, err)
	sum := sha256.Sum256(lock)
	place, err := l.Place()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(cache, hex.EncodeToString(sum[:])), place, "where set-up scripts make it too")
	require.True(t, strings.HasPrefix(dir, place), "nothing is written beside the environment")
}
