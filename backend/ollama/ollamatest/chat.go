package ollamatest

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"errata/backend"
)

// slot is the place in memory of one weights file. One request runs at a time;
// while any runs or waits on an adapter, another adapter has to wait.
type slot struct {
	turn    chan struct{}
	loaded  string // name of the model in it, "" empty
	adapter string
	leaving bool // unloaded, but still listed once
}

func (s *Server) slotOf(weights string) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.slots[weights]
	if !ok {
		at = &slot{turn: make(chan struct{}, 1)}
		s.slots[weights] = at
	}
	return at
}

// load waits for the model's slot and loads it there if something else is in it.
func (s *Server) load(ctx context.Context, m Model) (release func(), loading time.Duration, err error) {
	at := s.slotOf(m.Weights)
	select {
	case at.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	case <-s.closed:
		return nil, 0, http.ErrServerClosed
	}
	s.mu.Lock()
	fresh := at.loaded != "" && at.adapter == m.Adapter && !at.leaving
	at.loaded, at.adapter, at.leaving = m.Name, m.Adapter, false
	s.mu.Unlock()
	if !fresh {
		loading = s.script.Load
		s.pause(ctx, loading)
	}
	return func() { <-at.turn }, loading, nil
}

func (s *Server) pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-s.closed:
	}
}

func (s *Server) ps(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []object{}
	for weights, at := range s.slots {
		if at.loaded == "" {
			continue
		}
		list = append(list, object{"name": at.loaded, "model": at.loaded, "size": s.blobs[weights] + 1000, "size_vram": 0, "expires_at": "2030-01-02T03:04:05Z"})
		if at.leaving {
			at.loaded, at.leaving = "", false
		}
	}
	reply(w, 200, object{"models": list})
}

