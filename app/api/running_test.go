package api_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
	"errata/backend/flow"
)

// pausing is a model, its engine and its installer: each waits where a test lets
// it go on. Ports that no test here reaches are nil.
type pausing struct {
	flow.Engine
	flow.Model
	goOn chan struct{}
}

func (p *pausing) Ensure(context.Context, string) (backend.ModelInfo, error) {
	return backend.ModelInfo{Name: "m", Installed: true}, nil
}

func (p *pausing) Warm(context.Context, string) error { return nil }

func (p *pausing) Chat(ctx context.Context, _ backend.ChatRequest, onText func(string) error) (backend.ChatResult, error) {
	if err := onText("One "); err != nil {
		return backend.ChatResult{}, err
	}
	if err := p.wait(ctx); err != nil {
		return backend.ChatResult{Text: "One "}, err
	}
	return backend.ChatResult{Text: "One two.", Done: true}, onText("two.")
}

func (p *pausing) Install(ctx context.Context, model string, progress func(string, int64, int64)) (backend.ModelInfo, error) {
	progress("Downloading", 5, 10)
	return backend.ModelInfo{Name: model}, p.wait(ctx)
}

func (p *pausing) Import(ctx context.Context, file string, progress func(string, int64, int64)) (backend.ModelInfo, error) {
	return p.Install(ctx, file, progress)
}

func (p *pausing) Inspect(string) (backend.ModelInfo, error) { return backend.ModelInfo{}, nil }

func (p *pausing) wait(ctx context.Context) error {
	select {
	case <-p.goOn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// open makes an API over a store and a pausing model, and hears its events.
func open(t *testing.T) (*api.API, *pausing, *bolt.Store, <-chan backend.Event) {
	t.Helper()
	store := bolttest.Open(t)
	settings, err := store.Settings()
	require.NoError(t, err)
	settings.Model = "m"
	require.NoError(t, store.PutSettings(settings))
	ids := make(chan string, 64)
	for i := range cap(ids) {
		ids <- "id" + string(rune('A'+i))
	}
	p := &pausing{goOn: make(chan struct{})}
	hub := api.NewHub()
	events, stop := hub.Listen()
	t.Cleanup(stop)
	loop := flow.New(flow.Options{
		Store: store, Model: p, Engine: p, Emit: hub.Emit, NewID: func() string { return <-ids },
		Now: func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) },
	})
	return api.New(t.Context(), api.Options{Loop: loop, Hub: hub, Models: p}), p, store, events
}

// until waits for an event and fails when it does not come.
func until(t *testing.T, events <-chan backend.Event, topic string) backend.Event {
	t.Helper()
	for {
		select {
		case e := <-events:
			if e.Topic == topic {
				return e
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no %s", topic)
		}
	}
}

func TestRunningAskIsListedWithItsTextAndStopped(t *testing.T) {
	a, p, _, events := open(t)
	ended := make(chan error, 1)
	go func() {
		_, err := a.Ask("r1", flow.AskInput{Text: "Count?"})
		ended <- err
	}()
	asked, ok := until(t, events, "answer.started").Data.(flow.Asked)
	require.True(t, ok)
	p.goOn <- struct{}{} // the model has said its first piece
	require.NoError(t, <-ended)
	piece, ok := until(t, events, "answer.text").Data.(api.TextPiece)
	require.True(t, ok)
	require.Equal(t, 1, piece.N)
	done, ok := until(t, events, "request.finished").Data.(api.Finished)
	require.True(t, ok)
	require.Equal(t, api.Finished{Op: "ask", Of: asked.Answer.ID}, done)

	go func() {
		_, err := a.Ask("r2", flow.AskInput{ChatID: asked.Chat.ID, ParentID: asked.Answer.ID, Text: "And again?"})
		ended <- err
	}()
	until(t, events, "answer.started")
	list, err := a.Running()
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "r2", list[0].Request)
	require.Equal(t, "And again?", list[0].Asked.Question.Text)
	require.WithinDuration(t, time.Now(), list[0].Since, time.Minute)
	a.Cancel(list[0].Request)
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(<-ended))
	list, err = a.Running()
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestSecondInstallOfAModelIsRefused(t *testing.T) {
	a, p, _, events := open(t)
	ended := make(chan error, 1)
	go func() { _, err := a.InstallModel("", "qwen"); ended <- err }()
	until(t, events, "model.progress")
	_, err := a.InstallModel("r2", "qwen")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	list, err := a.Running()
	require.NoError(t, err)
	require.Len(t, list, 1, "a request without an id is listed too")
	require.Equal(t, &api.ModelProgress{Request: list[0].Request, Stage: "Downloading", Done: 5, Total: 10}, list[0].Progress)
	p.goOn <- struct{}{}
	require.NoError(t, <-ended)
	go func() { _, err := a.InstallModel("r3", "qwen"); ended <- err }()
	p.goOn <- struct{}{}
	require.NoError(t, <-ended, "once the first has ended it may start")
}

func TestChatSaysWhatBecameOfItsVerdicts(t *testing.T) {
	a, p, store, events := open(t)
	ended := make(chan flow.Asked, 1)
	go func() { asked, _ := a.Ask("r1", flow.AskInput{Text: "Who?"}); ended <- asked }()
	until(t, events, "answer.started")
	p.goOn <- struct{}{}
	asked := <-ended
	require.NoError(t, store.AddVerdict(backend.Verdict{
		ID: "v1", AnswerID: asked.Answer.ID, QuestionID: asked.Question.ID, Question: "Who?", Kind: backend.Outdated, RivalValue: "Two", CreatedAt: asked.Answer.CreatedAt,
	}))
	view, err := a.Chat(asked.Chat.ID)
	require.NoError(t, err)
	require.Empty(t, view.Taught)
	fact, err := a.Teach("v1", backend.FactUpdate{}, false)
	require.NoError(t, err)
	view, err = a.Chat(asked.Chat.ID)
	require.NoError(t, err)
	require.Equal(t, map[string]backend.FactState{"v1": backend.FactProposed}, view.Taught)
	_, err = a.RejectFact(fact.ID)
	require.NoError(t, err)
	view, err = a.Chat(asked.Chat.ID)
	require.NoError(t, err)
	require.Equal(t, backend.FactRejected, view.Taught["v1"])
}

func TestChatHoldsTheFactsThatItsAnswersWereGiven(t *testing.T) {
	a, p, _, events := open(t)
	fact, err := a.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch"}, true)
	require.NoError(t, err)
	ended := make(chan flow.Asked, 1)
	go func() {
		asked, _ := a.Ask("r1", flow.AskInput{Text: "Who is the mayor of Larkstead?"})
		ended <- asked
	}()
	until(t, events, "answer.started")
	p.goOn <- struct{}{}
	asked := <-ended
	view, err := a.Chat(asked.Chat.ID)
	require.NoError(t, err)
	require.Len(t, view.Memory[asked.Answer.ID], 1)
	require.Equal(t, fact.ID, view.Memory[asked.Answer.ID][0].Fact.ID)
}

func TestAnUnknownSettingIsRefusedForEveryDoor(t *testing.T) {
	a := api.New(t.Context(), api.Options{})
	_, err := api.Invoke(a, "SaveSettings", []json.RawMessage{[]byte(`{"model":"m:1","a":1}`)})
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	require.Equal(t, `There is no setting called "a".`, api.Sentence(err))
	require.Contains(t, backend.HintOf(err), "model, extractor, judge")
}
