package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/app/cli"
	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/ollama/ollamatest"
)

func writeNote(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

func TestLibraryIsWatchedBesideAnOpenDoor(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	notes := t.TempDir()
	writeNote(t, notes, "mayor.md", "Ada Birch is the mayor of Larkstead.")
	events, stop := p.Hub.Listen()
	defer stop()
	s, err := p.API.Settings()
	require.NoError(t, err)
	s.LibraryFolders = []string{notes}
	_, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	documents, err := p.API.Documents()
	require.NoError(t, err)
	require.Empty(t, documents)
	p.Background()
	for e := range events {
		if e.Topic == "library.changed" {
			break
		}
	}
	documents, err = p.API.Documents()
	require.NoError(t, err)
	require.Len(t, documents, 1)
	require.Equal(t, "indexed", documents[0].Status)
}

func TestLibraryVerbsReadTheFolders(t *testing.T) {
	home := newHome(t, ollamatest.Script{})
	notes := t.TempDir()
	writeNote(t, notes, "mayor.md", "Ada Birch is the mayor of Larkstead.")
	read := func(args ...string) (out struct {
		Folders   []string
		Documents []backend.Document
	}) {
		code, stdout, says := runCLI(t.Context(), home, append([]string{"--json", "library"}, args...)...)
		require.Equal(t, cli.ExitOK, code, says)
		require.NoError(t, json.Unmarshal([]byte(stdout), &out), stdout)
		return out
	}
	out := read("add", notes)
	require.Len(t, out.Documents, 1)
	require.Equal(t, []string{notes}, out.Folders)
	writeNote(t, notes, "river.md", "The Larke flows through Larkstead.")
	require.Len(t, read("rescan").Documents, 2)
	out = read("remove", notes)
	require.Empty(t, out.Documents)
	require.Empty(t, out.Folders)
}

func TestRescanIsToldToTheOtherDoors(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	events, stop := p.Hub.Listen()
	_, err := p.API.RescanLibrary("")
	require.NoError(t, err)
	stop()
	topics := []string{}
	for e := range events {
		topics = append(topics, e.Topic)
	}
	require.Contains(t, topics, "library.changed")
}

func TestBackupADay(t *testing.T) {
	home := newHome(t, ollamatest.Script{})
	dir := filepath.Join(home, backupsDir)
	require.NoError(t, os.RemoveAll(dir))
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	start := func(at time.Time) int {
		p, err := Assemble(t.Context(), Config{Home: home, Now: func() time.Time { return at }, CheckDB: func(string) error { return nil }})
		require.NoError(t, err)
		p.Close()
		ring, err := bolt.Backups(dir)
		require.NoError(t, err)
		return len(ring)
	}
	require.Equal(t, 1, start(now))
	require.Equal(t, 1, start(now.Add(23*time.Hour)))
	require.Equal(t, 2, start(now.Add(25*time.Hour)))
}

func TestNewHomeGetsNoEmptyBackup(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	p.Close()
	ring, err := bolt.Backups(filepath.Join(p.Home, backupsDir))
	require.NoError(t, err)
	require.Empty(t, ring)
}
