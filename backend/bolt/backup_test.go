package bolt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
	"golang.org/x/sync/errgroup"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
)

func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
	path, ring := filepath.Join(dir, "errata.db"), filepath.Join(dir, "backups")
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	require.NoError(t, s.AddFact(fact("f1", "Who?", "She", 1)))
	file, err := s.Backup(ring, at(1))
	require.NoError(t, err)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, s.AddFact(fact("f2", "What?", "That", 2)))
	require.NoError(t, s.Close())

	kept, err := bolt.Restore(file, path)
	require.NoError(t, err)
	for name, want := range map[string][]string{path: {"f1"}, kept: {"f1", "f2"}} {
		s := bolttest.OpenAt(t, name, bolt.Options{})
		list, err := s.AllFacts("")
		require.NoError(t, err)
		require.Equal(t, want, ids(list))
	}
	fresh := filepath.Join(dir, "fresh.db")
	kept, err = bolt.Restore(file, fresh)
	require.NoError(t, err)
	require.Empty(t, kept)

	require.NoError(t, os.Truncate(file, info.Size()/2))
	before, err := os.ReadFile(fresh)
	require.NoError(t, err)
	_, err = bolt.Restore(file, fresh)
	require.Equal(t, backend.CodeInternal, backend.CodeOf(err))
	_, err = bolt.Restore(filepath.Join(dir, "none.db"), fresh)
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
	after, err := os.ReadFile(fresh)
	require.NoError(t, err)
	require.Equal(t, before, after)
	noTemps(t, dir)
	noTemps(t, ring)
}

func noTemps(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		require.False(t, strings.HasSuffix(e.Name(), ".tmp"), e.Name())
	}
}

func TestBackupRing(t *testing.T) {
	accept := func(string) error { return nil } // the ring is tested here, not the check
	s := bolttest.OpenAt(t, filepath.Join(t.TempDir(), "errata.db"), bolt.Options{Verify: accept})
	ring := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(ring, "errata-mine.db"), nil, 0o600))
	for d := range 10 {
		for _, hour := range []int{8, 12, 20} {
			_, err := s.Backup(ring, time.Date(2026, 3, 1+d, hour, 0, 0, 0, time.UTC))
			require.NoError(t, err)
		}
	}
	list, err := bolt.Backups(ring)
	require.NoError(t, err)
	var got []string
	for _, b := range list {
		got = append(got, b.At.Format("02T15"))
		require.Positive(t, b.Bytes)
	}
	require.Equal(t, []string{"10T20", "10T12", "10T08", "09T20", "08T20", "07T20", "06T20", "05T20", "04T20"}, got)
	require.FileExists(t, filepath.Join(ring, "errata-mine.db"), "foreign files stay")
	list, err = bolt.Backups(filepath.Join(ring, "none"))
	require.NoError(t, err)
	require.NotNil(t, list)
}

func TestUnsoundBackupDoesNotCount(t *testing.T) {
	bad := errors.New("not sound")
	verdict := error(nil)
	s := bolttest.OpenAt(t, filepath.Join(t.TempDir(), "errata.db"), bolt.Options{Verify: func(string) error { return verdict }})
	ring := t.TempDir()
	first, err := s.Backup(ring, at(1))
	require.NoError(t, err)
	verdict = bad
	_, err = s.Backup(ring, at(2))
	require.ErrorIs(t, err, bad)
	require.FileExists(t, first)
	list, err := bolt.Backups(ring)
	require.NoError(t, err)
	require.Len(t, list, 1)
	noTemps(t, ring)
}

// TestBackupDuringWrites takes backups while facts are written; each must be whole.
func TestBackupDuringWrites(t *testing.T) {
	s := bolttest.Open(t)
	ring := t.TempDir()
	var group errgroup.Group
	group.Go(func() error {
		for n := range 100 {
			if err := writeStep(s, n); err != nil {
				return err
			}
		}
		return nil
	})
	for n := range 8 {
		file, err := s.Backup(ring, at(n))
		require.NoError(t, err)
		require.NoError(t, bolt.Check(file))
	}
	require.NoError(t, group.Wait())
}

