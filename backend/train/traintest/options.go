package traintest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/train"
)

// Script says what the fake trainer does.
type Script struct {
	// Mode is one of Modes; empty means "ok".
	Mode string
	// Steps is how many progress events come before the end; 0 means 3.
	Steps int
	// StepTime lies between two of them; 0 means 5 ms.
	StepTime time.Duration
	// Children is a file to which the pids of the trainer and of what it started
	// are written, one a line, in the modes that start something.
	Children string
}

const (
	envMode     = "ERRATA_FAKE_TRAINER"
	envSteps    = "ERRATA_FAKE_STEPS"
	envStepTime = "ERRATA_FAKE_STEP_TIME"
	envChildren = "ERRATA_FAKE_CHILDREN"
)

// Env is the script as the fake reads it.
func (s Script) Env() []string {
	if s.Mode == "" {
		s.Mode = "ok"
	}
	if s.Steps == 0 {
		s.Steps = 3
	}
	if s.StepTime == 0 {
		s.StepTime = 5 * time.Millisecond
	}
	return []string{
		envMode + "=" + s.Mode, fmt.Sprintf("%s=%d", envSteps, s.Steps),
		envStepTime + "=" + s.StepTime.String(), envChildren + "=" + s.Children,
	}
}

// Python is the test's own program, for train.Options.
func Python() (string, error) { return os.Executable() }

// Options start the fake, with a home of the test's own and deadlines a hundred
// times shorter than a user's.
func Options(t testing.TB, s Script) train.Options {
	t.Helper()
	return train.Options{
		Python: Python, Env: s.Env(), Home: filepath.Join(t.TempDir(), "work"),
		Times: train.Times{
			Tick: 10 * time.Millisecond, Stalled: 20 * time.Second, Hung: time.Minute,
			Save: 2 * time.Second, Stop: 300 * time.Millisecond, Close: 200 * time.Millisecond, Interrupt: 200 * time.Millisecond,
			Drain: time.Second, Probe: 20 * time.Second,
		},
	}
}

// Spec is a run whose files exist: a base of a few bytes and two rows.
func Spec(t testing.TB, run string) backend.TrainSpec {
	t.Helper()
	dir := t.TempDir()
	base, rows := filepath.Join(dir, "base.gguf"), filepath.Join(dir, "rows.jsonl")
	require.NoError(t, os.WriteFile(base, GGUF("qwen2", 1, nil), 0o600))
	require.NoError(t, os.WriteFile(rows, []byte("{}\n{}\n"), 0o600))
	return backend.TrainSpec{
		Run: run, BaseGGUF: base, BaseSHA256: Base, Rows: rows, Out: filepath.Join(dir, "incoming"),
		Work: filepath.Join(dir, "work", run), Engine: "peft", Seed: 7, Threads: 1, Recipe: "default",
		Dataset: map[string]string{"id": "dataset-1", "hash": "00"},
	}
}
