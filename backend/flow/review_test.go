package flow_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestTeachingAVerdictTwiceGivesOneFact(t *testing.T) {
	w := newWorld(t)
	v := backend.Verdict{ID: "v", Question: "Who is the mayor of Larkstead?", Kind: backend.Contradicted, RivalValue: "Ada Birch", Claim: backend.Claim{Short: "Tom Reed"}, CreatedAt: w.Now()}
	require.NoError(t, w.store.AddVerdict(v))
	first, err := w.Teach("v", backend.FactUpdate{}, false, "person")
	require.NoError(t, err)
	answer := "Ada B. Birch"
	second, err := w.Teach("v", backend.FactUpdate{Answer: &answer}, true, "person")
	require.NoError(t, err)
	require.Equal(t, first.ID, second.ID)
	require.Equal(t, backend.FactApproved, second.State)
	require.Equal(t, answer, second.Answer, "the edit counts until the fact is decided on")
	other := "Rose Hill"
	third, err := w.Teach("v", backend.FactUpdate{Answer: &other}, true, "person")
	require.NoError(t, err)
	require.Equal(t, second, third, "it is taught already")
	_, err = w.Undo(first.ID)
	require.NoError(t, err)
	_, err = w.Reject(first.ID, "person")
	require.NoError(t, err)
	again, err := w.Teach("v", backend.FactUpdate{}, true, "person")
	require.NoError(t, err)
	require.Equal(t, backend.FactApproved, again.State, "who teaches it takes the rejection back")
	facts, err := w.store.AllFacts("")
	require.NoError(t, err)
	require.Len(t, facts, 1)
}

func TestASecondVerdictTeachesTheFactOfTheFirst(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"v1", "v2", "v3"} {
		require.NoError(t, w.store.AddVerdict(backend.Verdict{
			ID: id, Question: "Who is the mayor of Larkstead?", Kind: backend.Contradicted, RivalValue: "Ada Birch", Claim: backend.Claim{Short: "Tom Reed"}, CreatedAt: w.Now(),
		}))
	}
	first, err := w.Teach("v1", backend.FactUpdate{}, false, "person")
	require.NoError(t, err)
	second, err := w.Teach("v2", backend.FactUpdate{}, true, "person")
	require.NoError(t, err)
	require.Equal(t, first.ID, second.ID)
	require.Equal(t, backend.FactApproved, second.State)
	third, err := w.Teach("v3", backend.FactUpdate{}, true, "person")
	require.NoError(t, err)
	require.Equal(t, second, third, "what is taught keeps its id")
	other := "Rose Hill"
	fourth, err := w.Teach("v3", backend.FactUpdate{Answer: &other}, false, "person")
	require.NoError(t, err)
	require.NotEqual(t, first.ID, fourth.ID, "another answer is another fact")
}

func TestAFactPastItsExpiryIsTaughtAgain(t *testing.T) {
	w := newWorld(t)
	mayor := backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"}
	expired := w.Now().Add(-time.Hour)
	old := mayor
	old.ExpiresAt = &expired
	old, err := w.AddFact(old, true, "person")
	require.NoError(t, err)
	fresh, err := w.AddFact(mayor, true, "person")
	require.NoError(t, err)
	require.NotEqual(t, old.ID, fresh.ID)
	require.Equal(t, backend.FactApproved, fresh.State)
}

func TestADoubleClickAddsOneFact(t *testing.T) {
	w := newWorld(t)
	var clicks sync.WaitGroup
	for range 8 {
		clicks.Go(func() {
			_, _ = w.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"}, true, "person")
		})
	}
	clicks.Wait()
	facts, err := w.store.AllFacts("")
	require.NoError(t, err)
	require.Len(t, facts, 1)
}

func TestANegativeIsAnotherFactThanItsPositive(t *testing.T) {
	w := newWorld(t)
	for _, answer := range []string{"5 °C", "-5 °C"} {
		f, err := w.AddFact(backend.Fact{Question: "How cold is it in Larkstead in March?", Answer: answer}, true, "person")
		require.NoError(t, err)
		require.Equal(t, backend.FactApproved, f.State)
	}
}

func TestUndoBringsTheFactBefore(t *testing.T) {
	w := newWorld(t)
	old, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Tom Reed"}, true, "person")
	require.NoError(t, err)
	fresh, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"}, true, "person")
	require.NoError(t, err)
	_, err = w.Undo(fresh.ID)
	require.NoError(t, err)
	old, err = w.store.Fact(old.ID)
	require.NoError(t, err)
	require.Equal(t, backend.FactApproved, old.State)
}

func TestAFactThatIsThereIsNotAddedAgain(t *testing.T) {
	w := newWorld(t)
	mayor := backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"}
	add := func(f backend.Fact) error { _, err := w.AddFact(f, false, "person"); return err }
	first, err := w.AddFact(mayor, false, "person")
	require.NoError(t, err)
	again := backend.Fact{Question: "who is the mayor of Larkstead", Answer: "ada birch"}
	require.ErrorContains(t, add(again), "waits in Review already")
	_, err = w.Approve(first.ID, "person")
	require.NoError(t, err)
	err = add(again)
	require.ErrorContains(t, err, "is approved already")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	_, err = w.Reject(first.ID, "person")
	require.NoError(t, err)
	require.NoError(t, add(mayor), "who adds what was rejected changed their mind")
	require.NoError(t, add(backend.Fact{Question: mayor.Question, Answer: "Rose Hill"}), "another answer is another fact")
	facts, err := w.store.AllFacts("")
	require.NoError(t, err)
	require.Len(t, facts, 3)
}
