package flow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
	"errata/backend/dataset"
	"errata/backend/flow"
)

// scriptedEngine is an engine and its models in memory. Models that share a base
// share one slot, as in the real scheduler: a chat on one of them waits while
// another one streams.
type scriptedEngine struct {
	mu       sync.Mutex
	free     *sync.Cond
	models   map[string]string // name -> how it was made
	slot     string            // the adapter or base model in the shared slot
	streams  map[string]int
	loaded   []string
	warmFail error
	fits     bool
	say      func(model string, messages []backend.Message) string
	pace     chan struct{} // when set, each piece waits for a tick
	cut      bool          // end streams without done
	fixed    bool          // the base cannot be trained
	memory   int64         // free bytes; a training needs 1000
	context  int           // words of a prompt that fit, 0 for any number
	files    []string      // weights files of merged models
	chats    []backend.ChatRequest
	off      bool   // the base's file cannot be reached
	digest   string // of the base, as the engine tells it
	changed  string // the digest of the base's file once it is another one
}

func newEngine() *scriptedEngine {
	e := &scriptedEngine{models: map[string]string{"qwen-test": "base"}, streams: map[string]int{}, fits: true}
	e.free = sync.NewCond(&e.mu)
	e.say = func(model string, m []backend.Message) string { return model + " says " + m[len(m)-1].Content }
	return e
}

func (e *scriptedEngine) shared(name string) bool { return e.models[name] != "merged" }

func (e *scriptedEngine) Chat(ctx context.Context, req backend.ChatRequest, onText func(string) error) (backend.ChatResult, error) {
	e.mu.Lock()
	if _, ok := e.models[req.Model]; !ok {
		e.mu.Unlock()
		return backend.ChatResult{}, backend.Errorf(backend.CodeNotFound, "chat", "model %q not found", req.Model)
	}
	words := 0
	for _, m := range req.Messages {
		words += len(strings.Fields(m.Content))
	}
	if e.context > 0 && words > e.context {
		e.mu.Unlock()
		return backend.ChatResult{}, &backend.Error{Code: backend.CodeInvalid, Op: "chat", Message: "Too long.", Err: backend.ErrTooLong}
	}
	for e.shared(req.Model) && e.slot != req.Model && e.streams[e.slot] > 0 {
		e.free.Wait()
	}
	if e.shared(req.Model) {
		e.slot = req.Model
	}
	e.streams[req.Model]++
	e.chats = append(e.chats, req)
	text, pace, cut := e.say(req.Model, req.Messages), e.pace, e.cut
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		e.streams[req.Model]--
		e.free.Broadcast()
		e.mu.Unlock()
	}()
	var got strings.Builder
	for _, word := range strings.SplitAfter(text, " ") {
		if pace != nil {
			select {
			case <-pace:
			case <-ctx.Done():
				return backend.ChatResult{Text: got.String()}, ctx.Err()
			}
		}
		got.WriteString(word)
		if onText != nil {
			if err := onText(word); err != nil {
				return backend.ChatResult{Text: got.String()}, err
			}
		}
	}
	return backend.ChatResult{Text: got.String(), Done: !cut, OutputTokens: 3, Eval: time.Second}, nil
}

func (e *scriptedEngine) Label(context.Context, backend.LabelRequest) (backend.LabelResult, error) {
	return backend.LabelResult{}, nil
}

func (e *scriptedEngine) Extract(context.Context, backend.ExtractRequest, any) error {
	return backend.Errorf(backend.CodeUnavailable, "extract", "not scripted")
}

func (e *scriptedEngine) Status(context.Context) (backend.EngineStatus, error) {
	return backend.EngineStatus{Version: "0.24.0", Adapters: true, GPUShare: -1}, nil
}

func (e *scriptedEngine) Ensure(_ context.Context, model string) (backend.ModelInfo, error) {
	return backend.ModelInfo{Name: model, Digest: e.digest, Served: "qwen-test", BaseSHA256: baseSHA, Size: 1 << 20, Installed: true, Trainable: !e.fixed, TrainMemory: 1000}, nil
}

func (e *scriptedEngine) BaseFile(context.Context, string) (string, string, error) {
	if e.off {
		return "", "", backend.Errorf(backend.CodeUnavailable, "engine", "The engine is off.")
	}
	if e.changed != "" {
		return "/nowhere/base.gguf", e.changed, nil
	}
	return "/nowhere/base.gguf", baseSHA, nil
}

