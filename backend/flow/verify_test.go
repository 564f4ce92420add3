package flow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

// wrong stores n verdicts that say an answer was wrong.
func (w *world) wrong(t *testing.T, n int) {
	t.Helper()
	for range n {
		require.NoError(t, w.store.AddVerdict(backend.Verdict{ID: w.NewID(), Kind: backend.Contradicted, CreatedAt: w.Now()}))
	}
}

// due makes a training due and gives an answer to check.
func (w *world) due(t *testing.T, training string) (answer string) {
	t.Helper()
	settings, err := w.store.Settings()
	require.NoError(t, err)
	settings.Training = training
	require.NoError(t, w.store.PutSettings(settings))
	_, err = w.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"}, true, "person")
	require.NoError(t, err)
	asked, err := w.Ask(t.Context(), flow.AskInput{Text: "Who is the judge of Larkstead?"}, nil)
	require.NoError(t, err)
	w.wrong(t, backend.CycleLength)
	return asked.Answer.ID
}

func (w *world) heard(topic string) int {
	n := 0
	for _, e := range w.events() {
		if e == topic {
			n++
		}
	}
	return n
}

func TestTrainingIsProposedOnceForTheSameAnswers(t *testing.T) {
	w := newWorld(t)
	answer := w.due(t, "propose")
	for range 3 {
		_, err := w.Verify(t.Context(), answer)
		require.NoError(t, err)
	}
	require.Equal(t, 1, w.heard("training.proposed"))
	w.wrong(t, backend.CycleLength)
	_, err := w.Verify(t.Context(), answer)
	require.NoError(t, err)
	require.Equal(t, 2, w.heard("training.proposed"), "ten more are another reason")
}

func TestTrainingStartsBehindTheCheck(t *testing.T) {
	w := newWorld(t)
	answer := w.due(t, "start")
	hold := make(chan struct{})
	w.trainer.ready = func() error { <-hold; return nil }
	_, err := w.Verify(t.Context(), answer)
	require.NoError(t, err, "the check does not wait for the training")
	close(hold)
	_, _ = w.WaitRun(t.Context(), "")
	runs, err := w.store.Runs()
	require.NoError(t, err)
	require.Len(t, runs, 1)
	cycle, err := w.Cycle()
	require.NoError(t, err)
	require.Zero(t, cycle.Checked, "the answers that led to a training are counted no more")
	_, err = w.Verify(t.Context(), answer)
	require.NoError(t, err)
	_, _ = w.WaitRun(t.Context(), "")
	runs, err = w.store.Runs()
	require.NoError(t, err)
	require.Len(t, runs, 1)
}

func TestTrainingThatCannotStartDoesNotFailTheCheck(t *testing.T) {
	w := newWorld(t)
	answer := w.due(t, "start")
	tries := 0
	w.trainer.ready = func() error { tries++; return errors.New("no Python") }
	for i := range 2 {
		_, err := w.Verify(t.Context(), answer)
		require.NoError(t, err, fmt.Sprint(i))
		_, _ = w.WaitRun(t.Context(), "")
	}
	require.Equal(t, 1, tries, "the same ten answers are acted on once")
}

func TestACheckOfMemorySaysSoFirst(t *testing.T) {
	w := newWorld(t)
	fact, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch", Aliases: []string{"A. Birch"}}, true, "person")
	require.NoError(t, err)
	tests := []struct {
		name, question, says string
		said                 bool
		want                 string
	}{
		{"the fact", "Tell me, who is the mayor of Larkstead?", "It is Ada Birch.", true, "An approved fact gave this answer. "},
		{"the fact in another way", "Who is the mayor of Larkstead?", "Mayor A. Birch.", true, "An approved fact gave this answer. "},
		{"something else", "Who is the mayor of Larkstead?", "It is Tom Reed.", false, "An approved fact was given to the model for this answer. "},
		{"no fact", "Who is the judge of Larkstead?", "It is Ada Birch.", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.engine.say = func(string, []backend.Message) string { return tt.says }
			asked, err := w.Ask(t.Context(), flow.AskInput{Text: tt.question}, nil)
			require.NoError(t, err)
			v, err := w.Verify(t.Context(), asked.Answer.ID)
			require.NoError(t, err)
			require.Equal(t, backend.NotEnoughEvidence, v.Kind, "the fact is no evidence for itself")
			require.Regexp(t, "^"+tt.want+"[A-Z]", v.Sentence)
			if tt.want == "" {
				require.Empty(t, asked.Memory)
				return
			}
			require.Len(t, asked.Memory, 1)
			require.Equal(t, fact.ID, asked.Memory[0].Fact.ID)
			require.Equal(t, tt.said, asked.Memory[0].Said)
		})
	}
}

// unreadableFacts is a store whose facts are damaged.
type unreadableFacts struct{ flow.Store }

func (unreadableFacts) Fact(string) (backend.Fact, error) {
	return backend.Fact{}, backend.Errorf(backend.CodeInternal, "fact", "This record is damaged.")
}

func TestACheckStandsWithoutTheFactOfItsAnswer(t *testing.T) {
	w := newWorld(t)
	_, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"}, true, "person")
	require.NoError(t, err)
	asked, err := w.Ask(t.Context(), flow.AskInput{Text: "Who is the mayor of Larkstead?"}, nil)
	require.NoError(t, err)
	require.NotEmpty(t, asked.Answer.MemoryFactIDs)
	w.Store = unreadableFacts{w.Store}
	v, err := w.Verify(t.Context(), asked.Answer.ID)
	require.NoError(t, err)
	require.Equal(t, backend.NotEnoughEvidence, v.Kind)
	require.NotContains(t, v.Sentence, "approved fact")
}

func TestStoppedCheckLeavesTheVerdictBeforeIt(t *testing.T) {
	w := newWorld(t)
	asked, err := w.Ask(t.Context(), flow.AskInput{Text: "Who is the judge of Larkstead?"}, nil)
	require.NoError(t, err)
	first, err := w.Verify(t.Context(), asked.Answer.ID)
	require.NoError(t, err)
	require.Equal(t, "qwen-test", first.Judge)
	require.Equal(t, "qwen", first.JudgeTitle, "as people call it")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = w.Verify(ctx, asked.Answer.ID)
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
	recent, err := w.store.RecentVerdicts(10)
	require.NoError(t, err)
	require.Len(t, recent, 1)
	require.Equal(t, first.ID, recent[0].ID)
}
