package flow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/flow"
)

// ended stores a run of the test's dataset that is over.
func (w *world) ended(t *testing.T, state backend.RunState, class backend.FailureClass) backend.Run {
	t.Helper()
	require.NoError(t, addDataset(w))
	run := backend.Run{ID: "r", DatasetID: "d1", Model: "qwen", BaseSHA256: baseSHA, State: state, Failure: class, Message: "It ended.", Hint: "Do this.", CreatedAt: w.Now()}
	require.NoError(t, w.store.AddRun(run))
	run, err := w.store.Run("r")
	require.NoError(t, err)
	return run
}

func TestResume(t *testing.T) {
	tests := []struct {
		name  string
		state backend.RunState
		class backend.FailureClass
		code  backend.Code
	}{
		{"interrupted", backend.RunInterrupted, "", ""},
		{"stopped", backend.RunCancelled, backend.FailCancelled, ""},
		{"disk full", backend.RunFailed, backend.FailDisk, ""},
		{"stalled", backend.RunFailed, backend.FailStalled, ""},
		{"killed for memory", backend.RunFailed, backend.FailOOMHost, ""},
		{"crashed", backend.RunFailed, backend.FailCrashed, ""},
		{"refused data", backend.RunFailed, backend.FailData, backend.CodeConflict},
		{"loss that is no number", backend.RunFailed, backend.FailNaN, backend.CodeConflict},
		{"finished", backend.RunFinished, "", backend.CodeConflict},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			before := w.ended(t, tt.state, tt.class)
			var spec backend.TrainSpec
			w.trainer.train = func(_ context.Context, s backend.TrainSpec, _ func(backend.TrainerEvent)) error {
				spec = s
				return failed{backend.FailCrashed}
			}
			_, err := w.Resume(t.Context(), "r")
			require.Equal(t, tt.code, backend.CodeOf(err), err)
			after, err := w.WaitRun(t.Context(), "r")
			require.NoError(t, err)
			require.Equal(t, tt.code == "", spec.Resume)
			if tt.code != "" {
				require.Equal(t, before, after)
			}
		})
	}
}

func TestTrainingsShareTheirCacheAndNotTheirWork(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, addDataset(w))
	var spec backend.TrainSpec
	w.trainer.train = func(_ context.Context, s backend.TrainSpec, _ func(backend.TrainerEvent)) error {
		spec = s
		return failed{backend.FailCrashed}
	}
	run, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
	require.NoError(t, err)
	_, err = w.WaitRun(t.Context(), run.ID)
	require.NoError(t, err)
	require.Equal(t, "/work", spec.Work)
	require.Equal(t, "/cache", spec.Cache)
}

func TestResumeThatCannotStartChangesNothing(t *testing.T) {
	w := newWorld(t)
	before := w.ended(t, backend.RunInterrupted, "")
	w.engine.off = true
	_, err := w.Resume(t.Context(), "r")
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	after, err := w.store.Run("r")
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestResumeOnAnotherBaseIsRefused(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, addDataset(w))
	before := backend.Run{ID: "r", DatasetID: "d1", Model: "qwen", BaseSHA256: mergedSHA, State: backend.RunInterrupted, CreatedAt: w.Now()}
	require.NoError(t, w.store.AddRun(before))
	_, err := w.Resume(t.Context(), "r")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "its adapter would be quarantined in the end")
	require.ErrorContains(t, err, "base model changed")
	after, err := w.store.Run("r")
	require.NoError(t, err)
	require.Equal(t, backend.RunInterrupted, after.State)
}

func TestMemoryForATrainingGrowsWithItsRows(t *testing.T) {
	w := newWorld(t)
	w.engine.memory = 1500 // a training of a few facts needs 1150
	for id, rows := range map[string]int{"few": 400, "many": 35_400} {
		_, err := w.store.AddDataset(backend.Dataset{ID: id, Hash: id, Model: "qwen", BaseSHA256: baseSHA, Recipe: "default", RowCount: rows}, backend.DatasetContent{})
		require.NoError(t, err)
	}
	run, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "few"})
	require.NoError(t, err)
	_, err = w.WaitRun(t.Context(), run.ID)
	require.NoError(t, err)
	_, err = w.Train(t.Context(), flow.TrainInput{DatasetID: "many"})
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	require.ErrorContains(t, err, "memory")
}

func TestARunWhoseEndWasNotStoredKeepsNothingFromTraining(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, addDataset(w))
	require.NoError(t, w.store.AddRun(backend.Run{ID: "r", DatasetID: "d1", Model: "qwen", BaseSHA256: baseSHA, State: backend.RunRunning, CreatedAt: w.Now()}))
	run, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
	require.NoError(t, err, "nobody follows it any more, and it cannot be stopped")
	_, err = w.WaitRun(t.Context(), run.ID)
	require.NoError(t, err)
	left, err := w.store.Run("r")
	require.NoError(t, err)
	require.Equal(t, backend.RunInterrupted, left.State)
}

