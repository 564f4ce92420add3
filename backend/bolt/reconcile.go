package bolt

import (
	"time"

	"errata/backend"
)

// reconcile restores what must always hold after a salvage, which may have
// brought back an older copy of a record beside the newest of another: one
// approved fact a question, one current version a model, one open run.
func reconcile(tx *tx) error {
	if err := reconcileFacts(tx); err != nil {
		return err
	}
	if err := reconcileVersions(tx); err != nil {
		return err
	}
	return reconcileRuns(tx)
}

// reconcileFacts keeps the approval decided last.
func reconcileFacts(tx *tx) error {
	approved, err := facts.children(tx, factByState, string(backend.FactApproved))
	if err != nil {
		return err
	}
	keep := map[string]backend.Fact{}
	for _, f := range approved {
		key := questionKey(f.Question)
		other, twice := keep[key]
		if !twice {
			keep[key] = f
			continue
		}
		if timeOf(other.DecidedAt).After(timeOf(f.DecidedAt)) {
			f, other = other, f
		}
		keep[key] = f
		other.Supersede(f.ID, timeOf(f.DecidedAt))
		if err := facts.put(tx, &other); err != nil {
			return err
		}
	}
	return nil
}

// reconcileVersions keeps the version promoted last.
func reconcileVersions(tx *tx) error {
	list, err := versions.children(tx, versionByNumber, "")
	if err != nil {
		return err
	}
	keep := map[string]backend.Version{}
	for _, v := range list {
		if v.State != backend.VersionCurrent {
			continue
		}
		other, twice := keep[v.Model]
		if !twice {
			keep[v.Model] = v
			continue
		}
		if timeOf(other.PromotedAt).After(timeOf(v.PromotedAt)) {
			v, other = other, v
		}
		keep[v.Model] = v
		other.State = backend.VersionRetired
		if err := versions.put(tx, &other); err != nil {
			return err
		}
	}
	return nil
}

// reconcileRuns leaves the newest open run alone; the others did not go on.
func reconcileRuns(tx *tx) error {
	list, err := runs.children(tx, runByTime, "")
	if err != nil {
		return err
	}
	open := []backend.Run{}
	for _, r := range list {
		if !r.State.Over() {
			open = append(open, r)
		}
	}
	for i := 0; i+1 < len(open); i++ {
		open[i].State = backend.RunInterrupted
		if err := runs.put(tx, &open[i]); err != nil {
			return err
		}
	}
	return nil
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