func TestLayout(t *testing.T) {
	s := bolttest.Open(t)
	require.Equal(t, strings.Fields(`
		adapter anchor anchor_by_time anchor_by_verdict answer answer_by_question answer_streaming
		arrival arrival_by_time cache cache_by_age chat chat_by_use chat_word comparison
		comparison_by_time count dataset dataset_by_number dataset_content fact fact_by_expiry
		fact_by_question fact_by_state fact_by_verdict fact_disputing fact_open fact_word meta promotion promotion_by_model question
		question_by_chat rating run run_by_time run_event run_event_by_sequence run_open scorecard
		scorecard_by_version settings verdict verdict_by_answer verdict_by_time version
		version_by_adapter version_by_number version_current`), layout(t, s))
	require.Equal(t, sorted(bolt.BucketNames()), layout(t, s))
}

func layout(t *testing.T, s *bolt.Store) (names []string) {
	t.Helper()
	require.NoError(t, s.Raw(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, _ *bbolt.Bucket) error { names = append(names, string(name)); return nil })
	}))
	return names
}

func TestMigrations(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "errata.db")
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	require.NoError(t, s.AddFact(fact("f1", "Who?", "She", 1)))
	require.NoError(t, s.Close())
	now := bolt.Options{Now: func() time.Time { return at(3) }}
	ran := 0
	good := bolt.Migration{Name: "0003-more", Apply: func(tx *bbolt.Tx) error {
		ran++
		_, err := tx.CreateBucket([]byte("more"))
		return err
	}}
	bad := bolt.Migration{Name: "0004-bad", Apply: func(tx *bbolt.Tx) error {
		return errors.Join(errPure, tx.DeleteBucket([]byte("fact")))
	}}

	_, err = bolt.Open(path, bolt.WithMigrations(now, good, bad))
	require.ErrorIs(t, err, errPure)
	require.Equal(t, 1, ran)
	for _, want := range []string{"before-0003-more-20260301T120300Z.db", "before-0004-bad-20260301T120300Z.db"} {
		require.NoError(t, bolt.Check(filepath.Join(dir, "backups", want)))
		require.FileExists(t, filepath.Join(dir, "backups", want))
	}
	s, err = bolt.Open(path, bolt.WithMigrations(now, good))
	require.NoError(t, err)
	require.Equal(t, 1, ran, "a step runs once")
	_, err = s.Fact("f1")
	require.NoError(t, err)
	require.Contains(t, layout(t, s), "more")
	require.NoError(t, s.Close())

	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = bolt.Open(path, bolt.Options{})
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), "a newer schema is refused")
	require.ErrorContains(t, err, "newer Errata")
	require.NotEmpty(t, backend.HintOf(err))
	other := good
	other.Name = "0003-other"
	_, err = bolt.Open(path, bolt.WithMigrations(now, other))
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after, "the file was not touched")
}

func TestOpenOddFiles(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name      string
		make      func(path string) error
		wantOpen  backend.Code
		wantCheck backend.Code
	}{
		{"nothing", func(string) error { return nil }, "", ""},
		{"empty", func(p string) error { return os.WriteFile(p, nil, 0o600) }, "", ""},
		{"a folder", func(p string) error { return os.Mkdir(p, 0o700) }, backend.CodeInvalid, backend.CodeInvalid},
		{"a text", func(p string) error { return os.WriteFile(p, []byte("hello"), 0o600) }, backend.CodeInternal, backend.CodeInternal},
		{"zeros", func(p string) error { return os.WriteFile(p, make([]byte, 1<<20), 0o600) }, backend.CodeInternal, backend.CodeInternal},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(dir, fmt.Sprint(i))
			require.NoError(t, tt.make(path))
			require.Equal(t, tt.wantCheck, backend.CodeOf(bolt.Check(path)))
			s, err := bolt.Open(path, bolt.Options{})
			require.Equal(t, tt.wantOpen, backend.CodeOf(err))
			if err == nil {
				info, err := os.Stat(path)
				require.NoError(t, err)
				require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), path)
				require.NoError(t, s.Close())
				_, err = s.Fact("x")
				require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
			}
		})
	}
}
