// Package traintest holds a trainer for tests, which is the test's own program
// started again, and the adapters that it writes: tiny, and right in every byte
// that a reader may check. It never loads a model and never learns anything.
//
//	TestMain: traintest.Hook()  <── the same binary again, as `-m errata_trainer run`
//	traintest.Options(t, Script{Mode: "ok"}) ──> train.New ──> incoming/<run>/
package traintest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

// Base is the SHA-256 of the base that an artefact names when nothing else is said.
const Base = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"

// ArtifactOptions say what an adapter is of. Zero fields take values that are right.
type ArtifactOptions struct {
	Run          string            // "run-1"
	Base         string            // Base
	Architecture string            // "qwen2"
	Dataset      map[string]string // id and hash
	Seed         int
	Layers       int     // 2
	Rank         int     // 2
	Alpha        float32 // 4
	Merged       bool    // with a merged.gguf, of a few bytes
}

func (o ArtifactOptions) filled() ArtifactOptions {
	if o.Run == "" {
		o.Run = "run-1"
	}
	if o.Base == "" {
		o.Base = Base
	}
	if o.Architecture == "" {
		o.Architecture = "qwen2"
	}
	if o.Dataset == nil {
		o.Dataset = map[string]string{"id": "dataset-1", "hash": strings.Repeat("ab", 32)}
	}
	if o.Layers == 0 {
		o.Layers = 2
	}
	if o.Rank == 0 {
		o.Rank = 2
	}
	if o.Alpha == 0 {
		o.Alpha = 4
	}
	return o
}

// Artifact writes a finished adapter into dir, which is incoming/ in most tests,
// and returns its folder dir/<run> and the hash of its manifest.
func Artifact(t testing.TB, dir string, o ArtifactOptions) (path, id string) {
	t.Helper()
	path, id, err := WriteArtifact(dir, o)
	require.NoError(t, err)
	return path, id
}

// WriteArtifact does it the trainer's way: into a folder with a dot, the manifest
// last, then one rename.
func WriteArtifact(dir string, o ArtifactOptions) (path, id string, err error) {
	o = o.filled()
	path = filepath.Join(dir, o.Run)
	tmp := filepath.Join(dir, ".tmp-"+o.Run)
	if err := os.RemoveAll(tmp); err != nil {
		return "", "", err
	}
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return "", "", err
	}
	for name, b := range Files(o) {
		if err := os.WriteFile(filepath.Join(tmp, name), b, 0o600); err != nil {
			return "", "", err
		}
	}
	if err := os.RemoveAll(path); err != nil {
		return "", "", err
	}
	id, err = WriteManifest(tmp, o)
	if err != nil {
		return "", "", err
	}
	return path, id, os.Rename(tmp, path)
}

// Files are the artefact's without its manifest.
func Files(o ArtifactOptions) map[string][]byte {
	o = o.filled()
	gguf, peft := tensors(o)
	files := map[string][]byte{
		"adapter_model.safetensors": Safetensors(peft),
		"adapter.gguf":              GGUF(o.Architecture, o.Alpha, gguf),
		"adapter_config.json":       fmt.Appendf(nil, `{"peft_type":"LORA","r":%d,"lora_alpha":%g}`, o.Rank, o.Alpha),
	}
	if o.Merged {
		files["merged.gguf"] = append(GGUF(o.Architecture, o.Alpha, nil), fmt.Sprintf("%s %d", o.Run, o.Seed)...)
	}
	return files
}

// WriteManifest describes what lies in dir as the trainer would, and returns the
// manifest's hash.
func WriteManifest(dir string, o ArtifactOptions) (id string, err error) {
	m, err := ManifestOf(dir, o)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), os.WriteFile(filepath.Join(dir, "manifest.json"), b, 0o600)
}

// ManifestOf hashes every file of dir but a manifest.
func ManifestOf(dir string, o ArtifactOptions) (backend.Manifest, error) {
	o = o.filled()
	m := backend.Manifest{
		Format: 1, Run: o.Run, BaseSHA256: o.Base, Architecture: o.Architecture, Dataset: o.Dataset,
		Recipe: json.RawMessage(`{"name":"default"}`), Seed: o.Seed, Engine: "peft", Scale: 1,
		Metrics: json.RawMessage(`{"loss":0.1}`), TrainerVersion: "test", CreatedUnix: 1763856000,
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return m, err
	}
	for _, e := range entries {
		if e.Name() == "manifest.json" || e.IsDir() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return m, err
		}
		sum := sha256.Sum256(b)
		m.Files = append(m.Files, backend.AdapterFile{Name: e.Name(), Size: int64(len(b)), SHA256: hex.EncodeToString(sum[:])})
	}
	return m, nil
}

// Safetensors builds a file of that format: the header's length, the header, the
// values without a gap (github.com/huggingface/safetensors, README).
func Safetensors(tensors []Tensor) []byte {
	type entry struct {
		DType   string   `json:"dtype"`
		Shape   []uint64 `json:"shape"`
		Offsets [2]int   `json:"data_offsets"`
	}
	header := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
	var data []byte
	for _, t := range tensors {
		from := len(data)
		data = append(data, t.bytesOf()...)
		header[t.Name] = entry{DType: "F32", Shape: t.Shape, Offsets: [2]int{from, len(data)}}
	}
	h, _ := json.Marshal(header) // maps of strings, numbers and arrays always encode
	for len(h)%8 != 0 {
		h = append(h, ' ')
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(h)))
	return append(append(b, h...), data...)
}

// tensors are the same small matrices under the names of both formats.
func tensors(o ArtifactOptions) (gguf, peft []Tensor) {
	const wide, narrow = 16, 8
	modules := []struct {
		gguf, peft string
		in, out    int
	}{
		{"ffn_gate", "mlp.gate_proj", narrow, wide},
		{"ffn_up", "mlp.up_proj", narrow, wide},
		{"ffn_down", "mlp.down_proj", wide, narrow},
	}
	for layer := range o.Layers {
		for _, m := range modules {
			for _, half := range []struct {
				gguf, peft string
				rows, cols int
			}{{"lora_a", "lora_A", o.Rank, m.in}, {"lora_b", "lora_B", m.out, o.Rank}} {
				data := make([]float32, half.rows*half.cols)
				for i := range data {
					data[i] = float32((i*7+layer*3+o.Seed)%11-5) / 64
				}
				shape := []uint64{uint64(half.rows), uint64(half.cols)}
				gguf = append(gguf, Tensor{fmt.Sprintf("blk.%d.%s.weight.%s", layer, m.gguf, half.gguf), shape, data})
				peft = append(peft, Tensor{fmt.Sprintf("base_model.model.model.layers.%d.%s.%s.weight", layer, m.peft, half.peft), shape, data})
			}
		}
	}
	return gguf, peft
}
