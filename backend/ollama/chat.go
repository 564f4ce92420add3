package ollama

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"errata/backend"
)

// Chat streams the next assistant turn to onText. It fails with CodeNotFound
// when the engine has no such model, CodeInvalid when the request is wrong or
// the model runs elsewhere, CodeCancelled when ctx ended and CodeUnavailable
// for everything that went wrong in the engine. The text so far is in the
// result whatever happened; without Done there is always an error as well.
func (c *Client) Chat(ctx context.Context, req backend.ChatRequest, onText func(piece string) error) (backend.ChatResult, error) {
	const op = "ollama.chat"
	if req.Model == "" || len(req.Messages) == 0 {
		return backend.ChatResult{}, backend.Errorf(backend.CodeInvalid, op, "A chat needs a model and a message.")
	}
	var result backend.ChatResult
	err := c.retry(ctx, func() (bool, error) {
		var err error
		result, _, err = c.generate(ctx, op, request(req.Model, req.Messages, req.Sampling), onText)
		return result.Text != "", err
	})
	return result, err
}

// request is a chat with everything said explicitly that an engine would
// otherwise choose by its own memory or version. keep_alive is left out: an
// explicit one can hold back the next version of a model for as long.
func request(model string, messages []backend.Message, s backend.Sampling) *api.ChatRequest {
	d := backend.DefaultSampling()
	if s.TopP == 0 {
		s.TopP = d.TopP
	}
	if s.RepeatPenalty == 0 {
		s.RepeatPenalty = d.RepeatPenalty
	}
	if s.NumCtx == 0 {
		s.NumCtx = d.NumCtx
	}
	if s.NumPredict == 0 {
		s.NumPredict = d.NumPredict
	}
	// A shifted context would drop the system turn while the answer still runs.
	shift := false
	// Nor may the engine cut the prompt by itself: it would do so without a word.
	truncate := false
	req := &api.ChatRequest{
		Model:    model,
		Shift:    &shift,
		Truncate: &truncate,
		Options: map[string]any{
			"temperature":    s.Temperature,
			"top_p":          s.TopP,
			"repeat_penalty": s.RepeatPenalty,
			"seed":           s.Seed,
			"num_ctx":        s.NumCtx,
			"num_predict":    s.NumPredict,
		},
	}
	for _, m := range messages {
		req.Messages = append(req.Messages, api.Message{Role: string(m.Role), Content: m.Content})
	}
	return req
}

// generate runs one request under the watch of both timeouts.
func (c *Client) generate(ctx context.Context, op string, req *api.ChatRequest, onText func(string) error) (backend.ChatResult, []api.Logprob, error) {
	var result backend.ChatResult
	engine, address, err := c.engine(ctx)
	if err != nil {
		return result, nil, err
	}
	if err := c.requireLocal(ctx, engine, address, req.Model); err != nil {
		return result, nil, err
	}

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	first := time.AfterFunc(c.opt.FirstToken, func() { cancel(errFirstToken) })
	defer first.Stop()
	gap := time.AfterFunc(time.Duration(1<<62), func() { cancel(errTokenGap) })
	defer gap.Stop()

	var text strings.Builder
	var probabilities []api.Logprob
	var circle circle
	err = engine.Chat(ctx, req, func(r api.ChatResponse) error {
		first.Stop()
		gap.Reset(c.opt.TokenGap)
		if r.RemoteHost != "" || r.RemoteModel != "" {
			return remoteError(op, req.Model)
		}
		probabilities = append(probabilities, r.Logprobs...)
		if r.Done {
			gap.Stop()
			result.Done, result.DoneReason = true, r.DoneReason
			result.PromptTokens, result.OutputTokens = r.PromptEvalCount, r.EvalCount
			result.Load, result.PromptEval, result.Eval = r.LoadDuration, r.PromptEvalDuration, r.EvalDuration
		}
		if r.Message.Content == "" {
			return nil
		}
		text.WriteString(r.Message.Content)
		circle.add(r.Message.Content)
		if onText == nil {
			return nil
		}
		if err := onText(r.Message.Content); err != nil {
			return &stopped{err}
		}
		return nil
	})
	result.Text = text.String()
	if s, ok := err.(*stopped); ok { //nolint:errorlint // it is made three lines above and never wrapped
		result.Done = false
		return result, probabilities, s.err
	}
	if err != nil {
		result.Done = false
		return result, probabilities, failure(ctx, op, req.Model, err)
	}
	if !result.Done && ctx.Err() == nil && circle.closed() {
		result.Done, result.DoneReason = true, "repeat"
	}
	if !result.Done {
		// The API client reports a connection that was cut in the same way as one
		// that ended, so the cause has to be asked for.
		if ctx.Err() != nil {
			return result, probabilities, failure(ctx, op, req.Model, ctx.Err())
		}
		return result, probabilities, backend.Errorf(backend.CodeUnavailable, op, "The answer ended before the engine said it was complete; what came is kept as interrupted.").
			WithHint("Ask again.")
	}
	return result, probabilities, nil
}

