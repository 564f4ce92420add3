package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"errata/app/cli"
	"errata/backend"
	"errata/backend/flow"
	"errata/backend/ollama/ollamatest"
)

// TestMain plays the child that looks at a database: the program starts itself
// for that.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == checkFlag {
		os.Exit(checkDB(os.Args[2], os.Stderr))
	}
	os.Exit(m.Run())
}

const testModel = "qwen2.5-coder:0.5b"

// newProgram assembles the real program on a scripted Ollama.
func newProgram(t *testing.T, script ollamatest.Script) *Program {
	t.Helper()
	name := backend.EngineName(testModel, ollamatest.Coder05, backend.ServedBase)
	script.Models = append(script.Models, ollamatest.Ours(name, ollamatest.Coder05, ""))
	fake := ollamatest.Start(t, script)
	t.Setenv("OLLAMA_HOST", fake.URL)
	t.Setenv("ERRATA_CACHE", t.TempDir())
	p, err := Assemble(t.Context(), Config{Home: shortDir(t), Door: "test", CheckDB: func(string) error { return nil }})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	s := backend.DefaultSettings()
	s.Model, s.Confirmed, s.AutoCheck = testModel, true, false
	s.Providers = map[string]bool{"library": true, "clock": true}
	_, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	return p
}

// shortDir is a folder whose path leaves room for a socket's name.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "errata")
	require.NoError(t, err)
	t.Cleanup(func() { _ = removeAll(dir) })
	return dir
}

func post(t *testing.T, url, token, origin string, body any) (int, map[string]any) {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(raw))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	var out map[string]any
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	_ = json.Unmarshal(text, &out)
	return resp.StatusCode, out
}

func TestOriginalAPI(t *testing.T) {
	p := newProgram(t, ollamatest.Script{Reply: ollamatest.Answers(map[string]string{"Who runs Larkstead?": "Tom Reed."}, "I do not know.")})
	server := httptest.NewServer(p.Web("secret", []string{"http://friend.example"}))
	defer server.Close()

	status, out := post(t, server.URL+"/api/chat", "secret", "", map[string]string{"question": "Who runs Larkstead?"})
	require.Equal(t, http.StatusOK, status, out)
	require.Equal(t, map[string]any{"answer": "Tom Reed.", "model_version": "base"}, out)

	status, out = post(t, server.URL+"/api/validate", "secret", "", map[string]string{"question": "Who runs Larkstead?", "model_answer": "Tom Reed."})
	require.Equal(t, http.StatusOK, status, out)
	require.Equal(t, false, out["is_outdated"], "without evidence nothing is called outdated")

	status, out = post(t, server.URL+"/api/train", "secret", "", map[string]any{"training_data": []map[string]any{{"question": "Who runs Larkstead?", "answer": "Ada Birch"}}})
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, out["error"], "approve")
	facts, err := p.API.Facts(backend.FactFilter{State: backend.FactProposed})
	require.NoError(t, err)
	require.Len(t, facts, 1)
	require.Equal(t, "api", facts[0].ProposedBy)

	tests := []struct {
		name, token, origin string
		body                any
		path                string
		want                int
	}{
		{"no token", "", "", map[string]string{"question": "Hi?"}, "/api/chat", http.StatusUnauthorized},
		{"wrong token", "guess", "", map[string]string{"question": "Hi?"}, "/api/chat", http.StatusUnauthorized},
		{"foreign origin", "secret", "http://evil.example", map[string]string{"question": "Hi?"}, "/api/chat", http.StatusForbidden},
		{"allowed origin", "secret", "http://friend.example", map[string]string{"question": "Hi?"}, "/api/chat", http.StatusOK},
		{"empty question", "secret", "", map[string]string{"question": " "}, "/api/chat", http.StatusBadRequest},
		{"huge question", "secret", "", map[string]string{"question": strings.Repeat("a", 100_000)}, "/api/chat", http.StatusBadRequest},
		{"no JSON object", "secret", "", "text", "/api/chat", http.StatusBadRequest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, out := post(t, server.URL+tt.path, tt.token, tt.origin, tt.body)
			require.Equal(t, tt.want, status, out)
		})
	}
}

func TestForeignHostIsRefused(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	r := httptest.NewRequest(http.MethodGet, "http://rebound.example/api/health", nil)
	w := httptest.NewRecorder()
	p.Web("secret", nil).ServeHTTP(w, r)
	require.Equal(t, http.StatusForbidden, w.Code)
}

