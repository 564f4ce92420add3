package flow

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"errata/backend"
	"errata/backend/dataset"
)

// Options are the parts a Loop is made of. All ports are required; the rest has
// working zero values.
type Options struct {
	Store     Store
	Model     Model
	Engine    Engine
	Evidence  Evidence
	Trainer   Trainer
	Arrivals  Arrivals
	Workspace Workspace

	Now   Clock
	NewID NewID
	Emit  Emitter
	Log   *slog.Logger

	// Calibration gives the fit for a model's digest and a prompt version, nil when
	// there is none; without the function no verdict is calibrated.
	Calibration func(modelDigest, promptVersion string) (*backend.Calibration, error)

	Stable      []dataset.Stable // stable questions, the source of anchors, guards and retention probes
	StableLimit int              // how many of them a training asks a base before it begins; 0 means 240
	DrainLimit  time.Duration    // how long a swap waits for running streams; 0 means 2 minutes
	AbsorbFor   time.Duration    // how long a finished run's artefact is looked for; 0 means 20 seconds
}

// Workspace is where a Loop leaves files for other programs.
type Workspace interface {
	// WriteRows writes a dataset's rows for the trainer and returns the path.
	WriteRows(runID string, rows []backend.Row) (string, error)
	// Dirs gives the folder that artefacts arrive in, a run's own folder for
	// checkpoints, and the one for what all runs share.
	Dirs(runID string) (incoming, work, cache string)
	// LetGo deletes what only a run that may go on needs, and the named files of the
	// run's own folder; its rows stay.
	LetGo(runID string, files ...string) error
	// WritePointer exports the current version by temp file and rename.
	WritePointer(backend.Pointer) error
	// Export copies files into a new folder, proves each by its SHA-256, and writes the
	// text beside them; the folder appears whole or not at all.
	Export(ctx context.Context, dir string, files []ExportFile, name, text string) error
	// FreeBytes says how much the volume of the home still takes.
	FreeBytes() (int64, error)
}

// Loop is the whole way from a question to a better version. It is safe for
// concurrent use; Close waits for what it started.
type Loop struct {
	Options
	gate      *gate
	seq       atomic.Uint64
	stop      context.CancelFunc
	life      context.Context
	work      sync.WaitGroup
	mu        sync.Mutex
	runs      map[string]context.CancelFunc // running trainings by run id
	turned    time.Time                     // of the newest verdict that a training was proposed for
	swap      sync.Mutex                    // one promotion at a time
	closing   atomic.Bool
	absorbing sync.Mutex
	teaching  sync.Mutex
}

// New makes a Loop of its parts.
func New(o Options) *Loop {
	if o.Emit == nil {
		o.Emit = func(backend.Event) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.StableLimit == 0 {
		o.StableLimit = 240
	}
	if o.DrainLimit == 0 {
		o.DrainLimit = 2 * time.Minute
	}
	if o.AbsorbFor == 0 {
		o.AbsorbFor = 20 * time.Second
	}
	life, stop := context.WithCancel(context.Background())
	return &Loop{Options: o, gate: newGate(), life: life, stop: stop, runs: map[string]context.CancelFunc{}}
}

// Start brings the records in line with the world after a start: answers that
// were streaming become interrupted, runs whose process is gone become
// resumable, leftover trainers are ended, and what arrived meanwhile is taken in.
func (l *Loop) Start(ctx context.Context) error {
	if _, err := l.Store.InterruptStreaming("Errata was closed while this answer was written.", l.Now()); err != nil {
		return err
	}
	if err := l.sweepRuns(); err != nil {
		return err
	}
	// One bad folder must not keep Errata from starting; the watcher looks again.
	if err := errors.Join(l.adopt(ctx), l.Absorb(ctx)); err != nil {
		l.Log.Error("absorb", "err", err)
	}
	return nil
}

// closeGrace is how long a training may take to save a checkpoint at the end.
const closeGrace = 10 * time.Second

// Close stops what the Loop started and waits for it. A running training is asked
// for a checkpoint first and can be resumed from it.
func (l *Loop) Close() {
	l.closing.Store(true)
	l.mu.Lock()
	running := slices.Collect(maps.Keys(l.runs))
	l.mu.Unlock()
	for _, id := range running {
		if err := l.Trainer.Stop(id, true); err != nil {
			l.Log.Warn("stop", "run", id, "err", err)
		}
	}
	if len(running) > 0 {
		ended := make(chan struct{})
		go func() { l.work.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(closeGrace):
		}
	}
	l.stop()
	l.work.Wait()
}

func (l *Loop) emit(topic, id string, data any) {
	l.Emit(backend.Event{Seq: l.seq.Add(1), At: l.Now(), Topic: topic, ID: id, Data: data})
}

// Base names the base model in use and makes it ready.
func (l *Loop) Base(ctx context.Context) (backend.ModelInfo, error) {
	settings, err := l.Store.Settings()
	if err != nil {
		return backend.ModelInfo{}, err
	}
	if settings.Model == "" {
		models, err := l.Engine.Models(ctx)
		if err != nil {
			l.Log.Warn("models", "err", err) // they would only make the hint better
		}
		return backend.ModelInfo{}, backend.NoModel(models)
	}
	return l.Engine.Ensure(ctx, settings.Model)
}
