package bolt_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt/bolttest"
)

func fact(id, question, answer string, minute int) backend.Fact {
	return backend.Fact{ID: id, Question: question, Answer: answer, State: backend.FactProposed,
		Passages: []backend.Passage{}, CreatedAt: at(minute), UpdatedAt: at(minute)}
}

func TestFactLists(t *testing.T) {
	s := bolttest.Open(t)
	for _, f := range []backend.Fact{
		fact("f1", "Who is the prime minister of the UK?", "Keir Starmer", 1),
		fact("f2", "Which iPhone is the latest?", "iPhone 17", 2),
		fact("f3", "Who is the president of Peru?", "José Jerí", 3),
		fact("f4", "Who won the league in 2024?", "Manchester City", 4),
		fact("f5", "Who is the prime minister of Japan?", "Sanae Takaichi", 5),
	} {
		require.NoError(t, s.AddFact(f))
	}
	for _, id := range []string{"f1", "f4"} {
		_, _, err := s.ApproveFact(id, "person", at(10))
		require.NoError(t, err)
	}
	tests := []struct {
		name   string
		filter backend.FactFilter
		want   []string
	}{
		{"all, newest first", backend.FactFilter{}, []string{"f5", "f4", "f3", "f2", "f1"}},
		{"a state", backend.FactFilter{State: backend.FactProposed}, []string{"f5", "f3", "f2"}},
		{"a page of a state", backend.FactFilter{State: backend.FactProposed, Limit: 1, After: "f5"}, []string{"f3"}},
		{"after a fact that left the state", backend.FactFilter{State: backend.FactProposed, After: "f4"}, []string{"f3", "f2"}},
		{"two words", backend.FactFilter{Query: "minister PRIME"}, []string{"f5", "f1"}},
		{"last word as prefix", backend.FactFilter{Query: "who presi"}, []string{"f3"}},
		{"prefix of many words", backend.FactFilter{Query: "p"}, []string{"f5", "f3", "f1"}},
		{"only the last word is a prefix", backend.FactFilter{Query: "presi who"}, []string{}},
		{"accents", backend.FactFilter{Query: "jose"}, []string{"f3"}},
		{"in the answer", backend.FactFilter{Query: "starmer"}, []string{"f1"}},
		{"words in a state", backend.FactFilter{Query: "prime", State: backend.FactApproved}, []string{"f1"}},
		{"words, page", backend.FactFilter{Query: "who is", Limit: 1, After: "f5"}, []string{"f3"}},
		{"only marks and articles: no filter", backend.FactFilter{Query: " the ?", Limit: 1}, []string{"f5"}},
		{"unknown state", backend.FactFilter{State: "dreamt"}, []string{}},
		{"hostile query", backend.FactFilter{Query: "\x00\xff prime\x00"}, []string{"f5", "f1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.Facts(tt.filter)
			require.NoError(t, err)
			require.Equal(t, tt.want, ids(got))
		})
	}
	all, err := s.AllFacts(backend.FactApproved)
	require.NoError(t, err)
	require.Equal(t, []string{"f1", "f4"}, ids(all))
	counts, err := s.FactCounts()
	require.NoError(t, err)
	require.Equal(t, map[backend.FactState]int{"proposed": 3, "approved": 2, "rejected": 0, "superseded": 0, "expired": 0}, counts)
}

func TestApproveSupersedes(t *testing.T) {
	s := bolttest.Open(t)
	require.NoError(t, s.AddFact(fact("old", "Who is the PM of the UK?", "Sunak", 1)))
	require.NoError(t, s.AddFact(fact("new", "who is pm of uk", "Starmer", 2)))
	require.NoError(t, s.AddFact(fact("other", "Who is the PM of Japan?", "Takaichi", 3)))
	for _, id := range []string{"old", "other"} {
		_, gone, err := s.ApproveFact(id, "person", at(5))
		require.NoError(t, err)
		require.NotNil(t, gone)
		require.Empty(t, gone)
	}
	got, gone, err := s.ApproveFact("new", "person", at(6))
	require.NoError(t, err)
	require.Equal(t, backend.FactApproved, got.State)
	require.Equal(t, []string{"old"}, ids(gone))
	old, err := s.Fact("old")
	require.NoError(t, err)
	require.Equal(t, backend.FactSuperseded, old.State)
	require.Equal(t, gone[0], old)

	undo := func(f *backend.Fact) error { return f.Undo(at(7)) }
	_, err = s.ChangeFact("old", undo)
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "the newer one is still approved")
	_, err = s.ChangeFact("new", undo)
	require.NoError(t, err)
	old, err = s.ChangeFact("old", undo)
	require.NoError(t, err)
	require.Equal(t, backend.FactApproved, old.State)
}

