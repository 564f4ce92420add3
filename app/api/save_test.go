package api_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
)

func TestSaveFileIsTheDoorsOwn(t *testing.T) {
	a := api.New(t.Context(), api.Options{})
	_, err := a.SaveFile("x.md", "text")
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), "a browser downloads")

	var kept []string
	a = api.New(t.Context(), api.Options{Desktop: api.Desktop{Save: func(name, text string) (string, error) {
		kept = append(kept, name, text)
		if text == "" {
			return "", errors.New("full")
		}
		return "/home/ada/" + name, nil
	}}})
	path, err := a.SaveFile("../../etc/x.md", "text")
	require.NoError(t, err)
	require.Equal(t, "/home/ada/x.md", path, "a name is no path")
	require.Equal(t, []string{"x.md", "text"}, kept)
	_, err = a.SaveFile("x.md", "")
	require.ErrorContains(t, err, "full")
}
