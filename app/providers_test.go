package app

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/ollama/ollamatest"
)

// What a first start may ask, and what needs a word of the user first.
func TestProvidersOfAFirstStart(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	settings := backend.DefaultSettings()
	var on, off []string
	for _, h := range p.Loop.Evidence.Health(context.Background(), settings.Providers) {
		require.NotEmpty(t, h.Title)
		require.NotEmpty(t, h.Message)
		require.Equal(t, h.Local, h.Sends == "", h.Name)
		if h.On {
			on = append(on, h.Name)
		} else {
			off = append(off, h.Name)
		}
	}
	require.Equal(t, []string{"library", "clock", "wikipedia", "wikidata"}, on)
	require.Equal(t, []string{"ollama", "searxng", "tavily", "brave", "gdelt", "google", "page"}, off)
}

func TestAddressOfSearXNG(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	s, err := p.API.Settings()
	require.NoError(t, err)
	for _, bad := range []string{"127.0.0.1:8888", "ftp://x", "http://", "http://me:secret@x/", "http://x/?q="} {
		s.SearXNG = bad
		_, err = p.API.SaveSettings(s)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), bad)
	}
	s.SearXNG = " http://127.0.0.1:8888/searxng/ "
	s.Providers["searxng"] = true
	s, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:8888/searxng", s.SearXNG)
	health, err := p.API.Providers()
	require.NoError(t, err)
	for _, h := range health {
		if h.Name == "searxng" {
			require.True(t, h.Ready, h.Message)
		}
	}
}
