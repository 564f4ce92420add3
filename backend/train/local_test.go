package train_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/train"
	"errata/backend/train/traintest"
)

type class interface {
	FailureClass() backend.FailureClass
}

func classOf(t *testing.T, err error) backend.FailureClass {
	t.Helper()
	var c class
	require.ErrorAs(t, err, &c)
	return c.FailureClass()
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name    string
		mode    string
		change  func(*train.Options)
		want    backend.FailureClass // empty: the run succeeds
		code    backend.Code
		message string
		cause   string
	}{
		{name: "it trains", mode: "ok"},
		{name: "noise is skipped", mode: "noise"},
		{name: "a child left behind does not hold the end up", mode: "leaves"},
		{name: "the GPU is full", mode: "oom_gpu", want: backend.FailOOMGPU, code: backend.CodeUnavailable, message: "no memory left at step 3."},
		{name: "the GPU is full, said in the log", mode: "oom_gpu_log", want: backend.FailOOMGPU, code: backend.CodeUnavailable, message: "GPU ran out", cause: "CUDA out of memory"},
		{name: "memory is full, said in the log", mode: "oom_host_log", want: backend.FailOOMHost, code: backend.CodeUnavailable, message: "memory ran out"},
		{name: "killed by the system", mode: "oom_host", want: backend.FailOOMHost, code: backend.CodeUnavailable, message: "memory ran out", cause: "signal: killed"},
		{name: "disk full", mode: "disk", want: backend.FailDisk, code: backend.CodeUnavailable, message: "disk is full", cause: "Errno 28"},
		{name: "the loss is no number", mode: "nan_loss", want: backend.FailNaN, code: backend.CodeInternal, message: "no longer a number"},
		{name: "bad data", mode: "data", want: backend.FailData, code: backend.CodeInvalid, message: "Row 2 has no prompt."},
		{name: "nothing can be held apart", mode: "apart", want: backend.FailApart, code: backend.CodeConflict, message: "No fact could be held apart."},
		{name: "a package is missing", mode: "env", want: backend.FailEnv, code: backend.CodeUnavailable, message: "incomplete", cause: "peft"},
		{name: "a crash", mode: "crash", want: backend.FailCrashed, code: backend.CodeInternal, message: "without a result", cause: "shapes do not match"},
		{name: "not the protocol", mode: "garbage", want: backend.FailCrashed, code: backend.CodeInternal, message: "20 lines"},
		{name: "exit 0 without an adapter", mode: "no_artifact", want: backend.FailCrashed, code: backend.CodeInternal, message: "without an adapter"},
		{name: "an adapter without a manifest", mode: "no_manifest", want: backend.FailCrashed, code: backend.CodeInternal, message: "not what it named", cause: "no manifest"},
		{name: "another manifest than named", mode: "wrong_hash", want: backend.FailCrashed, code: backend.CodeInternal, message: "not what it named", cause: "another hash"},
		{name: "a newer trainer", mode: "protocol", want: backend.FailEnv, code: backend.CodeUnavailable, message: "speaks protocol 2, this Errata speaks 1"},
		{name: "another run's trainer", mode: "other_run", want: backend.FailCrashed, code: backend.CodeInternal, message: "another run"},
		{name: "it hangs", mode: "hang", want: backend.FailStalled, code: backend.CodeInternal, message: "no longer answered",
			change: func(o *train.Options) { o.Times.Stalled, o.Times.Hung = 200*time.Millisecond, 600*time.Millisecond }},
		{name: "no Python", mode: "ok", want: backend.FailEnv, code: backend.CodeUnavailable, message: "no Python",
			change: func(o *train.Options) { o.Python = func() (string, error) { return "", os.ErrNotExist } }},
		{name: "a Python that is not there", mode: "ok", want: backend.FailEnv, code: backend.CodeUnavailable, message: "could not be started",
			change: func(o *train.Options) { o.Python = func() (string, error) { return "/no/such/python", nil } }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := traintest.Options(t, traintest.Script{Mode: tt.mode, Children: filepath.Join(t.TempDir(), "pids")})
			if tt.change != nil {
				tt.change(&o)
			}
			spec := traintest.Spec(t, "run-1")
			var events []backend.TrainerEvent
			err := train.New(o).Train(t.Context(), spec, nil, func(e backend.TrainerEvent) { events = append(events, e) })
			for _, e := range events {
				require.NotContains(t, e.Type, "grease")
				require.NotEmpty(t, e.Raw)
			}
			if tt.want == "" {
				require.NoError(t, err)
				require.FileExists(t, filepath.Join(spec.Out, "run-1", "manifest.json"))
				return
			}
			require.Error(t, err)
			require.Equal(t, tt.want, classOf(t, err))
			require.Equal(t, tt.code, backend.CodeOf(err))
			require.NotEmpty(t, backend.HintOf(err))
			var e *backend.Error
			require.ErrorAs(t, err, &e)
			require.Contains(t, e.Message, tt.message)
			require.Contains(t, err.Error(), tt.cause)
			if tt.mode == "hang" {
				require.True(t, slices.ContainsFunc(events, func(e backend.TrainerEvent) bool { return e.Type == train.Stalled }))
			}
		})
	}
}

