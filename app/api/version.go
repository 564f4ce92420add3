package api

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"

	"errata/backend"
	"errata/backend/flow"
)

// Versions lists versions, newest first.
func (a *API) Versions() ([]backend.Version, error) {
	return call(a, "versions", func(context.Context) ([]backend.Version, error) { return some(a.o.Loop.Store.Versions()) })
}

// FindVersion finds a version by "v3", "3", its id or the start of its adapter's
// hash; "current" is that of the chosen model. The base is no version.
func (a *API) FindVersion(name string) (backend.Version, error) {
	return call(a, "version", func(ctx context.Context) (backend.Version, error) {
		if name == "current" {
			return a.currentVersion()
		}
		versions, err := a.o.Loop.Store.Versions()
		if err != nil {
			return backend.Version{}, err
		}
		number, _ := strconv.Atoi(strings.TrimPrefix(name, "v"))
		for _, v := range versions {
			switch {
			case v.ID == name, number > 0 && v.Number == number,
				len(name) >= 6 && strings.HasPrefix(v.AdapterID, name):
				return v, nil
			}
		}
		return backend.Version{}, backend.Errorf(backend.CodeNotFound, "version", "There is no version %q.", name).WithHint("`errata versions list` shows them.")
	})
}

func (a *API) currentVersion() (backend.Version, error) {
	s, err := a.o.Loop.Store.Settings()
	if err != nil {
		return backend.Version{}, err
	}
	v, ok, err := a.o.Loop.Store.CurrentVersion(s.Model)
	if err == nil && !ok {
		err = backend.Errorf(backend.CodeNotFound, "version", "No version of %s is current; its base is asked.", s.Model).WithHint("`errata versions promote` makes one current.")
	}
	return v, err
}

// Scorecard gives the newest scorecard of a version.
func (a *API) Scorecard(versionID string) (backend.Scorecard, error) {
	return call(a, "scorecard", func(context.Context) (backend.Scorecard, error) {
		c, ok, err := a.o.Loop.Store.ScorecardOf(versionID)
		if err == nil && !ok {
			err = backend.Errorf(backend.CodeNotFound, "scorecard", "This version was not scored yet.").WithHint("Score it first.")
		}
		return c, err
	})
}

// Scoreboard marks every fact in every scored version.
func (a *API) Scoreboard() (flow.Scoreboard, error) {
	return call(a, "scoreboard", func(context.Context) (flow.Scoreboard, error) { return a.o.Loop.Scoreboard() })
}

// NoteVersion keeps a person's words on a version.
func (a *API) NoteVersion(versionID, note string) (backend.Version, error) {
	return call(a, "version.note", func(context.Context) (backend.Version, error) { return a.o.Loop.NoteVersion(versionID, note) })
}

// DeleteVersion deletes the weights of a version that does not answer; its results stay.
func (a *API) DeleteVersion(versionID string) (backend.Version, error) {
	return call(a, "version.delete", func(ctx context.Context) (backend.Version, error) { return a.o.Loop.DeleteVersion(ctx, versionID) })
}

// ExportVersion writes a version's files for other programs; without a folder they go
// to exports/ in the home.
func (a *API) ExportVersion(requestID string, in flow.ExportInput) (flow.Exported, error) {
	return request(a, requestID, "version.export", in.VersionID, func(ctx context.Context) (flow.Exported, error) {
		if in.Folder == "" {
			in.Folder = filepath.Join(a.o.Home, "exports")
		}
		return a.o.Loop.ExportVersion(ctx, in)
	})
}

// Score serves a version, asks it all probes of its dataset and decides its gate.
func (a *API) Score(requestID, versionID string) (backend.Scorecard, error) {
	return request(a, requestID, "score", versionID, func(ctx context.Context) (backend.Scorecard, error) { return a.o.Loop.Score(ctx, versionID) })
}

// ServeVersion makes a version ready in the engine, as "adapter", "merged" or
// what fits (empty).
func (a *API) ServeVersion(requestID, versionID, as string) (backend.Version, error) {
	return request(a, requestID, "serve", versionID, func(ctx context.Context) (backend.Version, error) {
		switch backend.ServedAs(as) {
		case "", backend.ServedAdapter, backend.ServedMerged:
		default:
			return backend.Version{}, backend.Errorf(backend.CodeInvalid, "serve", "A version is served as adapter or merged, not %q.", as)
		}
		return a.o.Loop.Serve(ctx, versionID, backend.ServedAs(as))
	})
}

// Compare asks two versions the same prompts.
func (a *API) Compare(requestID string, in flow.CompareInput) (backend.Comparison, error) {
	return request(a, requestID, "compare", "", func(ctx context.Context) (backend.Comparison, error) { return a.o.Loop.Compare(ctx, in) })
}

// Comparisons lists the newest comparisons.
func (a *API) Comparisons() ([]backend.Comparison, error) {
	return call(a, "comparisons", func(context.Context) ([]backend.Comparison, error) { return some(a.o.Loop.Store.Comparisons(20)) })
}

// Promote makes a version current without losing a chat.
func (a *API) Promote(requestID string, in flow.PromoteInput) (backend.Version, error) {
	return request(a, requestID, "promote", in.VersionID, func(ctx context.Context) (backend.Version, error) { return a.o.Loop.Promote(ctx, in) })
}

// Rollback makes the version before the current one current again, or the base.
func (a *API) Rollback(requestID string) (backend.Version, error) {
	return request(a, requestID, "rollback", "", func(ctx context.Context) (backend.Version, error) { return a.o.Loop.Rollback(ctx, "") })
}

// Arrivals lists what turned up in incoming/ and is not ours, or was broken.
func (a *API) Arrivals() ([]backend.Arrival, error) {
	return call(a, "arrivals", func(ctx context.Context) ([]backend.Arrival, error) {
		if err := a.o.Loop.Absorb(ctx); err != nil {
			return []backend.Arrival{}, err
		}
		return some(a.o.Loop.Store.Arrivals())
	})
}

// ImportArrival registers a stranger as a candidate.
func (a *API) ImportArrival(id string) (backend.Version, error) {
	return call(a, "arrival.import", func(ctx context.Context) (backend.Version, error) { return a.o.Loop.Import(ctx, id) })
}

// DiscardArrival deletes a stranger or a quarantined folder.
func (a *API) DiscardArrival(id string) error {
	_, err := call(a, "arrival.discard", func(ctx context.Context) (struct{}, error) { return struct{}{}, a.o.Loop.DiscardArrival(ctx, id) })
	return err
}

// AdapterOf gives the adapter of a version with its files.
func (a *API) AdapterOf(versionID string) (backend.Adapter, error) {
	return call(a, "adapter", func(context.Context) (backend.Adapter, error) {
		v, err := a.o.Loop.Store.Version(versionID)
		if err != nil {
			return backend.Adapter{}, err
		}
		return a.o.Loop.Store.Adapter(v.AdapterID)
	})
}
