//go:build unix

package engine_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/engine"
	"errata/backend/ollama/ollamatest"
	"errata/build"
)

const coder = "qwen2.5-coder:0.5b"

func TestList(t *testing.T) {
	list, err := engine.ReadList(build.Models)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(list), 4)
	for _, m := range list {
		require.NotEmpty(t, m.Sources, m.Name)
		require.Equal(t, "Apache-2.0", m.Licence, "no model with another licence is listed without a decision")
		require.Greater(t, m.ChatMemory, m.Bytes, m.Name)
	}
	tests := []struct{ name, text string }{
		{"no TOML", "[[model"},
		{"unknown field", "[[model]]\nname = 'a'\nweight = 1"},
		{"no name", "[[model]]\nbytes = 1"},
		{"bad digest", "[[model]]\nname='a'\nlicence='x'\narchitecture='qwen2'\nbytes=1\nsha256='zz'"},
		{"twice", "[[model]]\nname='a'\nlicence='x'\narchitecture='qwen2'\nbytes=1\n[[model]]\nname='A'\nlicence='x'\narchitecture='qwen2'\nbytes=1"},
		{"half a source", "[[model]]\nname='a'\nlicence='x'\narchitecture='qwen2'\nbytes=1\n[[model.source]]\nkind='parts'"},
		{"parts without a digest", "[[model]]\nname='a'\nlicence='x'\narchitecture='qwen2'\nbytes=1\n[[model.source]]\nkind='parts'\npackage='p%d'\nversion='1'\ncount=2\nfiles='*'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := engine.ReadList([]byte(tt.text))
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
		})
	}
}

