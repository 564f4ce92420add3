package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt"
)

// filled makes a store with n facts, half of them approved, in few transactions.
func filled(b *testing.B, n int) *bolt.Store {
	b.Helper()
	s, err := bolt.Open(filepath.Join(b.TempDir(), "errata.db"), bolt.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	list := make([]backend.Fact, n)
	for i := range list {
		list[i] = fact(fmt.Sprintf("f%07d", i), fmt.Sprintf("Who holds office number %d of town %d?", i, i%997), fmt.Sprintf("Person %d", i%7919), i)
		if i%2 == 0 {
			list[i].State = backend.FactApproved
		}
	}
	require.NoError(b, s.AddFacts(list))
	return s
}

func BenchmarkPage(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		s := filled(b, n)
		var middle string
		list, err := s.Facts(backend.FactFilter{State: backend.FactProposed, Limit: 500})
		require.NoError(b, err)
		middle = list[len(list)-60].ID
		for name, filter := range map[string]backend.FactFilter{
			"all": {}, "state": {State: backend.FactProposed}, "after": {State: backend.FactProposed, After: middle},
			"word": {Query: "office"}, "two-words": {Query: "office 17"}, "prefix": {Query: "p"}, "rare": {Query: "who town 996"},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					_, err := s.Facts(filter)
					require.NoError(b, err)
				}
			})
		}
	}
}

// BenchmarkPart reads twenty facts at several places: a list is to cost the same
// everywhere, and its middle is the place that takes the longest walk.
func BenchmarkPart(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		s := filled(b, n)
		for name, r := range map[string]backend.FactRange{
			"top": {}, "middle": {From: n / 2}, "end": {From: n - 20}, "state-middle": {State: backend.FactProposed, From: n / 4},
			"without":   {From: n / 2, Without: []string{fmt.Sprintf("f%07d", n-1), fmt.Sprintf("f%07d", n-2)}},
			"words-top": {Query: "who holds"}, "words-middle": {Query: "who holds", From: n / 2}, "prefix-middle": {Query: "p", From: n / 2},
			"words-state": {Query: "who holds", State: backend.FactProposed, From: n / 4}, "rare": {Query: "who town 996"},
		} {
			r.Limit = 20
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					_, err := s.FactPart(r)
					require.NoError(b, err)
				}
			})
		}
	}
}

func BenchmarkApprove(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := filled(b, n)
			var took []time.Duration
			i := 0
			for b.Loop() {
				id := fmt.Sprintf("new%07d", i)
				b.StopTimer()
				require.NoError(b, s.AddFact(fact(id, fmt.Sprintf("Who holds office number %d of town %d?", i*2, i*2%997), "Another", i)))
				b.StartTimer()
				start := time.Now()
				_, _, err := s.ApproveFact(id, "person", at(i))
				took = append(took, time.Since(start))
				require.NoError(b, err)
				i++
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkUndo takes a step of 200 approvals back in a store of superseded facts.
func BenchmarkUndo(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := filled(b, 0)
			list := make([]backend.Fact, n)
			for i := range list {
				list[i] = fact(fmt.Sprintf("f%07d", i), fmt.Sprintf("Who holds office number %d?", i), "Somebody", i)
				list[i].State, list[i].Superseder = backend.FactSuperseded, "another"
			}
			require.NoError(b, s.AddFacts(list))
			round := 0
			for b.Loop() {
				b.StopTimer()
				var undo []string
				for i := range 200 {
					id := fmt.Sprintf("new%d-%d", round, i)
					undo = append(undo, id)
					f := fact(id, fmt.Sprintf("Who holds office number %d?", i), "Another", i)
					require.NoError(b, f.Decide(backend.FactApproved, "person", at(i)))
					require.NoError(b, s.AddFacts([]backend.Fact{f}))
				}
				round++
				b.StartTimer()
				undone, err := s.UndoFacts(undo, at(round))
				require.NoError(b, err)
				require.Equal(b, 200, undone)
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	s := filled(b, 100_000)
	file, err := s.Backup(b.TempDir(), day)
	require.NoError(b, err)
	for b.Loop() {
		require.NoError(b, bolt.Check(file))
	}
	info, err := os.Stat(file)
	require.NoError(b, err)
	b.ReportMetric(float64(info.Size()>>20), "MiB")
}
