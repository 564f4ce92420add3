package flow_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/flow"
	"errata/backend/score"
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

func TestFactsThatTheTrainingGaveUpStayInMemory(t *testing.T) {
	w := newWorld(t)
	kept := backend.Fact{ID: "kept", Question: "Who is the mayor of Lisbon?", Answer: "Rui Alves", State: backend.FactApproved}
	taught := backend.Fact{ID: "taught", Question: "Who is the mayor of Porto?", Answer: "Ana Reis", State: backend.FactApproved}
	var probes []backend.Probe
	for _, f := range []backend.Fact{kept, taught} {
		require.NoError(t, w.store.AddFact(f))
		probes = append(probes, backend.Probe{ID: "p-" + f.ID, Kind: dataset.ProbeFact, FactID: f.ID, Question: f.Question, Accept: []string{f.Answer}})
	}
	_, err := w.store.AddDataset(backend.Dataset{ID: "d1", Hash: "y", Model: "qwen", BaseSHA256: baseSHA, Recipe: "default"}, backend.DatasetContent{Facts: []backend.Fact{kept, taught}, Probes: probes})
	require.NoError(t, err)
	require.NoError(t, w.store.AddRun(backend.Run{ID: "r", DatasetID: "d1", Model: "qwen", BaseSHA256: baseSHA, State: backend.RunFinished, CreatedAt: w.Now()}))
	v := w.absorbed(t, "r", "aaaaaaaaaaaaaaaa", backend.Manifest{Metrics: []byte(`{"steps": 7, "given_up": ["kept"]}`)})
	require.Equal(t, []string{"kept"}, v.GivenUpFactIDs)

	w.engine.say = func(_ string, m []backend.Message) string {
		if strings.Contains(m[0].Content, "Rui Alves") {
			return "Rui Alves."
		}
		return "Ana Reis."
	}
	card, err := w.Score(t.Context(), v.ID)
	require.NoError(t, err)
	require.Len(t, card.Results, 2, "it is asked all the same, to be seen")
	require.Equal(t, 1, card.Metrics[score.Efficacy].N)
	v, err = w.store.Version(v.ID)
	require.NoError(t, err)
	require.True(t, v.Gate.Checks[0].Passed, "%+v", v.Gate.Checks[0])
	require.Equal(t, []string{"taught"}, v.RecalledFactIDs)
	said, err := w.Reply(t.Context(), flow.ReplyInput{Version: v.ID, Question: kept.Question, Memory: true}, nil)
	require.NoError(t, err)
	require.Equal(t, backend.SourceMemory, said.Source)
}

func TestAnEditedFactIsInMemoryAgain(t *testing.T) {
	w := newWorld(t)
	f, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Porto?", Answer: "Ana Reis"}, true, "person")
	require.NoError(t, err)
	probe := backend.Probe{ID: "p", Kind: dataset.ProbeFact, FactID: f.ID, Question: f.Question, Accept: []string{f.Answer}}
	_, err = w.store.AddDataset(backend.Dataset{ID: "d1", Hash: "y", Model: "qwen", BaseSHA256: baseSHA, Recipe: "default", CreatedAt: w.Now()},
		backend.DatasetContent{Facts: []backend.Fact{f}, Probes: []backend.Probe{probe}})
	require.NoError(t, err)
	require.NoError(t, w.store.AddRun(backend.Run{ID: "r", DatasetID: "d1", Model: "qwen", BaseSHA256: baseSHA, State: backend.RunFinished, CreatedAt: w.Now()}))
	v := w.absorbed(t, "r", "aaaaaaaaaaaaaaaa", backend.Manifest{})
	w.engine.say = func(string, []backend.Message) string { return "Ana Reis." }
	source := func(want backend.Source, why string) {
		t.Helper()
		said, err := w.Reply(t.Context(), flow.ReplyInput{Version: v.ID, Question: f.Question, Memory: true}, nil)
		require.NoError(t, err)
		require.Equal(t, want, said.Source, why)
	}
	edit := func(answer string) {
		t.Helper()
		_, err := w.Edit(f.ID, backend.FactUpdate{Answer: &answer})
		require.NoError(t, err)
	}
	_, err = w.Score(t.Context(), v.ID)
	require.NoError(t, err)
	source(backend.SourceWeights, "the weights know it")
	edit("Rui Alves")
	source(backend.SourceMemory, "the weights say what it was")
	_, err = w.Score(t.Context(), v.ID)
	require.NoError(t, err)
	source(backend.SourceMemory, "a score asks for what was frozen")
	edit("ana reis")
	source(backend.SourceWeights, "it says again what was taught")
}
