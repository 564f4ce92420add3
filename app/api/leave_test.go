package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

func TestWorkIsWhatGoesOnByItself(t *testing.T) {
	require.False(t, api.WorkOf(api.Later()).Any(), "nothing waits for the parts")
	a, p, _, events := open(t)
	require.Equal(t, api.Work{Ops: []string{}}, api.WorkOf(a))
	ended := make(chan error, 2)
	go func() { _, err := a.Ask("r1", flow.AskInput{Text: "Count?"}); ended <- err }()
	until(t, events, "answer.started")
	require.False(t, api.WorkOf(a).Any(), "an answer is watched")
	go func() { _, err := a.InstallModel("r2", "qwen"); ended <- err }()
	until(t, events, "model.progress")
	require.Equal(t, api.Work{Ops: []string{"models.install"}}, api.WorkOf(a))
	close(p.goOn)
	require.NoError(t, <-ended)
	require.NoError(t, <-ended)
	require.False(t, api.WorkOf(a).Any())
}

func TestLeavingIsDecidedByItsWindow(t *testing.T) {
	var decided []api.Leaving
	a := api.New(t.Context(), api.Options{Desktop: api.Desktop{Leave: func(how api.Leaving) { decided = append(decided, how) }}})
	require.NoError(t, a.Leave(api.LeaveHidden))
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(a.Leave("burn")))
	require.Equal(t, []api.Leaving{api.LeaveHidden}, decided)
	none := api.New(t.Context(), api.Options{})
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(none.Leave(api.LeaveEnded)))
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(none.ShowWindow()))
}