func TestEnsure(t *testing.T) {
	ctx := context.Background()
	t.Run("weights that the engine has get our name and template", func(t *testing.T) {
		s := ollamatest.Start(t, ollamatest.Script{Blobs: []string{ollamatest.Coder05}})
		e := on(t, s, nil)
		info, err := e.Ensure(ctx, coder)
		require.NoError(t, err)
		require.Equal(t, coder, info.Name)
		require.Equal(t, "errata-qwen2.5-coder-0.5b:1d9614638d18-base", info.ServedName())
		require.True(t, info.Listed)
		require.True(t, info.Installed)
		require.NotEmpty(t, info.Digest)
		has, err := e.Has(ctx, info.ServedName())
		require.NoError(t, err)
		require.True(t, has)
		models, err := e.Models(ctx)
		require.NoError(t, err)
		require.Equal(t, coder, models[0].Name)
		require.True(t, models[0].Installed)
		require.Equal(t, info.ServedName(), models[0].Served)
		for _, m := range models[1:] {
			require.NotEqual(t, info.ServedName(), m.Name, "it is shown once")
		}
	})
	t.Run("weights in the cache are brought in", func(t *testing.T) {
		dir := t.TempDir()
		install(t, dir, "")
		e, c := start(t, dir, func(o *engine.Options) { o.Models = tinyList })
		path := filepath.Join(dir, "cache", "models", tinySum+".gguf")
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(tiny), 0o600))
		info, err := e.Ensure(ctx, "tiny")
		require.NoError(t, err)
		require.True(t, info.Trainable)
		require.Equal(t, int64(7), info.TrainMemory)
		require.Equal(t, int64(len(tiny)), info.Size)
		file, sum, err := e.BaseFile(ctx, "tiny")
		require.NoError(t, err)
		require.Equal(t, path, file)
		require.Equal(t, tinySum, sum)
		blob, err := os.Stat(filepath.Join(dir, "cache", "store", "blobs", "sha256-"+tinySum))
		require.NoError(t, err)
		cached, err := os.Stat(path)
		require.NoError(t, err)
		require.True(t, os.SameFile(blob, cached), "one copy on the disk")
		require.NoError(t, c.Warm(ctx, info.ServedName()))
	})
	t.Run("a cut blob in our store is replaced", func(t *testing.T) {
		dir := t.TempDir()
		install(t, dir, "")
		e, _ := start(t, dir, func(o *engine.Options) { o.Models = tinyList })
		for _, name := range []string{"models/" + tinySum + ".gguf", "store/blobs/sha256-" + tinySum} {
			path := filepath.Join(dir, "cache", name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
			require.NoError(t, os.WriteFile(path, []byte(tiny), 0o600))
		}
		blob := filepath.Join(dir, "cache", "store", "blobs", "sha256-"+tinySum)
		require.NoError(t, os.Truncate(blob, 3))
		_, err := e.Ensure(ctx, "tiny")
		require.NoError(t, err)
		text, err := os.ReadFile(blob)
		require.NoError(t, err)
		require.Equal(t, tiny, string(text))
	})
	t.Run("not installed", func(t *testing.T) {
		e := on(t, ollamatest.Start(t, ollamatest.Script{}), nil)
		for _, name := range []string{coder, "qwen2.5:7b-instruct", "unknown:1"} {
			_, err := e.Ensure(ctx, name)
			require.Equal(t, backend.CodeNotFound, backend.CodeOf(err), name)
			require.Contains(t, backend.HintOf(err), "models install "+name)
		}
		_, err := e.Ensure(ctx, "")
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	})
	t.Run("a model of the user's", func(t *testing.T) {
		own := ollamatest.Model{Name: "my-qwen:latest", Weights: ollamatest.Coder05, Template: "theirs"}
		llama := ollamatest.Model{Name: "llama:8b", Weights: tinySum, Template: "theirs", Architecture: "llama"}
		far := ollamatest.Model{Name: "far:1", Weights: tinySum, Remote: true}
		s := ollamatest.Start(t, ollamatest.Script{Models: []ollamatest.Model{own, llama, far}})
		e := on(t, s, nil)
		info, err := e.Ensure(ctx, "my-qwen:latest")
		require.NoError(t, err)
		require.False(t, info.Listed)
		require.Equal(t, "errata-my-qwen-latest:1d9614638d18-base", info.ServedName())
		require.False(t, info.Trainable, "its weights cannot be read here")
		info, err = e.Ensure(ctx, "llama:8b")
		require.NoError(t, err)
		require.Equal(t, "llama:8b", info.ServedName(), "another family keeps its template")
		_, err = e.Ensure(ctx, "far:1")
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(e.Delete(ctx, "llama:8b")), "it is not ours to remove")
		require.Contains(t, s.Names(), "llama:8b")
		_, _, err = e.BaseFile(ctx, "llama:8b")
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	})
	t.Run("a model removed behind our back is made again", func(t *testing.T) {
		s := ollamatest.Start(t, ollamatest.Script{Blobs: []string{ollamatest.Coder05}})
		e, c := start(t, t.TempDir(), nil, "ERRATA_ENGINE", "", "OLLAMA_HOST", s.URL)
		info, err := e.Ensure(ctx, coder)
		require.NoError(t, err)
		require.NoError(t, c.Delete(ctx, info.ServedName()))
		_, err = e.Ensure(ctx, coder)
		require.NoError(t, err)
		require.Contains(t, s.Names(), info.ServedName())
	})
}

func TestModelsWithoutAnEngine(t *testing.T) {
	e, _ := start(t, t.TempDir(), nil)
	models, err := e.Models(context.Background())
	require.NoError(t, err)
	require.Equal(t, coder, models[0].Name)
	require.False(t, models[0].Installed)
	require.Positive(t, models[0].ChatMemory)
	require.Greater(t, models[0].TrainMemory, models[0].ChatMemory)
}

func TestAdaptersAskedAtOnce(t *testing.T) {
	s := ollamatest.Start(t, ollamatest.Script{Blobs: []string{ollamatest.Coder05}})
	var all sync.WaitGroup
	took := make([]bool, 8)
	for i := range took {
		e := on(t, s, nil)
		all.Go(func() {
			status, err := e.Status(context.Background())
			took[i] = err == nil && status.Adapters
		})
	}
	all.Wait()
	require.NotContains(t, took, false, "one probe takes another's models away")
	require.Empty(t, s.Names(), "the probes leave nothing behind")
}

