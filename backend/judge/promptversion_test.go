package judge

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

// counter counts what sayAll asks.
type counter struct {
	recorder
	asked map[string]int
}

func (c *counter) Label(context.Context, backend.LabelRequest) (backend.LabelResult, error) {
	c.asked["label"]++
	return backend.LabelResult{Mass: 1}, nil
}

func (c *counter) Extract(context.Context, backend.ExtractRequest, any) error {
	c.asked["extract"]++
	return backend.ErrUnusable
}

func (c *counter) Chat(context.Context, backend.ChatRequest, func(string) error) (backend.ChatResult, error) {
	c.asked["chat"]++
	return backend.ChatResult{Done: true}, nil
}

func TestThePromptVersionHearsEveryPrompt(t *testing.T) {
	require.Regexp(t, `^\d+-[0-9a-f]{8}$`, PromptVersion())
	c := &counter{asked: map[string]int{}}
	sayAll(c)
	require.Equal(t, map[string]int{"label": 2, "extract": 2, "chat": 1}, c.asked, "gate and yes or no; claim and passage; short answer")
}
