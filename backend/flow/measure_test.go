package flow_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
	"errata/backend/score"
)

// taughtVersion is a version of a dataset that holds nothing but the probes of some facts.
func (w *world) taughtVersion(t *testing.T, name, model string, facts ...string) backend.Version {
	t.Helper()
	w.frozen(t, name, model, facts...)
	run := backend.Run{ID: "run-" + name, DatasetID: name, Model: model, BaseSHA256: baseSHA, State: backend.RunFinished, CreatedAt: w.Now()}
	require.NoError(t, w.store.AddRun(run))
	v := w.absorbed(t, run.ID, name, backend.Manifest{})
	v, err := w.Serve(t.Context(), v.ID, backend.ServedMerged)
	require.NoError(t, err)
	return v
}

func (w *world) frozen(t *testing.T, name, model string, facts ...string) {
	t.Helper()
	content := backend.DatasetContent{}
	for _, f := range facts {
		content.Facts = append(content.Facts, backend.Fact{ID: f})
		content.Probes = append(content.Probes, backend.Probe{ID: "p-" + f, Kind: "fact", FactID: f, Question: "Who is " + f + "?", Accept: []string{"says"}})
	}
	_, err := w.store.AddDataset(backend.Dataset{ID: name, Hash: name, Model: model, BaseSHA256: baseSHA, Recipe: "default", FactIDs: facts}, content)
	require.NoError(t, err)
}

func TestEarlierFactsAreThoseOfEarlierVersionsOfTheModel(t *testing.T) {
	w := newWorld(t)
	w.taughtVersion(t, "first", "qwen", "quay")
	w.taughtVersion(t, "other", "llama", "mill")
	w.frozen(t, "untrained", "qwen", "quay", "mill", "pier")
	v := w.taughtVersion(t, "second", "qwen", "quay", "mill", "pier")
	card, err := w.Score(t.Context(), v.ID)
	require.NoError(t, err)
	require.Equal(t, 1, card.Metrics[score.Earlier].N, "what was frozen and not taught, or taught to another model, is new")
	v, err = w.store.Version(v.ID)
	require.NoError(t, err)
	require.Equal(t, score.Efficacy, v.Gate.Checks[0].Name)
	require.Equal(t, 2, v.Gate.Checks[0].Metric.N)
}

func TestADatasetFollowsTheNewestOfItsModelAndRecipe(t *testing.T) {
	w := newWorld(t)
	_, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Lisbon?", Answer: "Rui Alves"}, true, "me")
	require.NoError(t, err)
	first, err := w.Freeze(t.Context(), flow.FreezeInput{})
	require.NoError(t, err)
	w.frozen(t, "other", "llama", "quay")
	_, err = w.AddFact(backend.Fact{Question: "Who is the mayor of Porto?", Answer: "Ana Reis"}, true, "me")
	require.NoError(t, err)
	second, err := w.Freeze(t.Context(), flow.FreezeInput{})
	require.NoError(t, err)
	require.Equal(t, first.ID, second.ParentID)
}

func TestAComparisonSaysWhetherChanceWouldGiveIt(t *testing.T) {
	w := newWorld(t)
	facts := make([]string, 0, 8)
	for i := range 8 {
		facts = append(facts, fmt.Sprint("pier", i))
	}
	v := w.taughtVersion(t, "first", "qwen", facts...)
	w.engine.say = func(model string, _ []backend.Message) string {
		if model == "qwen-test" {
			return "I cannot tell."
		}
		return "It says so."
	}
	c, err := w.Compare(t.Context(), flow.CompareInput{A: flow.BaseVersion, B: v.ID})
	require.NoError(t, err)
	require.Equal(t, []int{8, 8, 0}, []int{c.Paired.N, c.Paired.Better, c.Paired.Worse})
	require.Equal(t, v.Name()+" is right more often than base: on 8 alone, against 0 (p < 0.01, 8 asked).", c.Paired.Words)
	stored, err := w.store.Comparisons(1)
	require.NoError(t, err)
	require.Equal(t, c.Paired, stored[0].Paired)
	own, err := w.Compare(t.Context(), flow.CompareInput{A: flow.BaseVersion, B: v.ID, Prompts: []string{"Who?"}})
	require.NoError(t, err)
	require.Nil(t, own.Paired, "nobody knows what is right")
}
