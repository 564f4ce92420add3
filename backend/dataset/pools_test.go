package dataset_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
)

// uses tells what each question is in a dataset, by what it asks.
func uses(c backend.DatasetContent) map[string][]string {
	out := map[string][]string{}
	note := func(text, use string) {
		if key := dataset.Key(text); len(out[key]) == 0 || out[key][len(out[key])-1] != use {
			out[key] = append(out[key], use)
		}
	}
	for _, r := range c.Rows {
		if (r.Kind == backend.RowAnchor || r.Kind == backend.RowGuard || r.Kind == backend.RowGuardProbe) && r.Form == "question" {
			note(asked(r.Prompt), string(r.Kind))
		}
	}
	for _, p := range c.Probes {
		if p.Kind == dataset.ProbeRetention {
			note(p.Question, p.Kind)
		}
	}
	return out
}

func supported(id int, question string) backend.Anchor {
	return backend.Anchor{ID: fmt.Sprint("a", id), Question: question, Answers: []string{"blue"}, Source: backend.AnchorSupported, Class: backend.ClassEvergreen}
}

func TestSupportedAnswersThatLastAreSplitLikeStableQuestions(t *testing.T) {
	in := dataset.Input{Facts: []backend.Fact{pmFact()}, Known: []string{}}
	for i := range 60 {
		a := supported(i, fmt.Sprintf("What is the colour of thing %d?", i))
		in.Anchors = append(in.Anchors, a)
		if i < 50 {
			in.Known = append(in.Known, dataset.StableOf(a).ID())
		}
	}
	c := build(t, in)
	counts := map[string]int{}
	for key, use := range uses(c) {
		require.Len(t, use, 1, key)
		counts[use[0]]++
	}
	require.Positive(t, counts[string(backend.RowAnchor)])
	require.Positive(t, counts[dataset.ProbeRetention])
	require.LessOrEqual(t, counts[string(backend.RowAnchor)]+counts[dataset.ProbeRetention], 50, "what the base cannot say under two prompts is neither")
	in.Recipe = dataset.RecipeOriginal
	require.Len(t, build(t, in).Anchors, 60, "the original copies all of them")
}

func TestOtherWordsMakeNoOtherQuestion(t *testing.T) {
	in := dataset.Input{Facts: []backend.Fact{pmFact()}}
	for _, country := range []string{"Peru", "Chile", "Kenya", "Egypt", "Spain", "Italy", "Japan", "Nepal", "Cuba"} {
		in.Stable = append(in.Stable, dataset.Stable{Question: "What is the capital of " + country + "?", Answers: []string{country}})
	}
	measured := dataset.Split(in.Stable).Retention
	require.NotEmpty(t, measured)
	for _, s := range measured {
		words := strings.TrimSuffix(strings.TrimPrefix(s.Question, "What is the "), "?")
		in.Anchors = append(in.Anchors, backend.Anchor{ID: "a", Question: words, Answers: s.Answers, Source: "shipped"})
	}
	for _, p := range build(t, in).Probes {
		require.NotEqual(t, dataset.ProbeRetention, p.Kind, "it is trained in other words: %s", p.Question)
	}
}
