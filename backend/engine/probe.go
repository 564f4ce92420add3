package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"

	"errata/backend"
)

// adaptersEnd is the first Ollama that refuses LoRA adapters
// (errAdaptersUnsupported).
const adaptersEnd = "0.34.1"

const probeName = "errata-probe"

// takesAdapters says whether the engine serves adapters. It is asked once an
// engine and version, by making a model of two files that hold nothing but
// their header; the model is removed again.
func (e *Engine) takesAdapters(ctx context.Context, at place) (bool, error) {
	if !older(at.version, adaptersEnd) {
		return false, nil
	}
	key := at.address + " " + at.version
	e.mu.Lock()
	takes, known := e.takes[key]
	e.mu.Unlock()
	if known {
		return takes, nil
	}
	takes, err := e.probe(ctx)
	if err != nil {
		return false, err
	}
	e.mu.Lock()
	e.takes[key] = takes
	e.mu.Unlock()
	return takes, nil
}

func (e *Engine) probe(ctx context.Context) (takes bool, err error) {
	const op = "engine.probe"
	dir, err := os.MkdirTemp("", probeName+"-")
	if err != nil {
		return false, diskError(op, "The engine's support for adapters could not be tried.", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	base, baseSum, err := writeHeader(filepath.Join(dir, "base.gguf"), [][2]string{{"general.architecture", "qwen2"}, {"general.name", "errata-probe"}})
	if err != nil {
		return false, diskError(op, "The engine's support for adapters could not be tried.", err)
	}
	adapter, adapterSum, err := writeHeader(filepath.Join(dir, "adapter.gguf"), [][2]string{{"general.architecture", "qwen2"}, {"general.type", "adapter"}, {"adapter.type", "lora"}})
	if err != nil {
		return false, diskError(op, "The engine's support for adapters could not be tried.", err)
	}
	// Names of its own: a probe beside this one, of a page or another command, deletes what it made.
	own := filepath.Base(dir)
	baseName, name := own+":base", own+":adapter"
	defer func() {
		clean := context.WithoutCancel(ctx)
		for _, n := range []string{name, baseName} {
			if left := e.opt.API.Delete(clean, n); err == nil && left != nil {
				takes, err = false, left
			}
		}
	}()
	if err := e.opt.API.CreateBase(ctx, baseName, base, baseSum, nil); err != nil {
		return false, probeFailure(err)
	}
	if err := e.opt.API.CreateAdapter(ctx, name, baseName, adapter, adapterSum); err != nil {
		return false, probeFailure(err)
	}
	return true, nil
}

// probeFailure lets a stop and an unreachable engine through; any other refusal
// is the answer no, and versions are then served merged, which always works.
func probeFailure(err error) error {
	if backend.CodeOf(err) == backend.CodeCancelled {
		return err
	}
	return nil
}

// writeHeader writes a GGUF file, version 3, of text values alone
// (format: github.com/ggml-org/ggml/blob/master/docs/gguf.md).
func writeHeader(path string, values [][2]string) (string, string, error) {
	var b bytes.Buffer
	text := func(s string) {
		_ = binary.Write(&b, binary.LittleEndian, uint64(len(s))) // a buffer takes everything
		b.WriteString(s)
	}
	b.WriteString("GGUF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(3))
	_ = binary.Write(&b, binary.LittleEndian, uint64(0))
	_ = binary.Write(&b, binary.LittleEndian, uint64(len(values)))
	const kindText = uint32(8)
	for _, v := range values {
		text(v[0])
		_ = binary.Write(&b, binary.LittleEndian, kindText)
		text(v[1])
	}
	for b.Len()%32 != 0 {
		b.WriteByte(0)
	}
	sum := sha256.Sum256(b.Bytes())
	return path, hex.EncodeToString(sum[:]), os.WriteFile(path, b.Bytes(), 0o600)
}
