package bolt_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"errata/backend"
	"errata/backend/bolt"
)

const rotFacts = 120

// rotStore makes a closed store with rotFacts facts and returns them by id.
func rotStore(t *testing.T, path string) map[string]backend.Fact {
	t.Helper()
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	for n := range rotFacts {
		require.NoError(t, writeStep(s, n))
	}
	want := map[string]backend.Fact{}
	list, err := s.AllFacts("")
	require.NoError(t, err)
	for _, f := range list {
		want[f.ID] = f
	}
	require.Len(t, want, rotFacts)
	// A copy has no room for growth at its end, where damage has no effect.
	file, err := s.Backup(t.TempDir(), day)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, os.Rename(file, path))
	return want
}

// TestBitRot flips bits and cuts ends off. Children look at the results: no
// wrong fact may be served, and what has an effect must be reported.
func TestBitRot(t *testing.T) {
	dir := t.TempDir()
	want := rotStore(t, filepath.Join(dir, "errata.db"))
	whole, err := os.ReadFile(filepath.Join(dir, "errata.db"))
	require.NoError(t, err)
	random := rand.New(rand.NewSource(*randomRun))
	var paths []string
	write := func(name string, data []byte) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		paths = append(paths, path)
	}
	for n := range *rots {
		flipped := bytes.Clone(whole)
		flipped[random.Intn(len(flipped))] ^= 1 << random.Intn(8)
		write(fmt.Sprintf("flip-%03d.db", n), flipped)
		write(fmt.Sprintf("cut-%03d.db", n), whole[:random.Intn(len(whole))])
		zeroed := bytes.Clone(whole)
		clear(zeroed[random.Intn(len(whole)/512)*512:][:512])
		write(fmt.Sprintf("zero-%03d.db", n), zeroed)
	}
	reported, crashed, silent := 0, 0, 0
	for _, l := range lookAll(t, paths, &crashed) {
		for _, f := range l.Facts {
			require.Equal(t, want[f.ID], f, "%s serves a wrong fact", l.Path)
		}
		if l.Report != "" {
			reported++
			continue
		}
		silent++
		if info, err := os.Stat(l.Path); err == nil && info.Size() == 0 {
			continue // an empty file is a new one
		}
		require.Empty(t, l.Open, l.Path)
		require.Len(t, l.Listed, rotFacts, "%s was damaged and not reported", l.Path)
		require.Len(t, l.Facts, 2*rotFacts, "%s was damaged and not reported", l.Path)
		require.Zero(t, l.Noted)
	}
	t.Logf("seed %d: %d files: %d reported, %d without effect, %d children ended by the damage", *randomRun, len(paths), reported, silent, crashed)
	require.Equal(t, len(paths), reported+silent+crashed)
	require.Positive(t, reported)
}

// lookAll lets children look at files; the one that ends a child is skipped.
func lookAll(t *testing.T, paths []string, crashed *int) []looked {
	t.Helper()
	var all []looked
	for len(paths) > 0 {
		cmd := child(t, "look")
		cmd.Stdin = strings.NewReader(strings.Join(paths, "\n") + "\n")
		out, err := cmd.Output()
		decoder, seen := json.NewDecoder(bytes.NewReader(out)), 0
		for {
			var l looked
			if decoder.Decode(&l) != nil {
				break
			}
			all = append(all, l)
			seen++
		}
		paths = paths[seen:]
		if err != nil && len(paths) > 0 {
			t.Logf("%s ended the child: %v", filepath.Base(paths[0]), err)
			*crashed++
			paths = paths[1:]
		}
	}
	return all
}

// spoil changes one byte of a stored record.
func spoil(t *testing.T, s *bolt.Store, bucket, id string) {
	t.Helper()
	require.NoError(t, s.Raw(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		value := bytes.Clone(b.Get([]byte(id)))
		value[len(value)-3] ^= 1
		return b.Put([]byte(id), value)
	}))
}

func TestDamagedRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "errata.db")
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	for n, id := range []string{"f1", "f2", "f3"} {
		require.NoError(t, s.AddFact(fact(id, "Question "+id, "so", n)))
	}
	require.NoError(t, s.PutSettings(backend.Settings{Model: "m"}))
	require.NoError(t, s.PutCached("page", "k", []byte("v")))
	require.Empty(t, s.Damaged())
	spoil(t, s, "fact", "f2")
	spoil(t, s, "settings", "settings")
	spoil(t, s, "cache", "page\x00k")
	spoil(t, s, "count", "facts")
	require.NoError(t, s.Raw(func(tx *bbolt.Tx) error { // f3 under another name
		b := tx.Bucket([]byte("fact"))
		return b.Put([]byte("f9"), bytes.Clone(b.Get([]byte("f3"))))
	}))

	for _, id := range []string{"f2", "f9"} {
		_, err = s.Fact(id)
		require.Equal(t, backend.CodeInternal, backend.CodeOf(err))
		require.ErrorContains(t, err, `"`+id+`" of "fact"`)
		require.NotEmpty(t, backend.HintOf(err))
	}
	list, err := s.Facts(backend.FactFilter{})
	require.NoError(t, err)
	require.Equal(t, []string{"f3", "f1"}, ids(list))
	list, err = s.Facts(backend.FactFilter{Query: "question"})
	require.NoError(t, err)
	require.Equal(t, []string{"f3", "f1"}, ids(list))
	_, _, err = s.ApproveFact("f2", "p", at(1))
	require.Equal(t, backend.CodeInternal, backend.CodeOf(err), "a damaged record is not written over")
	_, _, err = s.ApproveFact("f1", "p", at(1))
	require.NoError(t, err)
	counts, err := s.FactCounts()
	require.NoError(t, err)
	require.Equal(t, 1, counts[backend.FactApproved], "damaged counts are counted again")

	_, found, err := s.Cached("page", "k")
	require.NoError(t, err)
	require.False(t, found)
	require.NoError(t, s.PutCached("page", "k", []byte("w")))
	_, found, err = s.Cached("page", "k")
	require.NoError(t, err)
	require.True(t, found)
	_, err = s.Settings()
	require.Equal(t, backend.CodeInternal, backend.CodeOf(err))
	require.NoError(t, s.PutSettings(backend.Settings{Model: "n"}))
	_, err = s.Settings()
	require.NoError(t, err)

	var noted []string
	for _, d := range s.Damaged() {
		noted = append(noted, d.Bucket+" "+d.ID)
	}
	require.Equal(t, []string{"cache page\x00k", "count facts", "fact f2", "fact f9", "settings settings"}, noted)
	require.NoError(t, s.Close())

	report, err := bolt.Inspect(path)
	require.NoError(t, err)
	require.Equal(t, 2, report.Damaged)
	require.Zero(t, report.File)
	require.Equal(t, 2, report.Records["fact"])
	require.Equal(t, backend.CodeInternal, backend.CodeOf(report.Err()))
	require.ErrorContains(t, bolt.Check(path), "2 damaged records")
	data, err := json.Marshal(report)
	require.NoError(t, err)
	require.Contains(t, string(data), `"damaged":2`)
}

func TestWrongListsAreFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "errata.db")
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	require.NoError(t, s.AddFact(fact("f1", "Who?", "She", 1)))
	require.NoError(t, s.AddFact(fact("f2", "What?", "That", 2)))
	require.NoError(t, s.Raw(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("fact_by_state"))
		key, _ := b.Cursor().First()
		name := append(bytes.Clone(key), 'x')
		if err := b.Put(name, []byte("f1")); err != nil {
			return err
		}
		name[3]++
		if err := b.Put(name, []byte("gone")); err != nil {
			return err
		}
		return b.Delete(key)
	}))
	list, err := s.Facts(backend.FactFilter{})
	require.NoError(t, err)
	require.Equal(t, []string{"f2"}, ids(list))
	require.Len(t, s.Damaged(), 2)
	report, err := s.Verify()
	require.NoError(t, err)
	require.GreaterOrEqual(t, report.Lists, 3, "one missing, two wrong")
	require.NoError(t, s.Close())
	require.ErrorContains(t, bolt.Check(path), "wrong lists")
	out := path + ".saved"
	_, err = bolt.Salvage(path, out)
	require.NoError(t, err)
	require.NoError(t, bolt.Check(out), "a salvage makes the lists anew")
}

func TestSalvage(t *testing.T) {
	dir := t.TempDir()
	want := rotStore(t, filepath.Join(dir, "errata.db"))
	whole, err := os.ReadFile(filepath.Join(dir, "errata.db"))
	require.NoError(t, err)
	page := os.Getpagesize()
	zero := func(from, to int) func([]byte) []byte {
		return func(b []byte) []byte { clear(b[from:to]); return b }
	}
	tests := []struct {
		name  string
		spoil func([]byte) []byte
		least int // facts saved
	}{
		{"a whole file", func(b []byte) []byte { return b }, rotFacts},
		{"no head", zero(0, 2*page), rotFacts},
		{"a third gone", zero(len(whole)/3, len(whole)*2/3), 1},
		{"half the file", func(b []byte) []byte { return b[:len(b)/2] }, 1},
		{"nothing but noise", func(b []byte) []byte { rand.New(rand.NewSource(1)).Read(b); return b }, 0},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(dir, fmt.Sprintf("spoilt-%d.db", i))
			spoilt := tt.spoil(bytes.Clone(whole))
			require.NoError(t, os.WriteFile(path, spoilt, 0o600))
			out := filepath.Join(dir, fmt.Sprintf("saved-%d.db", i))
			report, err := bolt.Salvage(path, out)
			require.NoError(t, err)
			t.Logf("%d of %d facts, %d records", report.Records["fact"], rotFacts, report.Total())
			require.GreaterOrEqual(t, report.Records["fact"], tt.least)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, spoilt, after, "the damaged file is not touched")
			require.NoError(t, bolt.Check(out))
			s, err := bolt.Open(out, bolt.Options{})
			require.NoError(t, err)
			list, err := s.AllFacts("")
			require.NoError(t, err)
			for _, f := range list {
				require.Equal(t, want[f.ID].Answer, f.Answer)
			}
			approved, err := s.AllFacts(backend.FactApproved)
			require.NoError(t, err)
			questions := map[string]bool{}
			for _, f := range approved {
				require.False(t, questions[f.Question], "one approved fact a question")
				questions[f.Question] = true
			}
			require.NoError(t, s.Close())
			_, err = bolt.Salvage(path, out)
			require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
		})
	}
	_, err = bolt.Salvage(filepath.Join(dir, "none"), filepath.Join(dir, "other"))
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
}
