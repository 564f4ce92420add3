package flow

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"errata/backend"
	"errata/backend/dataset"
)

// TrainInput says what to train. Without DatasetID the approved facts are frozen first.
type TrainInput struct {
	DatasetID  string          `json:"dataset_id"`
	Model      string          `json:"model"`
	Recipe     string          `json:"recipe"`
	Seed       int             `json:"seed"`
	MaxMinutes float64         `json:"max_minutes"`
	Overrides  json.RawMessage `json:"overrides"`
	Remote     *backend.Remote `json:"remote,omitempty"`   // other machines; nil: this one
	HeldOut    []string        `json:"held_out,omitempty"` // see FreezeInput

	byRule bool // no door can say this
}

// Train starts a run and returns at once with its record; the run goes on when
// the caller is gone. A second run while one is not over is refused.
func (l *Loop) Train(ctx context.Context, in TrainInput) (backend.Run, error) {
	if err := l.Trainer.Ready(ctx); err != nil {
		return backend.Run{}, err
	}
	if busy, err := l.busy(); err != nil {
		return backend.Run{}, err
	} else if busy != "" {
		return backend.Run{}, backend.Errorf(backend.CodeConflict, "train", "A training is already running.").WithHint("Wait for it, or stop it in Training.")
	}
	engine := backend.EngineLocal
	if in.Remote != nil {
		if err := in.Remote.Validate(); err != nil {
			return backend.Run{}, err
		}
		engine = in.Remote.Kind
	}
	model, err := l.modelOf(ctx, in)
	if err != nil {
		return backend.Run{}, err
	}
	// Before the minutes that freezing takes.
	if err := l.roomFor(ctx, model, 0, in.Remote); err != nil {
		return backend.Run{}, err
	}
	d, err := l.datasetFor(ctx, in)
	if err != nil {
		return backend.Run{}, err
	}
	if err := l.roomFor(ctx, model, d.RowCount, in.Remote); err != nil {
		return backend.Run{}, err
	}
	_, sha, err := l.Engine.BaseFile(ctx, d.Model)
	if err != nil {
		return backend.Run{}, err
	}
	if sha != d.BaseSHA256 {
		return backend.Run{}, backend.Errorf(backend.CodeConflict, "train", "The base model changed since dataset %d was frozen.", d.Number).
			WithHint("Freeze a new dataset; the facts are all kept.")
	}
	if string(in.Overrides) == "null" {
		in.Overrides = nil
	}
	run := backend.Run{
		ID: l.NewID(), DatasetID: d.ID, DatasetHash: d.Hash, Model: d.Model, BaseSHA256: sha, Recipe: d.Recipe,
		Overrides: in.Overrides, Seed: seedOr(in.Seed), Engine: engine, Remote: in.Remote, MaxMinutes: in.MaxMinutes,
		ByRule: in.byRule, State: backend.RunRequested, CreatedAt: l.Now(),
	}
	if run.Recipe == dataset.RecipeOriginal {
		if run.StartFrom, err = l.lastMerged(run); err != nil {
			return backend.Run{}, err
		}
	}
	spec, err := l.spec(ctx, run, false)
	if err != nil {
		return backend.Run{}, err
	}
	if err := l.Store.AddRun(run); err != nil {
		return run, err
	}
	if cycle, err := l.Cycle(); err == nil {
		l.emit("cycle.changed", "", cycle) // it begins again
	}
	l.launch(run.ID, spec)
	return run, nil
}

func (l *Loop) busy() (string, error) {
	runs, err := l.Store.Runs()
	if err != nil {
		return "", err
	}
	for _, r := range runs {
		if r.State.Over() {
			continue
		}
		l.mu.Lock()
		_, followed := l.runs[r.ID]
		l.mu.Unlock()
		if followed || r.State != backend.RunRunning {
			return r.ID, nil
		}
		// It ended when its end could not be stored, as on a full disk.
		if _, err := l.endRun(r.ID, func(r *backend.Run) {
			r.State, r.Message, r.Hint = backend.RunInterrupted, "How this training ended could not be stored.", "Resume it, or give it up."
		}); err != nil {
			return "", err
		}
	}
	return "", nil
}