func TestTrainTellsWhatHappens(t *testing.T) {
	o := traintest.Options(t, traintest.Script{Steps: 2})
	spec := traintest.Spec(t, "run-1")
	spec.Merged = true
	local := train.New(o)
	var types []string
	var last backend.RunProgress
	var pid int
	var since int64
	err := local.Train(t.Context(), spec, func(p int, s int64) { pid, since = p, s }, func(e backend.TrainerEvent) {
		types = append(types, e.Type)
		if e.Type == "progress" {
			require.NoError(t, json.Unmarshal(e.Raw, &last))
		}
	})
	require.NoError(t, err)
	require.Equal(t, []string{"hello", "plan", "stage", "stage", "stage", "heartbeat", "progress", "probe",
		"heartbeat", "progress", "probe", "stage", "artifact", "bye"}, types)
	require.Equal(t, backend.RunProgress{Step: 2, Total: 2, Loss: 1, KL: 0.01, Learned: 1, Facts: 1, RowPasses: 32,
		RowsPerSecond: 40.5, TokensPerSec: 1620, Elapsed: 2, ETA: 1.5, PeakMemoryMB: 900}, last)
	require.Greater(t, pid, 1)
	require.False(t, local.Alive(pid, since))
	require.FileExists(t, filepath.Join(spec.Out, "run-1", "merged.gguf"))
	log, err := os.ReadFile(filepath.Join(o.Home, "logs", "train-run-1.log"))
	require.NoError(t, err)
	require.Contains(t, string(log), "fake trainer, mode ok\n")
	require.NotContains(t, string(log), `"type"`, "the wire is not teed unless asked")
}

func TestWireIsTeed(t *testing.T) {
	t.Setenv("ERRATA_DEBUG", "trainer")
	o := traintest.Options(t, traintest.Script{})
	require.NoError(t, train.New(o).Train(t.Context(), traintest.Spec(t, "run-1"), nil, nil))
	log, err := os.ReadFile(filepath.Join(o.Home, "logs", "train-run-1.log"))
	require.NoError(t, err)
	require.Contains(t, string(log), `"type":"grease-7f"`)
	require.Contains(t, string(log), "< {")
}

func TestFinishEndsWithWhatIsLearned(t *testing.T) {
	local := train.New(traintest.Options(t, traintest.Script{Mode: "slow", StepTime: 20 * time.Millisecond}))
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(local.Finish("run-1")))
	artifact := false
	require.NoError(t, local.Train(t.Context(), traintest.Spec(t, "run-1"), nil, func(e backend.TrainerEvent) {
		if e.Type == "progress" {
			require.NoError(t, local.Finish("run-1"))
		}
		artifact = artifact || e.Type == "artifact"
	}))
	require.True(t, artifact)
}

