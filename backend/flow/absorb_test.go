package flow_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

func TestAbsorb(t *testing.T) {
	tests := []struct {
		name        string
		arrived     flow.Arrived
		versions    int
		arrival     string // state of the arrival noted, empty for none
		quarantined bool
	}{
		{"of a known run", flow.Arrived{Name: "a", ID: "h1", Manifest: backend.Manifest{Run: "known", BaseSHA256: baseSHA}}, 1, "", false},
		{"broken", flow.Arrived{Name: "b", ID: "h2", Problem: "adapter.gguf has another hash than its manifest says."}, 0, "quarantined", true},
		{"for another base", flow.Arrived{Name: "c", ID: "h3", Manifest: backend.Manifest{Run: "known", BaseSHA256: "22"}}, 0, "quarantined", true},
		{"of no known run", flow.Arrived{Name: "d", ID: "h4", Manifest: backend.Manifest{Run: "whose", BaseSHA256: baseSHA}}, 0, "stranger", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, w.store.AddRun(backend.Run{ID: "known", Model: "qwen", BaseSHA256: baseSHA, State: backend.RunFinished}))
			w.arrivals.here = []flow.Arrived{tt.arrived}
			require.NoError(t, w.Start(t.Context()), "what arrived while the program was off is taken in at its start")
			require.NoError(t, w.Absorb(t.Context()), "a second sight changes nothing")
			versions, err := w.store.Versions()
			require.NoError(t, err)
			require.Len(t, versions, tt.versions)
			require.Equal(t, tt.versions > 0, slices.Contains(w.space.letGo, "known"), "a run that became a version does not go on")
			arrivals, err := w.store.Arrivals()
			require.NoError(t, err)
			if tt.arrival == "" {
				require.Empty(t, arrivals)
			} else {
				require.Len(t, arrivals, 1)
				require.Equal(t, tt.arrival, arrivals[0].State)
			}
			require.Equal(t, tt.quarantined, len(w.arrivals.quarantined) == 1)
		})
	}
}

func TestStrangerIsServedOnlyAfterImport(t *testing.T) {
	w := newWorld(t)
	w.arrivals.here = []flow.Arrived{{Name: "d", ID: "h4", Manifest: backend.Manifest{Run: "whose", BaseSHA256: baseSHA}}}
	require.NoError(t, w.Absorb(t.Context()))
	v, err := w.Import(t.Context(), "h4")
	require.NoError(t, err)
	require.Equal(t, backend.VersionCandidate, v.State)
	_, err = w.Import(t.Context(), "h4")
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))

	w.arrivals.here = []flow.Arrived{{Name: "e", ID: "h5", Manifest: backend.Manifest{Run: "whose", BaseSHA256: "33"}}}
	require.NoError(t, w.Absorb(t.Context()))
	_, err = w.Import(t.Context(), "h5")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "no installed model has these weights")
}

func TestOneBadFolderHidesNoOther(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"one", "two"} {
		require.NoError(t, w.store.AddRun(backend.Run{ID: id, Model: "qwen", BaseSHA256: baseSHA, State: backend.RunFinished}))
		w.arrivals.put(flow.Arrived{Name: id, ID: "h-" + id, Manifest: backend.Manifest{Run: id, BaseSHA256: baseSHA}}, true)
	}
	w.arrivals.stuck = "one"
	require.NoError(t, w.Start(t.Context()), "Errata starts all the same")
	run, err := w.store.Run("two")
	require.NoError(t, err)
	require.NotEmpty(t, run.VersionID)
	require.ErrorContains(t, w.Absorb(t.Context()), "one: ")
}

func TestStartAdoptsForgottenAdapters(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.store.AddRun(backend.Run{ID: "mine", Model: "qwen", BaseSHA256: baseSHA, State: backend.RunFinished}))
	w.arrivals.kept = []flow.Arrived{
		{Name: "h1", ID: "h1", Dir: "/adapters/h1", Manifest: backend.Manifest{Run: "mine", BaseSHA256: baseSHA}},
		{Name: "h2", ID: "h2", Dir: "/adapters/h2", Manifest: backend.Manifest{Run: "whose", BaseSHA256: baseSHA}},
	}
	require.NoError(t, w.Start(t.Context()))
	require.NoError(t, w.Start(t.Context()), "a second start changes nothing")
	versions, err := w.store.Versions()
	require.NoError(t, err)
	require.Len(t, versions, 1)
	a, err := w.store.Adapter(versions[0].AdapterID)
	require.NoError(t, err)
	require.Equal(t, "/adapters/h1", a.Dir)
}

