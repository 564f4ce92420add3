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
	s.mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, r, http.StatusNotFound, r.Method+" "+r.URL.Path+" is not served here.", "GET /v1/models and POST /v1/chat/completions are.")
	})
}

func (s *Server) models(w http.ResponseWriter, r *http.Request) {
	versions, err := s.API.Versions()
	if err != nil {
		failWith(w, r, err)
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
	Model       string       `json:"model"`
	Messages    []message    `json:"messages"`
	Stream      bool         `json:"stream"`
	Temperature *float64     `json:"temperature"`
	TopP        *float64     `json:"top_p"`
	MaxTokens   *int         `json:"max_tokens"`
	MostTokens  *int         `json:"max_completion_tokens"` // its newer name
	Seed        *int         `json:"seed"`
	Stop        stopSequence `json:"stop"`
}

type message struct {
	Role    backend.Role `json:"role"`
	Content content      `json:"content"`
}

// content is a text, or a list of parts that are texts.
type content string

// UnmarshalJSON joins the parts.
func (c *content) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*c = content(text)
		return nil
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if err := json.Unmarshal(raw, &parts); err != nil {
		return refused("The content of a message is a text or a list of text parts.")
	}
	for _, p := range parts {
		if p.Type != "text" {
			return refused(fmt.Sprintf("Only text parts can be read, not %q.", p.Type))
		}
		text += p.Text
	}
	*c = content(text)
	return nil
}

// stopSequence refuses what a caller would otherwise take for done: an answer
// here ends where the model ends it.
type stopSequence struct{}

// UnmarshalJSON takes the ways to say "none".
func (*stopSequence) UnmarshalJSON(raw []byte) error {
	var some []string
	var one *string
	if json.Unmarshal(raw, &one) == nil && (one == nil || *one == "") || json.Unmarshal(raw, &some) == nil && len(some) == 0 {
		return nil
	}
	return refused("Stop sequences are not supported. Leave stop out and cut the text yourself, or bound it with max_tokens.")
}

// refused is why a body that is JSON is not taken.
func refused(why string) error {
	return backend.Errorf(backend.CodeInvalid, "completions", "%s", why)
}

func (s *Server) completions(w http.ResponseWriter, r *http.Request) {
	var in completionRequest
	if !read(w, r, &in) {
		return
	}
	reply, err := s.replyInput(in)
	if err != nil {
		failWith(w, r, err)
		return
	}
	id, model, created := fmt.Sprintf("chatcmpl-%d", time.Now().UnixNano()), in.Model, time.Now().Unix()
	if !in.Stream {
		out, err := api.Reply(r.Context(), s.API, reply, nil)
		if err != nil {
			failWith(w, r, err)
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
	for i, asked := range in.Messages {
		m := backend.Message{Role: asked.Role, Content: string(asked.Content)}
		if m.Role == "developer" { // the newer name of the system's role
			m.Role = backend.RoleSystem
		}
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
	for _, most := range []*int{in.MaxTokens, in.MostTokens} {
		if most != nil {
			sampling.NumPredict = *most
		}
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
		failWith(w, r, err)
	case err != nil:
		_ = event(map[string]any{"error": openAIError(statusOf(err), api.Sentence(err), backend.HintOf(err))})
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
