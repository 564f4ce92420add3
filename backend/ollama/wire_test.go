package ollama_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/ollama/ollamatest"
)

func TestEverythingIsSaidExplicitly(t *testing.T) {
	s := ollamatest.Start(t, ollamatest.ContractScript())
	c := client(t, s)
	ctx := context.Background()
	req := ask("q")
	req.Sampling = backend.Sampling{Temperature: 0.5, Seed: 3}
	_, err := c.Chat(ctx, req, nil)
	require.NoError(t, err)
	_, err = c.Label(ctx, backend.LabelRequest{Model: model, Messages: req.Messages, Labels: []string{"A", "B"}})
	require.NoError(t, err)

	got := s.Requests()
	require.Equal(t, map[string]any{"temperature": 0.5, "top_p": 1.0, "repeat_penalty": 1.0, "seed": 3.0, "num_ctx": 4096.0, "num_predict": 1024.0}, got[0].Options)
	require.Equal(t, 1.0, got[1].Options["num_predict"])
	require.Equal(t, got[0].Options["num_ctx"], got[1].Options["num_ctx"], "another context size would reload the model")
	require.Empty(t, s.KeepAlives(), "an explicit keep_alive holds the next version back")
}

func TestLabelReadout(t *testing.T) {
	tests := []struct {
		name     string
		p        map[string]float64
		fault    ollamatest.Fault
		want     map[string]float64
		mass     float64
		wantCode backend.Code
	}{
		{"spaces count together", map[string]float64{"A": 0.4, " A": 0.2, "B": 0.2, "x": 0.1}, "", map[string]float64{"A": 0.75, "B": 0.25}, 0.8, ""},
		{"a longer word is no label", map[string]float64{"Apple": 0.9, "B": 0.05}, "", map[string]float64{"A": 0, "B": 1}, 0.05, ""},
		{"case counts", map[string]float64{"a": 0.9}, "", map[string]float64{"A": 0, "B": 0}, 0, ""},
		{"no probabilities", nil, ollamatest.NoLogprobs, nil, 0, backend.CodeUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			script := ollamatest.ContractScript()
			script.Reply = func(ollamatest.Request) ollamatest.Reply {
				return ollamatest.Reply{Text: "A", P: tt.p, Fault: tt.fault}
			}
			r, err := client(t, ollamatest.Start(t, script)).Label(context.Background(), backend.LabelRequest{Model: model, Messages: ask("q").Messages, Labels: []string{"A", "B"}})
			require.Equal(t, tt.wantCode, backend.CodeOf(err))
			if err != nil {
				return
			}
			require.InDelta(t, tt.mass, r.Mass, 1e-9)
			for label, p := range tt.want {
				require.InDelta(t, p, r.P[label], 1e-9, label)
			}
		})
	}
}

func TestExtractIsStrict(t *testing.T) {
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"right", `{"answer": "Paris"}`, true},
		{"space around", " {\"answer\": \"Paris\"} \n", true},
		{"unknown field", `{"answer": "Paris", "more": 1}`, false},
		{"something after", `{"answer": "Paris"} {"answer": "Rome"}`, false},
		{"wrong type", `{"answer": 7}`, false},
		{"half", `{"answer": "Par`, false},
		{"prose", `The answer is Paris.`, false},
		{"nothing", ``, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			script := ollamatest.ContractScript()
			script.Reply = func(ollamatest.Request) ollamatest.Reply { return ollamatest.Reply{Text: tt.text} }
			var out struct {
				Answer string `json:"answer"`
			}
			err := client(t, ollamatest.Start(t, script)).Extract(context.Background(), backend.ExtractRequest{Model: model, Messages: ask("q").Messages, Schema: []byte(`{"type":"object"}`)}, &out)
			require.Equal(t, tt.ok, err == nil, "%v", err)
			if tt.ok {
				require.Equal(t, "Paris", out.Answer)
			} else {
				require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
			}
		})
	}
	script := ollamatest.ContractScript()
	script.Reply = func(ollamatest.Request) ollamatest.Reply {
		return ollamatest.Reply{Text: `{"answer": "a b c d e f g"}`}
	}
	err := client(t, ollamatest.Start(t, script)).Extract(context.Background(), backend.ExtractRequest{Model: model, Messages: ask("q").Messages, Schema: []byte(`{}`), NumPredict: 2}, &struct{}{})
	require.ErrorContains(t, err, "longer than allowed")
	require.ErrorIs(t, err, backend.ErrUnusable)
}

// file writes bytes and gives path and SHA-256.
func file(t *testing.T, content string) (string, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weights.gguf")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	sum := sha256.Sum256([]byte(content))
	return path, hex.EncodeToString(sum[:])
}

