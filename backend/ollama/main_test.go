package ollama_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"errata/backend"
	"errata/backend/ollama"
	"errata/backend/ollama/ollamatest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client talks to a fake without pauses between tries.
func client(t *testing.T, s *ollamatest.Server) *ollama.Client {
	t.Helper()
	return limited(t, s, time.Minute, time.Minute)
}

// limited gives up after first and gap.
func limited(t *testing.T, s *ollamatest.Server, first, gap time.Duration) *ollama.Client {
	t.Helper()
	c := ollama.New(ollama.Options{
		Address:    func(context.Context) (string, error) { return s.URL, nil },
		FirstToken: first, TokenGap: gap, Call: time.Minute,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	t.Cleanup(c.Close)
	return c
}

const model = "errata-contract:base"

func ask(text string) backend.ChatRequest {
	return backend.ChatRequest{Model: model, Messages: []backend.Message{{Role: backend.RoleUser, Content: text}}}
}
