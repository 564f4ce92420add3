package ollama_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/ollama"
	"errata/backend/ollama/ollamatest"
)

func TestChatFaults(t *testing.T) {
	tests := []struct {
		name     string
		fault    ollamatest.Fault
		wantCode backend.Code
		partial  bool // some text came before
		words    string
	}{
		{"another web server", ollamatest.Foreign, backend.CodeUnavailable, false, "Ollama's language"},
		{"404", ollamatest.NotFound, backend.CodeNotFound, false, "no model"},
		{"busy for ever", ollamatest.Busy, backend.CodeUnavailable, false, "busy"},
		{"500", ollamatest.Broken, backend.CodeUnavailable, false, "failed"},
		{"401", ollamatest.SignIn, backend.CodeUnavailable, false, "sign-in"},
		{"half a JSON object", ollamatest.BadJSON, backend.CodeUnavailable, false, ""},
		{"nothing at all", ollamatest.Empty, backend.CodeUnavailable, false, "before the engine said"},
		{"connection cut at once", ollamatest.Reset, backend.CodeUnavailable, false, ""},
		{"redirect", ollamatest.Redirect, backend.CodeUnavailable, false, ""},
		{"too big for the memory", ollamatest.OutOfMemory, backend.CodeUnavailable, false, "memory"},
		{"runner died", ollamatest.Crash, backend.CodeUnavailable, false, "runner"},
		{"no first token", ollamatest.StallFirst, backend.CodeUnavailable, false, "first word"},
		{"error line", ollamatest.ErrorLine, backend.CodeUnavailable, true, ""},
		{"runner dies midway", ollamatest.CrashMidway, backend.CodeUnavailable, true, "runner"},
		{"ends without done", ollamatest.NoDone, backend.CodeUnavailable, true, "before the engine said"},
		{"cut midway", ollamatest.Cut, backend.CodeUnavailable, true, ""},
		{"stalls midway", ollamatest.Stall, backend.CodeUnavailable, true, "middle"},
		{"a line that is no JSON", ollamatest.BadLine, backend.CodeUnavailable, true, ""},
		{"a line of 9 MB", ollamatest.LongLine, backend.CodeUnavailable, true, ""},
		{"another computer", ollamatest.Remote, backend.CodeInvalid, false, "another computer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			script := ollamatest.ContractScript()
			script.Reply = func(ollamatest.Request) ollamatest.Reply {
				return ollamatest.Reply{Text: "one two three four five six", Fault: tt.fault}
			}
			s := ollamatest.Start(t, script)
			c := client(t, s)
			switch tt.fault {
			case ollamatest.StallFirst:
				c = limited(t, s, 200*time.Millisecond, time.Minute)
			case ollamatest.Stall:
				c = limited(t, s, time.Minute, time.Second)
			}
			r, err := c.Chat(context.Background(), ask("q"), nil)
			require.Error(t, err)
			require.Equal(t, tt.wantCode, backend.CodeOf(err), "%v", err)
			require.False(t, r.Done, "a fault must never look complete")
			require.Equal(t, tt.partial, r.Text != "", "text %q", r.Text)
			if tt.partial {
				require.Equal(t, "one two three", r.Text)
			}
			require.Contains(t, err.Error(), tt.words)
		})
	}
}

// The engine ends an answer that says one word for ever, and sends no "done".
func TestAnAnswerThatGoesRoundInACircleIsAnAnswer(t *testing.T) {
	for _, words := range []int{20, 400} {
		script := ollamatest.ContractScript()
		script.Reply = func(ollamatest.Request) ollamatest.Reply {
			return ollamatest.Reply{Text: "It goes" + strings.Repeat(" round", words)}
		}
		r, err := client(t, ollamatest.Start(t, script)).Chat(context.Background(), ask("q"), nil)
		require.NoError(t, err)
		require.True(t, r.Done)
		require.Equal(t, min(words, 31), strings.Count(r.Text, "round"))
		require.Equal(t, words == 400, r.DoneReason == "repeat", r.DoneReason)
	}
}

