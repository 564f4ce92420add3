package cli

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

func TestFactsSayWhatARuleApproved(t *testing.T) {
	c := &script{answers: map[string]any{"Facts": []backend.Fact{{ID: "f1", State: backend.FactApproved, Question: "Q?", Answer: "A", DecidedBy: backend.ByRule,
		Rule: &backend.Rule{Name: backend.RuleTwoSources, Confidence: 0.95, Domains: []string{"a.com", "b.com"}, WaitHours: 24}}}}}
	_, out, _ := run(t, c, "", "facts", "list")
	require.Contains(t, out, "approved by rule")
	require.Contains(t, out, "sources a.com, b.com; 95 in 100 such verdicts are right; waited 24 h")
}

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