func TestCreate(t *testing.T) {
	ctx := context.Background()
	t.Run("uploads, proves, and keeps on the second time", func(t *testing.T) {
		s := ollamatest.Start(t, ollamatest.Script{})
		c := client(t, s)
		path, sum := file(t, "weights")
		var stages []string
		tell := func(stage string, done, total int64) {
			stages = append(stages, stage)
			require.LessOrEqual(t, done, total)
		}
		require.NoError(t, c.CreateBase(ctx, "errata-m:1", path, sum, tell))
		require.Equal(t, []string{"upload", "create"}, compact(stages))
		require.NoError(t, os.Remove(path))
		require.NoError(t, c.CreateMerged(ctx, "errata-m:1", path, sum), "the name has these weights already")
		require.NoError(t, c.CreateMerged(ctx, "errata-m:2", path, sum), "the blob is there already")
	})
	t.Run("adapter on a base", func(t *testing.T) {
		s := ollamatest.Start(t, ollamatest.ContractScript())
		c := client(t, s)
		path, sum := file(t, "adapter")
		require.NoError(t, c.CreateAdapter(ctx, "errata-m:a", model, path, sum))
		m, err := c.Show(ctx, "errata-m:a")
		require.NoError(t, err)
		require.Equal(t, sum, m.AdapterSHA256)
		require.Equal(t, ollamatest.Coder05, m.Info.BaseSHA256)
		require.Equal(t, backend.CodeConflict, backend.CodeOf(c.CreateMerged(ctx, "errata-m:a", path, ollamatest.Coder05)), "another model of that name is left alone")
	})
	t.Run("adapters refused", func(t *testing.T) {
		script := ollamatest.ContractScript()
		script.AdaptersUnsupported = true
		s := ollamatest.Start(t, script)
		path, sum := file(t, "adapter")
		err := client(t, s).CreateAdapter(ctx, "errata-m:a", model, path, sum)
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
		require.ErrorContains(t, err, "no adapters")
		require.NotContains(t, s.Names(), "errata-m:a")
	})
	t.Run("a file with another digest", func(t *testing.T) {
		s := ollamatest.Start(t, ollamatest.Script{})
		path, _ := file(t, "weights")
		_, other := file(t, "other")
		err := client(t, s).CreateBase(ctx, "errata-m:1", path, other, nil)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
		require.Empty(t, s.Names())
	})
	for _, fault := range []ollamatest.Fault{ollamatest.CreateHalf, ollamatest.CreateNothing} {
		t.Run(string(fault)+" leaves nothing behind", func(t *testing.T) {
			s := ollamatest.Start(t, ollamatest.Script{Blobs: []string{ollamatest.Coder05}})
			s.Fail("create", fault)
			c := client(t, s)
			require.Error(t, c.CreateBase(ctx, "errata-m:1", "", ollamatest.Coder05, nil))
			require.Empty(t, s.Names())
			s.Fail("create", ollamatest.None)
			require.NoError(t, c.CreateBase(ctx, "errata-m:1", "", ollamatest.Coder05, nil), "the whole is tried again")
		})
	}
	t.Run("a model of ours that lost its template is made again", func(t *testing.T) {
		broken := ollamatest.Ours("errata-m:1", ollamatest.Coder05, "")
		broken.Template = ""
		c := client(t, ollamatest.Start(t, ollamatest.Script{Models: []ollamatest.Model{broken}}))
		has, err := c.Has(ctx, "errata-m:1")
		require.NoError(t, err)
		require.False(t, has)
		require.NoError(t, c.CreateBase(ctx, "errata-m:1", "", ollamatest.Coder05, nil))
		has, err = c.Has(ctx, "errata-m:1")
		require.NoError(t, err)
		require.True(t, has)
	})
}

func compact(in []string) (out []string) {
	for _, s := range in {
		if len(out) == 0 || out[len(out)-1] != s {
			out = append(out, s)
		}
	}
	return out
}

func TestPull(t *testing.T) {
	s := ollamatest.Start(t, ollamatest.Script{Library: map[string]ollamatest.Model{"qwen2.5:1.5b-instruct": {Weights: ollamatest.Coder05}}})
	c := client(t, s)
	var last int64
	require.NoError(t, c.Pull(context.Background(), "qwen2.5:1.5b-instruct", func(_ string, done, _ int64) { last = max(last, done) }))
	require.Equal(t, int64(1000), last)
	require.Error(t, c.Pull(context.Background(), "nothing:1", nil))
}

// Two adapters of one base share a slot: the second waits until the first's
// chat has ended, and none of them is lost.
func TestOneSlotForAdaptersOfOneBase(t *testing.T) {
	gate := make(chan struct{})
	script := ollamatest.Script{
		Models: []ollamatest.Model{ollamatest.Ours("errata-m:1", ollamatest.Coder05, "aa"), ollamatest.Ours("errata-m:2", ollamatest.Coder05, "bb")},
		Reply: func(r ollamatest.Request) ollamatest.Reply {
			if r.Adapter == "aa" {
				<-gate
			}
			return ollamatest.Reply{Text: "from " + r.Adapter}
		},
	}
	s := ollamatest.Start(t, script)
	c := client(t, s)
	var wg sync.WaitGroup
	texts := make([]string, 2)
	chat := func(i int, name string) {
		defer wg.Done()
		req := ask("q")
		req.Model = name
		r, err := c.Chat(context.Background(), req, nil)
		if err == nil {
			texts[i] = r.Text
		}
	}
	wg.Add(1)
	go chat(0, "errata-m:1")
	require.Eventually(t, func() bool { return len(s.Requests()) == 1 }, time.Minute, time.Millisecond)
	wg.Add(1)
	go chat(1, "errata-m:2")
	loaded, err := c.Loaded(context.Background())
	require.NoError(t, err)
	require.Equal(t, []string{"errata-m:1"}, loaded)
	close(gate)
	wg.Wait()
	require.Equal(t, []string{"from aa", "from bb"}, texts)
	loaded, err = c.Loaded(context.Background())
	require.NoError(t, err)
	require.Equal(t, []string{"errata-m:2"}, loaded, "the slot was loaded anew")
}
