package bolt_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
)

func TestUrgentFacts(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	past, ahead := now.Add(-time.Hour), now.Add(time.Hour)
	s := bolttest.Open(t)
	n := 0
	put := func(id, question, answer string, state backend.FactState, change func(*backend.Fact)) {
		t.Helper()
		n++
		f := backend.Fact{ID: id, Question: question, Answer: answer, State: state, CreatedAt: now.Add(time.Duration(n) * time.Second), Passages: []backend.Passage{}}
		if change != nil {
			change(&f)
		}
		require.NoError(t, s.AddFact(f))
	}
	put("calm", "Who runs the harbour of Oland?", "Mara Quist", backend.FactProposed, nil)
	put("held", "Who is mayor of Oland?", "Ada Lind", backend.FactApproved, nil)
	put("moved", "Who is mayor of Oland?", "Bo Falk", backend.FactProposed, func(f *backend.Fact) { f.Disputes = "held" })
	put("one", "How high is Mount Orrin?", "812 m", backend.FactProposed, nil)
	put("two", "how high is mount orrin", "815 m", backend.FactProposed, nil)
	put("same", "Who wrote The Grey Quay?", "E. Sund", backend.FactProposed, func(f *backend.Fact) { f.Aliases = []string{"Eva Sund"} })
	put("alias", "Who wrote The Grey Quay?", "Eva Sund", backend.FactProposed, nil)
	put("over", "Who leads the Tarn council?", "Ilse Roe", backend.FactApproved, func(f *backend.Fact) { f.ExpiresAt = &past })
	put("still", "Who leads the Fen council?", "Jon Ask", backend.FactApproved, func(f *backend.Fact) { f.ExpiresAt = &ahead })
	put("new", "Who leads the Dale council?", "Pia Moe", backend.FactApproved, nil)
	put("other", "Who leads the Dale council?", "Rolf Eng", backend.FactProposed, nil)
	put("gone", "How high is Mount Orrin?", "900 m", backend.FactRejected, nil)

	got := map[string]backend.Urgency{}
	beside := map[string][]string{}
	list, err := s.UrgentFacts(now, -1)
	require.NoError(t, err)
	for _, u := range list {
		got[u.Fact.ID] = u.Why
		for _, b := range u.Beside {
			beside[u.Fact.ID] = append(beside[u.Fact.ID], b.ID)
		}
	}
	require.Equal(t, map[string]backend.Urgency{
		"moved": backend.UrgentMoved, "one": backend.UrgentConflict, "two": backend.UrgentConflict, "other": backend.UrgentConflict, "over": backend.UrgentExpired,
	}, got)
	require.Equal(t, map[string][]string{"moved": {"held"}, "one": {"two"}, "two": {"one"}, "other": {"new"}}, beside)
	require.Equal(t, backend.UrgentMoved, list[0].Why)
	require.Equal(t, backend.UrgentExpired, list[len(list)-1].Why)

	t.Run("a limit holds for each kind", func(t *testing.T) {
		list, err := s.UrgentFacts(now, 1)
		require.NoError(t, err)
		require.Len(t, list, 3)
	})
	t.Run("what is decided stands there no more", func(t *testing.T) {
		_, _, err := s.ApproveFact("one", "person", now)
		require.NoError(t, err)
		_, err = s.ChangeFact("two", func(f *backend.Fact) error { return f.Decide(backend.FactRejected, "person", now) })
		require.NoError(t, err)
		list, err := s.UrgentFacts(now, -1)
		require.NoError(t, err)
		for _, u := range list {
			require.NotContains(t, []string{"one", "two"}, u.Fact.ID)
		}
	})
}

func TestUrgentFactsOfAnOlderFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "errata.db")
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s, err := bolt.Open(path, bolt.FirstLayout(bolt.Options{}))
	require.NoError(t, err)
	for i, answer := range []string{"812 m", "815 m"} {
		require.NoError(t, s.AddFact(backend.Fact{ID: answer, Question: "How high is Mount Orrin?", Answer: answer, CreatedAt: now.Add(time.Duration(i) * time.Second), Passages: []backend.Passage{}}))
	}
	require.NoError(t, s.Raw(func(tx *bbolt.Tx) error {
		return errors.Join(tx.DeleteBucket([]byte("fact_open")), tx.DeleteBucket([]byte("fact_disputing")), tx.DeleteBucket([]byte("fact_by_expiry")))
	}))
	require.NoError(t, s.Close())
	require.NoError(t, bolt.Check(path), "an earlier layout is no damage")
	s, err = bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	list, err := s.UrgentFacts(now, -1)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.NoError(t, s.Close())
	require.NoError(t, bolt.Check(path))
}

func TestDecideFactsTogether(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := bolttest.Open(t)
	for _, id := range []string{"a", "b", "c"} {
		require.NoError(t, s.AddFact(backend.Fact{ID: id, Question: "Who keeps the lamp " + id + "?", Answer: "Nils " + id, CreatedAt: now, Passages: []backend.Passage{}}))
	}
	_, err := s.ChangeFact("c", func(f *backend.Fact) error { return f.Decide(backend.FactRejected, "person", now) })
	require.NoError(t, err)
	decided, err := s.DecideFacts([]string{"a", "b", "c", "nobody"}, backend.FactApproved, "person", now)
	require.NoError(t, err)
	require.Len(t, decided, 2, "a decided one and an unknown one are left")
	counts, err := s.FactCounts()
	require.NoError(t, err)
	require.Equal(t, 2, counts[backend.FactApproved])
	require.Equal(t, 1, counts[backend.FactRejected])

	n, err := s.UndoFacts([]string{"a", "b"}, now)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	counts, err = s.FactCounts()
	require.NoError(t, err)
	require.Equal(t, 2, counts[backend.FactProposed])
	n, err = s.UndoFacts([]string{"a"}, now)
	require.NoError(t, err)
	require.Zero(t, n, "there is nothing more to take back")
}
