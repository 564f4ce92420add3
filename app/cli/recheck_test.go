package cli

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

func TestRecheckSaysWhereTheEvidenceHasMoved(t *testing.T) {
	moved := backend.Fact{ID: "f2", Answer: "Cora Finch"}
	c := &script{answers: map[string]any{"RecheckFacts": []flow.Rechecked{{
		Fact:    backend.Fact{ID: "f1", Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"},
		Verdict: backend.Verdict{Kind: backend.Contradicted, Sentence: "Two sources say otherwise."}, Proposed: &moved,
	}}}}
	code, out, says := run(t, c, "", "facts", "recheck", "f1")
	require.Equal(t, ExitOK, code, says)
	require.Equal(t, []string{"f1"}, c.asked["RecheckFacts"][1])
	require.Contains(t, out, "contradicted: Two sources say otherwise.")
	require.Contains(t, out, "errata facts approve f2")

	code, out, _ = run(t, c, "", "--json", "facts", "recheck")
	require.Equal(t, ExitOK, code)
	require.Equal(t, []string{}, c.asked["RecheckFacts"][1], "without a name: what is due")
	var list []flow.Rechecked
	require.NoError(t, json.Unmarshal([]byte(out), &list))
	require.Equal(t, "Cora Finch", list[0].Proposed.Answer)

	c.answers["RecheckFacts"] = []flow.Rechecked{}
	_, out, _ = run(t, c, "", "facts", "recheck")
	require.Contains(t, out, "No fact is due")
}