// Other machines go on with a run when this one leaves: only a person stops it.
func TestLeavingStopsNothingElsewhere(t *testing.T) {
	t.Setenv("ERRATA_DEBUG", "trainer") // what is said stands in the log
	for name, test := range map[string]struct {
		remote *backend.Remote
		told   bool
	}{
		"here":      {nil, true},
		"elsewhere": {&backend.Remote{Kind: backend.EngineRay}, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := traintest.Options(t, traintest.Script{Mode: "slow", StepTime: 50 * time.Millisecond})
			o.Logs = t.TempDir()
			spec := traintest.Spec(t, "run-1")
			spec.Remote = test.remote
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := train.New(o).Train(ctx, spec, nil, func(backend.TrainerEvent) { cancel() })
			require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
			log, err := os.ReadFile(filepath.Join(o.Logs, "train-run-1.log"))
			require.NoError(t, err)
			require.Equal(t, test.told, strings.Contains(string(log), `"cmd":"stop"`))
		})
	}
}

func TestStop(t *testing.T) {
	tests := []struct {
		name string
		mode string
		save bool
		by   string // "stop", "cancel" or "both"
		want string
	}{
		{name: "by a message", mode: "slow", by: "stop", want: "was stopped."},
		{name: "with a checkpoint", mode: "slow", save: true, by: "stop", want: "is paused"},
		{name: "by the context", mode: "slow", by: "cancel", want: "was stopped."},
		{name: "the context does not undo the checkpoint", mode: "slow", save: true, by: "both", want: "is paused"},
		{name: "deaf", mode: "deaf", by: "cancel", want: "was stopped."},
		{name: "hanging", mode: "hang", by: "stop", want: "was stopped."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			local := train.New(traintest.Options(t, traintest.Script{Mode: tt.mode, StepTime: 50 * time.Millisecond}))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			asked, begin := false, time.Time{}
			err := local.Train(ctx, traintest.Spec(t, "run-1"), nil, func(e backend.TrainerEvent) {
				if asked {
					return
				}
				asked, begin = true, time.Now()
				if tt.by != "cancel" {
					require.NoError(t, local.Stop("run-1", tt.save))
				}
				switch tt.by {
				case "cancel":
					cancel()
				case "both":
					time.AfterFunc(20*time.Millisecond, cancel)
				}
			})
			require.Equal(t, map[bool]backend.FailureClass{false: backend.FailCancelled, true: backend.FailPaused}[tt.save], classOf(t, err))
			require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
			require.Contains(t, err.Error(), tt.want)
			require.Less(t, time.Since(begin), 10*time.Second)
			require.Equal(t, backend.CodeNotFound, backend.CodeOf(local.Stop("run-1", true)))
		})
	}
}

func TestDefaultLadderEndsWithin15Seconds(t *testing.T) {
	d := train.DefaultTimes()
	require.LessOrEqual(t, d.Stop+d.Close+d.Interrupt+2*d.Drain, 15*time.Second)
}

func TestOneAtATime(t *testing.T) {
	o := traintest.Options(t, traintest.Script{Mode: "slow"})
	first, other := train.New(o), train.New(o)
	running := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- first.Train(t.Context(), traintest.Spec(t, "run-1"), func(int, int64) { close(running) }, nil)
	}()
	<-running
	for _, l := range []*train.Local{first, other} {
		err := l.Train(t.Context(), traintest.Spec(t, "run-2"), func(int, int64) { t.Error("started") }, nil)
		require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
		require.Equal(t, backend.CodeNotFound, backend.CodeOf(other.Stop("run-1", false)))
	}
	require.NoError(t, first.Stop("run-1", false))
	require.Equal(t, backend.FailCancelled, classOf(t, <-done))
	o.Env = traintest.Script{}.Env()
	require.NoError(t, train.New(o).Train(t.Context(), traintest.Spec(t, "run-2"), nil, nil), "the lock is free again")
}

