package library

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestKeep(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "documents")
	first, err := Keep(folder, "tide.md", []byte("# Tide\n"))
	require.NoError(t, err)
	require.Equal(t, filepath.Join(folder, "tide.md"), first)
	same, err := Keep(folder, "tide.md", []byte("# Tide\n"))
	require.NoError(t, err)
	require.Equal(t, first, same, "the same document is kept once")
	other, err := Keep(folder, "tide.md", []byte("# Other\n"))
	require.NoError(t, err)
	require.Equal(t, filepath.Join(folder, "tide (2).md"), other)
	was, err := os.ReadFile(first)
	require.NoError(t, err)
	require.Equal(t, "# Tide\n", string(was), "what was there stays")
}

func TestKeepTakesNoWayOutOfItsFolder(t *testing.T) {
	folder := t.TempDir()
	for name, want := range map[string]string{
		"../../etc/note.md": "note.md", `C:\Users\ada\note.txt`: "note.txt", "..hidden.md": "hidden.md", "a:b?.md": "a_b_.md",
		"new\nline.md": "new_line.md", strings.Repeat("ä", 300) + ".md": strings.Repeat("ä", 60) + ".md",
	} {
		path, err := Keep(folder, name, []byte(name))
		require.NoError(t, err, name)
		require.Equal(t, filepath.Join(folder, want), path)
	}
}

func TestKeepRefuses(t *testing.T) {
	for name, data := range map[string][]byte{"picture.png": []byte("x"), "empty.md": nil, "huge.txt": make([]byte, 21<<20)} {
		_, err := Keep(t.TempDir(), name, data)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), name)
	}
}
