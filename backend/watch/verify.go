package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"errata/backend"
)

// Names and kinds of the files of an adapter.
const (
	adapterName = "adapter.gguf"
	mergedName  = "merged.gguf"
	tensorsKind = ".safetensors"
)

// plain are the kinds that are only hashed; the program never loads them.
var plain = map[string]bool{".json": true, ".jsonl": true, ".md": true, ".txt": true}

// verify proves a folder: its manifest, that it holds the listed files and no
// other, their sizes and hashes, and the headers of its tensors.
func verify(ctx context.Context, root *os.Root, files map[string]fs.FileInfo) (m backend.Manifest, id string, err error) {
	b, err := readManifest(root, files[manifestName])
	if err != nil {
		return m, "", err
	}
	sum := sha256.Sum256(b)
	id = hex.EncodeToString(sum[:])
	if m, err = parseManifest(b); err != nil {
		return backend.Manifest{}, id, err
	}
	listed := map[string]bool{manifestName: true}
	for _, f := range m.Files {
		listed[f.Name] = true
	}
	for name := range files {
		if !listed[name] {
			return m, id, fmt.Errorf("%q is not listed in its manifest", name)
		}
	}
	// Sizes of all before the bytes of any: the cheap question first.
	for _, f := range m.Files {
		info, ok := files[f.Name]
		switch {
		case !ok:
			return m, id, fmt.Errorf("%q is missing", f.Name)
		case info.Size() != f.Size:
			return m, id, fmt.Errorf("%q has %d bytes, its manifest says %d", f.Name, info.Size(), f.Size)
		}
	}
	for _, f := range m.Files {
		if err := verifyFile(ctx, root, f, m.Architecture); err != nil {
			return m, id, err
		}
	}
	return m, id, nil
}

func readManifest(root *os.Root, info fs.FileInfo) ([]byte, error) {
	if info.Size() > maxManifest {
		return nil, fmt.Errorf("its manifest has more than %d bytes", maxManifest)
	}
	f, err := root.Open(manifestName)
	if err != nil {
		return nil, errors.New("its manifest cannot be read")
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil || len(b) > maxManifest {
		return nil, errors.New("its manifest cannot be read")
	}
	return b, nil
}

func verifyFile(ctx context.Context, root *os.Root, want backend.AdapterFile, architecture string) error {
	f, err := root.Open(want.Name)
	if err != nil {
		return fmt.Errorf("%q cannot be read", want.Name)
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%q is not a plain file", want.Name)
	}
	h := sha256.New()
	n, err := io.Copy(h, &patient{ctx: ctx, r: io.LimitReader(f, want.Size+1)})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("%q cannot be read", want.Name)
	case n != want.Size:
		return fmt.Errorf("%q changed while it was read", want.Name)
	case hex.EncodeToString(h.Sum(nil)) != want.SHA256:
		return fmt.Errorf("%q has another hash than its manifest says", want.Name)
	}
	whole := io.NewSectionReader(f, 0, want.Size)
	switch {
	case filepath.Ext(want.Name) == tensorsKind:
		err = checkSafetensors(whole)
	case want.Name == adapterName:
		err = checkAdapter(whole, architecture)
	case want.Name == mergedName:
		err = checkMerged(whole)
	}
	if err != nil {
		return fmt.Errorf("%q is not right: %w", want.Name, err)
	}
	return nil
}

// patient ends a long read when ctx does.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}