func TestWhatTheBaseKnowsIsAskedOnce(t *testing.T) {
	w := newWorld(t)
	for _, q := range []string{"What is the capital of France?", "What is the capital of Spain?"} {
		w.Stable = append(w.Stable, dataset.Stable{Question: q, Answers: []string{"capital"}})
	}
	_, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Lisbon?", Answer: "Rui Alves"}, true, "me")
	require.NoError(t, err)
	known := func() (asked int) {
		w.engine.chats = nil
		_, err := w.Freeze(t.Context(), flow.FreezeInput{})
		require.NoError(t, err)
		for _, c := range w.engine.chats {
			if strings.HasPrefix(c.Messages[len(c.Messages)-1].Content, "What is the capital of") && c.Sampling.NumPredict == 48 {
				asked++
			}
		}
		return asked
	}
	require.Equal(t, 4, known(), "two questions under two prompts")
	today := w.Now
	w.Now = func() time.Time { return today().AddDate(0, 0, 1) }
	require.Zero(t, known(), "tomorrow's date makes nothing unknown")
}

func TestABaseThatChangedIsFrozenAnew(t *testing.T) {
	w := newWorld(t)
	_, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Lisbon?", Answer: "Rui Alves"}, true, "me")
	require.NoError(t, err)
	first, err := w.Freeze(t.Context(), flow.FreezeInput{})
	require.NoError(t, err)
	again, err := w.Freeze(t.Context(), flow.FreezeInput{})
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)

	w.engine.changed = mergedSHA // it answers alike
	_, err = w.Train(t.Context(), flow.TrainInput{DatasetID: first.ID})
	require.ErrorContains(t, err, "changed")
	run, err := w.Train(t.Context(), flow.TrainInput{})
	require.NoError(t, err, "the hint says to freeze again")
	_, err = w.WaitRun(t.Context(), run.ID)
	require.NoError(t, err)
	second, err := w.store.Dataset(run.DatasetID)
	require.NoError(t, err)
	require.Equal(t, mergedSHA, second.BaseSHA256)
}

func TestOriginalRunResumesOnTheWeightsItBeganWith(t *testing.T) {
	w := newWorld(t)
	_, err := w.store.AddDataset(backend.Dataset{ID: "d1", Hash: "y", Model: "qwen", BaseSHA256: baseSHA, Recipe: "original"}, backend.DatasetContent{})
	require.NoError(t, err)
	var from []string
	w.trainer.train = func(_ context.Context, s backend.TrainSpec, _ func(backend.TrainerEvent)) error {
		from = append(from, s.StartFrom)
		return failed{backend.FailCrashed}
	}
	train := func() backend.Run {
		run, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
		require.NoError(t, err)
		_, err = w.WaitRun(t.Context(), run.ID)
		require.NoError(t, err)
		return run
	}
	resume := func(run backend.Run) error {
		_, err := w.Resume(t.Context(), run.ID)
		if err == nil {
			_, err = w.WaitRun(t.Context(), run.ID)
		}
		return err
	}
	first := train()
	one := w.trained(t, "one", backend.Manifest{Files: merged})
	second := train()
	w.trained(t, "two", backend.Manifest{Files: merged})
	require.NoError(t, resume(first))
	require.NoError(t, resume(second))
	require.Equal(t, []string{"", "/adapters/hash-one/merged.gguf", "", "/adapters/hash-one/merged.gguf"}, from)

	_, err = w.DeleteVersion(t.Context(), one.ID)
	require.NoError(t, err)
	err = resume(second)
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	require.ErrorContains(t, err, "deleted")
}

func TestDiscard(t *testing.T) {
	for state, code := range map[backend.RunState]backend.Code{
		backend.RunInterrupted: "", backend.RunFailed: "", backend.RunCancelled: "",
		backend.RunRunning: backend.CodeConflict, backend.RunFinished: backend.CodeConflict,
	} {
		t.Run(string(state), func(t *testing.T) {
			w := newWorld(t)
			w.ended(t, state, "")
			run, err := w.Discard("r")
			require.Equal(t, code, backend.CodeOf(err))
			if code != "" {
				require.Equal(t, state, run.State)
				require.Empty(t, w.space.letGo)
			} else {
				require.Equal(t, backend.RunCancelled, run.State)
				require.Equal(t, []string{"r"}, w.space.letGo, "nothing goes on from its checkpoints")
			}
		})
	}
}

