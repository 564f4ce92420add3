package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	gguf "github.com/gpustack/gguf-parser-go"

	"errata/backend"
)

// header is what an import needs to know of a weights file.
type header struct {
	name, architecture, licence string
	parameters, quantization    string
	size                        int64
	context                     int64 // bytes of the keys and values of contextTokens
	chatML                      bool
}

// What a chat takes beside the weights: the keys and values of the context that
// models are served with, and the runner with its buffers, which grow with the model.
// models.toml holds the same for the listed models.
const (
	contextTokens = 4096
	runnerBytes   = 150_000_000
	runnerShare   = 20 // one byte for so many bytes of weights
)

// chatMemory is what a chat with the model needs, in bytes.
func (h header) chatMemory() int64 {
	return h.size + h.context + runnerBytes + h.size/runnerShare
}

// contextBytes is what contextTokens take in half precision: keys and values of each
// layer, as wide as its key and value heads.
func contextBytes(a gguf.GGUFArchitecture) int64 {
	if a.AttentionHeadCount == 0 {
		return 0
	}
	kv, keys, values := a.AttentionHeadCountKV, uint64(a.AttentionKeyLength), uint64(a.AttentionValueLength)
	if kv == 0 {
		kv = a.AttentionHeadCount
	}
	if keys == 0 {
		keys = a.EmbeddingLength / a.AttentionHeadCount
	}
	if values == 0 {
		values = keys
	}
	const half = 2
	n := a.BlockCount * kv * (keys + values) * contextTokens * half
	if n > 1<<40 { // no header of a model that fits a machine says so
		return 0
	}
	return int64(n) //nolint:gosec // bounded above
}

// Inspect says what a weights file holds and what it needs, from its header alone:
// nothing is copied and no engine is asked. CodeInvalid for what is no model.
func (e *Engine) Inspect(file string) (backend.ModelInfo, error) {
	h, err := readGGUF(file)
	if err != nil {
		return backend.ModelInfo{}, err
	}
	return backend.ModelInfo{
		Name: h.name, Title: h.name, Architecture: h.architecture, Licence: h.licence, Parameters: h.parameters, Quantization: h.quantization,
		Size: h.size, Bytes: h.size, ChatMemory: h.chatMemory(), Trainable: trainable(h.architecture),
	}, nil
}

// readGGUF reads a weights file's header. CodeInvalid when it is none, or holds
// no language model.
func readGGUF(file string) (h header, err error) {
	const op = "engine.import"
	bad := func(message string, cause error) error {
		return &backend.Error{Code: backend.CodeInvalid, Op: op, Message: message, Hint: "Give a model file in GGUF format.", Err: cause}
	}
	stat, err := os.Stat(file)
	if err != nil {
		return header{}, readError(op, err)
	}
	if !stat.Mode().IsRegular() {
		return header{}, bad("That is not a file.", nil)
	}
	// The parser trusts counts that stand in the file.
	defer func() {
		if r := recover(); r != nil {
			h, err = header{}, bad("The file is damaged.", fmt.Errorf("%v", r))
		}
	}()
	if err := plausible(file, stat.Size()); err != nil {
		return header{}, bad("The file is not a weights file in GGUF format, or it is damaged.", err)
	}
	parsed, err := gguf.ParseGGUFFile(file, gguf.UseMMap(), gguf.SkipLargeMetadata())
	if err != nil {
		return header{}, bad("The file is not a weights file in GGUF format, or it is damaged.", err)
	}
	m := parsed.Metadata()
	if m.Type != "model" && m.Type != "" || len(parsed.TensorInfos) == 0 {
		return header{}, bad("The file holds no whole model.", nil)
	}
	h = header{architecture: m.Architecture, licence: m.License, size: stat.Size(), name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))}
	h.parameters, h.quantization, h.context = parametersOf(m), m.FileTypeDescriptor, contextBytes(parsed.Architecture())
	h.chatML = strings.HasPrefix(m.Architecture, "qwen2")
	if v, ok := parsed.Header.MetadataKV.Get("tokenizer.chat_template"); ok && v.ValueType == gguf.GGUFMetadataValueTypeString {
		h.chatML = h.chatML || strings.Contains(v.ValueString(), "<|im_start|>")
	}
	if h.architecture == "" {
		return header{}, bad("The file does not say what kind of model it holds.", nil)
	}
	return h, nil
}

// parametersOf is the count as people say it: "494M", "1.5B".
func parametersOf(m gguf.GGUFMetadata) string {
	switch n := float64(m.Parameters); {
	case n >= 1e9:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", n/1e9), ".0") + "B"
	case n > 0:
		return fmt.Sprintf("%.0fM", n/1e6)
	}
	return ""
}

// plausible looks at the fixed part of the header, so that a hostile count never
// reaches the parser: magic, version 2 or 3, and counts that the size allows
// (each entry takes at least 12 bytes).
func plausible(file string, size int64) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // read only
	var b [24]byte
	if _, err := f.ReadAt(b[:], 0); err != nil {
		return err
	}
	u := func(at, n int) (v uint64) {
		for i := n - 1; i >= 0; i-- {
			v = v<<8 | uint64(b[at+i])
		}
		return v
	}
	version, tensors, values := u(4, 4), u(8, 8), u(16, 8)
	switch {
	case string(b[:4]) != "GGUF":
		return fmt.Errorf("it does not begin with GGUF")
	case version != 2 && version != 3:
		return fmt.Errorf("version %d is unknown", version)
	case tensors > 1<<20 || values > 1<<20 || int64(tensors+values)*12 > size:
		return fmt.Errorf("it promises %d tensors and %d values", tensors, values)
	}
	return nil
}
