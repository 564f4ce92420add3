package flow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

// trained stores a finished run and takes in what it made.
func (w *world) trained(t *testing.T, run string, m backend.Manifest) backend.Version {
	t.Helper()
	require.NoError(t, w.store.AddRun(backend.Run{ID: run, Model: "qwen", BaseSHA256: baseSHA, State: backend.RunFinished, CreatedAt: w.Now()}))
	return w.absorbed(t, run, "hash-"+run, m)
}

var merged = []backend.AdapterFile{{Name: "merged.gguf", SHA256: mergedSHA}}

func TestServeMergesWhatCameWithoutMergedFile(t *testing.T) {
	w := newWorld(t)
	v, err := w.Serve(t.Context(), w.trained(t, "one", backend.Manifest{}).ID, backend.ServedMerged)
	require.NoError(t, err)
	require.Equal(t, "merged", w.engine.models[v.EngineName])
}

func TestContinuedVersionIsServedFromItsMergedFileOnly(t *testing.T) {
	w := newWorld(t)
	w.engine.fits = false // an adapter would be chosen
	v := w.trained(t, "one", backend.Manifest{StartFrom: "merged.gguf", Files: merged})
	served, err := w.Serve(t.Context(), v.ID, "")
	require.NoError(t, err)
	require.Equal(t, backend.ServedMerged, served.ServedAs)
	require.Equal(t, []string{"/adapters/hash-one/merged.gguf"}, w.engine.files)
	_, err = w.Serve(t.Context(), v.ID, backend.ServedAdapter)
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	require.ErrorContains(t, err, "another model")

	bare := w.trained(t, "two", backend.Manifest{StartFrom: "merged.gguf"})
	_, err = w.Serve(t.Context(), bare.ID, "")
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), "a merge with the plain base would be another model")
}

func TestOriginalRecipeGoesOnFromTheNewestMergedFile(t *testing.T) {
	w := newWorld(t)
	_, err := w.store.AddDataset(backend.Dataset{ID: "d1", Hash: "y", Model: "qwen", BaseSHA256: baseSHA, Recipe: "original"}, backend.DatasetContent{})
	require.NoError(t, err)
	w.trained(t, "one", backend.Manifest{Files: merged})
	w.trained(t, "two", backend.Manifest{Files: merged}) // a candidate
	w.trained(t, "three", backend.Manifest{})            // without merged file
	rejected := w.trained(t, "four", backend.Manifest{Files: merged})
	_, err = w.store.ChangeVersion(rejected.ID, func(v *backend.Version) error { v.State = backend.VersionRejected; return nil })
	require.NoError(t, err)
	var spec backend.TrainSpec
	w.trainer.train = func(_ context.Context, s backend.TrainSpec, _ func(backend.TrainerEvent)) error {
		spec = s
		return failed{backend.FailCrashed}
	}
	run, err := w.Train(t.Context(), flow.TrainInput{DatasetID: "d1"})
	require.NoError(t, err)
	_, err = w.WaitRun(t.Context(), run.ID)
	require.NoError(t, err)
	require.Equal(t, "/adapters/hash-two/merged.gguf", spec.StartFrom)
}

func TestGatedSwapAsksLittle(t *testing.T) {
	w := newWorld(t)
	v := w.version(t, "aaaaaaaaaaaaaaaa", backend.ServedAdapter)
	_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID})
	require.NoError(t, err)
	require.Len(t, w.engine.chats, 1, "every chat waits meanwhile")
	require.LessOrEqual(t, w.engine.chats[0].Sampling.NumPredict, 4)
}

func TestSwapFromAModelThatTheEngineLost(t *testing.T) {
	w := newWorld(t)
	one, two := w.version(t, "1111111111111111", backend.ServedAdapter), w.version(t, "2222222222222222", backend.ServedAdapter)
	_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: one.ID})
	require.NoError(t, err)
	require.NoError(t, w.engine.Delete(t.Context(), one.EngineName))
	_, err = w.Promote(t.Context(), flow.PromoteInput{VersionID: two.ID})
	require.NoError(t, err)
}