// generate is only used with an empty prompt: to load, or to unload.
func (s *Server) generate(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Model, Prompt string
		KeepAlive     *json.RawMessage `json:"keep_alive"`
	}
	_ = json.NewDecoder(r.Body).Decode(&ask)
	m, ok := s.find(ask.Model)
	if !ok {
		missing(w, ask.Model)
		return
	}
	if ask.KeepAlive != nil && strings.Trim(string(*ask.KeepAlive), `"`) == "0" || ask.KeepAlive != nil && strings.Trim(string(*ask.KeepAlive), `"`) == "0s" {
		at := s.slotOf(m.Weights)
		s.mu.Lock()
		if at.loaded == m.Name {
			at.leaving = true
		}
		s.mu.Unlock()
		reply(w, 200, object{"model": ask.Model, "response": "", "done": true, "done_reason": "unload"})
		return
	}
	release, _, err := s.load(r.Context(), m)
	if err != nil {
		return
	}
	release()
	reply(w, 200, object{"model": ask.Model, "response": "", "done": true, "done_reason": "load"})
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Model       string
		Messages    []backend.Message
		Options     map[string]any
		Format      json.RawMessage
		Logprobs    bool
		Truncate    *bool
		TopLogprobs int              `json:"top_logprobs"`
		KeepAlive   *json.RawMessage `json:"keep_alive"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		reply(w, 400, object{"error": err.Error()})
		return
	}
	m, ok := s.find(ask.Model)
	if !ok {
		missing(w, ask.Model)
		return
	}
	started := time.Now()
	release, loading, err := s.load(r.Context(), m)
	if err != nil {
		return
	}
	defer release()
	request := Request{Model: ask.Model, Weights: m.Weights, Adapter: m.Adapter, Messages: ask.Messages, Options: ask.Options, Schema: ask.Format, Labels: ask.Logprobs}
	for _, message := range ask.Messages {
		if message.Role == backend.RoleUser {
			request.User = message.Content
		}
	}
	s.mu.Lock()
	s.requests = append(s.requests, request)
	if ask.KeepAlive != nil {
		s.kept = append(s.kept, string(*ask.KeepAlive))
	}
	s.mu.Unlock()

	length := len(tokens(backend.RenderChatML(ask.Messages)))
	if limit, ok := ask.Options["num_ctx"].(float64); ok && ask.Truncate != nil && !*ask.Truncate && length > int(limit) {
		reply(w, 400, object{"error": "the input length exceeds the context length"})
		return
	}
	answer := s.script.Reply(request)
	if s.failCall(w, r, answer.Fault) {
		return
	}
	pieces, reason := tokens(answer.Text), "stop"
	if n, ok := ask.Options["num_predict"].(float64); ok && n > 0 && int(n) < len(pieces) {
		pieces, reason = pieces[:int(n)], "length"
	}
	line := lines(w)
	say := func(text string, more object) {
		o := object{"model": ask.Model, "created_at": time.Now().UTC(), "message": object{"role": "assistant", "content": text}, "done": false}
		for k, v := range more {
			o[k] = v
		}
		line(o)
	}
	first := object{}
	if ask.Logprobs && answer.Fault != NoLogprobs {
		first["logprobs"] = []object{logprobs(answer, ask.TopLogprobs)}
	}
	if answer.Fault == Remote {
		first["remote_model"], first["remote_host"] = "elsewhere", "https://ollama.com:443"
	}
	// Each piece has its time from the beginning on: what a late timer costs one, the
	// next makes good, and the rate is the one asked for.
	due := time.Now()
	last, times := "", 0
	for i, piece := range pieces {
		if same := strings.TrimSpace(piece); same != last {
			last, times = same, 0
		}
		if times++; times > 31 {
			return // as Ollama 0.24 does, without "done"
		}
		if i == (len(pieces)+1)/2 && s.failStream(w, r, line, answer.Fault) {
			return
		}
		due = due.Add(s.script.Token)
		s.pause(r.Context(), time.Until(due))
		if r.Context().Err() != nil {
			return
		}
		say(piece, first)
		first = nil
	}
	if s.failStream(w, r, line, answer.Fault) {
		return
	}
	took := time.Since(started)
	say("", object{
		"done": true, "done_reason": reason, "total_duration": took, "load_duration": loading,
		"prompt_eval_count": length, "prompt_eval_duration": took / 4,
		"eval_count": len(pieces), "eval_duration": max(took/2, 1),
	})
}

// failStream ends a stream that has begun.
func (s *Server) failStream(w http.ResponseWriter, r *http.Request, line func(object), f Fault) bool {
	switch f {
	case ErrorLine:
		line(object{"error": "the engine ran into a wall"})
	case CrashMidway:
		line(object{"error": "an error was encountered while running the model: unexpected EOF"})
	case NoDone:
	case Cut:
		cut(w)
	case Stall:
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
	case BadLine:
		_, _ = w.Write([]byte("this is no JSON\n"))
	case LongLine:
		line(object{"message": object{"role": "assistant", "content": strings.Repeat("x", 9<<20)}})
	default:
		return false
	}
	return true
}

// tokens cuts a text before each space, so that the pieces join to the text.
func tokens(text string) (pieces []string) {
	for len(text) > 0 {
		cut := strings.IndexByte(text[1:], ' ') + 1
		if cut == 0 {
			cut = len(text)
		}
		pieces = append(pieces, text[:cut])
		text = text[cut:]
	}
	return pieces
}

func logprobs(answer Reply, top int) object {
	p := answer.P
	if p == nil {
		first := ""
		if t := tokens(answer.Text); len(t) > 0 {
			first = t[0]
		}
		p = map[string]float64{first: 0.97, "\n": 0.01}
	}
	type choice struct {
		token string
		p     float64
	}
	var choices []choice
	for token, v := range p {
		choices = append(choices, choice{token, v})
	}
	slices.SortFunc(choices, func(a, b choice) int {
		if a.p != b.p {
			if a.p > b.p {
				return -1
			}
			return 1
		}
		return strings.Compare(a.token, b.token)
	})
	list := []object{}
	for _, c := range choices[:min(top, len(choices))] {
		list = append(list, object{"token": c.token, "logprob": math.Log(c.p)})
	}
	return object{"token": choices[0].token, "logprob": math.Log(choices[0].p), "top_logprobs": list}
}