func TestStartEndsLeftoverTrainers(t *testing.T) {
	w := newWorld(t)
	w.trainer.alive = map[int]bool{777: true}
	require.NoError(t, w.store.AddRun(backend.Run{ID: "r", Model: "qwen", State: backend.RunRunning, PID: 777, PIDStarted: 5}))
	require.NoError(t, w.Start(t.Context()))
	require.Equal(t, []int{777}, w.trainer.kills)
	run, err := w.store.Run("r")
	require.NoError(t, err)
	require.Equal(t, backend.RunInterrupted, run.State)
	require.NotEmpty(t, run.Hint, "the next step is offered")
}

func TestARunThatWasKilledAfterItsArtefactIsFinished(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, addDataset(w))
	require.NoError(t, w.store.AddRun(backend.Run{ID: "r", DatasetID: "d1", Model: "qwen", BaseSHA256: baseSHA, State: backend.RunRunning, CreatedAt: w.Now()}))
	w.arrivals.put(flow.Arrived{Name: "r", ID: "h1", Manifest: backend.Manifest{Run: "r", BaseSHA256: baseSHA}}, true)
	require.NoError(t, w.Start(t.Context()))
	run, err := w.store.Run("r")
	require.NoError(t, err)
	require.NotEmpty(t, run.VersionID)
	require.Equal(t, backend.RunFinished, run.State)
	require.Empty(t, run.Message)
	require.Empty(t, run.Hint)
	_, err = w.Resume(t.Context(), "r")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "it would train for nothing")

	_, err = w.store.ChangeRun("r", func(r *backend.Run) error { r.State = backend.RunInterrupted; return nil })
	require.NoError(t, err)
	_, err = w.Resume(t.Context(), "r")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "an older Errata left it so")
}

// failed is a trainer's error that knows its class.
type failed struct{ class backend.FailureClass }

func (f failed) Error() string                      { return "the loss is not a number" }
func (f failed) FailureClass() backend.FailureClass { return f.class }

func TestRunOutcomes(t *testing.T) {
	tests := []struct {
		name  string
		end   error
		state backend.RunState
		class backend.FailureClass
	}{
		{"finished", nil, backend.RunFinished, ""},
		{"failed with a class", failed{backend.FailNaN}, backend.RunFailed, backend.FailNaN},
		{"crashed", errors.New("exit status 1"), backend.RunFailed, backend.FailCrashed},
		{"cancelled", backend.Errorf(backend.CodeCancelled, "train", "Stopped."), backend.RunCancelled, backend.FailCancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, addDataset(w))
			w.trainer.train = func(_ context.Context, spec backend.TrainSpec, on func(backend.TrainerEvent)) error {
				w.arrivals.put(flow.Arrived{Name: spec.Run, ID: "hash-" + spec.Run, Manifest: backend.Manifest{Run: spec.Run, BaseSHA256: baseSHA}}, tt.end == nil)
				on(event(t, map[string]any{"type": "progress", "step": 3, "total": 9, "loss": 1.5, "learned": 1, "facts": 2}))
				return tt.end
			}
			run, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
			require.NoError(t, err)
			run, err = w.WaitRun(t.Context(), run.ID)
			require.NoError(t, err)
			require.Equal(t, tt.state, run.State)
			require.Equal(t, tt.class, run.Failure)
			require.Equal(t, 3, run.Progress.Step)
			require.NotNil(t, run.EndedAt)
		})
	}
}

func TestOneRunAtATime(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, addDataset(w))
	hold := make(chan struct{})
	w.trainer.train = func(context.Context, backend.TrainSpec, func(backend.TrainerEvent)) error {
		<-hold
		return errors.New("ended")
	}
	_, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
	require.NoError(t, err)
	_, err = w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	close(hold)
}

func TestTrainRefusesAChangedBaseAndAFullDisk(t *testing.T) {
	w := newWorld(t)
	_, err := w.store.AddDataset(backend.Dataset{ID: "old", Hash: "x", Model: "qwen", BaseSHA256: "44"}, backend.DatasetContent{})
	require.NoError(t, err)
	_, err = w.Train(t.Context(), flow.TrainInput{DatasetID: "old"})
	require.ErrorContains(t, err, "base model changed")

	require.NoError(t, addDataset(w))
	w.space.free = 1000
	_, err = w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	runs, err := w.store.Runs()
	require.NoError(t, err)
	require.Empty(t, runs, "nothing was started")
}

func addDataset(w *world) error {
	_, err := w.store.AddDataset(backend.Dataset{ID: "d1", Hash: "y", Model: "qwen", BaseSHA256: baseSHA, Recipe: "default"}, backend.DatasetContent{})
	return err
}