func TestAdminFaults(t *testing.T) {
	faults := []ollamatest.Fault{ollamatest.Foreign, ollamatest.Busy, ollamatest.Broken, ollamatest.SignIn, ollamatest.BadJSON, ollamatest.Reset, ollamatest.Redirect}
	tests := []struct {
		name, path string
		call       func(*ollama.Client) error
	}{
		{"list", "/api/tags", func(c *ollama.Client) error { _, err := c.List(context.Background()); return err }},
		{"show", "/api/show", func(c *ollama.Client) error { _, err := c.Show(context.Background(), model); return err }},
		{"has", "/api/show", func(c *ollama.Client) error { _, err := c.Has(context.Background(), model); return err }},
		{"loaded", "/api/ps", func(c *ollama.Client) error { _, err := c.Loaded(context.Background()); return err }},
		{"gpu", "/api/ps", func(c *ollama.Client) error { _, err := c.GPUShare(context.Background()); return err }},
		{"delete", "/api/delete", func(c *ollama.Client) error { return c.Delete(context.Background(), model) }},
		{"warm", "/api/generate", func(c *ollama.Client) error { return c.Warm(context.Background(), model) }},
		{"unload", "/api/generate", func(c *ollama.Client) error { return c.Unload(context.Background(), model) }},
		{"create", "/api/create", func(c *ollama.Client) error {
			return c.CreateBase(context.Background(), "errata-new:x", "", ollamatest.Coder05, nil)
		}},
		{"pull", "/api/pull", func(c *ollama.Client) error { return c.Pull(context.Background(), "m", nil) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, f := range faults {
				if tt.name == "delete" && (f == ollamatest.Foreign || f == ollamatest.BadJSON) {
					continue // its answer has no body to judge
				}
				s := ollamatest.Start(t, ollamatest.ContractScript())
				s.Fail(tt.path, f)
				err := tt.call(client(t, s))
				require.Error(t, err, "%s", f)
				require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), "%s: %v", f, err)
			}
		})
	}
}

func TestOnlyAnOllamaHasAVersion(t *testing.T) {
	for _, f := range []ollamatest.Fault{ollamatest.Foreign, ollamatest.Busy, ollamatest.Broken, ollamatest.SignIn, ollamatest.BadJSON, ollamatest.Reset, ollamatest.Redirect} {
		s := ollamatest.Start(t, ollamatest.ContractScript())
		c := client(t, s)
		version, err := c.VersionAt(context.Background(), s.URL)
		require.NoError(t, err)
		require.NotEmpty(t, version)
		s.Fail("/api/version", f)
		_, err = c.VersionAt(context.Background(), s.URL)
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), "%s: %v", f, err)
	}
}

func TestFullDiskIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.gguf")
	require.NoError(t, os.WriteFile(path, []byte("weights"), 0o600))
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("weights")))
	for _, at := range []string{"/api/blobs/sha256:" + sum, "/api/create"} {
		s := ollamatest.Start(t, ollamatest.ContractScript())
		s.Fail(at, ollamatest.DiskFull)
		err := client(t, s).CreateBase(context.Background(), "errata-new:x", path, sum, nil)
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), at)
		require.ErrorContains(t, err, "disk is full", at)
		require.Contains(t, backend.HintOf(err), "Free some space", at)
	}
}

func TestWrongWeightsAreNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.gguf")
	require.NoError(t, os.WriteFile(path, []byte("altered"), 0o600))
	s := ollamatest.Start(t, ollamatest.ContractScript())
	err := client(t, s).CreateBase(context.Background(), "errata-new:x", path, strings.Repeat("0", 64), nil)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	require.ErrorContains(t, err, path)
}