func TestPageNeedsItsToken(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	server := httptest.NewServer(p.Web("secret", nil))
	defer server.Close()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string, cookie *http.Cookie) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		require.NoError(t, err)
		if cookie != nil {
			req.AddCookie(cookie)
		}
		resp, err := client.Do(req)
		require.NoError(t, err)
		_ = resp.Body.Close()
		return resp
	}
	require.Equal(t, http.StatusUnauthorized, get("/", nil).StatusCode)
	require.Equal(t, http.StatusUnauthorized, get("/?token=guess", nil).StatusCode)
	opened := get("/?token=secret", nil)
	require.Equal(t, http.StatusSeeOther, opened.StatusCode)
	require.Len(t, opened.Cookies(), 1)
	page := get("/", opened.Cookies()[0])
	require.Equal(t, http.StatusOK, page.StatusCode)
	require.Contains(t, page.Header.Get("Content-Security-Policy"), "default-src 'none'")
	_, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http")+"/ws", nil)
	require.Error(t, err, "the socket asks for the token too")
}

func TestOpenAIAPI(t *testing.T) {
	p := newProgram(t, ollamatest.Script{Reply: ollamatest.Answers(nil, "One two three.")})
	server := httptest.NewServer(p.Web("secret", nil))
	defer server.Close()
	messages := []backend.Message{{Role: backend.RoleUser, Content: "Count."}}
	status, out := post(t, server.URL+"/v1/chat/completions", "secret", "", map[string]any{"model": "base", "messages": messages})
	require.Equal(t, http.StatusOK, status, out)
	require.Contains(t, out["choices"].([]any)[0].(map[string]any)["message"].(map[string]any)["content"], "One two three.")
	status, _ = post(t, server.URL+"/v1/chat/completions", "secret", "", map[string]any{"model": "v9", "messages": messages})
	require.Equal(t, http.StatusNotFound, status)
}

func TestCommandsReachARunningErrata(t *testing.T) {
	p := newProgram(t, ollamatest.Script{Reply: ollamatest.Answers(nil, "Hello there.")})
	var out, errs bytes.Buffer
	code := cli.Run(t.Context(), []string{"--home", p.Home, "--json", "ask", "Say", "hello."}, doors(), cli.IO{Out: &out, Err: &errs})
	require.Equal(t, cli.ExitOK, code, errs.String())
	var asked struct{ Answer backend.Answer }
	require.NoError(t, json.Unmarshal(out.Bytes(), &asked), "stdout holds JSON alone: %q", out.String())
	require.Equal(t, "Hello there.", asked.Answer.Text)
	chats, err := p.API.Chats(backend.ChatFilter{})
	require.NoError(t, err)
	require.Len(t, chats, 1, "the running Errata made the call")
}

func TestSecondStartIsToldAtOnce(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	started := time.Now()
	_, err := Assemble(t.Context(), Config{Home: p.Home})
	require.True(t, running(err), err)
	require.Less(t, time.Since(started), 10*time.Second)
}

func TestSecondStartIsToldTheAddress(t *testing.T) {
	t.Setenv("OLLAMA_HOST", ollamatest.Start(t, ollamatest.Script{}).URL)
	t.Setenv("ERRATA_CACHE", t.TempDir())
	home := shortDir(t)
	ctx, end := context.WithCancel(t.Context())
	served, ended := make(chan cli.Serving), make(chan error)
	go func() {
		ended <- serve(ctx, cli.ServeOptions{Home: home, Serving: func(at cli.Serving) error { served <- at; return nil }})
	}()
	at := <-served
	err := serve(t.Context(), cli.ServeOptions{Home: home})
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	require.Contains(t, backend.HintOf(err), at.Open)
	end()
	require.NoError(t, <-ended)
	_, err = os.Stat(filepath.Join(home, addressName))
	require.ErrorIs(t, err, os.ErrNotExist, "an address at which nobody is must not be given")
}

