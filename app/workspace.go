package app

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"

	"errata/backend"
	"errata/backend/dataset"
)

// workspace leaves files for other programs inside the home.
type workspace struct{ home string }

// WriteRows writes the trainer's rows by temp file and rename.
func (w workspace) WriteRows(runID string, rows []backend.Row) (string, error) {
	_, work, _ := w.Dirs(runID)
	if err := os.MkdirAll(work, 0o700); err != nil {
		return "", diskError("rows", err)
	}
	path := filepath.Join(work, "rows.jsonl")
	return path, replace(path, func(b *bufio.Writer) error { return dataset.WriteRows(b, rows) })
}

// Dirs gives incoming/, the run's own folder, and the cache that all runs share.
func (w workspace) Dirs(runID string) (incoming, work, cache string) {
	return filepath.Join(w.home, incomingDir), filepath.Join(w.home, runsDir, runID), filepath.Join(w.home, cacheDir)
}

// LetGo deletes a run's checkpoints, the cache that earlier releases kept beside them,
// and the named files.
func (w workspace) LetGo(runID string, files ...string) error {
	_, work, _ := w.Dirs(runID)
	if runID != "" { // an adapter that was imported has no run
		files = append(files, "checkpoints", "cache")
	}
	for _, name := range files {
		if err := os.RemoveAll(filepath.Join(work, name)); err != nil {
			return diskError("The folder of the training", err)
		}
	}
	return nil
}

// WritePointer exports the current version for other programs.
func (w workspace) WritePointer(p backend.Pointer) error {
	return replace(filepath.Join(w.home, pointerName), func(b *bufio.Writer) error {
		enc := json.NewEncoder(b)
		enc.SetIndent("", "  ")
		return enc.Encode(p)
	})
}

// FreeBytes says how much the home's volume still takes.
func (w workspace) FreeBytes() (int64, error) { return freeBytes(w.home) }

// replace writes a file whole or not at all: temp file, fsync, rename, fsync of
// the folder.
func replace(path string, write func(*bufio.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return diskError(filepath.Base(path), err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
			err = diskError(filepath.Base(path), err)
		}
	}()
	b := bufio.NewWriter(f)
	if err = write(b); err != nil {
		return err
	}
	if err = b.Flush(); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	// Some file systems cannot sync a folder; the rename itself has happened.
	_ = d.Sync()
	return nil
}

func diskError(what string, err error) error {
	return &backend.Error{Code: backend.CodeUnavailable, Op: "write", Message: what + " could not be written; what was there before is untouched.", Hint: "Look whether the disk is full.", Err: err}
}