func TestNobodyAnswers(t *testing.T) {
	s := ollamatest.Start(t, ollamatest.ContractScript())
	c := client(t, s)
	s.Close()
	_, err := c.Chat(context.Background(), ask("q"), nil)
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	require.Contains(t, err.Error(), "cannot be reached")

	mine := backend.Errorf(backend.CodeUnavailable, "engine.find", "No engine.")
	c = ollama.New(ollama.Options{Address: func(context.Context) (string, error) { return "", mine }})
	_, err = c.Chat(context.Background(), ask("q"), nil)
	require.ErrorIs(t, err, mine, "the engine's own error is not hidden")

	c = ollama.New(ollama.Options{Address: func(context.Context) (string, error) { return "file:///etc/passwd", nil }})
	_, err = c.List(context.Background())
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
}

func TestBusyIsTriedAgainInOrder(t *testing.T) {
	tests := []struct {
		name  string
		fault ollamatest.Fault
		times int
		calls int
		ok    bool
	}{
		{"busy twice", ollamatest.Busy, 2, 3, true},
		{"a crash once", ollamatest.Crash, 1, 2, true},
		{"a crash twice", ollamatest.Crash, 2, 2, false},
		{"a crash after text is not repeated", ollamatest.CrashMidway, 1, 1, false},
		{"another error is not repeated", ollamatest.Broken, 1, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			script := ollamatest.ContractScript()
			script.Reply = func(ollamatest.Request) ollamatest.Reply {
				calls++
				if calls <= tt.times {
					return ollamatest.Reply{Text: "a b c d", Fault: tt.fault}
				}
				return ollamatest.Reply{Text: "well"}
			}
			r, err := client(t, ollamatest.Start(t, script)).Chat(context.Background(), ask("q"), nil)
			require.Equal(t, tt.ok, err == nil, "%v", err)
			require.Equal(t, tt.ok, r.Done)
			require.Equal(t, tt.calls, calls)
		})
	}
}

func TestCancelledBeforeAndWhileWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c := client(t, ollamatest.Start(t, ollamatest.ContractScript()))
	_, err := c.Chat(ctx, ask("q"), nil)
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))

	script := ollamatest.ContractScript()
	ctx, cancel = context.WithCancel(context.Background())
	script.Reply = func(ollamatest.Request) ollamatest.Reply {
		cancel()
		return ollamatest.Reply{Fault: ollamatest.StallFirst}
	}
	_, err = client(t, ollamatest.Start(t, script)).Chat(ctx, ask("q"), nil)
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err), "%v", err)
}

func TestRemoteModelsGetNothing(t *testing.T) {
	script := ollamatest.ContractScript()
	remote := ollamatest.Ours("far:1", ollamatest.Coder05, "")
	remote.Remote = true
	script.Models = append(script.Models, remote)
	s := ollamatest.Start(t, script)
	c := client(t, s)
	for _, name := range []string{"far:1", "gpt-oss:20b-cloud", "big:cloud"} {
		req := ask("a secret")
		req.Model = name
		_, err := c.Chat(context.Background(), req, nil)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), name)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(c.Warm(context.Background(), name)), name)
	}
	require.Empty(t, s.Requests(), "the question was not sent")
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(c.Pull(context.Background(), "big:cloud", nil)))
}

func TestRefusedInput(t *testing.T) {
	c := client(t, ollamatest.Start(t, ollamatest.ContractScript()))
	ctx := context.Background()
	_, err := c.Chat(ctx, backend.ChatRequest{Model: model}, nil)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	_, err = c.Label(ctx, backend.LabelRequest{Model: model, Messages: ask("q").Messages, Labels: []string{"A"}})
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	err = c.Extract(ctx, backend.ExtractRequest{Model: model, Messages: ask("q").Messages, Schema: []byte("{")}, nil)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	err = c.CreateBase(ctx, "errata-x:y", "", "not a digest", nil)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	var e *backend.Error
	require.True(t, errors.As(err, &e))
}
