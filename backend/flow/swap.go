package flow

import (
	"context"
	"time"

	"errata/backend"
)

// PromoteInput says which version becomes current.
type PromoteInput struct {
	VersionID string `json:"version_id"`
	Force     bool   `json:"force"`  // a person's decision against the gate
	Reason    string `json:"reason"` // kept as the version's note
}

// Promote makes a version current without losing a chat. Any failure before the
// flip leaves everything as it was.
//
//	merged:  warm v(N+1) beside v(N) -> smoke -> flip; old streams end on v(N)
//	adapter: gate closes -> streams of v(N) end -> unload v(N) -> warm v(N+1) -> smoke -> flip -> gate opens
func (l *Loop) Promote(ctx context.Context, in PromoteInput) (backend.Version, error) {
	v, err := l.Store.Version(in.VersionID)
	if err != nil {
		return v, err
	}
	switch {
	case v.State == backend.VersionCurrent:
		return v, backend.Errorf(backend.CodeConflict, "promote", "%s is already current.", v.Name())
	case v.State == backend.VersionDeleted:
		return v, deleted(v)
	case v.State == backend.VersionRejected && !in.Force:
		return v, backend.Errorf(backend.CodeConflict, "promote", "%s was rejected.", v.Name())
	case v.State == backend.VersionCandidate && v.Gate == nil && !in.Force:
		return v, backend.Errorf(backend.CodeConflict, "promote", "%s was not scored yet.", v.Name()).WithHint("Score it first: `errata versions score " + v.Name() + "`.")
	case v.State == backend.VersionCandidate && v.Gate != nil && !v.Gate.Passed && !in.Force:
		return v, backend.Errorf(backend.CodeConflict, "promote", "%s did not pass its gate. %s", v.Name(), failedWords(*v.Gate)).
			WithHint("Look at its comparison; --force promotes it all the same.")
	}
	if v.EngineName == "" {
		if v, err = l.Serve(ctx, v.ID, ""); err != nil {
			return v, err
		}
	}
	if v, err = l.flip(ctx, v, l.Store.Promote); err != nil {
		return v, err
	}
	if in.Reason != "" {
		return l.Store.ChangeVersion(v.ID, func(stored *backend.Version) error {
			stored.Note = in.Reason
			return nil
		})
	}
	return v, nil
}

func failedWords(g backend.Gate) string {
	words := ""
	for _, c := range g.Checks {
		if !c.Passed {
			if words != "" {
				words += " "
			}
			words += c.Words
		}
	}
	return words
}

// Rollback makes current again what was current before, a version or the base.
func (l *Loop) Rollback(ctx context.Context, model string) (backend.Version, error) {
	base, err := l.baseOf(ctx, model)
	if err != nil {
		return backend.Version{}, err
	}
	if _, ok, err := l.Store.CurrentVersion(base.Name); err != nil {
		return backend.Version{}, err
	} else if !ok {
		return backend.Version{}, backend.Errorf(backend.CodeConflict, "rollback", "The plain base is in use; there is nothing to go back to.")
	}
	history, err := l.Store.PromotionHistory(base.Name)
	if err != nil {
		return backend.Version{}, err
	}
	to, err := l.resolve(base, BaseVersion)
	if err != nil {
		return to, err
	}
	for _, id := range backend.Undoable(history) {
		if id == "" {
			break
		}
		if v, err := l.Store.Version(id); err != nil {
			return v, err
		} else if v.State == backend.VersionRetired { // one that was rejected since is passed over
			to = v
			break
		}
	}
	return l.flip(ctx, to, l.Store.Rollback)
}

// flip swaps the current version of to.Model for to, which commit makes durable,
// and gives it as it is stored then.
func (l *Loop) flip(ctx context.Context, to backend.Version, commit commit) (backend.Version, error) {
	l.swap.Lock()
	defer l.swap.Unlock()
	base, err := l.Engine.Ensure(ctx, to.Model)
	if err != nil {
		return to, err
	}
	from, err := l.resolve(base, "")
	if err != nil {
		return to, err
	}
	if err := l.serve(ctx, to); err != nil {
		return to, err
	}
	l.emit("swap.started", to.ID, to)
	if sharesSlot(from, to) {
		err = l.swapGated(ctx, from, to, commit)
	} else {
		err = l.swapBeside(ctx, from, to, commit)
	}
	if err != nil {
		l.emit("swap.failed", to.ID, plain(err))
		return to, err
	}
	if to.ID != "" {
		if to, err = l.Store.Version(to.ID); err != nil {
			return to, err
		}
	}
	l.emit("version.changed", to.ID, to)
	return to, l.Workspace.WritePointer(l.pointer(to))
}

