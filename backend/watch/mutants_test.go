package watch_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend/train/traintest"
	"errata/backend/watch"
)

// mutate changes b in one of five ways, always to something else.
func mutate(r *rand.Rand, b []byte) []byte {
	out := bytes.Clone(b)
	at := r.IntN(len(b))
	switch r.IntN(5) {
	case 0:
		out[at] ^= 1 << r.IntN(8)
	case 1:
		out = out[:at]
	case 2:
		out = append(out, byte(r.Uint32()))
	case 3:
		out = append(out[:at:at], b[at+1:]...)
	default:
		n := min(len(b)-at, 1+r.IntN(64))
		for i := range n {
			out[at+i] = ^out[at+i]
		}
	}
	return out
}

// Mutants of the files: none is accepted. Mutants of the manifest: none passes
// for the adapter it was.
func TestMutantsAreRefused(t *testing.T) {
	const rounds = 120
	r := rand.New(rand.NewPCG(7, 7))
	p := open(t)
	dir, id := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{Merged: true})
	require.Empty(t, p.scan(t)[0].Problem)
	mutants := 0
	for _, name := range []string{"adapter.gguf", "adapter_model.safetensors", "adapter_config.json", "merged.gguf", "manifest.json"} {
		path := filepath.Join(dir, name)
		right, err := os.ReadFile(path)
		require.NoError(t, err)
		for i := range rounds {
			wrong := mutate(r, right)
			require.NotEqual(t, right, wrong)
			require.NoError(t, os.WriteFile(path, wrong, 0o600))
			found := p.scan(t)
			require.Len(t, found, 1)
			if name == "manifest.json" {
				require.NotEqual(t, id, found[0].ID, "mutant %d of %s", i, name)
			} else {
				require.NotEmpty(t, found[0].Problem, "mutant %d of %s", i, name)
				_, err := p.Accept(found[0])
				require.Error(t, err)
			}
			mutants++
		}
		require.NoError(t, os.WriteFile(path, right, 0o600))
	}
	require.Empty(t, p.scan(t)[0].Problem)
	require.GreaterOrEqual(t, mutants, 500)
	t.Logf("%d mutants, none accepted", mutants)
}

// The same with hashes that fit: here the header check stands alone. Bytes that
// say nothing of the layout (alpha, padding, names and metadata of safetensors)
// are left out.
func TestMutantsOfHeadersAreRefused(t *testing.T) {
	files := traintest.Files(traintest.ArtifactOptions{})
	gguf, safe := files["adapter.gguf"], files["adapter_model.safetensors"]
	require.NoError(t, watch.CheckAdapter(gguf, "qwen2"))
	require.NoError(t, watch.CheckSafetensors(safe))
	alpha := bytes.Index(gguf, []byte("adapter.lora.alpha")) + len("adapter.lora.alpha") + 4
	last := bytes.LastIndex(gguf, []byte("lora_b")) + len("lora_b") + 4 + 16 + 4 + 8
	tried := 0
	for at := range last {
		if at >= alpha && at < alpha+4 {
			continue
		}
		for bit := range 8 {
			wrong := bytes.Clone(gguf)
			wrong[at] ^= 1 << bit
			require.Error(t, watch.CheckAdapter(wrong, "qwen2"), "byte %d, bit %d", at, bit)
			tried++
		}
	}
	for at := range len(gguf) - 33 {
		require.Error(t, watch.CheckAdapter(gguf[:at], "qwen2"), "cut at %d", at)
		tried++
	}
	for at := range safe {
		require.Error(t, watch.CheckSafetensors(safe[:at]), "cut at %d", at)
		tried++
	}
	t.Logf("%d mutants with fitting hashes, none accepted", tried)
}