func TestSpecIsChecked(t *testing.T) {
	tests := []struct {
		name   string
		change func(*backend.TrainSpec)
	}{
		{"no name", func(s *backend.TrainSpec) { s.Run = "" }},
		{"a name that climbs", func(s *backend.TrainSpec) { s.Run = "../x" }},
		{"a name that is an option", func(s *backend.TrainSpec) { s.Run = "-x" }},
		{"no work folder", func(s *backend.TrainSpec) { s.Work = "" }},
		{"a relative folder", func(s *backend.TrainSpec) { s.Out = "incoming" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spec := traintest.Spec(t, "run-1")
			tt.change(&spec)
			err := train.New(traintest.Options(t, traintest.Script{})).Train(t.Context(), spec, func(int, int64) { t.Error("started") }, nil)
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
		})
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("TAVILY_API_KEY", "canary")
	t.Setenv("OLLAMA_HOST", "canary")
	env := train.New(train.Options{Env: []string{"X=1"}}).Environment("/src", 2)
	require.NotContains(t, strings.Join(env, "\n"), "canary")
	for _, want := range []string{"HF_HUB_OFFLINE=1", "TOKENIZERS_PARALLELISM=false", "PYTHONUNBUFFERED=1", "PYTHONPATH=/src", "OMP_NUM_THREADS=2", "X=1", "PATH=" + os.Getenv("PATH")} {
		require.Contains(t, env, want)
	}
}

func TestMerge(t *testing.T) {
	tests := []struct {
		name string
		mode string
		code backend.Code
	}{
		{name: "it writes", mode: "ok"},
		{name: "disk full", mode: "disk", code: backend.CodeUnavailable},
		{name: "cancelled", mode: "hang", code: backend.CodeCancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			local := train.New(traintest.Options(t, traintest.Script{Mode: tt.mode}))
			spec := traintest.Spec(t, "run-1")
			adapter, _ := traintest.Artifact(t, spec.Out, traintest.ArtifactOptions{})
			ctx := t.Context()
			if tt.mode == "hang" {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 400*time.Millisecond)
				defer cancel()
			}
			dir := filepath.Join(t.TempDir(), "merged")
			sum, err := local.Merge(ctx, spec.BaseGGUF, adapter, filepath.Join(dir, "m.gguf"))
			require.Equal(t, tt.code, backend.CodeOf(err), "%v", err)
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			if tt.code == "" {
				require.Len(t, left, 1)
				require.Equal(t, "m.gguf", left[0].Name())
				b, err := os.ReadFile(filepath.Join(dir, "m.gguf"))
				require.NoError(t, err)
				require.Equal(t, fmt.Sprintf("%x", sha256.Sum256(b)), sum)
				return
			}
			require.Empty(t, left, "a half-written file stays")
		})
	}
}

func TestCrashMidLineIsNoEvent(t *testing.T) {
	var got []string
	train.ReadLines(strings.NewReader("{\"type\":\"hello\"}\n\n  \n{\"type\":\"prog"), func(line []byte) bool {
		_, ok := train.Decode(line)
		got = append(got, map[bool]string{true: "yes", false: "no"}[ok])
		return true
	})
	require.Equal(t, []string{"yes", "no"}, got)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"v":1,"type":"progress","step":1}`))
	f.Add([]byte(`{"v":1,"type":"hello","run":"x"}` + "\n\xff\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		train.ReadLines(strings.NewReader(string(in)), func(line []byte) bool {
			if e, ok := train.Decode(line); ok && e.Type == "" {
				t.Fatal("an event without a type")
			}
			return true
		})
	})
}

func TestLongLineTakesNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	lines := 0
	train.ReadLines(&endless{left: 64 << 20}, func(line []byte) bool {
		lines++
		require.Nil(t, line)
		return true
	})
	runtime.ReadMemStats(&after)
	require.Equal(t, 1, lines)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
}

type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, errors.New("over")
	}
	for i := range p {
		p[i] = 'x'
	}
	e.left -= len(p)
	return len(p), nil
}
