package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

// gateFolder has lasting and changing questions of our own, and one of the news.
func gateFolder(t *testing.T) string {
	var rows []string
	for i := range 40 {
		rows = append(rows,
			fmt.Sprintf(`{"id":"e%d","question":"What is the capital of province %d?","label":"evergreen"}`, i, i),
			fmt.Sprintf(`{"id":"c%d","question":"Who is the mayor of town %d?","label":"changing"}`, i, i),
			fmt.Sprintf(`{"id":"y%d","question":"Who won the regatta of 1%03d?","label":"evergreen"}`, i, i))
	}
	dir := folder(t, taskClass, rows...)
	news := `{"id":"n1","asked_at":"2026-03-01","question":"Which ferry sank this week?","answer":"Alma","choices":["Alma","Berta"]}`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "judge", taskRealtime+".jsonl"), []byte(news+"\n"), 0o600))
	return dir
}

func TestFitGate(t *testing.T) {
	dir := gateFolder(t)
	out, err := FitGate(t.Context(), GateFitOptions{Data: dir})
	require.NoError(t, err)
	require.Empty(t, out.Other, "the other half is not looked at unasked")
	byName := map[string]GateWeight{}
	for _, c := range out.Cues {
		byName[c.Name] = c
	}
	office, seat := byName["office"], byName["seat"]
	require.Positive(t, office.Rows)
	require.Equal(t, office.Rows, office.Changing)
	require.Greater(t, office.Fitted, 1.0)
	require.Positive(t, seat.Rows)
	require.Zero(t, seat.Changing)
	require.Less(t, seat.Fitted, -1.0)
	require.InDelta(t, 1, out.Fitted["macro_f1"].Value, 1e-9)
	require.InDelta(t, 1, out.Now["accuracy"].Value, 1e-9)

	both, err := FitGate(t.Context(), GateFitOptions{Data: dir, Other: true})
	require.NoError(t, err)
	require.Equal(t, 120, both.Now["accuracy"].N+both.Other["accuracy"].N)
	require.Equal(t, 1, both.Now["news_called_lasting"].N+both.Other["news_called_lasting"].N)
	require.Equal(t, out.Cues, both.Cues, "the other half changes no weight")
}

func TestFitGateSaysWhatIsMissing(t *testing.T) {
	_, err := FitGate(t.Context(), GateFitOptions{})
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	_, err = FitGate(t.Context(), GateFitOptions{Data: folder(t, taskClass, class(1))})
	require.ErrorContains(t, err, "realtime.jsonl")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = FitGate(ctx, GateFitOptions{Data: gateFolder(t)})
	require.ErrorIs(t, err, context.Canceled)
}
