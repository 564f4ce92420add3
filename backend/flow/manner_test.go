package flow_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
	"errata/backend/judge"
)

// listening finds nothing and tells which providers it was to ask.
type listening struct {
	noEvidence
	asked func(on map[string]bool)
}

func (l listening) Gather(ctx context.Context, s backend.Search, on map[string]bool) (backend.Found, error) {
	l.asked(on)
	return l.noEvidence.Gather(ctx, s, on)
}

func TestAChatIsAnsweredInItsManner(t *testing.T) {
	w := newWorld(t)
	warm := backend.DefaultSampling()
	warm.Temperature, warm.NumCtx = 0.8, 2048
	first, err := w.Ask(t.Context(), flow.AskInput{Text: "Sing?", Manner: &backend.Manner{System: "Answer in verse.", Sampling: &warm}}, nil)
	require.NoError(t, err)
	asked := w.engine.chats[len(w.engine.chats)-1]
	require.Equal(t, "Answer in verse.\n\nToday's date is "+w.Now().Format("Monday, January 2, 2006")+".", asked.Messages[0].Content)
	require.Equal(t, warm, asked.Sampling)
	require.Equal(t, warm, first.Answer.Sampling, "an answer keeps what it was made with")

	_, err = w.store.ChangeChat(first.Chat.ID, func(c *backend.Chat) error { c.Manner = backend.Manner{}; return nil })
	require.NoError(t, err)
	_, err = w.Ask(t.Context(), flow.AskInput{ChatID: first.Chat.ID, ParentID: first.Answer.ID, Text: "And now?"}, nil)
	require.NoError(t, err)
	asked = w.engine.chats[len(w.engine.chats)-1]
	require.Contains(t, asked.Messages[0].Content, "helpful assistant")
	require.Equal(t, backend.DefaultSampling(), asked.Sampling)
}

func TestAMannerThatNoModelTakesLeavesNoChat(t *testing.T) {
	hot := backend.DefaultSampling()
	hot.Temperature = 3
	narrow := backend.DefaultSampling()
	narrow.NumCtx, narrow.NumPredict = 512, 1024
	for name, m := range map[string]backend.Manner{"hot": {Sampling: &hot}, "narrow": {Sampling: &narrow}, "long": {System: strings.Repeat("a", backend.MaxSystemRunes+1)}} {
		w := newWorld(t)
		_, err := w.Ask(t.Context(), flow.AskInput{Text: "Hello?", Manner: &m}, nil)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), name)
		chats, err := w.store.Chats(backend.ChatFilter{})
		require.NoError(t, err)
		require.Empty(t, chats, name)
	}
}

func TestAnotherModelAnswersAndIsNeverCounted(t *testing.T) {
	w := newWorld(t)
	asked, err := w.Ask(t.Context(), flow.AskInput{Text: "Who are you?", Manner: &backend.Manner{Version: backend.OtherModel + "linden:7b"}}, nil)
	require.NoError(t, err)
	require.Equal(t, "linden:7b", asked.Answer.VersionName)
	require.True(t, asked.Answer.Other)

	v, err := w.Verify(t.Context(), asked.Answer.ID)
	require.NoError(t, err)
	require.True(t, v.Imported, "what another model knows is neither ours to hold nor to count")

	settings, err := w.store.Settings()
	require.NoError(t, err)
	asked, err = w.Ask(t.Context(), flow.AskInput{Text: "And you?", Manner: &backend.Manner{Version: backend.OtherModel + settings.Model}}, nil)
	require.NoError(t, err)
	require.False(t, asked.Answer.Other, "the model in use is no other one")
	require.Equal(t, "base", asked.Answer.VersionName)
}

func TestAnswerersSayWhoIsInMemory(t *testing.T) {
	w := newWorld(t)
	list, err := w.Answerers(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, list)
	require.True(t, list[0].Current)
	require.False(t, list[0].Loaded)

	require.NoError(t, w.Load(t.Context(), flow.BaseVersion))
	require.NotEmpty(t, w.engine.loaded)
	require.NoError(t, w.Eject(t.Context(), flow.BaseVersion))
	require.Empty(t, w.engine.loaded)
}

func TestAnAnswerSaysHowManyTurnsDidNotFit(t *testing.T) {
	w := newWorld(t)
	small := backend.DefaultSampling()
	small.NumCtx, small.NumPredict = 512, 64
	manner := &backend.Manner{Sampling: &small}
	long := strings.Repeat("word ", 150)
	var chat, parent string
	var left []int
	for range 4 {
		asked, err := w.Ask(t.Context(), flow.AskInput{ChatID: chat, ParentID: parent, Text: long, Manner: manner}, nil)
		require.NoError(t, err)
		chat, parent = asked.Chat.ID, asked.Answer.ID
		left = append(left, asked.Answer.LeftOut)
	}
	require.Equal(t, 0, left[0])
	require.Greater(t, left[3], left[1], "each turn pushes an older one out: %v", left)
}

func TestAChatThatStaysHereAsksNobodyOutside(t *testing.T) {
	w := newWorld(t)
	confirmed, err := w.store.Settings()
	require.NoError(t, err)
	confirmed.Confirmed, confirmed.Providers = true, map[string]bool{"library": true, "wikipedia": true}
	require.NoError(t, w.store.PutSettings(confirmed))
	for _, tt := range []struct {
		name  string
		local bool
		want  bool
	}{{"stays", true, false}, {"goes", false, true}} {
		var on map[string]bool
		w.Evidence = listening{asked: func(providers map[string]bool) { on = providers }}
		chat := backend.Chat{ID: "chat-" + tt.name, Title: tt.name, Manner: backend.Manner{Local: tt.local}}
		require.NoError(t, w.store.AddChat(chat))
		_, err := w.Check(t.Context(), backend.Question{ChatID: chat.ID, Text: "Who is the mayor of Veldmoor?"}, backend.Answer{Text: "The mayor of Veldmoor is Jan Oosterwold.", State: backend.AnswerComplete}, func(judge.Step) {})
		require.NoError(t, err)
		require.NotNil(t, on, tt.name)
		require.True(t, on["library"], tt.name)
		require.Equal(t, tt.want, on["wikipedia"], tt.name)
	}
}
