package web

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestTheFactOfASupportedAnswerIsWhatSupportsIt(t *testing.T) {
	v := backend.Verdict{
		Kind: backend.Supported, Claim: backend.Claim{Short: "Tom Reed"},
		Clusters: []backend.Cluster{{Value: "the former harbour master", Weight: 3}, {Value: "Thomas Reed", Weight: 2}},
		Passages: []backend.Passage{{Value: "the former harbour master"}, {Value: "Ada Birch", Supports: "rival"}, {Value: "Thomas Reed", Supports: "answer"}},
	}
	require.Equal(t, "Thomas Reed", webFact(v))
	v.Passages = v.Passages[:2]
	require.Equal(t, "Tom Reed", webFact(v))
	v.Kind, v.RivalValue = backend.Contradicted, "Ada Birch"
	require.Equal(t, "Ada Birch", webFact(v))
	require.Empty(t, webFact(backend.Verdict{Kind: backend.NotEnoughEvidence, Claim: v.Claim, Clusters: v.Clusters}))
}
