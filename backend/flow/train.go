package flow

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"errata/backend"
)

// TrainInput says what to train. Without DatasetID the approved facts are frozen first.
type TrainInput struct {
	DatasetID  string          `json:"dataset_id"`
	Model      string          `json:"model"`
	Recipe     string          `json:"recipe"`
	Seed       int             `json:"seed"`
	MaxMinutes float64         `json:"max_minutes"`
	Overrides  json.RawMessage `json:"overrides"`
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
	d, err := l.datasetFor(ctx, in)
	if err != nil {
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
	if err := l.roomFor(ctx, d.Model); err != nil {
		return backend.Run{}, err
	}
	if string(in.Overrides) == "null" {
		in.Overrides = nil
	}
	run := backend.Run{
		ID: l.NewID(), DatasetID: d.ID, DatasetHash: d.Hash, Model: d.Model, BaseSHA256: sha, Recipe: d.Recipe,
		Overrides: in.Overrides, Seed: seedOr(in.Seed), Engine: "local", MaxMinutes: in.MaxMinutes,
		State: backend.RunRequested, CreatedAt: l.Now(),
	}
	if err := l.Store.AddRun(run); err != nil {
		return run, err
	}
	return run, l.launch(ctx, run, false)
}

// Resume continues an interrupted run from its last complete checkpoint.
func (l *Loop) Resume(ctx context.Context, runID string) (backend.Run, error) {
	if err := l.Trainer.Ready(ctx); err != nil {
		return backend.Run{}, err
	}
	run, err := l.Store.ChangeRun(runID, func(r *backend.Run) error {
		if r.State != backend.RunInterrupted && r.State != backend.RunCancelled {
			return backend.Errorf(backend.CodeConflict, "train.resume", "Only an interrupted run can be resumed; this one is %s.", r.State)
		}
		r.State, r.Failure, r.Message, r.Hint, r.EndedAt = backend.RunRequested, "", "", "", nil
		return nil
	})
	if err != nil {
		return run, err
	}
	return run, l.launch(ctx, run, true)
}

// StopRun asks a running training to stop, keeping a checkpoint if save.
func (l *Loop) StopRun(runID string, save bool) error {
	run, err := l.Store.Run(runID)
	if err != nil {
		return err
	}
	if run.State.Over() {
		return backend.Errorf(backend.CodeConflict, "train.stop", "This run is already %s.", run.State)
	}
	if err := l.Trainer.Stop(runID, save); err != nil {
		l.mu.Lock()
		cancel := l.runs[runID]
		l.mu.Unlock()
		if cancel == nil {
			return err
		}
		cancel()
	}
	return nil
}

// Discard gives an interrupted run up.
func (l *Loop) Discard(runID string) (backend.Run, error) {
	return l.endRun(runID, func(r *backend.Run) {
		r.State, r.Failure, r.Message = backend.RunCancelled, backend.FailCancelled, "Given up."
	})
}

func (l *Loop) busy() (string, error) {
	runs, err := l.Store.Runs()
	if err != nil {
		return "", err
	}
	for _, r := range runs {
		if !r.State.Over() {
			return r.ID, nil
		}
	}
	return "", nil
}

func (l *Loop) datasetFor(ctx context.Context, in TrainInput) (backend.Dataset, error) {
	if in.DatasetID != "" {
		return l.Store.Dataset(in.DatasetID)
	}
	return l.Freeze(ctx, FreezeInput{Model: in.Model, Recipe: in.Recipe, Seed: in.Seed})
}

// roomFor refuses a run that would fill the disk: checkpoint, adapter and a
// merged copy of the base at twice their expected size.
func (l *Loop) roomFor(ctx context.Context, model string) error {
	free, err := l.Workspace.FreeBytes()
	if err != nil {
		return err
	}
	info, err := l.Engine.Ensure(ctx, model)
	if err != nil {
		return err
	}
	need := 2 * (info.Size + info.Size/3 + 64<<20)
	if free < need {
		return backend.Errorf(backend.CodeUnavailable, "train", "Training needs %d MB of disk; %d MB are free. Nothing was started.", need>>20, free>>20).
			WithHint("Free some space, or move ERRATA_HOME to a bigger disk.")
	}
	return nil
}

// launch starts the trainer and follows it until it ends.
func (l *Loop) launch(ctx context.Context, run backend.Run, resume bool) error {
	spec, err := l.spec(ctx, run, resume)
	if err != nil {
		_, _ = l.endRun(run.ID, func(r *backend.Run) { r.State, r.Failure, r.Message = backend.RunFailed, backend.FailData, plain(err) })
		return err
	}
	life, cancel := context.WithCancel(l.life)
	l.mu.Lock()
	l.runs[run.ID] = cancel
	l.mu.Unlock()
	l.work.Go(func() {
		defer cancel()
		defer func() { l.mu.Lock(); delete(l.runs, run.ID); l.mu.Unlock() }()
		l.follow(life, run.ID, spec)
	})
	return nil
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
	rows, err := l.Workspace.WriteRows(run.ID, content.Rows)
	if err != nil {
		return backend.TrainSpec{}, err
	}
	incoming, work := l.Workspace.Dirs(run.ID)
	spec := backend.TrainSpec{
		Run: run.ID, BaseGGUF: path, BaseSHA256: sha, Rows: rows, Out: incoming, Work: work, Engine: "peft", Seed: run.Seed,
		MaxMinutes: run.MaxMinutes, Recipe: run.Recipe, Overrides: run.Overrides, Merged: true, Resume: resume,
		Dataset: map[string]string{"id": run.DatasetID, "hash": run.DatasetHash},
	}
	if run.Recipe == "original" {
		spec.StartFrom = l.lastMerged(run.Model)
	}
	return spec, nil
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
		}
		return
	}
	_, endErr := l.endRun(runID, func(r *backend.Run) {
		r.State, r.Failure, r.Message, r.Hint = backend.RunFailed, failureOf(err), plain(err), backend.HintOf(err)
		switch {
		case l.closing.Load():
			r.State, r.Message, r.Hint = backend.RunInterrupted, "Errata was closed during the training.", "Resume it in Training."
		case backend.CodeOf(err) == backend.CodeCancelled || errors.Is(err, context.Canceled):
			r.State, r.Failure = backend.RunCancelled, backend.FailCancelled
		}
	})
	if endErr != nil {
		l.Log.Error("run", "run", runID, "err", endErr)
	}
}

// How long and how often a finished run's artefact is looked for: a folder that
// was written a moment ago is let be until it has settled.
const (
	absorbFor   = 20 * time.Second
	absorbEvery = 500 * time.Millisecond
)

// absorbRun takes in what a finished run left in incoming/.
func (l *Loop) absorbRun(runID string) error {
	for waited := time.Duration(0); ; waited += absorbEvery {
		if err := l.Absorb(l.life); err != nil {
			return err
		}
		run, err := l.Store.Run(runID)
		if err != nil || run.AdapterID != "" || waited >= absorbFor {
			return err
		}
		select {
		case <-time.After(absorbEvery):
		case <-l.life.Done():
			return nil // the next start takes it in
		}
	}
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