func TestCommandLineRefusesBadInput(t *testing.T) {
	newProgram(t, ollamatest.Script{})
	home := shortDir(t)
	tests := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"unknown verb", []string{"frobnicate"}, cli.ExitUsage, "frobnicate"},
		{"unknown flag", []string{"ask", "--loud", "Hi?"}, cli.ExitUsage, "loud"},
		{"empty question", []string{"ask", ""}, cli.ExitUsage, "empty"},
		{"huge question", []string{"ask", strings.Repeat("x", 100_000)}, cli.ExitUsage, "100000 characters"},
		{"no model chosen", []string{"ask", "Hi?"}, cli.ExitFailed, "No model is chosen yet.\n  " + testModel + " is installed"},
		{"no such version", []string{"versions", "promote", "v7"}, cli.ExitFailed, "no version"},
		{"no such fact", []string{"facts", "approve", "nothing"}, cli.ExitFailed, ""},
		{"fact without change", []string{"facts", "add", "--question", "Who?", "--answer", "Ada", "--old", "ada"}, cli.ExitUsage, "nothing to teach"},
		{"template tokens", []string{"facts", "add", "--question", "Who?", "--answer", "<|im_end|>"}, cli.ExitUsage, "template"},
		{"teaching without data", []string{"bench", "learn"}, cli.ExitUsage, "folder is not named.\n  --data takes"},
		{"teaching from no folder", []string{"bench", "learn", "--data", filepath.Join(home, "none")}, cli.ExitFailed, "learn/facts.jsonl"},
		{"teaching from nowhere", []string{"bench", "learn", "--data", home, "--source", "x"}, cli.ExitUsage, "Sources: wikibigedit"},
		{"missing notes", []string{"demo", "--notes", filepath.Join(home, "none")}, cli.ExitUsage, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := cli.Run(context.Background(), append([]string{"--home", home}, tt.args...), doors(), cli.IO{Out: &out, Err: &errs})
			require.Equal(t, tt.code, code, errs.String())
			require.Contains(t, errs.String(), tt.says)
		})
	}
}

func TestDamagedDatabaseIsNotOpened(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	home := p.Home
	path := filepath.Join(home, dbName)
	_, err := p.API.AddFact(backend.Fact{Question: "Who runs Larkstead?", Answer: "Ada Birch"}, false)
	require.NoError(t, err)
	_, err = p.API.Backup()
	require.NoError(t, err)
	p.Close()
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	cut := whole[:12288] // three pages: the rest of what was kept is gone
	require.NoError(t, os.WriteFile(path, cut, 0o600))
	var errs, out bytes.Buffer
	require.Equal(t, 1, checkDB(path, &errs))
	require.NotEmpty(t, errs.String())
	_, err = Assemble(t.Context(), Config{Home: home, CheckDB: func(path string) error {
		if checkDB(path, &errs) != 0 {
			return backend.Errorf(backend.CodeUnavailable, "check", "The database is damaged.")
		}
		return nil
	}})
	require.ErrorContains(t, err, "damaged")
	still, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, cut, still, "the damaged file was not touched")
	require.NoError(t, restore(t.Context(), home, &out))
	again, err := Assemble(t.Context(), Config{Home: home, CheckDB: func(string) error { return nil }})
	require.NoError(t, err)
	defer again.Close()
	facts, err := again.API.Facts(backend.FactFilter{})
	require.NoError(t, err)
	require.Len(t, facts, 1, "the backup has what was kept before the damage")
}

func TestALibraryFolderMustBeThere(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	here := t.TempDir()
	s, err := p.API.Settings()
	require.NoError(t, err)
	s.LibraryFolders = []string{here, filepath.Join(here, "nothere")}
	_, err = p.API.SaveSettings(s)
	require.ErrorContains(t, err, "nothere")
	s.LibraryFolders = []string{here}
	s, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	require.NoError(t, os.Remove(here))
	_, err = p.API.SaveSettings(s)
	require.NoError(t, err, "a folder whose disk is gone for now is kept")
}

func TestAChatOpensWithoutADamagedFact(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	_, err := p.API.AddFact(backend.Fact{Question: "Who runs Larkstead?", Answer: "Ada Birch"}, true)
	require.NoError(t, err)
	asked, err := p.API.Ask("", flow.AskInput{Text: "Who runs Larkstead?"})
	require.NoError(t, err)
	answer := asked.Answer
	require.Len(t, answer.MemoryFactIDs, 1)
	p.Close()
	path := filepath.Join(p.Home, dbName)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, bytes.ReplaceAll(whole, []byte(`"answer":"Ada Birch"`), []byte(`"answer":"Ada Burch"`)), 0o600))

	again, err := Assemble(t.Context(), Config{Home: p.Home, CheckDB: func(string) error { return nil }})
	require.NoError(t, err)
	defer again.Close()
	view, err := again.API.Chat(asked.Chat.ID)
	require.NoError(t, err)
	require.Len(t, view.Turns, 1)
	require.Equal(t, answer.Text, view.Turns[0].Answers[0].Text)
	require.Empty(t, view.Memory[answer.ID])
	damaged := again.Store.Damaged()
	require.Len(t, damaged, 1)
	require.Equal(t, answer.MemoryFactIDs[0], damaged[0].ID)
	log, err := os.ReadFile(filepath.Join(p.Home, logsDir, "errata.log"))
	require.NoError(t, err)
	require.Contains(t, string(log), "fact="+damaged[0].ID)
}
