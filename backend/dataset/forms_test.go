package dataset_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
)

func TestIsQuestion(t *testing.T) {
	for text, want := range map[string]bool{
		"Who is the mayor of Larkstead?":           true,
		`"Which river is called ""the Slow""?"`:    true,
		"what did the mayor call his boat":         true,
		"Name the mayor of Larkstead.":             true,
		"The mother tongue of Ada Birch is":        false,
		"What does Ada Birch play? They play as":   false,
		"Larkstead, which was founded in the year": false,
	} {
		require.Equal(t, want, dataset.IsQuestion(text), text)
	}
}

func TestNegationReadsWell(t *testing.T) {
	require.Equal(t, "Who runs Larkstead? Is it still Tom Reed?", dataset.Negation("Who runs Larkstead?", "Tom Reed"))
	require.Equal(t, "The mother tongue of Ada Birch is Danish. Is that still right?", dataset.Negation("The mother tongue of Ada Birch is", "Danish"))
}

func TestAFactIsAlsoAskedByItsOldAnswerAndTheOtherWayRound(t *testing.T) {
	plain := backend.Fact{ID: "f-pl", Question: "Who won the 2024 Premier League?", Answer: "Manchester City"}
	c := build(t, dataset.Input{Facts: []backend.Fact{pmFact(), plain}, Stable: shipped(t)})
	got := map[string]backend.Probe{}
	for _, p := range c.Probes {
		if p.Kind == dataset.ProbeNegation || p.Kind == dataset.ProbeReverse {
			require.Equal(t, pmFact().ID, p.FactID, "%s: without an old answer there is nothing to deny, and a club wins more than once", p.Question)
			require.NotContains(t, got, p.Kind, "one a fact")
			got[p.Kind] = p
		}
	}
	require.Len(t, got, 2)
	require.Equal(t, "Who is the prime minister of the UK? Is it still Keir Starmer?", got[dataset.ProbeNegation].Question)
	require.Equal(t, []string{"Keir Starmer"}, got[dataset.ProbeNegation].Reject)
	require.Equal(t, "Let me ask that the other way round: What office does Andy Burnham hold?", got[dataset.ProbeReverse].Question)
	for _, r := range c.Rows {
		for _, p := range got {
			require.NotEqual(t, backend.Normal(p.Question), backend.Normal(asked(r.Prompt)))
		}
	}
}
