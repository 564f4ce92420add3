package ollamatest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/ollama"
)

// ContractScript makes the fake answer what Contract asks.
func ContractScript() Script {
	return Script{
		Models: []Model{Ours("errata-contract:base", Coder05, "")},
		Reply: func(r Request) Reply {
			switch {
			case r.Labels:
				return Reply{Text: "A", P: map[string]float64{"A": 0.7, " B": 0.2, "Paris": 0.05}}
			case len(r.Schema) > 0:
				return Reply{Text: `{"answer": "Paris"}`}
			}
			return Reply{Text: "The capital of France is Paris, as it has been for a long time, and it lies on the Seine."}
		},
	}
}

// Contract holds a client and what it talks to against what the rest of Errata
// relies on. model is in the engine's store with our template.
func Contract(t *testing.T, c *ollama.Client, model string) {
	ctx := context.Background()
	ask := []backend.Message{{Role: backend.RoleUser, Content: "What is the capital of France? Answer in one long sentence."}}
	sampling := backend.Sampling{NumPredict: 24}

	t.Run("chat streams its text and ends with done", func(t *testing.T) {
		var pieces []string
		r, err := c.Chat(ctx, backend.ChatRequest{Model: model, Messages: ask, Sampling: sampling}, func(p string) error {
			pieces = append(pieces, p)
			return nil
		})
		require.NoError(t, err)
		require.True(t, r.Done)
		require.Greater(t, len(pieces), 1)
		require.Equal(t, r.Text, strings.Join(pieces, ""))
		require.Contains(t, r.Text, "Paris")
		require.Positive(t, r.PromptTokens)
		require.Positive(t, r.OutputTokens)
		require.Positive(t, r.TokensPerSecond())
	})
	t.Run("the same chat gives the same text", func(t *testing.T) {
		one, err := c.Chat(ctx, backend.ChatRequest{Model: model, Messages: ask, Sampling: sampling}, nil)
		require.NoError(t, err)
		two, err := c.Chat(ctx, backend.ChatRequest{Model: model, Messages: ask, Sampling: sampling}, nil)
		require.NoError(t, err)
		require.Equal(t, one.Text, two.Text)
	})
	t.Run("a limit of tokens is kept and told", func(t *testing.T) {
		r, err := c.Chat(ctx, backend.ChatRequest{Model: model, Messages: ask, Sampling: backend.Sampling{NumPredict: 2}}, nil)
		require.NoError(t, err)
		require.Equal(t, "length", r.DoneReason)
		require.LessOrEqual(t, r.OutputTokens, 2)
	})
	t.Run("a text that does not fit is refused, not cut", func(t *testing.T) {
		long := []backend.Message{{Role: backend.RoleUser, Content: strings.Repeat("word ", 5000)}}
		r, err := c.Chat(ctx, backend.ChatRequest{Model: model, Messages: long, Sampling: sampling}, nil)
		require.ErrorIs(t, err, backend.ErrTooLong)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
		require.Empty(t, r.Text)
	})
	t.Run("a stop in the middle keeps the partial text", func(t *testing.T) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r, err := c.Chat(ctx, backend.ChatRequest{Model: model, Messages: ask, Sampling: sampling}, func(string) error {
			cancel()
			return nil
		})
		if err == nil { // a fast engine may have sent everything already
			require.True(t, r.Done)
			return
		}
		require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
		require.False(t, r.Done)
		require.NotEmpty(t, r.Text)
	})
	t.Run("the receiver's own error comes back", func(t *testing.T) {
		mine := errors.New("the window was closed")
		r, err := c.Chat(ctx, backend.ChatRequest{Model: model, Messages: ask, Sampling: sampling}, func(string) error { return mine })
		require.ErrorIs(t, err, mine)
		require.False(t, r.Done)
	})
	t.Run("label", func(t *testing.T) {
		r, err := c.Label(ctx, backend.LabelRequest{Model: model, Labels: []string{"A", "B"}, Messages: []backend.Message{
			{Role: backend.RoleUser, Content: "Is Paris the capital of France? Answer with one letter. A: yes. B: no."}}})
		require.NoError(t, err)
		require.True(t, r.Valid(), "mass %v", r.Mass)
		require.InDelta(t, 1, r.P["A"]+r.P["B"], 1e-9)
		require.LessOrEqual(t, r.Mass, 1.001)
	})
	t.Run("extract", func(t *testing.T) {
		var out struct {
			Answer string `json:"answer"`
		}
		err := c.Extract(ctx, backend.ExtractRequest{Model: model, Messages: []backend.Message{{Role: backend.RoleUser, Content: "The capital of France is Paris. What is the capital of France? Reply in JSON."}},
			Schema: []byte(`{"type":"object","properties":{"answer":{"type":"string","maxLength":40}},"required":["answer"]}`)}, &out)
		require.NoError(t, err)
		require.NotEmpty(t, out.Answer)
	})
	t.Run("a model that is not there", func(t *testing.T) {
		_, err := c.Chat(ctx, backend.ChatRequest{Model: "errata-nothing:none", Messages: ask}, nil)
		require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
		require.NotEmpty(t, backend.HintOf(err))
		require.Equal(t, backend.CodeNotFound, backend.CodeOf(c.Warm(ctx, "errata-nothing:none")))
		has, err := c.Has(ctx, "errata-nothing:none")
		require.NoError(t, err)
		require.False(t, has)
		require.NoError(t, c.Delete(ctx, "errata-nothing:none"))
	})
	t.Run("show proves weights and template", func(t *testing.T) {
		m, err := c.Show(ctx, model)
		require.NoError(t, err)
		require.True(t, m.OursTemplate(), "template %q, stop %q", m.Template, m.Stop)
		require.Len(t, m.Info.BaseSHA256, 64)
		require.Equal(t, "qwen2", m.Info.Architecture)
		has, err := c.Has(ctx, model)
		require.NoError(t, err)
		require.True(t, has)
	})
	t.Run("create keeps what is there and removes what it cannot prove", func(t *testing.T) {
		m, err := c.Show(ctx, model)
		require.NoError(t, err)
		require.NoError(t, c.CreateBase(ctx, model, "", m.Info.BaseSHA256, nil))
		other := "errata-contract:second"
		require.NoError(t, c.CreateBase(ctx, other, "", m.Info.BaseSHA256, nil))
		list, err := c.List(ctx)
		require.NoError(t, err)
		var names []string
		for _, l := range list {
			names = append(names, l.Name)
		}
		require.Subset(t, names, []string{model, other})
		require.NoError(t, c.Delete(ctx, other))
		none := strings.Repeat("0", 64)
		require.Equal(t, backend.CodeNotFound, backend.CodeOf(c.CreateBase(ctx, other, "", none, nil)))
		require.Equal(t, backend.CodeConflict, backend.CodeOf(c.CreateBase(ctx, model, "", none, nil)))
	})
	t.Run("warm, loaded, unload", func(t *testing.T) {
		require.NoError(t, c.Warm(ctx, model))
		loaded, err := c.Loaded(ctx)
		require.NoError(t, err)
		require.Contains(t, loaded, model)
		require.NoError(t, c.Unload(ctx, model))
		loaded, err = c.Loaded(ctx)
		require.NoError(t, err)
		require.NotContains(t, loaded, model)
	})
}