func TestGGUFHeaders(t *testing.T) {
	type tensors = []traintest.Tensor
	pair := func(name string, in, rank, rank2, out uint64) tensors {
		return tensors{
			{Name: name + ".lora_a", Shape: []uint64{rank, in}, Data: make([]float32, rank*in)},
			{Name: name + ".lora_b", Shape: []uint64{out, rank2}, Data: make([]float32, rank2*out)},
		}
	}
	join := func(all ...tensors) (out tensors) {
		for _, t := range all {
			out = append(out, t...)
		}
		return out
	}
	up := pair("blk.0.ffn_up.weight", 8, 2, 2, 16)
	good := traintest.GGUF("qwen2", 4, up)
	tests := []struct {
		name string
		file []byte
		want string // empty: right
	}{
		{"right", good, ""},
		{"attention too", traintest.GGUF("qwen2", 4, join(up, pair("blk.27.attn_output.weight", 8, 4, 4, 8))), ""},
		{"ranks may differ", traintest.GGUF("qwen2", 4, join(up, pair("blk.1.ffn_up.weight", 8, 1, 1, 16))), ""},
		{"empty", nil, "not a GGUF"},
		{"magic alone", []byte("GGUF"), "ends in the middle"},
		{"a pickle", []byte("\x80\x04\x95"), "not a GGUF"},
		{"version 2", bytes.Replace(good, []byte("GGUF\x03"), []byte("GGUF\x02"), 1), "version 2"},
		{"other architecture", traintest.GGUF("llama", 4, up), `architecture "llama"`},
		{"a model", bytes.Replace(good, []byte("\x07\x00\x00\x00\x00\x00\x00\x00adapter"), []byte("\x07\x00\x00\x00\x00\x00\x00\x00amodels"), 1), "not an adapter"},
		{"not LoRA", bytes.Replace(good, []byte("lora\x12"), []byte("dora\x12"), 1), "not a LoRA"},
		{"alpha is no number", traintest.GGUF("qwen2", nan(), up), "alpha"},
		{"alpha below 0", traintest.GGUF("qwen2", -1, up), "alpha"},
		{"no tensors", traintest.GGUF("qwen2", 4, nil), "0 tensors"},
		{"half missing", traintest.GGUF("qwen2", 4, up[:1]), "one half"},
		{"halves do not fit", traintest.GGUF("qwen2", 4, pair("blk.0.ffn_up.weight", 8, 2, 3, 16)), "do not fit"},
		{"twice", traintest.GGUF("qwen2", 4, join(up, up)), "occurs twice"},
		{"another shape in another layer", traintest.GGUF("qwen2", 4, join(up, pair("blk.1.ffn_up.weight", 16, 2, 2, 16))), "another shape"},
		{"embeddings", traintest.GGUF("qwen2", 4, pair("token_embd.weight", 8, 2, 2, 16)), "none of an adapter"},
		{"a bias", traintest.GGUF("qwen2", 4, pair("blk.0.attn_q.bias", 8, 2, 2, 16)), "none of an adapter"},
		{"a layer with a zero in front", traintest.GGUF("qwen2", 4, pair("blk.01.ffn_up.weight", 8, 2, 2, 16)), "none of an adapter"},
		{"a norm", traintest.GGUF("qwen2", 4, pair("blk.0.attn_norm.weight", 8, 2, 2, 16)), "none of an adapter"},
		{"one dimension", traintest.GGUF("qwen2", 4, tensors{{Name: "blk.0.ffn_up.weight.lora_a", Shape: []uint64{8}, Data: make([]float32, 8)}}), "1 dimensions"},
		{"an empty tensor", traintest.GGUF("qwen2", 4, pair("blk.0.ffn_up.weight", 8, 0, 0, 16)), "impossible shape"},
		{"a dimension that overflows", traintest.GGUF("qwen2", 4, tensors{{Name: "blk.0.ffn_up.weight.lora_a", Shape: []uint64{1 << 63, 2}}}), "impossible shape"},
		{"larger than the file", traintest.GGUF("qwen2", 4, tensors{{Name: "blk.0.ffn_up.weight.lora_a", Shape: []uint64{1 << 20, 1 << 20}}}), "outside"},
		{"trailing bytes", append(bytes.Clone(good), make([]byte, 64)...), "do not fill"},
		{"a text of 2^63 bytes", append([]byte("GGUF\x03\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00"), "\xff\xff\xff\xff\xff\xff\xff\x7fabc"...), "a text"},
		{"2^60 pairs", append([]byte("GGUF\x03\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00"), "\x00\x00\x00\x00\x00\x00\x00\x10"...), "pairs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := watch.CheckAdapter(tt.file, "qwen2")
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
	require.NoError(t, watch.CheckMerged(good))
	require.Error(t, watch.CheckMerged([]byte("GGUF\x03\x00")))
}

func nan() float32 {
	zero := float32(0)
	return zero / zero
}

func TestSafetensorsHeaders(t *testing.T) {
	file := func(header string, data int) []byte {
		b := []byte{byte(len(header)), byte(len(header) >> 8), 0, 0, 0, 0, 0, 0}
		return append(append(b, header...), make([]byte, data)...)
	}
	one := func(rest string) string { return `{"a":{` + rest + `}}` }
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"right", file(one(`"dtype":"F32","shape":[2,2],"data_offsets":[0,16]`), 16), ""},
		{"padded, with metadata", file(`{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}   `, 4), ""},
		{"empty", nil, "no header"},
		{"header longer than the file", []byte("\xff\xff\x00\x00\x00\x00\x00\x00{}"), "impossible length"},
		{"header of 2^63", []byte("\xff\xff\xff\xff\xff\xff\xff\x7f{}"), "impossible length"},
		{"header of 2^64-1", []byte("\xff\xff\xff\xff\xff\xff\xff\xff{}"), "impossible length"},
		{"a list", file(`[]`, 0), "brace"},
		{"space in front", file(` {"a":1}`, 0), "brace"},
		{"no tensors", file(`{}`, 0), "0 tensors"},
		{"not JSON", file(`{"a":`, 0), "not JSON"},
		{"not UTF-8", file("{\"\xff\":1}", 0), "UTF-8"},
		{"a name twice", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "twice"},
		{"two headers", file(`{"a":1}{"b":2}`, 0), "something follows"},
		{"nested without end", file(strings.Repeat(`{"a":`, 100), 0), "nested"},
		{"metadata that are no texts", file(`{"__metadata__":{"a":1}}`, 0), "metadata"},
		{"integers", file(one(`"dtype":"I64","shape":[1],"data_offsets":[0,8]`), 8), "type"},
		{"no type", file(one(`"shape":[1],"data_offsets":[0,8]`), 8), "described"},
		{"one field more", file(one(`"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1`), 4), "described"},
		{"a field in capitals", file(one(`"DType":"F32","shape":[1],"data_offsets":[0,4]`), 4), "described"},
		{"no shape", file(one(`"dtype":"F32","shape":[],"data_offsets":[0,4]`), 4), "shape"},
		{"a shape below 0", file(one(`"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]`), 4), "shape"},
		{"a shape that overflows", file(one(`"dtype":"F32","shape":[16777216,16777216,16777216,16777216],"data_offsets":[0,4]`), 4), "shape"},
		{"a shape of halves", file(one(`"dtype":"F32","shape":[1.5],"data_offsets":[0,6]`), 6), "described"},
		{"size and shape differ", file(one(`"dtype":"F32","shape":[2],"data_offsets":[0,4]`), 4), "another size"},
		{"past the end", file(one(`"dtype":"F32","shape":[2],"data_offsets":[0,8]`), 4), "outside"},
		{"offsets turned round", file(one(`"dtype":"F32","shape":[1],"data_offsets":[4,0]`), 4), "outside"},
		{"one offset", file(one(`"dtype":"F32","shape":[1],"data_offsets":[4]`), 4), "shape"},
		{"a gap", file(one(`"dtype":"F32","shape":[1],"data_offsets":[4,8]`), 8), "gap"},
		{"an overlap", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12), "overlap"},
		{"bytes behind", file(one(`"dtype":"F32","shape":[1],"data_offsets":[0,4]`), 5), "left behind"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := watch.CheckSafetensors(tt.file)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func manifest(t testing.TB) []byte {
	t.Helper()
	dir, _ := traintest.Artifact(t, t.TempDir(), traintest.ArtifactOptions{})
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	require.NoError(t, err)
	return b
}

func TestManifests(t *testing.T) {
	tests := []struct {
		name   string
		change func(m map[string]any)
		want   string
	}{
		{"right", func(map[string]any) {}, ""},
		{"format 2", func(m map[string]any) { m["format"] = 2 }, "format"},
		{"format as a text", func(m map[string]any) { m["format"] = "1" }, "does not fit"},
		{"no format", func(m map[string]any) { delete(m, "format") }, "format"},
		{"an unknown key", func(m map[string]any) { m["code"] = "x" }, "unknown key"},
		{"a key in capitals", func(m map[string]any) { m["Run"] = "x" }, "unknown key"},
		{"no run", func(m map[string]any) { m["run"] = "" }, "no run"},
		{"a run with a line break", func(m map[string]any) { m["run"] = "a\nb" }, "no run"},
		{"no base", func(m map[string]any) { delete(m, "base_sha256") }, "no base"},
		{"a base in capitals", func(m map[string]any) { m["base_sha256"] = strings.Repeat("AB", 32) }, "no base"},
		{"no architecture", func(m map[string]any) { m["architecture"] = "../x" }, "no architecture"},
		{"scale 0", func(m map[string]any) { m["scale"] = 0 }, "scale"},
		{"seed as a text", func(m map[string]any) { m["seed"] = "7" }, "does not fit"},
		{"a time before time", func(m map[string]any) { m["created_unix"] = -1 }, "impossible time"},
		{"no files", func(m map[string]any) { m["files"] = nil }, "an adapter is one"},
		{"files as an object", func(m map[string]any) { m["files"] = map[string]any{} }, "list of files"},
		{"a file that is null", func(m map[string]any) { m["files"] = []any{nil} }, "no plain file name"},
		{"a file with more to it", func(m map[string]any) { file(m)["mode"] = "0777" }, "unknown key"},
		{"a negative size", func(m map[string]any) { file(m)["size"] = -1 }, "impossible size"},
		{"no hash", func(m map[string]any) { file(m)["sha256"] = "" }, "no hash"},
		{"a short hash", func(m map[string]any) { file(m)["sha256"] = "ab" }, "no hash"},
		{"twice", func(m map[string]any) { m["files"] = append(m["files"].([]any), m["files"].([]any)[0]) }, "twice"},
		{"two safetensors", func(m map[string]any) {
			m["files"] = append(m["files"].([]any), map[string]any{"name": "b.safetensors", "size": 1, "sha256": strings.Repeat("ab", 32)})
		}, "an adapter is one"},
		{"no adapter", func(m map[string]any) { m["files"] = m["files"].([]any)[1:] }, "an adapter is one"},
	}
	for _, bad := range []string{"", ".", "..", "../x.json", "a/b.json", `a\b.json`, "/etc/x.json", ".x.json", "c:x.json", "x\x00.json", "x\n.json", "x\u202e.json",
		"manifest.json", "reason.txt", "x.bin", "x.pt", "x.pkl", "x.json.exe", "x", strings.Repeat("x", 200) + ".json"} {
		tests = append(tests, struct {
			name   string
			change func(m map[string]any)
			want   string
		}{fmt.Sprintf("file %.20q", bad), func(m map[string]any) { file(m)["name"] = bad }, bad[:0]})
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m map[string]any
			require.NoError(t, json.Unmarshal(manifest(t), &m))
			tt.change(m)
			b, err := json.Marshal(m)
			require.NoError(t, err)
			_, err = watch.ParseManifest(b)
			if i == 0 {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
	raw := manifest(t)
	for _, wrong := range [][]byte{nil, []byte("null"), []byte("[]"), []byte(`"x"`), append(bytes.Clone(raw), " {}"...), bytes.Replace(raw, []byte(`"seed"`), []byte(`"run":"x","seed"`), 1), raw[:len(raw)-1]} {
		_, err := watch.ParseManifest(wrong)
		require.Error(t, err, "%.40q", wrong)
	}
}

func file(m map[string]any) map[string]any { return m["files"].([]any)[0].(map[string]any) }

func FuzzManifest(f *testing.F) {
	f.Add(manifest(f))
	f.Add([]byte(`{"format":1,"files":[{"name":"../x"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := watch.ParseManifest(b)
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if !filepath.IsLocal(file.Name) || filepath.Base(file.Name) != file.Name || file.Size < 0 {
				t.Fatalf("accepted %+v", file)
			}
		}
	})
}

func FuzzSafetensors(f *testing.F) {
	f.Add(traintest.Files(traintest.ArtifactOptions{Layers: 1})["adapter_model.safetensors"])
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if watch.CheckSafetensors(b) == nil && watch.CheckSafetensors(append(b, 0)) == nil {
			t.Fatal("a byte more changes nothing")
		}
	})
}

func FuzzGGUF(f *testing.F) {
	f.Add(traintest.Files(traintest.ArtifactOptions{Layers: 1})["adapter.gguf"])
	f.Add([]byte("GGUF\x03\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if watch.CheckAdapter(b, "qwen2") == nil && watch.CheckAdapter(append(b, make([]byte, 1<<17)...), "qwen2") == nil {
			t.Fatal("trailing bytes change nothing")
		}
	})
}
