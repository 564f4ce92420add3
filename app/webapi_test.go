package app

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/app/web"
	"errata/backend"
	"errata/backend/ollama/ollamatest"
)

func row(question, answer string, stable bool) map[string]any {
	return map[string]any{"question": question, "answer": answer, "is_stable": stable}
}

// ready is a trainer that is set up.
type ready struct{}

func (ready) Ready(context.Context) error                          { return nil }
func (ready) Setup(context.Context, func(string), ...string) error { return nil }

func TestOriginalTrainWaitsForAPerson(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	began := make(chan func(), 1)
	a := api.New(t.Context(), api.Options{Loop: p.Loop, Hub: p.Hub, Trainer: ready{}, Behind: func(f func()) { began <- f }})
	server := httptest.NewServer(web.New(web.Options{API: a, Hub: p.Hub, Token: "secret"}))
	defer server.Close()
	train := func(rows ...map[string]any) (int, map[string]any) {
		return post(t, server.URL+"/api/train", "secret", "", map[string]any{"training_data": rows})
	}
	queue := func(state backend.FactState) []backend.Fact {
		facts, err := a.Facts(backend.FactFilter{State: state})
		require.NoError(t, err)
		return facts
	}
	other, err := a.AddFact(backend.Fact{Question: "Who runs Quenbia?", Answer: "Tom Reed"}, true)
	require.NoError(t, err)
	require.Equal(t, backend.FactApproved, other.State)

	status, out := train(row("Who runs Larkstead?", "Ada Birch", false), row("", "nobody", false))
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, out["error"], "Row 2")
	require.Empty(t, queue(backend.FactProposed), "nothing is taken of a bad request")

	for range 2 {
		status, out = train(row("Who runs Larkstead?", "Ada Birch", false), row("who runs larkstead", "ada birch", false), row("What is gold's symbol?", "Au", true))
		require.Equal(t, http.StatusConflict, status, "an approved fact of somebody else's starts no training of these")
		require.Contains(t, out["error"], "approve")
		require.Len(t, queue(backend.FactProposed), 1, "a row has no twin in the queue")
	}
	_, err = a.ApproveFact(queue(backend.FactProposed)[0].ID)
	require.NoError(t, err)
	status, out = train(row("Who runs Larkstead?", "Ada Birch", false))
	require.Equal(t, http.StatusOK, status, out)
	require.Equal(t, "training_started", out["status"])
	require.NotEmpty(t, out["job_id"])
	events, stop := p.Hub.Listen()
	defer stop()
	(<-began)() // the loop's own trainer is not set up here
	e := <-events
	for e.Topic != "training.failed" { // the end of the request is told as well
		e = <-events
	}
	require.Equal(t, out["job_id"], e.ID)
}

func TestOriginalAPIFollowsTheSettings(t *testing.T) {
	p := newProgram(t, ollamatest.Script{Reply: func(r ollamatest.Request) ollamatest.Reply {
		for _, m := range r.Messages {
			if strings.Contains(m.Content, "Ada Birch") {
				return ollamatest.Reply{Text: "from memory"}
			}
		}
		return ollamatest.Reply{Text: "from the weights"}
	}})
	server := httptest.NewServer(p.Web("secret", nil))
	defer server.Close()
	_, err := p.API.AddFact(backend.Fact{Question: "Who runs Larkstead?", Answer: "Ada Birch"}, true)
	require.NoError(t, err)
	for memory, want := range map[bool]string{true: "from memory", false: "from the weights"} {
		s, err := p.API.Settings()
		require.NoError(t, err)
		s.Memory = memory
		_, err = p.API.SaveSettings(s)
		require.NoError(t, err)
		_, out := post(t, server.URL+"/api/chat", "secret", "", map[string]string{"question": "Who runs Larkstead?"})
		require.Equal(t, want, out["answer"])
	}

	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for i, model := range []string{testModel, "another:1"} {
		id := strings.Repeat(string(rune('a'+i)), 64)
		v, err := p.Store.RegisterAdapter(backend.Adapter{ID: id}, backend.Version{ID: "v" + id, Model: model, CreatedAt: now})
		require.NoError(t, err)
		if model != testModel {
			require.NoError(t, p.Store.Promote(model, v.ID, now))
		}
	}
	status, out := get(t, server.URL+"/api/model/current", "secret")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, map[string]any{"model_path": testModel, "is_base_model": true}, out, "the current version of another model is not asked")
}

func get(t *testing.T, url, token string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	var out map[string]any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&out))
	return resp.StatusCode, out
}

