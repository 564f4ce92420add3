package api_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
)

func TestCallsWaitForTheParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := api.Later()
		answered := make(chan error, 1)
		go func() {
			_, err := a.Hello()
			answered <- err
		}()
		synctest.Wait()
		require.Empty(t, answered, "no part is there")
		api.Begin(t.Context(), a, api.Options{Broken: backend.Errorf(backend.CodeUnavailable, "check", "It is damaged.")})
		require.ErrorContains(t, <-answered, "It is damaged.")
		can, err := a.CanRepair()
		require.NoError(t, err)
		require.False(t, can)
	})
}