func (e *scriptedEngine) Models(context.Context) ([]backend.ModelInfo, error) {
	return []backend.ModelInfo{{Name: "qwen", BaseSHA256: baseSHA, Installed: true}}, nil
}

func (e *scriptedEngine) make(name, how string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.models[name] = how
	return nil
}

func (e *scriptedEngine) CreateMerged(_ context.Context, name, path, sha256 string) error {
	if sha256 == "" {
		return backend.Errorf(backend.CodeInvalid, "create", "A weights file needs its SHA-256.")
	}
	e.mu.Lock()
	e.files = append(e.files, path)
	e.mu.Unlock()
	return e.make(name, "merged")
}

func (e *scriptedEngine) CreateAdapter(_ context.Context, name, _, _, _ string) error {
	return e.make(name, "adapter")
}

func (e *scriptedEngine) Has(_ context.Context, name string) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.models[name]
	return ok, nil
}

func (e *scriptedEngine) Warm(_ context.Context, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.warmFail != nil && e.models[name] != "base" {
		return e.warmFail
	}
	if e.shared(name) {
		if e.slot != name && e.streams[e.slot] > 0 {
			return fmt.Errorf("warmed %s while %s still streams", name, e.slot)
		}
		e.slot = name
	}
	e.loaded = append(e.loaded, name)
	return nil
}

func (e *scriptedEngine) Unload(_ context.Context, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.models[name]; !ok {
		return backend.Errorf(backend.CodeNotFound, "unload", "model %q not found", name)
	}
	e.loaded = slices.DeleteFunc(e.loaded, func(n string) bool { return n == name })
	return nil
}

func (e *scriptedEngine) Loaded(context.Context) ([]string, error) { return e.loaded, nil }
func (e *scriptedEngine) Delete(_ context.Context, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.models, name)
	return nil
}
func (e *scriptedEngine) FitsBeside(context.Context, int64) (bool, error) { return e.fits, nil }

func (e *scriptedEngine) HostMemory() (int64, error) {
	if e.memory == 0 {
		return 0, backend.Errorf(backend.CodeUnavailable, "memory", "Unknown.")
	}
	return e.memory, nil
}

// mergedSHA is that of the weights file that the scripted trainer merges.
const mergedSHA = "2222222222222222222222222222222222222222222222222222222222222222"

const baseSHA = "1111111111111111111111111111111111111111111111111111111111111111"

// scriptedTrainer answers a run as told.
type scriptedTrainer struct {
	train func(ctx context.Context, spec backend.TrainSpec, on func(backend.TrainerEvent)) error
	ready func() error
	alive map[int]bool
	kills []int

	finished []string // runs that were asked to end
}

func (t *scriptedTrainer) Train(ctx context.Context, spec backend.TrainSpec, started func(int, int64), on func(backend.TrainerEvent)) error {
	started(4242, 99)
	if t.train == nil {
		return nil
	}
	return t.train(ctx, spec, on)
}
func (t *scriptedTrainer) Stop(string, bool) error { return nil }
func (t *scriptedTrainer) Finish(run string) error {
	t.finished = append(t.finished, run)
	return nil
}
func (t *scriptedTrainer) Alive(pid int, _ int64) bool {
	return t.alive[pid]
}
func (t *scriptedTrainer) Kill(pid int, _ int64) error { t.kills = append(t.kills, pid); return nil }
func (t *scriptedTrainer) Merge(context.Context, string, string, string) (string, error) {
	return mergedSHA, nil
}
func (t *scriptedTrainer) Ready(context.Context) error {
	if t.ready == nil {
		return nil
	}
	return t.ready()
}

// scriptedArrivals holds what is in incoming/.
type scriptedArrivals struct {
	mu          sync.Mutex
	here        []flow.Arrived
	quarantined []string
	kept        []flow.Arrived // in adapters/
	stuck       string         // the folder that cannot be moved
	removed     []string       // ids of adapters
}

func (a *scriptedArrivals) Kept(_ context.Context, known func(string) bool) ([]flow.Arrived, error) {
	return slices.DeleteFunc(slices.Clone(a.kept), func(x flow.Arrived) bool { return known(x.ID) }), nil
}

func (a *scriptedArrivals) Scan(context.Context) ([]flow.Arrived, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.here), nil
}

func (a *scriptedArrivals) take(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.here = slices.DeleteFunc(a.here, func(x flow.Arrived) bool { return x.Name == name })
}

