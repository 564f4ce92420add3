//go:build linux

package train_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/train"
	"errata/backend/train/traintest"
)

type known struct {
	pid   int
	since int64
}

func waitFor(t *testing.T, limit time.Duration, what string, done func() bool) {
	t.Helper()
	require.Eventually(t, done, limit, 10*time.Millisecond, what)
}

// family reads the pids that a fake trainer wrote down.
func family(t *testing.T, path string) []known {
	t.Helper()
	var all []known
	waitFor(t, 20*time.Second, "the trainer did not start", func() bool { _, err := os.Stat(path); return err == nil })
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	for line := range strings.Lines(string(b)) {
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		require.NoError(t, err)
		since, ok := train.StartTime(pid)
		require.True(t, ok, "process %d", pid)
		all = append(all, known{pid, since})
	}
	return all
}

func TestNoOrphans(t *testing.T) {
	for i := range 5 {
		dir := t.TempDir()
		pids := filepath.Join(dir, "pids")
		spec := traintest.Spec(t, "run-1")
		o, err := json.Marshal(order{Home: filepath.Join(dir, "work"), Env: traintest.Script{Mode: "family", Children: pids}.Env(), Spec: spec})
		require.NoError(t, err)
		parent := exec.Command(os.Args[0])
		parent.Env = append(os.Environ(), helperEnv+"="+string(o))
		require.NoError(t, parent.Start())
		all := family(t, pids)
		require.Len(t, all, 3)

		second := train.New(train.Options{Python: traintest.Python, Env: traintest.Script{}.Env(), Home: filepath.Join(dir, "work")})
		err = second.Train(t.Context(), traintest.Spec(t, "run-2"), func(int, int64) { t.Error("started") }, nil)
		require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "another Errata trains here")

		require.NoError(t, parent.Process.Kill())
		killed := time.Now()
		_ = parent.Wait()
		for _, p := range all {
			waitFor(t, 5*time.Second, "an orphan is left", func() bool { return !second.Alive(p.pid, p.since) })
		}
		t.Logf("%d: trainer and two children gone %s after the kill", i, time.Since(killed).Round(time.Millisecond))
		require.NoError(t, second.Train(t.Context(), traintest.Spec(t, "run-2"), nil, nil), "the lock went with its owner")
	}
}

func TestChildrenEndWithTheRun(t *testing.T) {
	for _, mode := range []string{"family", "leaves"} {
		t.Run(mode, func(t *testing.T) {
			pids := filepath.Join(t.TempDir(), "pids")
			local := train.New(traintest.Options(t, traintest.Script{Mode: mode, Children: pids, Steps: 20, StepTime: 20 * time.Millisecond}))
			done := make(chan error, 1)
			go func() { done <- local.Train(t.Context(), traintest.Spec(t, "run-1"), nil, nil) }()
			all := family(t, pids)
			if mode == "family" {
				require.NoError(t, local.Stop("run-1", false))
				require.Equal(t, backend.FailCancelled, classOf(t, <-done))
			} else {
				require.NoError(t, <-done)
			}
			for _, p := range all {
				waitFor(t, 5*time.Second, "a child is left", func() bool { return !local.Alive(p.pid, p.since) })
			}
		})
	}
}

func TestStoppedAndContinuedIsNoFailure(t *testing.T) {
	o := traintest.Options(t, traintest.Script{Steps: 30, StepTime: 5 * time.Millisecond})
	o.Times.Stalled, o.Times.Hung = 300*time.Millisecond, time.Minute
	stalled := false
	pid := 0
	err := train.New(o).Train(t.Context(), traintest.Spec(t, "run-1"), func(p int, _ int64) { pid = p }, func(e backend.TrainerEvent) {
		switch {
		case e.Type == "plan":
			require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
		case e.Type == train.Stalled:
			stalled = true
			require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
		}
	})
	require.NoError(t, err)
	require.True(t, stalled)
}

func TestKill(t *testing.T) {
	local := train.New(train.Options{})
	sleeper := exec.Command("sleep", "60")
	sleeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, sleeper.Start())
	gone := make(chan struct{})
	go func() { _ = sleeper.Wait(); close(gone) }()
	pid := sleeper.Process.Pid
	since, ok := train.StartTime(pid)
	require.True(t, ok)

	for _, bad := range []int{-5, -1, 0, 1} {
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(local.Kill(bad, since)))
		require.False(t, local.Alive(bad, since))
	}
	require.NoError(t, local.Kill(pid, since+1), "a recycled pid is somebody else")
	require.False(t, local.Alive(pid, since+1))
	require.True(t, local.Alive(pid, since), "and lives on")
	self, ok := train.StartTime(os.Getpid())
	require.True(t, ok)
	require.NotEqual(t, self, since)

	require.NoError(t, local.Kill(pid, since))
	<-gone
	require.False(t, local.Alive(pid, since))
	require.NoError(t, local.Kill(pid, since), "gone is gone")
}

func TestTrainerGoesFirstWhenMemoryEnds(t *testing.T) {
	local := train.New(traintest.Options(t, traintest.Script{Mode: "slow"}))
	var score []byte
	err := local.Train(t.Context(), traintest.Spec(t, "run-1"), func(pid int, _ int64) {
		score, _ = os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid))
		_ = local.Stop("run-1", false)
	}, nil)
	require.Error(t, err)
	require.Equal(t, "800", strings.TrimSpace(string(score)))
}