func TestUndoRestoresWhatWasSuperseded(t *testing.T) {
	s := bolttest.Open(t)
	for i, id := range []string{"one", "two", "three"} {
		require.NoError(t, s.AddFact(fact(id, "Who is the PM of the UK?", id, i+1)))
		_, _, err := s.ApproveFact(id, "person", at(5+i))
		require.NoError(t, err)
	}
	state := func(id string) backend.FactState {
		f, err := s.Fact(id)
		require.NoError(t, err)
		return f.State
	}
	for i, step := range []struct{ undone, restored string }{{"three", "two"}, {"two", "one"}} {
		f, restored, err := s.UndoFact(step.undone, at(10+i))
		require.NoError(t, err)
		require.Equal(t, backend.FactProposed, f.State)
		require.Equal(t, []string{step.restored}, ids(restored))
		require.Equal(t, backend.FactApproved, state(step.restored))
	}
	_, _, err := s.UndoFact("three", at(20))
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "there is nothing left to take back")

	// An edited question no longer stands in the way of a third fact.
	_, _, err = s.ApproveFact("two", "person", at(21))
	require.NoError(t, err)
	_, err = s.ChangeFact("two", func(f *backend.Fact) error { f.Question = "Who is the PM of Japan?"; return nil })
	require.NoError(t, err)
	_, _, err = s.ApproveFact("three", "person", at(22))
	require.NoError(t, err)
	_, restored, err := s.UndoFact("two", at(23))
	require.NoError(t, err)
	require.Empty(t, restored)
	require.Equal(t, backend.FactSuperseded, state("one"))
}

func TestUndoFindsWhatAnEditedFactSuperseded(t *testing.T) {
	s := bolttest.Open(t)
	for i, id := range []string{"old", "new"} {
		require.NoError(t, s.AddFact(fact(id, "Who is the PM of the UK?", id, i)))
		_, _, err := s.ApproveFact(id, "person", at(5+i))
		require.NoError(t, err)
	}
	_, err := s.ChangeFact("new", func(f *backend.Fact) error {
		f.Question, f.UpdatedAt = "Who is the PM of Japan?", at(8)
		return nil
	})
	require.NoError(t, err)
	_, restored, err := s.UndoFact("new", at(9))
	require.NoError(t, err)
	require.Equal(t, []string{"old"}, ids(restored), "it was of the question before the edit")
}

func TestFactOfVerdict(t *testing.T) {
	s := bolttest.Open(t)
	f := fact("f", "Who is the PM of the UK?", "Starmer", 1)
	f.VerdictID = "v"
	require.NoError(t, s.AddFact(f))
	got, found, err := s.FactOfVerdict("v")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "f", got.ID)
	_, found, err = s.FactOfVerdict("none")
	require.NoError(t, err)
	require.False(t, found)
}

