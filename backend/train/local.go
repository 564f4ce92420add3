package train

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"sort"

	"github.com/gofrs/flock"

	"errata/backend"
)

var runName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

// logsKept is how many logs of earlier runs stay.
const logsKept = 30

// Train runs one training to its end. It returns nil when the trainer exited
// with 0 after it had named an artefact, else a *Failure, or a *backend.Error
// when nothing could be started. Events reach on one after the other. A second
// run, here or in another process with the same Home, is a CodeConflict.
func (l *Local) Train(ctx context.Context, spec backend.TrainSpec, started func(pid int, startTime int64), on func(backend.TrainerEvent)) error {
	if err := check(spec); err != nil {
		return err
	}
	python, missing := l.python()
	if missing != nil {
		return &Failure{Class: backend.FailEnv, Err: missing}
	}
	r := &run{
		id: spec.Run, there: spec.Remote != nil, local: l, times: l.options.Times, on: on,
		stops: make(chan bool, 8), ends: make(chan struct{}, 1), lines: make(chan []byte), quit: make(chan struct{}),
	}
	l.mu.Lock()
	if l.current != nil {
		l.mu.Unlock()
		return alreadyRunning()
	}
	l.current = r
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.current = nil
		l.mu.Unlock()
	}()

	home := l.home(spec)
	unlock, err := lock(home)
	if err != nil {
		return err
	}
	defer unlock()
	if err := r.prepare(spec, python, l.logs(home)); err != nil {
		return err
	}
	return r.follow(ctx, started)
}

// Stop asks the run to stop by itself, with a checkpoint if save. Train goes on
// until it has; a trainer that does not answer is ended by force.
func (l *Local) Stop(run string, save bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == nil || l.current.id != run {
		return backend.Errorf(backend.CodeNotFound, "train.stop", "This training is not running here.")
	}
	select {
	case l.current.stops <- save:
	default: // asked often enough
	}
	return nil
}

// Finish asks the run to end now with what it has learned. Train goes on until the
// adapter is written.
func (l *Local) Finish(run string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == nil || l.current.id != run {
		return backend.Errorf(backend.CodeNotFound, "train.finish", "This training is not running here.")
	}
	select {
	case l.current.ends <- struct{}{}:
	default: // asked already
	}
	return nil
}

// Alive says whether pid still is the process that started at startTime, which
// started handed over when it began; a recycled pid is not.
func (l *Local) Alive(pid int, started int64) bool {
	if pid < 2 {
		return false
	}
	t, ok := startTime(pid)
	return ok && t == started
}

func check(spec backend.TrainSpec) error {
	if !runName.MatchString(spec.Run) {
		return backend.Errorf(backend.CodeInvalid, "train.run", "%q is no name for a run; nothing was started.", spec.Run)
	}
	for _, dir := range []string{spec.Work, spec.Out, spec.Rows, spec.BaseGGUF} {
		if !filepath.IsAbs(dir) {
			return backend.Errorf(backend.CodeInvalid, "train.run", "A run needs full paths, %q is none; nothing was started.", dir)
		}
	}
	return nil
}

func alreadyRunning() error {
	return backend.Errorf(backend.CodeConflict, "train.run", "A training is already running; nothing was started.").
		WithHint("Wait for it, or stop it in Training.")
}

func (l *Local) home(spec backend.TrainSpec) string {
	if l.options.Home != "" {
		return l.options.Home
	}
	return filepath.Dir(filepath.Clean(spec.Work))
}

func (l *Local) logs(home string) string {
	if l.options.Logs != "" {
		return l.options.Logs
	}
	return filepath.Join(home, "logs")
}

// lock makes this process the only one that trains in home.
func lock(home string) (unlock func(), err error) {
	const op, failed = "train.run", "The lock file for trainings cannot be made; nothing was started."
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, backend.Wrap(err, backend.CodeUnavailable, op, failed)
	}
	file := flock.New(filepath.Join(home, "trainer.lock"), flock.SetPermissions(0o600))
	ok, err := file.TryLock()
	if err != nil {
		return nil, backend.Wrap(err, backend.CodeUnavailable, op, failed)
	}
	if !ok {
		_ = file.Close()
		return nil, alreadyRunning()
	}
	return func() { _ = file.Close() }, nil
}

// writeSpec leaves the whole spec or none.
func writeSpec(spec backend.TrainSpec) (string, error) {
	b, err := json.MarshalIndent(spec, "", "  ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(spec.Work, "spec.json")
	if err := os.WriteFile(path+".tmp", b, 0o600); err != nil {
		return "", err
	}
	return path, os.Rename(path+".tmp", path)
}

// pruneLogs removes all but the newest logs of earlier runs.
func pruneLogs(dir string) {
	paths, _ := filepath.Glob(filepath.Join(dir, "train-*.log"))
	if len(paths) <= logsKept {
		return
	}
	age := func(path string) int64 {
		info, err := os.Stat(path)
		if err != nil {
			return 0
		}
		return info.ModTime().UnixNano()
	}
	sort.Slice(paths, func(i, j int) bool { return age(paths[i]) > age(paths[j]) })
	for _, path := range paths[logsKept:] {
		_ = os.Remove(path)
	}
}
