// Package bolttest gives tests a store of their own. It never shares one between
// tests and never leaves one unchecked.
//
//	Open(t) ──> *bolt.Store in t.TempDir()
//	   Cleanup: structure, hashes, lists, lineage ──> Close
package bolttest

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend/bolt"
)

// Open opens a fresh store that is verified and closed when the test ends.
func Open(t testing.TB) *bolt.Store {
	t.Helper()
	return OpenAt(t, filepath.Join(t.TempDir(), "errata.db"), bolt.Options{})
}

// OpenAt is Open for a file and options of the caller's.
func OpenAt(t testing.TB, path string, opts bolt.Options) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(path, opts)
	require.NoError(t, err)
	t.Cleanup(func() {
		Verify(t, s)
		require.NoError(t, s.Close())
	})
	return s
}

// Verify fails the test unless everything in the store is whole: structure,
// hashes, every list entry and its record, the datasets' parents, the current
// versions and the counts.
func Verify(t testing.TB, s *bolt.Store) {
	t.Helper()
	report, err := s.Verify()
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.Empty(t, s.Damaged())
}