// commit stores that a version is current.
type commit func(model, id string, now time.Time) error

// sharesSlot says whether the engine's scheduler keeps both in one slot: it does
// for everything that is the base's own weights file, with or without adapter.
func sharesSlot(a, b backend.Version) bool {
	return a.ServedAs != backend.ServedMerged && b.ServedAs != backend.ServedMerged && a.EngineName != b.EngineName
}

func (l *Loop) swapBeside(ctx context.Context, from, to backend.Version, commit commit) error {
	if err := l.warmAndSmoke(ctx, to, besideSmoke); err != nil {
		return err
	}
	if err := commit(to.Model, to.ID, l.Now()); err != nil {
		return err
	}
	l.work.Go(func() { // old streams finish, then the old model frees its memory
		ctx, cancel := context.WithTimeout(l.life, l.DrainLimit)
		defer cancel()
		if l.gate.drain(ctx, from.EngineName) == nil && from.EngineName != to.EngineName {
			if err := l.unload(ctx, from); err != nil {
				l.Log.Warn("unload", "model", from.EngineName, "err", err)
			}
		}
	})
	return nil
}

func (l *Loop) swapGated(ctx context.Context, from, to backend.Version, commit commit) error {
	l.gate.close()
	defer l.gate.open()
	drain, cancel := context.WithTimeout(ctx, l.DrainLimit)
	defer cancel()
	if err := l.gate.drain(drain, from.EngineName); err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "promote", "A running answer did not end in time; the old version stays current.")
	}
	if err := l.unload(ctx, from); err != nil {
		return err
	}
	err := l.warmAndSmoke(ctx, to, gatedSmoke)
	if err == nil {
		err = commit(to.Model, to.ID, l.Now())
	}
	if err != nil {
		// Back to the old version even when the caller is gone: waiting chats need it.
		back, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if warm := l.Engine.Warm(back, from.EngineName); warm != nil {
			l.Log.Warn("warm", "model", from.EngineName, "err", warm)
		}
	}
	return err
}

// unload frees a version's memory; one that the engine does not even have is free.
func (l *Loop) unload(ctx context.Context, v backend.Version) error {
	err := l.Engine.Unload(ctx, v.EngineName)
	if backend.CodeOf(err) == backend.CodeNotFound {
		return nil
	}
	return err
}

// smoke are prompts that must all be answered before a version may become current.
type smoke struct {
	prompts []string
	tokens  int
}

// Behind a closed gate every token is waited for; beside a running version a few
// more cost nobody anything.
var (
	gatedSmoke  = smoke{[]string{"Say hello."}, 4}
	besideSmoke = smoke{[]string{"Say hello.", "What is two plus two?", "Name a colour."}, 12}
)

func (l *Loop) warmAndSmoke(ctx context.Context, v backend.Version, s smoke) error {
	if err := l.Engine.Warm(ctx, v.EngineName); err != nil {
		return err
	}
	sampling := backend.DefaultSampling()
	sampling.NumPredict = s.tokens
	for _, p := range s.prompts {
		r, err := l.Model.Chat(ctx, backend.ChatRequest{
			Model: v.EngineName, Sampling: sampling,
			Messages: []backend.Message{{Role: backend.RoleSystem, Content: backend.SystemPrompt(l.Now())}, {Role: backend.RoleUser, Content: p}},
		}, nil)
		if err != nil {
			return err
		}
		if !r.Done || backend.Normal(r.Text) == "" {
			return backend.Errorf(backend.CodeUnavailable, "promote", "%s gave no answer to a simple prompt; the old version stays current.", v.Name())
		}
	}
	return nil
}

func (l *Loop) pointer(v backend.Version) backend.Pointer {
	p := backend.Pointer{LatestVersion: v.Number, EngineName: v.EngineName, AdapterSHA256: v.AdapterID, BaseSHA256: v.BaseSHA256, Model: v.Model, PromotedAt: l.Now()}
	p.LatestModelPath = v.EngineName
	if v.AdapterID != "" {
		if a, err := l.Store.Adapter(v.AdapterID); err == nil {
			p.LatestModelPath = a.Dir
		}
	}
	return p
}
