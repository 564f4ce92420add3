package flow

import (
	"context"
	"path/filepath"

	"errata/backend"
)

// Files of an adapter's folder.
const (
	adapterFile = "adapter.gguf"
	mergedFile  = "merged.gguf"
)

// Serve makes a version ready to be asked and remembers how it is served. The
// adapter's folder is the truth: what the engine lost is made again from it.
func (l *Loop) Serve(ctx context.Context, versionID string, as backend.ServedAs) (backend.Version, error) {
	v, err := l.Store.Version(versionID)
	if err != nil {
		return v, err
	}
	if v.State == backend.VersionDeleted {
		return v, deleted(v)
	}
	if as == "" {
		if as, err = l.chooseServing(ctx, v); err != nil {
			return v, err
		}
	}
	v.ServedAs, v.EngineName = as, backend.EngineName(v.Model, v.AdapterID, as)
	if err := l.create(ctx, v); err != nil {
		return v, err
	}
	v, err = l.Store.ChangeVersion(versionID, func(stored *backend.Version) error {
		stored.ServedAs, stored.EngineName = v.ServedAs, v.EngineName
		return nil
	})
	if err == nil {
		l.emit("version.changed", v.ID, v)
	}
	return v, err
}

// serve makes sure that the engine has a version that was served before.
func (l *Loop) serve(ctx context.Context, v backend.Version) error {
	if v.Number == 0 {
		return nil
	}
	if v.EngineName == "" {
		return backend.Errorf(backend.CodeConflict, "version", "%s is not served yet.", v.Name()).WithHint("Score it first, or run `errata versions score " + v.Name() + "`.")
	}
	ok, err := l.Engine.Has(ctx, v.EngineName)
	if err != nil || ok {
		return err
	}
	return l.create(ctx, v)
}

func (l *Loop) create(ctx context.Context, v backend.Version) error {
	adapter, err := l.Store.Adapter(v.AdapterID)
	if err != nil {
		return err
	}
	if v.ServedAs == backend.ServedAdapter {
		if continued(adapter) {
			return backend.Errorf(backend.CodeConflict, "serve", "%s went on from the version before it; its adapter alone, on the plain base, is another model.", v.Name()).
				WithHint("Serve it merged.")
		}
		base, err := l.Engine.Ensure(ctx, v.Model)
		if err != nil {
			return err
		}
		return l.Engine.CreateAdapter(ctx, v.EngineName, base.ServedName(), filepath.Join(adapter.Dir, adapterFile), hashOf(adapter, adapterFile))
	}
	path, sha, err := l.merged(ctx, v, adapter)
	if err != nil {
		return err
	}
	return l.Engine.CreateMerged(ctx, v.EngineName, path, sha)
}

// merged gives the merged weights file of a version, made again if it did not come
// with its adapter.
func (l *Loop) merged(ctx context.Context, v backend.Version, adapter backend.Adapter) (path, sha string, err error) {
	if sha = hashOf(adapter, mergedFile); sha != "" {
		return filepath.Join(adapter.Dir, mergedFile), sha, nil
	}
	if continued(adapter) {
		return "", "", backend.Errorf(backend.CodeUnavailable, "serve", "%s went on from the version before it and came without its merged file; it cannot be made from the plain base.", v.Name()).
			WithHint("Train it again.")
	}
	base, _, err := l.Engine.BaseFile(ctx, v.Model)
	if err != nil {
		return "", "", err
	}
	_, work, _ := l.Workspace.Dirs(adapter.RunID)
	path = filepath.Join(work, mergedName(v))
	sha, err = l.Trainer.Merge(ctx, base, adapter.Dir, path)
	return path, sha, err
}

// mergedName is the file in a run's folder that is made when the adapter came alone.
func mergedName(v backend.Version) string { return v.AdapterID + ".gguf" }

// continued says whether an adapter was trained on the merged file of an earlier
// version instead of on the base.
func continued(a backend.Adapter) bool { return a.Manifest.StartFrom != "" }

func hashOf(a backend.Adapter, name string) string {
	for _, f := range a.Manifest.Files {
		if f.Name == name {
			return f.SHA256
		}
	}
	return ""
}

// chooseServing takes merged when the old and the new version fit in memory
// together, so that a swap makes no chat wait; else adapter where the engine
// takes it; else merged, after all. A continued version has its merged file alone.
func (l *Loop) chooseServing(ctx context.Context, v backend.Version) (backend.ServedAs, error) {
	adapter, err := l.Store.Adapter(v.AdapterID)
	if err != nil {
		return "", err
	}
	if continued(adapter) {
		return backend.ServedMerged, nil
	}
	settings, err := l.Store.Settings()
	if err != nil {
		return "", err
	}
	switch settings.ServeAs {
	case string(backend.ServedAdapter), string(backend.ServedMerged):
		return backend.ServedAs(settings.ServeAs), nil
	}
	base, err := l.Engine.Ensure(ctx, v.Model)
	if err != nil {
		return "", err
	}
	fits, err := l.Engine.FitsBeside(ctx, base.Size+base.Size/3)
	if err != nil || fits {
		return backend.ServedMerged, err
	}
	status, err := l.Engine.Status(ctx)
	if err == nil && status.Adapters {
		return backend.ServedAdapter, nil
	}
	return backend.ServedMerged, err
}

// lastMerged is the adapter of the newest version of a run's model that has a merged
// file, where the original recipe goes on from; empty for none.
func (l *Loop) lastMerged(run backend.Run) (adapterID string, err error) {
	versions, err := l.Store.Versions()
	if err != nil {
		return "", err
	}
	for _, v := range versions { // newest first
		if v.Model != run.Model || v.BaseSHA256 != run.BaseSHA256 || v.State == backend.VersionRejected || v.State == backend.VersionDeleted {
			continue
		}
		adapter, err := l.Store.Adapter(v.AdapterID)
		if err != nil {
			return "", err
		}
		if hashOf(adapter, mergedFile) != "" {
			return v.AdapterID, nil
		}
	}
	return "", nil
}

// startFrom is the merged file that a run goes on from, the same one whenever it is
// resumed: a checkpoint fits no other weights. Empty for the base.
func (l *Loop) startFrom(run backend.Run) (path string, err error) {
	if run.StartFrom == "" {
		return "", nil
	}
	versions, err := l.Store.Versions()
	if err != nil {
		return "", err
	}
	for _, v := range versions {
		if v.AdapterID == run.StartFrom && v.State == backend.VersionDeleted {
			return "", backend.Errorf(backend.CodeConflict, "train", "This training goes on from %s, whose weights were deleted since.", v.Name()).
				WithHint("Start a new training; the facts are all kept.")
		}
	}
	adapter, err := l.Store.Adapter(run.StartFrom)
	return filepath.Join(adapter.Dir, mergedFile), err
}
