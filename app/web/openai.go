package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

// openAI serves /v1/models and /v1/chat/completions: "base", "current" and every
// served version are models. The caller's messages are taken as they are: a
// system turn of ours is added only when there is none, memory never.
func (s *Server) openAI() {
	s.mux.HandleFunc("GET /v1/models", s.models)
	s.mux.HandleFunc("POST /v1/chat/completions", s.completions)
}

func (s *Server) models(w http.ResponseWriter, _ *http.Request) {
	versions, err := s.API.Versions()
	if err != nil {
		failWith(w, err)
		return
	}
	type model struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Created int64  `json:"created"`
		OwnedBy string `json:"owned_by"`
	}
	list := []model{{"current", "model", 0, "errata"}, {"base", "model", 0, "errata"}}
	for _, v := range versions {
		if v.EngineName != "" {
			list = append(list, model{v.Name(), "model", v.CreatedAt.Unix(), "errata"})
		}
	}
	send(w, http.StatusOK, map[string]any{"object": "list", "data": list})
}

type completionRequest struct {
	Model       string            `json:"model"`
	Messages    []backend.Message `json:"messages"`
	Stream      bool              `json:"stream"`
	Temperature *float64          `json:"temperature"`
	TopP        *float64          `json:"top_p"`
	MaxTokens   *int              `json:"max_tokens"`
	Seed        *int              `json:"seed"`
}

func (s *Server) completions(w http.ResponseWriter, r *http.Request) {
	var in completionRequest
	if !read(w, r, &in) {
		return
	}
	reply, err := s.replyInput(in)
	if err != nil {
		openAIError(w, err)
		return
	}
	id, model, created := fmt.Sprintf("chatcmpl-%d", time.Now().UnixNano()), in.Model, time.Now().Unix()
	if !in.Stream {
		out, err := api.Reply(r.Context(), s.API, reply, nil)
		if err != nil {
			openAIError(w, err)
			return
		}
		send(w, http.StatusOK, map[string]any{
			"id": id, "object": "chat.completion", "created": created, "model": model,
			"choices": []any{map[string]any{"index": 0, "finish_reason": finish(out.Result), "message": backend.Message{Role: backend.RoleAssistant, Content: out.Result.Text}}},
			"usage":   usage(out.Result),
		})
		return
	}
	s.stream(w, r, reply, func(delta map[string]any, reason any) map[string]any {
		return map[string]any{
			"id": id, "object": "chat.completion.chunk", "created": created, "model": model,
			"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": reason}},
		}
	})
}

func (s *Server) replyInput(in completionRequest) (flow.ReplyInput, error) {
	var out flow.ReplyInput
	switch in.Model {
	case "", "current":
	case "base":
		out.Version = flow.BaseVersion
	default:
		v, err := s.API.FindVersion(in.Model)
		if err != nil {
			return out, err
		}
		out.Version = v.ID
	}
	for i, m := range in.Messages {
		switch {
		case m.Role == backend.RoleSystem && i == 0:
			out.System = m.Content
		case m.Role == backend.RoleUser && i == len(in.Messages)-1:
			out.Question = m.Content
		case m.Role == backend.RoleUser || m.Role == backend.RoleAssistant || m.Role == backend.RoleSystem:
			out.History = append(out.History, m)
		default:
			return out, backend.Errorf(backend.CodeInvalid, "completions", "The role %q is not known.", m.Role)
		}
	}
	if out.Question == "" {
		return out, backend.Errorf(backend.CodeInvalid, "completions", "The last message must be the user's.")
	}
	sampling := backend.DefaultSampling()
	if in.Temperature != nil {
		sampling.Temperature = *in.Temperature
	}
	if in.TopP != nil {
		sampling.TopP = *in.TopP
	}
	if in.MaxTokens != nil {
		sampling.NumPredict = *in.MaxTokens
	}
	if in.Seed != nil {
		sampling.Seed = *in.Seed
	}
	out.Sampling = &sampling
	return out, nil
}

// stream sends server-sent events; an error after the first piece ends the
// stream without [DONE], so that no caller takes a partial text for an answer.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, in flow.ReplyInput, chunk func(map[string]any, any) map[string]any) {
	flusher, _ := w.(http.Flusher)
	started := false
	event := func(v any) error {
		if !started {
			w.Header().Set("Content-Type", "text/event-stream")
			started = true
		}
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", b); err != nil {
			return err
		}
		if flusher != nil {
			flusher.Flush()
		}
		return nil
	}
	out, err := api.Reply(r.Context(), s.API, in, func(piece string) error {
		return event(chunk(map[string]any{"role": backend.RoleAssistant, "content": piece}, nil))
	})
	switch {
	case err != nil && !started:
		openAIError(w, err)
	case err != nil:
		_ = event(map[string]any{"error": map[string]any{"message": api.Sentence(err), "type": backend.CodeOf(err)}})
	default:
		last := chunk(map[string]any{}, finish(out.Result))
		last["usage"] = usage(out.Result)
		if event(last) == nil {
			_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
		}
	}
}

func finish(r backend.ChatResult) string {
	if r.DoneReason == "length" {
		return "length"
	}
	return "stop"
}

func usage(r backend.ChatResult) map[string]int {
	return map[string]int{"prompt_tokens": r.PromptTokens, "completion_tokens": r.OutputTokens, "total_tokens": r.PromptTokens + r.OutputTokens}
}

func openAIError(w http.ResponseWriter, err error) {
	send(w, statusOf(err), map[string]any{"error": map[string]any{"message": api.Sentence(err), "type": backend.CodeOf(err), "hint": backend.HintOf(err)}})
}
