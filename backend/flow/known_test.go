package flow_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/flow"
)

// retention counts what a freeze would measure of the things known before.
func (w *world) retention(t *testing.T) (n int) {
	t.Helper()
	d, err := w.Freeze(t.Context(), flow.FreezeInput{})
	require.NoError(t, err)
	content, err := w.store.DatasetContent(d.ID)
	require.NoError(t, err)
	for _, p := range content.Probes {
		if p.Kind == dataset.ProbeRetention {
			n++
		}
	}
	return n
}

func TestWhatTheBaseKnowsGrowsInTheBackground(t *testing.T) {
	w := newWorld(t)
	for i := range 200 {
		w.Stable = append(w.Stable, dataset.Stable{Question: fmt.Sprintf("What is thing %d?", i), Answers: []string{"thing"}})
	}
	w.StableLimit = 20
	asked, err := w.LearnKnown(t.Context())
	require.NoError(t, err)
	require.Zero(t, asked, "with nothing to teach nobody will want to know")
	_, err = w.AddFact(backend.Fact{Question: "Who is the mayor of Lisbon?", Answer: "Rui Alves"}, true, "me")
	require.NoError(t, err)
	first := w.retention(t)
	require.InDelta(t, 10, first, 6)

	total := 0
	for range 10 {
		asked, err = w.LearnKnown(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, asked, 60, "a pass is short")
		total += asked
	}
	require.Equal(t, 180, total, "what a training asked is not asked again")
	chats := len(w.engine.chats)
	require.InDelta(t, 100, w.retention(t), 20)
	for _, c := range w.engine.chats[chats:] {
		require.NotRegexp(t, `^What is thing \d+\?$`, c.Messages[len(c.Messages)-1].Content, "no training waits for it")
	}

	run := backend.Run{ID: "r", DatasetID: "d", Model: "qwen", BaseSHA256: baseSHA, State: backend.RunRequested, CreatedAt: w.Now()}
	require.NoError(t, w.store.AddRun(run))
	w.Stable = append(w.Stable, dataset.Stable{Question: "What is thing 900?", Answers: []string{"thing"}})
	asked, err = w.LearnKnown(t.Context())
	require.NoError(t, err)
	require.Zero(t, asked, "a training needs the machine")
}

func TestASupportedAnswerThatTheBaseCannotRepeatIsNoAnchor(t *testing.T) {
	w := newWorld(t)
	w.engine.say = func(_ string, m []backend.Message) string {
		if m[0].Content == backend.QwenSystemPrompt && m[len(m)-1].Content == "What is item 0?" {
			return "It is anything."
		}
		return "It is " + m[len(m)-1].Content
	}
	for i := range 12 {
		require.NoError(t, w.store.AddAnchor(backend.Anchor{ID: fmt.Sprint("a", i), Question: fmt.Sprintf("What is item %d?", i), Answers: []string{fmt.Sprintf("item %d", i)},
			Source: backend.AnchorSupported, Class: backend.ClassEvergreen, CreatedAt: w.Now()}))
	}
	_, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Lisbon?", Answer: "Rui Alves"}, true, "me")
	require.NoError(t, err)
	require.Positive(t, w.retention(t), "it is measured whether an own answer stays right")
	all, err := w.store.Datasets()
	require.NoError(t, err)
	content, err := w.store.DatasetContent(all[0].ID)
	require.NoError(t, err)
	require.NotEmpty(t, content.Anchors)
	for _, a := range content.Anchors {
		require.NotEqual(t, "What is item 0?", a.Question)
	}
	for _, p := range content.Probes {
		require.NotEqual(t, "What is item 0?", p.Question)
	}
}
