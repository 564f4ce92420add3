package flow

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"errata/backend"
)

// Answerer is one that a chat can be answered by: a version of the model that is
// taught, its plain base, or another model of the engine.
type Answerer struct {
	Version string `json:"version"` // as a Manner names it
	Name    string `json:"name"`    // "v3", "base", the model's name
	Model   string `json:"model"`   // the base it rests on
	Bytes   int64  `json:"bytes,omitempty"`
	Current bool   `json:"current,omitempty"` // answers where nothing is chosen
	Other   bool   `json:"other,omitempty"`   // never taught, never counted
	Loaded  bool   `json:"loaded,omitempty"`
	engine  string
}

// Answerers lists the versions that are served, newest first, then the base, then
// the other models on this machine. Without an engine nothing is Loaded.
func (l *Loop) Answerers(ctx context.Context) ([]Answerer, error) {
	settings, err := l.Store.Settings()
	if err != nil {
		return nil, err
	}
	models, err := l.Engine.Models(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := l.Store.Versions()
	if err != nil {
		return nil, err
	}
	out := []Answerer{}
	anyCurrent := false
	for _, v := range versions {
		if v.Model != settings.Model || v.EngineName == "" || v.State == backend.VersionRejected {
			continue
		}
		current := v.State == backend.VersionCurrent
		anyCurrent = anyCurrent || current
		out = append(out, Answerer{Version: v.ID, Name: v.Name(), Model: v.Model, Current: current, engine: v.EngineName})
	}
	var others []Answerer
	for _, m := range models {
		switch {
		case !m.Installed || m.Remote || backend.BaseName(m.Name, ""): // ours beside the one it was made of
		case m.Name == settings.Model:
			out = append(out, Answerer{Version: BaseVersion, Name: BaseVersion, Model: m.Name, Bytes: cmp.Or(m.Size, m.Bytes), Current: !anyCurrent, engine: m.ServedName()})
		default:
			others = append(others, Answerer{Version: backend.OtherModel + m.Name, Name: m.Name, Model: m.Name, Bytes: cmp.Or(m.Size, m.Bytes), Other: true, engine: m.ServedName()})
		}
	}
	out = append(out, others...)
	loaded, err := l.Engine.Loaded(ctx)
	if err != nil {
		l.Log.Debug("loaded", "err", err) // the engine is off: then nothing is
	}
	for i := range out {
		a := out[i]
		out[i].Loaded = slices.ContainsFunc(loaded, func(name string) bool {
			return sameModel(name, a.engine) || (a.Other || a.Version == BaseVersion) && backend.BaseName(name, a.Model)
		})
	}
	return out, nil
}

// sameModel compares two engine names; one without a tag means the latest.
func sameModel(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, ":latest"), strings.TrimSuffix(b, ":latest"))
}

// answerer finds the base that a version of a Manner rests on; the model in use is
// never another one, however it was named.
func (l *Loop) answerer(ctx context.Context, version string) (backend.ModelInfo, string, error) {
	name, other := strings.CutPrefix(version, backend.OtherModel)
	if !other {
		base, err := l.Base(ctx)
		return base, version, err
	}
	settings, err := l.Store.Settings()
	if err != nil {
		return backend.ModelInfo{}, version, err
	}
	if name == settings.Model {
		version = BaseVersion
	}
	base, err := l.Engine.Ensure(ctx, name)
	if backend.CodeOf(err) == backend.CodeNotFound {
		err = &backend.Error{Code: backend.CodeNotFound, Op: "reply", Message: "The model " + name + " is not on this machine any more.", Hint: "Choose another one under the question.", Err: err}
	}
	return base, version, err
}

// Load puts an answerer into memory, so that its first answer comes at once. It waits
// as a question would while a version is put in place.
func (l *Loop) Load(ctx context.Context, version string) error {
	base, version, err := l.answerer(ctx, version)
	if err != nil {
		return err
	}
	var v backend.Version
	_, leave, err := l.gate.enter(ctx, nil, func() (string, error) {
		v, err = l.resolve(base, version)
		return v.EngineName, err
	})
	if err != nil {
		return err
	}
	defer leave()
	if err := l.serve(ctx, v); err != nil {
		return err
	}
	return l.Engine.Warm(ctx, v.EngineName)
}

// Eject takes an answerer out of memory once its running answers have ended.
func (l *Loop) Eject(ctx context.Context, version string) error {
	base, version, err := l.answerer(ctx, version)
	if err != nil {
		return err
	}
	v, err := l.resolve(base, version)
	if err != nil {
		return err
	}
	return l.Engine.Unload(ctx, v.EngineName)
}