// modelOf names the base that a training is for.
func (l *Loop) modelOf(ctx context.Context, in TrainInput) (string, error) {
	if in.DatasetID != "" {
		d, err := l.Store.Dataset(in.DatasetID)
		return d.Model, err
	}
	base, err := l.baseOf(ctx, in.Model)
	return base.Name, err
}

func (l *Loop) datasetFor(ctx context.Context, in TrainInput) (backend.Dataset, error) {
	if in.DatasetID != "" {
		return l.Store.Dataset(in.DatasetID)
	}
	return l.Freeze(ctx, FreezeInput{Model: in.Model, Recipe: in.Recipe, Seed: in.Seed, HeldOut: in.HeldOut})
}

// Training says whether a training is under way, until its version has been taken in.
func (l *Loop) Training() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.runs) > 0
}

// launch starts the trainer and follows it until it ends.
func (l *Loop) launch(runID string, spec backend.TrainSpec) {
	life, cancel := context.WithCancel(l.life)
	l.mu.Lock()
	l.runs[runID] = cancel
	l.mu.Unlock()
	l.work.Go(func() {
		defer cancel()
		defer func() { l.mu.Lock(); delete(l.runs, runID); l.mu.Unlock() }()
		l.follow(life, runID, spec)
	})
}

func (l *Loop) spec(ctx context.Context, run backend.Run, resume bool) (backend.TrainSpec, error) {
	content, err := l.Store.DatasetContent(run.DatasetID)
	if err != nil {
		return backend.TrainSpec{}, err
	}
	path, sha, err := l.Engine.BaseFile(ctx, run.Model)
	if err != nil {
		return backend.TrainSpec{}, err
	}
	if sha != run.BaseSHA256 {
		return backend.TrainSpec{}, backend.Errorf(backend.CodeConflict, "train", "The base model changed since this training began; it cannot go on.").
			WithHint("Start a new training; the facts are all kept.")
	}
	rows, err := l.Workspace.WriteRows(run.ID, content.Rows)
	if err != nil {
		return backend.TrainSpec{}, err
	}
	incoming, work, cache := l.Workspace.Dirs(run.ID)
	spec := backend.TrainSpec{
		Run: run.ID, BaseGGUF: path, BaseSHA256: sha, Rows: rows, Out: incoming, Work: work, Cache: cache, Engine: "peft", Seed: run.Seed,
		MaxMinutes: run.MaxMinutes, Recipe: run.Recipe, Overrides: run.Overrides, Merged: true, Resume: resume,
		Dataset: map[string]string{"id": run.DatasetID, "hash": run.DatasetHash}, Remote: run.Remote,
	}
	spec.StartFrom, err = l.startFrom(run)
	return spec, err
}

// follow runs the trainer to its end and records every event and the outcome.
func (l *Loop) follow(ctx context.Context, runID string, spec backend.TrainSpec) {
	err := l.Trainer.Train(ctx, spec, func(pid int, startTime int64) {
		now := l.Now()
		l.changeRun(runID, func(r *backend.Run) {
			r.State, r.PID, r.PIDStarted, r.StartedAt = backend.RunRunning, pid, startTime, &now
		})
	}, func(e backend.TrainerEvent) { l.onTrainer(runID, e) })

	if err == nil {
		_, err = l.endRun(runID, func(r *backend.Run) { r.State = backend.RunFinished })
		if err == nil {
			err = l.absorbRun(runID)
		}
		if err != nil {
			l.Log.Error("run", "run", runID, "err", err)
			l.without(runID, plain(err))
			return
		}
		if err := l.finishByRule(l.life, runID); err != nil && l.life.Err() == nil {
			l.Log.Error("finish by rule", "run", runID, "err", err)
		}
		return
	}
	_, endErr := l.endRun(runID, func(r *backend.Run) {
		r.State, r.Failure, r.Message, r.Hint = backend.RunFailed, failureOf(err), plain(err), backend.HintOf(err)
		switch {
		case l.closing.Load():
			r.State, r.Message, r.Hint = backend.RunInterrupted, "Errata was closed during the training.", "Resume it in Training."
		case backend.CodeOf(err) == backend.CodeCancelled || errors.Is(err, context.Canceled):
			r.State = backend.RunCancelled
			if r.Failure != backend.FailPaused {
				r.Failure = backend.FailCancelled
			}
		}
	})
	if endErr != nil {
		l.Log.Error("run", "run", runID, "err", endErr)
	}
}