func TestOpenAIDialect(t *testing.T) {
	var asked ollamatest.Request
	p := newProgram(t, ollamatest.Script{Reply: func(r ollamatest.Request) ollamatest.Reply {
		asked = r
		return ollamatest.Reply{Text: "Yes."}
	}})
	server := httptest.NewServer(p.Web("secret", nil))
	defer server.Close()
	complete := func(token string, body any) (int, map[string]any) {
		return post(t, server.URL+"/v1/chat/completions", token, "", body)
	}
	parts := []map[string]any{{"type": "text", "text": "Is it "}, {"type": "text", "text": "so?"}}
	status, out := complete("secret", map[string]any{"model": "base", "max_completion_tokens": 7, "stop": nil, "messages": []map[string]any{
		{"role": "developer", "content": "Be brief."}, {"role": "user", "content": parts},
	}})
	require.Equal(t, http.StatusOK, status, out)
	require.Equal(t, "Is it so?", asked.User)
	require.Equal(t, backend.Message{Role: backend.RoleSystem, Content: "Be brief."}, asked.Messages[0])
	require.InDelta(t, 7, asked.Options["num_predict"], 0)

	user := []map[string]any{{"role": "user", "content": "Hi?"}}
	image := []map[string]any{{"role": "user", "content": []map[string]any{{"type": "image_url"}}}}
	tests := []struct {
		name, token string
		body        any
		status      int
		kind, says  string
	}{
		{"no token", "", map[string]any{"messages": user}, 401, "authentication_error", "token"},
		{"no JSON object", "secret", "text", 400, "invalid_request_error", "JSON"},
		{"an image", "secret", map[string]any{"messages": image}, 400, "invalid_request_error", "image_url"},
		{"stop", "secret", map[string]any{"messages": user, "stop": []string{"."}}, 400, "invalid_request_error", "Stop sequences are not supported"},
		{"unknown model", "secret", map[string]any{"messages": user, "model": "v9"}, 404, "invalid_request_error", "v9"},
		{"unknown role", "secret", map[string]any{"messages": append([]map[string]any{{"role": "tool", "content": "x"}}, user...)}, 400, "invalid_request_error", "tool"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, out := complete(tt.token, tt.body)
			require.Equal(t, tt.status, status, out)
			e, ok := out["error"].(map[string]any)
			require.True(t, ok, out)
			require.Equal(t, tt.kind, e["type"])
			require.Contains(t, e["message"], tt.says)
		})
	}
	status, out = get(t, server.URL+"/v1/embeddings", "secret")
	require.Equal(t, http.StatusNotFound, status)
	require.IsType(t, map[string]any{}, out["error"])
	status, out = get(t, server.URL+"/v1/models", "wrong")
	require.Equal(t, http.StatusUnauthorized, status)
	require.IsType(t, map[string]any{}, out["error"])
}

func TestCrossOrigin(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	s, err := p.API.Settings()
	require.NoError(t, err)
	s.AllowedOrigins = []string{"http://Kept.example/"}
	s, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	require.Equal(t, []string{"http://kept.example"}, s.AllowedOrigins)
	h := p.Web("secret", []string{"http://friend.example:3000/"})
	for origin, want := range map[string]string{
		"http://friend.example:3000": "authorization, x-stainless-os", "http://kept.example": "authorization, x-stainless-os", "http://evil.example": "",
	} {
		r := httptest.NewRequest(http.MethodOptions, "http://127.0.0.1:8765/v1/chat/completions", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Headers", "authorization, x-stainless-os")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Equal(t, want, w.Header().Get("Access-Control-Allow-Headers"), origin)
	}
}

func TestCookieOfAPage(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	page := func(host, path string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://"+host+path, nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		p.Web("secret", nil).ServeHTTP(w, r)
		return w
	}
	one := page("127.0.0.1:8765", "/?token=secret").Result().Cookies()[0]
	two := page("127.0.0.1:8766", "/?token=secret").Result().Cookies()[0]
	require.NotEqual(t, one.Name, two.Name, "a browser sends cookies to every port: two Erratas keep theirs apart")
	require.NotContains(t, one.Value, "secret", "other ports get to see it")
	require.Equal(t, http.StatusOK, page("127.0.0.1:8765", "/", one, two).Code)
	require.Equal(t, http.StatusUnauthorized, page("127.0.0.1:8766", "/", one).Code)
	require.Equal(t, http.StatusUnauthorized, page("127.0.0.1:8766", "/", &http.Cookie{Name: two.Name, Value: one.Value}).Code)
	require.Contains(t, page("127.0.0.1:8765", "/", one).Header().Get("Content-Security-Policy"), "frame-ancestors 'none'")
}
