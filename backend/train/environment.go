package train

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"errata/backend"
)

// passed are the variables that the trainer gets from ours: where programs and
// folders are and which devices to use. Nothing else crosses, no key above all.
var passed = []string{
	"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
	"SYSTEMROOT", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "NUMBER_OF_PROCESSORS",
	"CUDA_VISIBLE_DEVICES", "CUDA_HOME", "CUDA_PATH", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION",
}

// environment is the trainer's. Without a number of threads the trainer chooses.
func (l *Local) environment(source string, threads int) []string {
	var env []string
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	env = append(env,
		"HF_HUB_OFFLINE=1", "TRANSFORMERS_OFFLINE=1", "HF_HUB_DISABLE_TELEMETRY=1", "TOKENIZERS_PARALLELISM=false",
		"PYTHONUNBUFFERED=1", "PYTHONUTF8=1", "PYTHONNOUSERSITE=1",
		"PYTHONSAFEPATH=1", // `python -m` would else import from the working folder first
		"PYTHONPATH="+source)
	if threads > 0 {
		n := strconv.Itoa(threads)
		env = append(env, "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "OPENBLAS_NUM_THREADS="+n)
	}
	return append(env, l.options.Env...)
}

// python finds the interpreter of the trainer.
func (l *Local) python() (string, *backend.Error) {
	const op = "train.python"
	if l.options.Python != nil {
		path, err := l.options.Python()
		if err == nil {
			return path, nil
		}
		var e *backend.Error
		if errors.As(err, &e) {
			return "", e
		}
		return "", &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "There is no Python for the trainer.", Hint: setUpHint, Err: err}
	}
	if path := os.Getenv("ERRATA_TRAINER_PYTHON"); path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", &backend.Error{Code: backend.CodeUnavailable, Op: op, Err: err,
				Message: "ERRATA_TRAINER_PYTHON names no program that can be run.", Hint: "Correct it, or remove it and choose Set up in Training."}
		}
		if abs, err := filepath.Abs(found); err == nil {
			found = abs
		}
		return found, nil
	}
	dir, err := l.place()
	if err != nil {
		return "", err
	}
	path := interpreter(filepath.Join(dir, "venv"))
	if _, err := os.Stat(path); err != nil {
		return "", &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "The trainer's environment is not set up.", Hint: setUpHint, Err: err}
	}
	return path, nil
}

// files is where the trainer's package is read from.
func (l *Local) files() (fs.FS, *backend.Error) {
	switch {
	case l.options.Checkout != "":
		return os.DirFS(l.options.Checkout), nil
	case l.options.Source != nil:
		return l.options.Source, nil
	}
	return nil, backend.Errorf(backend.CodeUnavailable, "train.source", "This build carries no trainer.").
		WithHint("Set ERRATA_TRAINER_PYTHON to a Python that has errata_trainer.")
}

// place is <cache>/<sha256 of uv.lock>, where the environment of this trainer is.
func (l *Local) place() (string, *backend.Error) {
	files, missing := l.files()
	if missing != nil {
		return "", missing
	}
	lock, err := fs.ReadFile(files, "uv.lock")
	if err != nil {
		return "", &backend.Error{Code: backend.CodeUnavailable, Op: "train.source", Message: "The trainer carries no uv.lock.", Hint: setUpHint, Err: err}
	}
	cache, err := l.cache()
	if err != nil {
		return "", &backend.Error{Code: backend.CodeUnavailable, Op: "train.source", Message: "The folder for caches is not known.", Hint: "Set HOME or XDG_CACHE_HOME.", Err: err}
	}
	sum := sha256.Sum256(lock)
	return filepath.Join(cache, hex.EncodeToString(sum[:])), nil
}

// source is the folder that holds errata_trainer, written from Source when there
// is no checkout; empty when the interpreter has the package installed.
func (l *Local) source() (string, error) {
	if l.options.Checkout != "" {
		return filepath.Abs(l.options.Checkout)
	}
	if l.options.Source == nil {
		return "", nil
	}
	place, missing := l.place()
	if missing != nil {
		return "", missing
	}
	dir, err := unpack(l.options.Source, filepath.Join(place, "src"))
	if err != nil {
		return "", backend.Wrap(err, backend.CodeUnavailable, "train.source", "The trainer's files cannot be written to the cache; nothing was started.")
	}
	return dir, nil
}

// unpack writes the package into a folder named by its content, whole or not at
// all; one that is there already is used as it is.
func unpack(files fs.FS, into string) (string, error) {
	names, sum, err := contents(files)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(into, sum[:16])
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(into, 0o700); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(into, ".tmp-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return "", err
		}
		path := filepath.Join(tmp, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			return "", err
		}
	}
	if err := os.Rename(tmp, dir); err != nil {
		if _, there := os.Stat(dir); there == nil {
			return dir, nil // another Errata was faster
		}
		return "", err
	}
	return dir, nil
}

// contents lists the files of the package with the hash of names and bytes.
func contents(files fs.FS) (names []string, sum string, err error) {
	h := sha256.New()
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && path != "errata_trainer" && !strings.HasPrefix(path, "errata_trainer/"):
			return fs.SkipDir
		case d.IsDir():
			return nil
		case !strings.HasPrefix(path, "errata_trainer/") && !slices.Contains([]string{"uv.lock", "pyproject.toml", "README.md"}, path):
			return nil
		case strings.HasSuffix(path, ".pyc"):
			return nil
		}
		b, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		names = append(names, path)
		_, err = fmt.Fprintf(h, "%s %d %x\n", path, len(b), sha256.Sum256(b))
		return err
	})
	if err == nil && len(names) == 0 {
		err = errors.New("the trainer's package is empty")
	}
	return names, hex.EncodeToString(h.Sum(nil)), err
}

// importCheck loads our package and looks for the libraries that a run needs,
// the one for saving at its very end too, without loading them.
const importCheck = `import importlib.util as u, sys
import errata_trainer
missing = [n for n in ("torch", "numpy", "safetensors", "gguf", "peft") if u.find_spec(n) is None]
sys.exit("No module named " + ", ".join(missing) if missing else 0)`

// Ready says what keeps a training from starting, as a CodeUnavailable error
// with the next step; nil when nothing does. An interpreter that passed once is
// not asked again.
func (l *Local) Ready(ctx context.Context) error {
	python, missing := l.python()
	if missing != nil {
		return missing
	}
	l.mu.Lock()
	known := l.ready == python
	l.mu.Unlock()
	if known {
		return nil
	}
	source, err := l.source()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, l.options.Times.Probe)
	defer cancel()
	if out, err := l.tool(ctx, job{name: python, args: []string{"-c", importCheck}, dir: os.TempDir(), env: l.environment(source, 0)}); err != nil {
		if errors.Is(err, context.Canceled) {
			return backend.Wrap(err, backend.CodeCancelled, "train.ready", "The look at the trainer was cancelled.")
		}
		return (&backend.Error{Code: backend.CodeUnavailable, Op: "train.ready", Message: "The trainer cannot be loaded by its Python.", Err: quote(err, out, python)}).WithHint(setUpHint)
	}
	l.mu.Lock()
	l.ready = python
	l.mu.Unlock()
	return nil
}