// put leaves an artefact in incoming/ if there is one.
func (a *scriptedArrivals) put(x flow.Arrived, there bool) {
	if !there {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.here = append(a.here, x)
}

func (a *scriptedArrivals) Accept(x flow.Arrived) (string, error) {
	if x.Name == a.stuck {
		return "", backend.Errorf(backend.CodeUnavailable, "accept", "The adapter cannot be moved.")
	}
	a.take(x.Name)
	return filepath.Join("/adapters", x.ID), nil
}

func (a *scriptedArrivals) Quarantine(x flow.Arrived, reason string) (string, error) {
	a.take(x.Name)
	a.quarantined = append(a.quarantined, x.Name+": "+reason)
	return filepath.Join("/quarantine", x.Name), nil
}

func (a *scriptedArrivals) Discard(string) error { return nil }
func (a *scriptedArrivals) Remove(id string) error {
	a.removed = append(a.removed, id)
	return nil
}

type noEvidence struct{ passages []backend.Passage }

func (n noEvidence) Gather(context.Context, backend.Search, map[string]bool) (backend.Found, error) {
	return backend.Found{Passages: n.passages, Asked: []string{"library"}}, nil
}
func (n noEvidence) Health(context.Context, map[string]bool) []backend.ProviderHealth { return nil }

// world is a Loop on a real store with scripted ports.
type world struct {
	*flow.Loop
	store    *bolt.Store
	engine   *scriptedEngine
	trainer  *scriptedTrainer
	arrivals *scriptedArrivals
	space    *scriptedWorkspace
	events   func() []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	var mu sync.Mutex
	var topics []string
	var n int
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	w := &world{store: bolttest.Open(t), engine: newEngine(), trainer: &scriptedTrainer{}, arrivals: &scriptedArrivals{}, space: &scriptedWorkspace{free: 1 << 40}}
	settings := backend.DefaultSettings()
	settings.Model, settings.Confirmed = "qwen", true
	require.NoError(t, w.store.PutSettings(settings))
	w.Loop = flow.New(flow.Options{
		Store: w.store, Model: w.engine, Engine: w.engine, Evidence: noEvidence{}, Trainer: w.trainer, Arrivals: w.arrivals, Workspace: w.space,
		Now:    func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Second); return now },
		NewID:  func() string { mu.Lock(); defer mu.Unlock(); n++; return fmt.Sprintf("id%06d", n) },
		Emit:   func(e backend.Event) { mu.Lock(); defer mu.Unlock(); topics = append(topics, e.Topic) },
		Stable: []dataset.Stable{}, DrainLimit: 5 * time.Second, AbsorbFor: time.Millisecond,
	})
	w.events = func() []string { mu.Lock(); defer mu.Unlock(); return slices.Clone(topics) }
	t.Cleanup(w.Close)
	return w
}

// version registers a served version of a finished run.
func (w *world) version(t *testing.T, hash string, as backend.ServedAs) backend.Version {
	t.Helper()
	run := backend.Run{ID: "run-" + hash, Model: "qwen", BaseSHA256: baseSHA, State: backend.RunFinished, CreatedAt: w.Now()}
	require.NoError(t, w.store.AddRun(run))
	v := w.absorbed(t, run.ID, hash, backend.Manifest{})
	v, err := w.Serve(t.Context(), v.ID, as)
	require.NoError(t, err)
	v, err = w.store.ChangeVersion(v.ID, func(v *backend.Version) error { v.Gate = &backend.Gate{Passed: true}; return nil })
	require.NoError(t, err)
	return v
}

// absorbed takes in the artefact of a stored run.
func (w *world) absorbed(t *testing.T, run, hash string, m backend.Manifest) backend.Version {
	t.Helper()
	m.Run, m.BaseSHA256 = run, baseSHA
	w.arrivals.put(flow.Arrived{Name: run, ID: hash, Manifest: m}, true)
	require.NoError(t, w.Absorb(t.Context()))
	r, err := w.store.Run(run)
	require.NoError(t, err)
	v, err := w.store.Version(r.VersionID)
	require.NoError(t, err)
	return v
}

func event(t *testing.T, v map[string]any) backend.TrainerEvent {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	var e backend.TrainerEvent
	if name, ok := v["type"].(string); ok {
		e.Type = name
	}
	e.Raw = raw
	return e
}
