package flow

import (
	"context"

	"errata/backend"
)

// Resume continues a run that was interrupted, stopped, or failed for a cause that
// can be removed, from its last complete checkpoint. A run that cannot be started
// now stays as it is.
func (l *Loop) Resume(ctx context.Context, runID string) (backend.Run, error) {
	if err := l.Trainer.Ready(ctx); err != nil {
		return backend.Run{}, err
	}
	run, err := l.Store.Run(runID)
	if err != nil {
		return run, err
	}
	if err := resumable(run); err != nil {
		return run, err
	}
	d, err := l.Store.Dataset(run.DatasetID)
	if err != nil {
		return run, err
	}
	if err := l.roomFor(ctx, run.Model, d.RowCount, run.Remote); err != nil {
		return run, err
	}
	spec, err := l.spec(ctx, run, true)
	if err != nil {
		return run, err
	}
	run, err = l.Store.ChangeRun(runID, func(r *backend.Run) error {
		if err := resumable(*r); err != nil {
			return err
		}
		r.State, r.Failure, r.Message, r.Hint, r.EndedAt = backend.RunRequested, "", "", "", nil
		return nil
	})
	if err != nil {
		return run, err
	}
	l.launch(run.ID, spec)
	return run, nil
}

func resumable(r backend.Run) error {
	if r.Resumable() {
		return nil
	}
	why := string(r.State)
	if r.Failure != "" {
		why += " (" + string(r.Failure) + ")"
	}
	return backend.Errorf(backend.CodeConflict, "train.resume", "A run that is %s cannot be resumed.", why).WithHint("Start a new training.")
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

// FinishRun asks a running training to end now and make a version of what it learned.
func (l *Loop) FinishRun(runID string) error {
	run, err := l.Store.Run(runID)
	if err != nil {
		return err
	}
	if run.State != backend.RunRunning || run.Progress.Step == 0 {
		return backend.Errorf(backend.CodeConflict, "train.finish", "This training has learned nothing that could be kept.").WithHint("Stop it instead.")
	}
	return l.Trainer.Finish(runID)
}

// Discard gives up a run that did not finish.
func (l *Loop) Discard(runID string) (backend.Run, error) {
	now := l.Now()
	run, err := l.Store.ChangeRun(runID, func(r *backend.Run) error {
		switch r.State {
		case backend.RunInterrupted, backend.RunFailed, backend.RunCancelled:
		default:
			return backend.Errorf(backend.CodeConflict, "train.discard", "A run that is %s cannot be given up.", r.State).
				WithHint("Stop a running one first; a finished one is a version.")
		}
		r.State, r.Failure, r.Message, r.Hint, r.EndedAt = backend.RunCancelled, backend.FailCancelled, "Given up.", "", &now
		return nil
	})
	if err == nil {
		l.emit("run.changed", runID, run)
		l.letGo(runID)
	}
	return run, err
}

// letGo deletes what a run left to go on from. What stays only takes room.
func (l *Loop) letGo(runID string, files ...string) {
	if err := l.Workspace.LetGo(runID, files...); err != nil {
		l.Log.Warn("let go", "run", runID, "err", err)
	}
}
