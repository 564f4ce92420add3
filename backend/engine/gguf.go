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
	size                        int64
	chatML                      bool
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
	h.chatML = strings.HasPrefix(m.Architecture, "qwen2")
	if v, ok := parsed.Header.MetadataKV.Get("tokenizer.chat_template"); ok && v.ValueType == gguf.GGUFMetadataValueTypeString {
		h.chatML = h.chatML || strings.Contains(v.ValueString(), "<|im_start|>")
	}
	if h.architecture == "" {
		return header{}, bad("The file does not say what kind of model it holds.", nil)
	}
	return h, nil
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