func TestRefusedFacts(t *testing.T) {
	s := bolttest.Open(t)
	require.NoError(t, s.AddFact(fact("f1", "Who?", "She", 1)))
	_, _, err := s.ApproveFact("f1", "person", at(1))
	require.NoError(t, err)
	approved := fact("f2", "WHO?!", "He", 2)
	approved.State = backend.FactApproved
	odd := fact("f2", "What?", "That", 2)
	odd.State = "odd"
	tooLate := fact("f2", "When?", "Then", 2)
	tooLate.CreatedAt = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name     string
		do       func() error
		wantCode backend.Code
	}{
		{"empty", func() error { return s.AddFact(backend.Fact{ID: "f2"}) }, backend.CodeInvalid},
		{"huge", func() error { return s.AddFact(fact("f2", strings.Repeat("q", 5000), "a", 1)) }, backend.CodeInvalid},
		{"twice", func() error { return s.AddFact(fact("f1", "Why?", "So", 1)) }, backend.CodeConflict},
		{"second approved one", func() error { return s.AddFact(approved) }, backend.CodeConflict},
		{"unknown state", func() error { return s.AddFact(odd) }, backend.CodeInvalid},
		{"a time that JSON cannot hold", func() error { return s.AddFact(tooLate) }, backend.CodeInvalid},
		{"approve twice", func() error { _, _, err := s.ApproveFact("f1", "p", at(2)); return err }, backend.CodeConflict},
		{"approve nothing", func() error { _, _, err := s.ApproveFact("x", "p", at(2)); return err }, backend.CodeNotFound},
		{"change to nothing", func() error {
			_, err := s.ChangeFact("f1", func(f *backend.Fact) error { f.Answer = ""; return nil })
			return err
		}, backend.CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.wantCode, backend.CodeOf(tt.do()))
			list, err := s.Facts(backend.FactFilter{})
			require.NoError(t, err)
			require.Equal(t, []string{"f1"}, ids(list))
			require.Equal(t, "She", list[0].Answer)
		})
	}
}

// TestSearchAgainstScan compares the word index with a plain scan.
func TestSearchAgainstScan(t *testing.T) {
	s := bolttest.Open(t)
	stock := strings.Fields("alpha alps beta bet gamma gas delta deal omega one")
	var all []backend.Fact
	for n := range 60 {
		f := fact(fmt.Sprintf("f%02d", n), fmt.Sprintf("%s %s", stock[n%10], stock[(n/3)%10]), stock[(n*7)%10], n/4)
		require.NoError(t, s.AddFact(f))
		all = append(all, f)
	}
	for _, query := range []string{"al", "alpha be", "bet al", "o", "gamma delta de", "one omega g", "x", "deal deal"} {
		var want []string
		for n := len(all) - 1; n >= 0; n-- {
			if scanned(all[n], query) {
				want = append(want, all[n].ID)
			}
		}
		var got []string
		filter := backend.FactFilter{Query: query, Limit: 3}
		for {
			list, err := s.Facts(filter)
			require.NoError(t, err)
			got = append(got, ids(list)...)
			if len(list) < 3 {
				break
			}
			filter.After = list[2].ID
		}
		require.Equal(t, want, got, query)
	}
}

// Every part of every list, by place, against the whole list.
func TestFactPartIsThatOfTheWholeList(t *testing.T) {
	s := bolttest.Open(t)
	states := []backend.FactState{backend.FactProposed, backend.FactApproved, backend.FactRejected}
	for n := range 70 {
		f := fact(fmt.Sprintf("f%02d", n), fmt.Sprintf("Who keeps quay %d of harbour %d?", n, n%4), []string{"Ada", "Adele", "Bo"}[n%3], n/2)
		f.State = states[n*n%5%3]
		require.NoError(t, s.AddFact(f))
	}
	for _, r := range []backend.FactRange{
		{}, {State: backend.FactProposed}, {State: backend.FactRejected}, {State: "dreamt"}, {Query: "the ?"},
		{Query: "ad"}, {Query: "harbour 2"}, {Query: "quay ad", State: backend.FactApproved}, {Query: "nobody"},
		{Without: []string{"f69", "f68", "f33", "f00", "gone"}}, {State: backend.FactProposed, Without: []string{"f69", "f35", "f01", "f00"}}, {Query: "ad", Without: []string{"f60", "f61"}},
	} {
		list, err := s.Facts(backend.FactFilter{State: r.State, Query: r.Query, Limit: 100})
		require.NoError(t, err)
		want := slices.DeleteFunc(ids(list), func(id string) bool { return slices.Contains(r.Without, id) })
		for _, limit := range []int{1, 7, 100} {
			r.Limit = limit
			for r.From = 0; r.From <= len(want)+1; r.From++ {
				part, err := s.FactPart(r)
				require.NoError(t, err)
				require.Equal(t, len(want), part.Total, "%+v", r)
				from := min(r.From, len(want))
				require.Equal(t, want[from:min(from+limit, len(want))], ids(part.Facts), "%+v", r)
			}
		}
	}
}