func TestAdapters(t *testing.T) {
	ctx := context.Background()
	adapter := filepath.Join(t.TempDir(), "adapter.gguf")
	require.NoError(t, os.WriteFile(adapter, []byte(tiny), 0o600))
	tests := []struct {
		name   string
		script ollamatest.Script
		want   bool
	}{
		{"taken", ollamatest.Script{}, true},
		{"refused", ollamatest.Script{AdaptersUnsupported: true}, false},
		{"known by the version", ollamatest.Script{Version: "0.34.1"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.script.Blobs = []string{ollamatest.Coder05}
			s := ollamatest.Start(t, tt.script)
			e := on(t, s, nil)
			status, err := e.Status(ctx)
			require.NoError(t, err)
			require.Equal(t, tt.want, status.Adapters)
			require.Empty(t, s.Names(), "the probe leaves nothing behind")
			err = e.CreateAdapter(ctx, "errata-x:1-adapter", coder, adapter, tinySum)
			if !tt.want {
				require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
				return
			}
			require.NoError(t, err)
			require.Contains(t, s.Names(), "errata-x:1-adapter")
			models, err := e.Models(ctx)
			require.NoError(t, err)
			for _, m := range models {
				require.NotEqual(t, "errata-x:1-adapter", m.Name, "a version is no base")
			}
			require.NoError(t, e.Delete(ctx, "errata-x:1-adapter"))
		})
	}
}

func TestFitsBeside(t *testing.T) {
	info := filepath.Join(t.TempDir(), "meminfo")
	tests := []struct {
		name, text string
		size       int64
		want       bool
		wantCode   backend.Code
	}{
		{"fits", "MemTotal: 9000 kB\nMemAvailable:    1150 kB\n", 1000 << 10, true, ""},
		{"just not", "MemAvailable: 1149 kB\n", 1000 << 10, false, ""},
		{"unknown", "MemTotal: 1 kB\n", 1, false, backend.CodeUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(info, []byte(tt.text), 0o600))
			e := on(t, ollamatest.Start(t, ollamatest.Script{}), func(o *engine.Options) { o.MemInfo = info })
			got, err := e.FitsBeside(context.Background(), tt.size)
			require.Equal(t, tt.wantCode, backend.CodeOf(err))
			require.Equal(t, tt.want, got)
			free, err := e.HostMemory()
			require.Equal(t, tt.wantCode, backend.CodeOf(err))
			require.Equal(t, tt.want, free >= 1150<<10)
		})
	}
}

func TestImport(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	good := weights(t, "qwen2", 1)
	tests := []struct {
		name string
		data []byte
	}{
		{"empty", nil},
		{"text", []byte("not a model at all, but long enough for a header")},
		{"magic only", []byte("GGUF")},
		{"promises too much", hostile(1<<40, 1<<40)},
		{"promises a little too much", hostile(1000, 1000)},
		{"cut in the header", good[:60]},
		{"no tensors", weights(t, "qwen2", 0)},
		{"a family without ChatML", weights(t, "gemma2", 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ollamatest.Start(t, ollamatest.Script{})
			path := filepath.Join(dir, "bad.gguf")
			require.NoError(t, os.WriteFile(path, tt.data, 0o600))
			_, err := on(t, s, nil).Import(ctx, path, nil)
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), "%v", err)
			require.Empty(t, s.Names())
		})
	}
	t.Run("missing", func(t *testing.T) {
		_, err := on(t, ollamatest.Start(t, ollamatest.Script{}), nil).Import(ctx, filepath.Join(dir, "none"), nil)
		require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
	})
	t.Run("a folder", func(t *testing.T) {
		_, err := on(t, ollamatest.Start(t, ollamatest.Script{}), nil).Import(ctx, dir, nil)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	})
	t.Run("called like a listed model", func(t *testing.T) {
		path := filepath.Join(dir, "qwen2.5-coder-0.5b.gguf")
		require.NoError(t, os.WriteFile(path, good, 0o600))
		e := on(t, ollamatest.Start(t, ollamatest.Script{}), nil)
		info, err := e.Import(ctx, path, nil)
		require.NoError(t, err)
		require.False(t, info.Listed)
		models, err := e.Models(ctx)
		require.NoError(t, err)
		require.Equal(t, coder, models[0].Name)
		require.False(t, models[0].Installed, "other weights are not the listed ones")
		require.Equal(t, info.Name, models[len(models)-1].Name)
		require.False(t, models[len(models)-1].Listed)
	})
	t.Run("good", func(t *testing.T) {
		path := filepath.Join(dir, "Mine Q4.gguf")
		require.NoError(t, os.WriteFile(path, good, 0o600))
		e := on(t, ollamatest.Start(t, ollamatest.Script{}), nil)
		info, err := e.Import(ctx, path, nil)
		require.NoError(t, err)
		require.False(t, info.Listed, "the caller warns")
		require.True(t, info.Trainable)
		require.Regexp(t, `^errata-Mine-Q4:[0-9a-f]{12}-base$`, info.ServedName())
		require.NoError(t, os.Remove(path))
		again, err := e.Ensure(ctx, info.Name)
		require.NoError(t, err)
		require.Equal(t, info.ServedName(), again.ServedName())
		_, _, err = e.BaseFile(ctx, info.Name)
		require.NoError(t, err, "the user may delete the file")
	})
}

