package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"errata/backend"
	"errata/backend/flow"
)

// Export copies files into a new folder and proves each by its SHA-256. The folder
// gets its name when all is there.
func (w workspace) Export(ctx context.Context, dir string, files []flow.ExportFile, name, text string) (err error) {
	const op = "export"
	if _, err := os.Lstat(dir); err == nil {
		return backend.Errorf(backend.CodeConflict, op, "%s is there already; it was left as it is.", dir).WithHint("Choose another folder, or move it away.")
	} else if !errors.Is(err, fs.ErrNotExist) {
		return diskError(dir, err)
	}
	if filepath.Dir(dir) == filepath.Join(w.home, exportsDir) {
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			return diskError(exportsDir, err)
		}
	}
	if info, err := os.Stat(filepath.Dir(dir)); err != nil || !info.IsDir() {
		return backend.Errorf(backend.CodeNotFound, op, "There is no folder %s; nothing was written.", filepath.Dir(dir)).WithHint("Make it first, or choose another.")
	}
	part, err := os.MkdirTemp(filepath.Dir(dir), ".errata-export-*")
	if err != nil {
		return diskError(dir, err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(part)
		}
	}()
	for _, f := range files {
		if err := copyProven(ctx, filepath.Join(part, f.Name), f); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(part, name), []byte(text), 0o600); err != nil {
		return diskError(name, err)
	}
	if err := os.Rename(part, dir); err != nil {
		return diskError(dir, err)
	}
	return syncDir(filepath.Dir(dir))
}

func copyProven(ctx context.Context, to string, f flow.ExportFile) (err error) {
	from, err := os.Open(f.From)
	if err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "export", f.Name+" cannot be read; nothing was exported.")
	}
	defer func() { _ = from.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return diskError(f.Name, err)
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, hash), stopping{ctx, from})
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return diskError(f.Name, err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); f.SHA256 != "" && got != f.SHA256 {
		return backend.Errorf(backend.CodeConflict, "export", "%s is not what its manifest names; nothing was exported.", f.Name).WithHint("Train its dataset again.")
	}
	return nil
}

// stopping is a reader that ends with its context.
type stopping struct {
	ctx  context.Context //nolint:containedctx // it lives as long as one copy
	from io.Reader
}

func (s stopping) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.from.Read(b)
}