// circle counts how often the last piece of an answer came in a row. Ollama ends an
// answer without a word, not even that it is done, when one comes for the 32nd time
// (llm/server.go of 0.24, "token repeat limit").
type circle struct {
	last  string
	times int
}

func (c *circle) add(piece string) {
	if piece = strings.TrimSpace(piece); piece != c.last {
		c.last, c.times = piece, 0
	}
	c.times++
}

func (c *circle) closed() bool { return c.times >= 31 }

// stopped carries the receiver's own error through the API client.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

// Label asks for one token and reads the probability of each label from the 20
// most probable tokens; tokens that differ only in surrounding space count
// together. P is renormalised over the labels, Mass is what fell on them.
func (c *Client) Label(ctx context.Context, req backend.LabelRequest) (backend.LabelResult, error) {
	const op = "ollama.label"
	if req.Model == "" || len(req.Messages) == 0 || len(req.Labels) < 2 {
		return backend.LabelResult{}, backend.Errorf(backend.CodeInvalid, op, "A label needs a model, a message and at least two labels.")
	}
	ask := request(req.Model, req.Messages, backend.Sampling{NumPredict: 1})
	ask.Logprobs, ask.TopLogprobs = true, 20
	var probabilities []api.Logprob
	err := c.retry(ctx, func() (bool, error) {
		var err error
		_, probabilities, err = c.generate(ctx, op, ask, nil)
		return false, err
	})
	if err != nil {
		return backend.LabelResult{}, err
	}
	if len(probabilities) == 0 {
		return backend.LabelResult{}, backend.Errorf(backend.CodeUnavailable, op, "The engine gave no probabilities for its answer.").
			WithHint("Use Ollama 0.24 or newer.")
	}
	return readLabels(req.Labels, probabilities[0]), nil
}

// Extract fills out from one JSON object that follows the schema; an answer
// that is cut or does not decode exactly is CodeUnavailable and leaves out as
// far as it got.
func (c *Client) Extract(ctx context.Context, req backend.ExtractRequest, out any) error {
	const op = "ollama.extract"
	if req.Model == "" || len(req.Messages) == 0 || !json.Valid(req.Schema) {
		return backend.Errorf(backend.CodeInvalid, op, "An extraction needs a model, a message and a JSON schema.")
	}
	n := req.NumPredict
	if n == 0 {
		n = 160
	}
	ask := request(req.Model, req.Messages, backend.Sampling{NumPredict: n})
	ask.Format = req.Schema
	var result backend.ChatResult
	err := c.retry(ctx, func() (bool, error) {
		var err error
		result, _, err = c.generate(ctx, op, ask, nil)
		return false, err
	})
	if err != nil {
		return err
	}
	return decode(op, result, out)
}