// The need of a model is read from the file itself: keys and values of 4,096 tokens
// in half precision, 24 layers x 2 heads x (64 + 64) wide, beside the weights.
func TestInspectReadsTheNeedFromTheHeader(t *testing.T) {
	e := on(t, ollamatest.Start(t, ollamatest.Script{}), nil)
	path := filepath.Join(t.TempDir(), "Own model.gguf")
	data := weights(t, "qwen2", 1, number{"qwen2.block_count", 24}, number{"qwen2.embedding_length", 896}, number{"qwen2.attention.head_count", 14}, number{"qwen2.attention.head_count_kv", 2})
	require.NoError(t, os.WriteFile(path, data, 0o600))
	info, err := e.Inspect(path)
	require.NoError(t, err)
	require.Equal(t, "Own model", info.Title)
	require.True(t, info.Trainable)
	require.False(t, info.Installed)
	require.EqualValues(t, len(data), info.Bytes)
	require.EqualValues(t, 24*2*(64+64)*4096*2+150_000_000+len(data)+len(data)/20, info.ChatMemory)
	require.NoError(t, os.WriteFile(path, []byte("no model"), 0o600))
	_, err = e.Inspect(path)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
}

// number is a whole number of a header.
type number struct {
	key   string
	value uint32
}

// weights makes a GGUF file with n small tensors.
func weights(t *testing.T, architecture string, n int, numbers ...number) []byte {
	t.Helper()
	var b bytes.Buffer
	put := func(v any) { require.NoError(t, binary.Write(&b, binary.LittleEndian, v)) }
	text := func(s string) {
		put(uint64(len(s)))
		b.WriteString(s)
	}
	b.WriteString("GGUF")
	put(uint32(3))
	put(uint64(n))
	put(uint64(2 + len(numbers)))
	for _, kv := range [][2]string{{"general.architecture", architecture}, {"general.name", "tiny"}} {
		text(kv[0])
		put(uint32(8))
		text(kv[1])
	}
	for _, v := range numbers {
		text(v.key)
		put(uint32(4))
		put(v.value)
	}
	for i := range n {
		text("token_embd.weight")
		put(uint32(1))
		put(uint64(8))
		put(uint32(0))
		put(uint64(i * 32))
	}
	for b.Len()%32 != 0 {
		b.WriteByte(0)
	}
	b.Write(make([]byte, 32*n))
	return b.Bytes()
}

// hostile makes a header that promises tensors and values.
func hostile(tensors, values uint64) []byte {
	b := append([]byte("GGUF"), 3, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, tensors)
	return binary.LittleEndian.AppendUint64(b, values)
}
