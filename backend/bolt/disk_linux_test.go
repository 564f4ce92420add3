package bolt_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
)

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"); err != nil {
		t.Skipf("a small tmpfs cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, 0)) })
	s := bolttest.OpenAt(t, filepath.Join(dir, "errata.db"), bolt.Options{})
	saved, full := 0, error(nil)
	for full == nil && saved < 10_000 {
		f := fact(fmt.Sprint("f", saved), fmt.Sprint("Question ", saved), "so", saved)
		f.Passages = []backend.Passage{{Text: strings.Repeat("x", 9000)}}
		if full = s.AddFact(f); full == nil {
			saved++
		}
	}
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(full))
	require.ErrorContains(t, full, "disk is full")
	require.NotEmpty(t, backend.HintOf(full))
	_, err := s.Backup(dir, at(1))
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	for n := range saved {
		_, err := s.Fact(fmt.Sprint("f", n))
		require.NoError(t, err)
	}
	_, err = s.Fact(fmt.Sprint("f", saved))
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=12m"))
	require.NoError(t, s.AddFact(fact("later", "Is there room?", "Yes", 1)), "goes on once there is room")
	t.Logf("%d facts saved before the disk was full", saved)
}
