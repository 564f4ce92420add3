package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"errata/backend"
)

// Install brings a listed model to this machine and into the engine, from the
// first source that gives it: the engine, the cache, then the list's sources in
// their order. What was downloaded is kept when it is stopped and goes on from
// there.
func (e *Engine) Install(ctx context.Context, model string, progress Progress) (backend.ModelInfo, error) {
	const op = "engine.install"
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	listed, ok := e.Lookup(model)
	if !ok {
		// A model of the user's needs no list when the engine has it already.
		if info, err := e.Ensure(ctx, model); err == nil {
			return info, nil
		}
		return backend.ModelInfo{}, backend.Errorf(backend.CodeNotFound, op, "There is no model %s in the list.", model).
			WithHint("See errata models list, or give a file: errata models import FILE")
	}
	e.installing.Lock()
	defer e.installing.Unlock()
	if _, err := e.place(ctx); err != nil {
		return backend.ModelInfo{}, err
	}
	info, err := e.ensure(ctx, listed.Name, progress)
	if err == nil || backend.CodeOf(err) != backend.CodeNotFound {
		return info, err
	}
	var failed []error
	for _, source := range listed.Sources {
		var err error
		switch source.Kind {
		case "library":
			err = e.opt.API.Pull(ctx, source.Name, progress)
		case "parts":
			err = e.fetchParts(ctx, listed, source, progress)
		}
		if ctx.Err() != nil {
			return backend.ModelInfo{}, &backend.Error{Code: backend.CodeCancelled, Op: op, Message: "The installation was stopped; what was downloaded is kept.", Hint: "Start it again to go on.", Err: ctx.Err()}
		}
		if err == nil {
			if info, err = e.ensure(ctx, listed.Name, progress); err == nil {
				e.forget()
				return info, nil
			}
		}
		failed = append(failed, err)
	}
	hint, why := "Look whether the network is there.", ""
	for _, err := range failed {
		if h := backend.HintOf(err); h != "" {
			hint = h
		}
		var e *backend.Error
		if errors.As(err, &e) {
			why = " " + e.Message
		}
	}
	if !strings.Contains(hint, "models import") {
		hint += " Or give a file: errata models import FILE"
	}
	return backend.ModelInfo{}, &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "The model " + listed.Name + " could not be installed." + why, Hint: hint, Err: errors.Join(failed...)}
}

func (e *Engine) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.ready)
}

// Import takes a weights file of the user's. Listed in the result says whether
// its digest stands in the list; where it does not, the caller warns.
func (e *Engine) Import(ctx context.Context, file string, progress Progress) (backend.ModelInfo, error) {
	const op = "engine.import"
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	header, err := readGGUF(file)
	if err != nil {
		return backend.ModelInfo{}, err
	}
	if !header.chatML {
		return backend.ModelInfo{}, backend.Errorf(backend.CodeInvalid, op, "The file holds a %s model that does not know the ChatML format.", header.architecture).
			WithHint("Use a Qwen model, or install it in Ollama and choose it by its name there.")
	}
	if _, err := e.place(ctx); err != nil {
		return backend.ModelInfo{}, err
	}
	sum, err := fileSHA256(ctx, file, func(done, total int64) { progress("check", done, total) })
	if err != nil {
		return backend.ModelInfo{}, readError(op, err)
	}
	e.installing.Lock()
	defer e.installing.Unlock()
	listed, known := e.byDigest(sum)
	if !known {
		listed = Listed{Name: header.name, Title: header.name, Licence: header.licence}
	}
	if e.cachedWeights(sum, header.size) == "" {
		if err := e.keep(ctx, file, sum, progress); err != nil {
			return backend.ModelInfo{}, err
		}
	}
	served := backend.EngineName(listed.Name, sum, backend.ServedBase)
	if !known {
		listed.Name = served
	}
	if err := e.createBase(ctx, served, e.weightsPath(sum), sum, progress); err != nil {
		return backend.ModelInfo{}, err
	}
	e.forget()
	return e.describe(ctx, served, listed)
}

