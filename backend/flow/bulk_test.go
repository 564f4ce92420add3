package flow_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

func TestManyFactsAreDecidedTogether(t *testing.T) {
	w := newWorld(t)
	var keepers []backend.Fact
	for i := range 205 {
		keepers = append(keepers, backend.Fact{Question: fmt.Sprintf("Who keeps lighthouse %d?", i), Answer: fmt.Sprintf("Keeper %d", i), State: backend.FactApproved})
	}
	stored, err := w.AddFacts(keepers, "import")
	require.NoError(t, err)
	require.Len(t, stored, 205)
	require.Equal(t, backend.FactProposed, stored[0].State, "a file approves nothing")
	require.Equal(t, "import", stored[0].ProposedBy)
	for _, answer := range []string{"812 m", "815 m"} {
		_, err := w.AddFact(backend.Fact{Question: "How high is Mount Orrin?", Answer: answer}, false, "import")
		require.NoError(t, err)
	}
	plan, err := w.BulkPlan(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, flow.BulkPlan{Count: 205, Left: 2}, plan)
	plan, err = w.BulkPlan(t.Context(), "lighthouse 7")
	require.NoError(t, err)
	require.Equal(t, 11, plan.Count, "7 and 70 to 79")

	_, err = w.DecideAll(t.Context(), flow.BulkInput{To: backend.FactApproved, Count: 204}, "person")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "another number was typed")
	counts, err := w.store.FactCounts()
	require.NoError(t, err)
	require.Zero(t, counts[backend.FactApproved])

	done, err := w.DecideAll(t.Context(), flow.BulkInput{To: backend.FactApproved, Count: 205}, "person")
	require.NoError(t, err)
	require.Len(t, done.IDs, 205)
	counts, err = w.store.FactCounts()
	require.NoError(t, err)
	require.Equal(t, 205, counts[backend.FactApproved])
	require.Equal(t, 2, counts[backend.FactProposed], "those that disagree are left")
	require.Contains(t, w.events(), "facts.many")

	n, err := w.UndoAll(t.Context(), done.IDs)
	require.NoError(t, err)
	require.Equal(t, 205, n)
}