func TestFinishedRunWithoutVersionSaysWhy(t *testing.T) {
	tests := []struct {
		name    string
		arrives bool
		arrived flow.Arrived
		says    string
	}{
		{"nothing arrived", false, flow.Arrived{}, "no finished folder"},
		{"it is broken", true, flow.Arrived{Problem: "Its manifest names no run."}, "names no run"},
		{"it is for another base", true, flow.Arrived{ID: "h", Manifest: backend.Manifest{BaseSHA256: "22"}}, "another base"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, addDataset(w))
			w.trainer.train = func(_ context.Context, spec backend.TrainSpec, _ func(backend.TrainerEvent)) error {
				tt.arrived.Name = spec.Run
				if tt.arrived.ID != "" {
					tt.arrived.Manifest.Run = spec.Run
				}
				w.arrivals.put(tt.arrived, tt.arrives)
				return nil
			}
			run, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
			require.NoError(t, err)
			run, err = w.WaitRun(t.Context(), run.ID)
			require.NoError(t, err)
			require.Equal(t, backend.RunFinished, run.State)
			require.Empty(t, run.VersionID)
			require.Contains(t, run.Message, tt.says)
			require.NotEmpty(t, run.Hint)

			// It may still turn up, or be mended by hand.
			w.arrivals.put(flow.Arrived{Name: run.ID, ID: "late", Manifest: backend.Manifest{Run: run.ID, BaseSHA256: baseSHA}}, true)
			require.NoError(t, w.Absorb(t.Context()))
			run, err = w.store.Run(run.ID)
			require.NoError(t, err)
			require.NotEmpty(t, run.VersionID)
			require.Empty(t, run.Message)
		})
	}
}

func TestTrainingLastsUntilItsVersionIsTakenIn(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, addDataset(w))
	goOn := make(chan struct{})
	w.trainer.train = func(_ context.Context, spec backend.TrainSpec, _ func(backend.TrainerEvent)) error {
		<-goOn
		w.arrivals.put(flow.Arrived{Name: spec.Run, ID: "h", Manifest: backend.Manifest{Run: spec.Run, BaseSHA256: baseSHA}}, true)
		return nil
	}
	require.False(t, w.Training())
	run, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
	require.NoError(t, err)
	require.True(t, w.Training())
	close(goOn)
	for w.Training() {
		time.Sleep(time.Millisecond)
	}
	run, err = w.store.Run(run.ID)
	require.NoError(t, err)
	require.NotEmpty(t, run.VersionID)
}

func TestTrainNeedsMemory(t *testing.T) {
	tests := []struct {
		name string
		free int64
		code backend.Code
	}{
		{"enough", 1150, ""},
		{"too little", 1149, backend.CodeUnavailable},
		{"unknown", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, addDataset(w))
			w.engine.memory = tt.free
			_, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
			require.Equal(t, tt.code, backend.CodeOf(err), err)
			if tt.code == "" {
				return
			}
			require.NotEmpty(t, backend.HintOf(err))
			runs, err := w.store.Runs()
			require.NoError(t, err)
			require.Empty(t, runs, "nothing was started")
			_, err = w.Train(t.Context(), flow.TrainInput{})
			require.ErrorContains(t, err, "memory", "before anything is frozen")
		})
	}
}

func TestFreezeRefusesAModelThatCannotBeTrained(t *testing.T) {
	w := newWorld(t)
	_, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"}, true, "person")
	require.NoError(t, err)
	w.engine.fixed = true
	_, err = w.Freeze(t.Context(), flow.FreezeInput{})
	require.ErrorContains(t, err, "cannot be trained")
	require.Empty(t, w.engine.chats, "before the model is asked anything")
}

func TestNothingOfWhatIsHeldOutIsTrained(t *testing.T) {
	w := newWorld(t)
	_, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"}, true, "person")
	require.NoError(t, err)
	prompts := func(id string) string {
		c, err := w.store.DatasetContent(id)
		require.NoError(t, err)
		all := ""
		for _, r := range c.Rows {
			all += r.Prompt + "\n"
		}
		return all
	}
	const reworded = "Tell me who the mayor of Larkstead is."
	d, err := w.Freeze(t.Context(), flow.FreezeInput{})
	require.NoError(t, err)
	require.Contains(t, prompts(d.ID), reworded)
	run, err := w.Train(t.Context(), flow.TrainInput{HeldOut: []string{reworded}})
	require.NoError(t, err)
	_, err = w.WaitRun(t.Context(), run.ID)
	require.NoError(t, err)
	require.NotContains(t, prompts(run.DatasetID), reworded)
}
