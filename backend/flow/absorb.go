package flow

import (
	"context"
	"errors"
	"fmt"

	"errata/backend"
)

// Absorb takes in what turned up in incoming/: an artefact of a known run
// becomes a candidate version, a broken one goes to quarantine with its reason,
// a right one of no known run waits for a person. Seeing the same thing twice
// changes nothing.
func (l *Loop) Absorb(ctx context.Context) error {
	l.absorbing.Lock()
	defer l.absorbing.Unlock()
	arrived, err := l.Arrivals.Scan(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, a := range arrived {
		if err := l.absorb(a); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", a.Name, err))
		}
	}
	return failed
}

// adopt registers adapters that were moved to adapters/ and then forgotten: the
// program was killed, or the disk was full, before they were stored.
func (l *Loop) adopt(ctx context.Context) error {
	l.absorbing.Lock()
	defer l.absorbing.Unlock()
	var failed error
	kept, err := l.Arrivals.Kept(ctx, func(id string) bool {
		_, err := l.Store.Adapter(id)
		if err != nil && backend.CodeOf(err) != backend.CodeNotFound {
			failed = errors.Join(failed, err)
		}
		return backend.CodeOf(err) != backend.CodeNotFound
	})
	failed = errors.Join(failed, err)
	for _, a := range kept {
		run, err := l.Store.Run(a.Manifest.Run)
		if backend.CodeOf(err) == backend.CodeNotFound || err == nil && (run.AdapterID != "" || run.BaseSHA256 != a.Manifest.BaseSHA256) {
			continue
		}
		if err == nil {
			_, err = l.enter(a, a.Dir, run)
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", a.Name, err))
		}
	}
	return failed
}

func (l *Loop) absorb(a Arrived) error {
	if a.Problem != "" {
		return l.quarantine(a, a.Problem)
	}
	run, err := l.Store.Run(a.Manifest.Run)
	if backend.CodeOf(err) == backend.CodeNotFound {
		return l.stranger(a)
	}
	if err != nil {
		return err
	}
	if run.BaseSHA256 != a.Manifest.BaseSHA256 {
		return l.quarantine(a, "It was trained for another base model than its run.")
	}
	if run.AdapterID != "" && run.AdapterID != a.ID {
		return l.quarantine(a, "Its run already has another adapter.")
	}
	_, err = l.register(a, run)
	return err
}

func (l *Loop) register(a Arrived, run backend.Run) (backend.Version, error) {
	dir, err := l.Arrivals.Accept(a)
	if err != nil {
		return backend.Version{}, err
	}
	return l.enter(a, dir, run)
}

// enter stores the adapter in dir with its new version.
func (l *Loop) enter(a Arrived, dir string, run backend.Run) (backend.Version, error) {
	now := l.Now()
	v, err := l.Store.RegisterAdapter(
		backend.Adapter{ID: a.ID, RunID: run.ID, Manifest: a.Manifest, Dir: dir, SeenAt: now},
		backend.Version{
			ID: l.NewID(), Model: run.Model, BaseSHA256: a.Manifest.BaseSHA256, AdapterID: a.ID, DatasetID: run.DatasetID,
			RunID: run.ID, State: backend.VersionCandidate, GivenUpFactIDs: a.Manifest.GivenUp(), CreatedAt: now,
		})
	if err == nil && v.State == backend.VersionDeleted { // the same weights have come again
		v, err = l.Store.ChangeVersion(v.ID, func(stored *backend.Version) error {
			stored.State = backend.VersionCandidate
			return nil
		})
	}
	if err != nil {
		return v, err
	}
	l.emit("version.added", v.ID, v)
	l.letGo(run.ID)
	if run.Message != "" { // it was missed before
		l.changeRun(run.ID, func(r *backend.Run) { r.Message, r.Hint = "", "" })
	}
	return v, nil
}

func (l *Loop) quarantine(a Arrived, reason string) error {
	dir, err := l.Arrivals.Quarantine(a, reason)
	if err != nil {
		return err
	}
	// A trainer names its folder after the run, so that a broken manifest hides nothing.
	for _, id := range []string{a.Manifest.Run, a.Name} {
		if _, err := l.Store.Run(id); err == nil {
			l.without(id, reason)
			break
		}
	}
	return l.putArrival(backend.Arrival{ID: l.NewID(), Name: a.Name, State: "quarantined", Reason: reason, Dir: dir, SeenAt: l.Now()})
}

// stranger notes a right artefact of no known run once; it stays where it is.
func (l *Loop) stranger(a Arrived) error {
	known, err := l.Store.Arrivals()
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.ID == a.ID && k.State == "stranger" {
			return nil
		}
	}
	return l.putArrival(backend.Arrival{ID: a.ID, Name: a.Name, State: "stranger", Reason: "Arrived, not ours: no run of this program made it.", Dir: a.Dir, SeenAt: l.Now()})
}

func (l *Loop) putArrival(a backend.Arrival) error {
	if err := l.Store.PutArrival(a); err != nil {
		return err
	}
	l.emit("arrival.changed", a.ID, a)
	return nil
}

// Import registers a stranger after all, as a candidate of the base it was made for.
func (l *Loop) Import(ctx context.Context, arrivalID string) (backend.Version, error) {
	l.absorbing.Lock()
	defer l.absorbing.Unlock()
	note, a, err := l.findStranger(ctx, arrivalID)
	if err != nil {
		return backend.Version{}, err
	}
	models, err := l.Engine.Models(ctx)
	if err != nil {
		return backend.Version{}, err
	}
	for _, m := range models {
		if m.BaseSHA256 != a.Manifest.BaseSHA256 || !m.Installed {
			continue
		}
		v, err := l.register(a, backend.Run{Model: m.Name})
		if err != nil {
			return v, err
		}
		note.State, note.Reason = "imported", "Imported as "+v.Name()+"."
		return v, l.putArrival(note)
	}
	return backend.Version{}, backend.Errorf(backend.CodeConflict, "import", "No installed model has the weights this adapter was made for.").
		WithHint("Install that base model first; the adapter stays where it is.")
}

// DiscardArrival deletes a stranger or a quarantined folder.
func (l *Loop) DiscardArrival(ctx context.Context, arrivalID string) error {
	l.absorbing.Lock()
	defer l.absorbing.Unlock()
	all, err := l.Store.Arrivals()
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.ID != arrivalID || a.State == "discarded" || a.State == "imported" {
			continue
		}
		if err := l.Arrivals.Discard(a.Dir); err != nil {
			return err
		}
		a.State, a.Reason = "discarded", "Discarded."
		return l.putArrival(a)
	}
	return backend.Errorf(backend.CodeNotFound, "arrival", "There is no such arrival to discard.")
}

func (l *Loop) findStranger(ctx context.Context, id string) (backend.Arrival, Arrived, error) {
	known, err := l.Store.Arrivals()
	if err != nil {
		return backend.Arrival{}, Arrived{}, err
	}
	arrived, err := l.Arrivals.Scan(ctx)
	if err != nil {
		return backend.Arrival{}, Arrived{}, err
	}
	for _, k := range known {
		if k.ID != id || k.State != "stranger" {
			continue
		}
		for _, a := range arrived {
			if a.ID == id && a.Problem == "" {
				return k, a, nil
			}
		}
	}
	return backend.Arrival{}, Arrived{}, backend.Errorf(backend.CodeNotFound, "import", "That arrival is gone or changed since it was seen.").
		WithHint("Put it into incoming/ again.")
}
