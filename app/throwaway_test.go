package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
	"errata/backend/ollama/ollamatest"
)

func TestDemoBesideAnOpenPage(t *testing.T) {
	p := newProgram(t, ollamatest.Script{Reply: ollamatest.Answers(nil, "Tom Reed.")})
	events, stop := p.Hub.Listen()
	before, err := p.API.Settings()
	require.NoError(t, err)
	loop, done, err := p.throwaway(t.Context(), api.Throwaway{
		Notes: map[string][]byte{"note.md": []byte("---\npublished: 2026-01-02\n---\nAda Birch runs Larkstead.\n")},
		AsOf:  time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Model: testModel,
	})
	require.NoError(t, err)
	_, err = loop.AddFact(backend.Fact{Question: "Who runs Larkstead?", Answer: "Ada Birch"}, true, "demo")
	require.NoError(t, err)
	loop.Emit(backend.Event{Topic: "dataset.progress", Data: map[string]any{"what": "Writing rows", "done": 1, "total": 2}})
	done()
	stop()
	var topics []string
	for e := range events {
		topics = append(topics, e.Topic)
	}
	require.Equal(t, []string{"demo.dataset.progress"}, topics, "the page hears of the demo's progress and of nothing else")
	after, err := p.API.Settings()
	require.NoError(t, err)
	require.Equal(t, before, after)
}