// absorbEvery is how often a finished run's artefact is looked for: a folder that
// was written a moment ago is let be until it has settled.
const absorbEvery = 500 * time.Millisecond

// absorbRun takes in what a finished run left in incoming/, or notes on the run
// why there is no version of it.
func (l *Loop) absorbRun(runID string) error {
	var failed error
	for waited := time.Duration(0); ; waited += absorbEvery {
		// Another folder's trouble must not keep this one out.
		failed = l.Absorb(l.life)
		run, err := l.Store.Run(runID)
		switch {
		case err != nil:
			return err
		case run.AdapterID != "" || run.Message != "":
			return nil
		case waited >= l.AbsorbFor && failed != nil:
			return failed
		case waited >= l.AbsorbFor:
			l.without(runID, "no finished folder of it arrived in incoming/.")
			return nil
		}
		select {
		case <-time.After(absorbEvery):
		case <-l.life.Done():
			return nil // the next start takes it in
		}
	}
}

// without notes on a finished run that it got no version, and why.
func (l *Loop) without(runID, why string) {
	l.changeRun(runID, func(r *backend.Run) {
		if r.State == backend.RunFinished && r.AdapterID == "" {
			r.Message = "The training ended, but it gave no version: " + why
			r.Hint = "Look at Training and at the run's log, then start the training again."
		}
	})
}

// Failure is implemented by errors that know their class.
type Failure interface{ FailureClass() backend.FailureClass }

func failureOf(err error) backend.FailureClass {
	var f Failure
	if errors.As(err, &f) {
		return f.FailureClass()
	}
	return backend.FailCrashed
}

func (l *Loop) onTrainer(runID string, e backend.TrainerEvent) {
	if e.Type == "heartbeat" {
		return
	}
	if err := l.Store.AddRunEvent(runID, l.Now(), e.Raw); err != nil {
		l.Log.Error("run event", "run", runID, "err", err)
	}
	switch e.Type {
	case "stage":
		l.changeRun(runID, func(r *backend.Run) { r.Progress.Stage = e.Name })
	case "progress":
		l.changeRun(runID, func(r *backend.Run) {
			stage := r.Progress.Stage
			if json.Unmarshal(e.Raw, &r.Progress) == nil {
				r.Progress.Stage = stage
			}
		})
	}
	l.emit("run.event", runID, e.Raw)
}

func (l *Loop) changeRun(runID string, change func(*backend.Run)) {
	run, err := l.Store.ChangeRun(runID, func(r *backend.Run) error { change(r); return nil })
	if err != nil {
		l.Log.Error("run", "run", runID, "err", err)
		return
	}
	l.emit("run.changed", runID, run)
}

func (l *Loop) endRun(runID string, change func(*backend.Run)) (backend.Run, error) {
	now := l.Now()
	run, err := l.Store.ChangeRun(runID, func(r *backend.Run) error {
		change(r)
		r.EndedAt, r.PID, r.PIDStarted = &now, 0, 0
		return nil
	})
	if err == nil {
		l.emit("run.changed", runID, run)
	}
	return run, err
}

// sweepRuns finds runs that a crash left behind: their trainer is ended and they
// become interrupted, to be resumed.
func (l *Loop) sweepRuns() error {
	runs, err := l.Store.Runs()
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.State.Over() {
			continue
		}
		if r.PID > 1 && l.Trainer.Alive(r.PID, r.PIDStarted) {
			if err := l.Trainer.Kill(r.PID, r.PIDStarted); err != nil {
				return err
			}
		}
		if _, err := l.endRun(r.ID, func(r *backend.Run) {
			r.State, r.Message, r.Hint = backend.RunInterrupted, "Errata ended while this training ran.", "Resume it, or give it up."
		}); err != nil {
			return err
		}
	}
	return nil
}

// WaitRun waits until a run is over and what it made has been taken in.
func (l *Loop) WaitRun(ctx context.Context, runID string) (backend.Run, error) {
	done := make(chan struct{})
	go func() { l.work.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		return backend.Run{}, ctx.Err()
	}
	return l.Store.Run(runID)
}