// keep puts a file with a known digest into the cache, as a second name of it
// where the file system allows, so that the user may delete the first.
func (e *Engine) keep(ctx context.Context, file, sum string, progress Progress) error {
	const op = "engine.import"
	to := e.weightsPath(sum)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return diskError(op, "The model folder cannot be made.", err)
	}
	from, err := os.Open(file)
	if err != nil {
		return readError(op, err)
	}
	defer from.Close() //nolint:errcheck // read only
	info, err := from.Stat()
	if err != nil {
		return readError(op, err)
	}
	return writeWhole(ctx, op, to, sum, info.Size(), func(w io.Writer) error {
		_, err := io.Copy(w, &watched{ctx: ctx, from: from, total: info.Size(), progress: func(done, total int64) { progress("copy", done, total) }})
		return err
	})
}

// writeWhole writes a file under a temporary name, checks size and SHA-256,
// brings it to the disk and renames it. A wrong file is moved aside as
// NAME.wrong, so that it can be looked at; size 0 is not checked.
func writeWhole(ctx context.Context, op, to, want string, size int64, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(to), ".new-*")
	if err != nil {
		return diskError(op, "The model could not be written.", err)
	}
	temp := file.Name()
	keep := false
	defer func() {
		_ = file.Close()
		if !keep {
			_ = os.Remove(temp)
		}
	}()
	hash := sha256.New()
	if err := write(io.MultiWriter(file, hash)); err != nil {
		if ctx.Err() != nil {
			return &backend.Error{Code: backend.CodeCancelled, Op: op, Message: "It was stopped; what was downloaded is kept.", Err: err}
		}
		var ours *backend.Error
		if errors.As(err, &ours) {
			return err
		}
		return diskError(op, "The model could not be written.", err)
	}
	info, err := file.Stat()
	if err != nil {
		return diskError(op, "The model could not be written.", err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != want || size > 0 && info.Size() != size {
		keep = os.Rename(temp, to+".wrong") == nil
		return backend.Errorf(backend.CodeInvalid, op, "The file is not the one that is listed: it has %d bytes and SHA-256 %s; it was moved aside to %s.", info.Size(), got, filepath.Base(to)+".wrong").
			WithHint("Try again; if it happens again, the source was changed and should not be trusted.")
	}
	if err := file.Sync(); err != nil {
		return diskError(op, "The model could not be written.", err)
	}
	if err := file.Close(); err != nil {
		return diskError(op, "The model could not be written.", err)
	}
	if err := os.Rename(temp, to); err != nil {
		return diskError(op, "The model could not be written.", err)
	}
	keep = true
	return syncDir(op, filepath.Dir(to))
}

func syncDir(op, dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return diskError(op, "The model could not be written.", err)
	}
	defer d.Close() //nolint:errcheck // read only
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return diskError(op, "The model could not be written.", err)
	}
	return nil
}

func readError(op string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &backend.Error{Code: backend.CodeCancelled, Op: op, Message: "It was stopped.", Err: err}
	}
	return &backend.Error{Code: backend.CodeNotFound, Op: op, Message: "The file cannot be read.", Hint: "Look whether the path is right.", Err: err}
}

// watched reads until its context ends and reports every 8 MiB.
type watched struct {
	ctx         context.Context
	from        io.Reader
	done, total int64
	told        int64
	progress    func(done, total int64)
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.from.Read(p)
	w.done += int64(n)
	if w.progress != nil && (w.done-w.told >= 8<<20 || err != nil) {
		w.told = w.done
		w.progress(w.done, w.total)
	}
	return n, err
}

func fileSHA256(ctx context.Context, path string, progress func(done, total int64)) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // read only
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", path)
	}
	hash := sha256.New()
	if _, err := io.CopyBuffer(hash, &watched{ctx: ctx, from: file, total: info.Size(), progress: progress}, make([]byte, 1<<20)); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