func scanned(f backend.Fact, query string) bool {
	text := " " + backend.Normal(f.Question+" "+f.Answer) + " "
	words := strings.Fields(backend.Normal(query))
	for i, w := range words {
		if i < len(words)-1 {
			w += " "
		}
		if !strings.Contains(text, " "+w) {
			return false
		}
	}
	return true
}

func TestNilSlicesComeBackEmpty(t *testing.T) {
	s := bolttest.Open(t)
	require.NoError(t, s.AddFact(backend.Fact{ID: "f", Question: "Who?", Answer: "She"}))
	f, err := s.Fact("f")
	require.NoError(t, err)
	require.NotNil(t, f.Passages)
	require.Equal(t, backend.FactProposed, f.State)
	require.NoError(t, s.AddVerdict(backend.Verdict{ID: "v", Clusters: []backend.Cluster{{}}}))
	v, err := s.Verdict("v")
	require.NoError(t, err)
	require.NotNil(t, v.Passages)
	require.NotNil(t, v.Clusters[0].Domains)
	d, err := s.AddDataset(backend.Dataset{ID: "d"}, backend.DatasetContent{})
	require.NoError(t, err)
	require.NotNil(t, d.FactIDs)
	require.NotNil(t, d.Counts)
	c, err := s.DatasetContent("d")
	require.NoError(t, err)
	require.NotNil(t, c.Rows)
	anchors, err := s.Anchors()
	require.NoError(t, err)
	require.NotNil(t, anchors)
}

func TestARuleApprovesOnlyWhatNoPersonTouched(t *testing.T) {
	s := bolttest.Open(t)
	rule := backend.Rule{Name: backend.RuleTwoSources, Confidence: 0.95, Domains: []string{"a.com", "b.com"}, WaitHours: 24}
	require.NoError(t, s.AddFact(fact("old", "Who is the PM of the UK?", "Sunak", 1)))
	require.NoError(t, s.AddFact(fact("new", "who is pm of uk", "Starmer", 2)))
	for n, id := range []string{"old", "new"} {
		f, _, err := s.ApproveFactByRule(id, rule, at(5+n))
		require.NoError(t, err)
		require.Equal(t, backend.ByRule, f.DecidedBy)
	}
	stored, err := s.Fact("new")
	require.NoError(t, err)
	require.Equal(t, rule, *stored.Rule)
	require.True(t, at(6).Equal(*stored.DecidedAt))
	_, _, err = s.ApproveFactByRule("new", rule, at(7))
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "it is approved already")

	_, restored, err := s.UndoFact("new", at(8))
	require.NoError(t, err)
	require.Equal(t, []string{"old"}, ids(restored))
	require.Equal(t, rule, *restored[0].Rule, "who approved it stays known")
	_, _, err = s.ApproveFactByRule("new", rule, at(9))
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "a person took it back")
	f, _, err := s.ApproveFact("new", "person", at(10))
	require.NoError(t, err)
	require.Nil(t, f.Rule)
	require.Equal(t, "person", f.DecidedBy)
}

func TestRatingOfAVerdict(t *testing.T) {
	s := bolttest.Open(t)
	require.NoError(t, s.AddVerdict(backend.Verdict{ID: "v", CreatedAt: at(1)}))
	_, found, err := s.Rating("v")
	require.NoError(t, err)
	require.False(t, found)
	require.NoError(t, s.PutRating(backend.Rating{VerdictID: "v", Note: "no", CreatedAt: at(2)}))
	r, found, err := s.Rating("v")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "no", r.Note)
}
