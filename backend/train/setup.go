package train

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"errata/backend"
)

// uvVersion is the installer that Setup puts beside the environment. It reads
// the lock file, which holds the hash of every package.
const uvVersion = "0.13.9"

// later is when reading the output of an ended program is given up.
func (l *Local) later() time.Time { return time.Now().Add(l.options.Times.Drain) }

// Setup builds the trainer's environment: a virtual environment with uv, then
// every package of uv.lock by its hash, with those of the optional sets that extras
// name or that an earlier Setup was given. Lines of its progress go to progress,
// which may be nil. What is there is kept, so that a broken download goes on
// where it ended; cancelling leaves nothing running.
func (l *Local) Setup(ctx context.Context, progress func(line string), extras ...string) error {
	say := func(line string) {
		if progress != nil {
			progress(line)
		}
	}
	place, missing := l.place()
	if missing != nil {
		return missing
	}
	source, err := l.source()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(place, 0o700); err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "train.setup", "The folder for the trainer's environment cannot be made.")
	}
	unlock, err := lock(place)
	if err != nil {
		return backend.Errorf(backend.CodeConflict, "train.setup", "The trainer is already being set up.").WithHint("Wait until it is done.")
	}
	defer unlock()
	uv, err := l.installer(ctx, place, say)
	if err != nil {
		return err
	}
	say("Installing the packages of uv.lock")
	args := []string{"sync", "--locked", "--no-dev", "--no-install-project", "--no-progress"}
	extras, err = keepExtras(place, extras)
	if err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "train.setup", "The folder for the trainer's environment cannot be written.")
	}
	for _, extra := range extras {
		args = append(args, "--extra", extra)
	}
	step := job{
		name: uv, args: args, dir: source,
		env: append(setupEnvironment(os.Environ()), "UV_PROJECT_ENVIRONMENT="+filepath.Join(place, "venv")), line: say,
	}
	if log, err := l.tool(ctx, step); err != nil {
		return setupFailed(ctx, err, log, "The trainer's packages could not be installed; what was loaded is kept.", "Check the network and the free disk space, then choose Set up again.")
	}
	l.mu.Lock()
	l.ready = ""
	l.mu.Unlock()
	say("Checking that the trainer loads")
	if err := l.Ready(ctx); err != nil {
		return err
	}
	say("The trainer is ready")
	return nil
}

// keepExtras adds to the optional sets that an environment was asked to have, and
// gives all of them: a set-up without them would take them out again.
func keepExtras(place string, more []string) ([]string, error) {
	path := filepath.Join(place, "extras")
	kept, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	all := append(strings.Fields(string(kept)), more...)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(more) == 0 {
		return all, nil
	}
	return all, os.WriteFile(path, []byte(strings.Join(all, "\n")+"\n"), 0o600)
}

// installer finds uv in its own small environment, or makes that first.
func (l *Local) installer(ctx context.Context, place string, say func(string)) (string, error) {
	venv := filepath.Join(place, "uv")
	python := interpreter(venv)
	uv := filepath.Join(filepath.Dir(python), "uv"+filepath.Ext(python))
	env := setupEnvironment(os.Environ())
	if out, err := l.tool(ctx, job{name: uv, args: []string{"--version"}, dir: place, env: env}); err == nil && strings.HasPrefix(out, "uv "+uvVersion) {
		return uv, nil
	}
	base, err := systemPython()
	if err != nil {
		return "", &backend.Error{Code: backend.CodeUnavailable, Op: "train.setup", Message: "There is no Python 3 on this machine.",
			Hint: "Install it (Debian: sudo apt install python3 python3-venv), then choose Set up again.", Err: err}
	}
	say("Making an environment with " + base)
	if log, err := l.tool(ctx, job{name: base, args: []string{"-m", "venv", "--clear", venv}, dir: place, env: env, line: say}); err != nil {
		return "", setupFailed(ctx, err, log, "Python cannot make a virtual environment.", "Install its venv part (Debian: sudo apt install python3-venv), then choose Set up again.")
	}
	say("Installing uv " + uvVersion)
	args := []string{"-m", "pip", "install", "--disable-pip-version-check", "--no-input", "uv==" + uvVersion}
	if log, err := l.tool(ctx, job{name: python, args: args, dir: place, env: env, line: say}); err != nil {
		return "", setupFailed(ctx, err, log, "The installer uv could not be loaded.", "Check the network, then choose Set up again.")
	}
	return uv, nil
}

func systemPython() (string, error) {
	var first error
	for _, name := range []string{"python3", "python"} {
		path, err := exec.LookPath(name)
		if err == nil {
			return path, nil
		}
		first = errors.Join(first, err)
	}
	return "", first
}

func setupFailed(ctx context.Context, err error, log, message, hint string) error {
	if ctx.Err() != nil {
		return backend.Wrap(ctx.Err(), backend.CodeCancelled, "train.setup", "The set-up was stopped; what was loaded is kept.")
	}
	if class, ok := classOfLog(log); ok && class == backend.FailDisk {
		message, hint = "The disk is full; what was loaded is kept.", "Free about 6 GB, then choose Set up again."
	}
	return &backend.Error{Code: backend.CodeUnavailable, Op: "train.setup", Message: message, Hint: hint, Err: quote(err, log, "the installer's output")}
}

var secret = regexp.MustCompile(`(?i)(key|token|secret|password)`)

// setupEnvironment is ours, for proxies and package indexes, without what looks
// like a secret of somebody else's and without what would lead Python astray.
func setupEnvironment(ours []string) []string {
	var env []string
	for _, v := range ours {
		name, _, _ := strings.Cut(v, "=")
		own := strings.HasPrefix(name, "UV_") || strings.HasPrefix(name, "PIP_")
		switch {
		case secret.MatchString(name) && !own:
		case name == "PYTHONPATH", name == "PYTHONHOME", name == "VIRTUAL_ENV", name == "UV_PROJECT_ENVIRONMENT":
		default:
			env = append(env, v)
		}
	}
	return env
}
