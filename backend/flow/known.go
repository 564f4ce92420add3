package flow

import (
	"context"
	"slices"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/score"
)

// knownMost is how many questions one pass in the background asks: some two minutes of
// a small model on two cores, so that all of them are asked within hours of idling.
const knownMost = 60

// known lists the ids of the stable questions, and of the anchors that last, that the
// base answers right under two prompts. StableLimit of each are asked now; the others
// count once LearnKnown has asked them, so that a first training need not wait.
func (l *Loop) known(ctx context.Context, base backend.ModelInfo, sha string, anchors []backend.Anchor) ([]string, error) {
	now, later := l.stable(anchors)
	known := make([]string, 0, len(now)+len(later))
	for i, s := range now {
		right, err := l.knows(ctx, base, sha, s)
		if err != nil {
			return nil, err
		}
		if right {
			known = append(known, s.ID())
		}
		l.emit("dataset.progress", "", Progress{What: "Asking what the model already knows", Done: i + 1, Total: len(now)})
	}
	for _, s := range later {
		right, asked, err := l.knew(sha, s)
		if err != nil {
			return nil, err
		}
		if asked && right {
			known = append(known, s.ID())
		}
	}
	return known, nil
}

// stable gives what a training asks the base about before it begins, an even sample,
// and the rest.
func (l *Loop) stable(anchors []backend.Anchor) (now, later []dataset.Stable) {
	for _, a := range anchors {
		switch {
		case !dataset.Lasts(a):
		case len(now) < l.StableLimit:
			now = append(now, dataset.StableOf(a))
		default:
			later = append(later, dataset.StableOf(a))
		}
	}
	n := min(len(l.Stable), l.StableLimit)
	taken := make([]bool, len(l.Stable))
	for i := range n {
		taken[i*len(l.Stable)/n] = true
	}
	for i, s := range l.Stable {
		if taken[i] {
			now = append(now, s)
		} else {
			later = append(later, s)
		}
	}
	return now, later
}

// twoPrompts are the system turns under which the base must be right, with the names
// that its answers are kept by: they do not change from day to day, only the date does.
func (l *Loop) twoPrompts() [2][2]string {
	return [2][2]string{{"today", backend.SystemPrompt(l.Now())}, {backend.QwenSystemPrompt, backend.QwenSystemPrompt}}
}

// knows asks the base a stable question under two prompts, unless it was asked before.
func (l *Loop) knows(ctx context.Context, base backend.ModelInfo, sha string, s dataset.Stable) (bool, error) {
	for _, turn := range l.twoPrompts() {
		text, err := l.askKept(ctx, base.ServedName(), sha, turn[0], turn[1], s.Question)
		if err != nil || !score.Right(backend.Probe{Accept: s.Answers}, text) {
			return false, err
		}
	}
	return true, nil
}

// knew is knows without asking.
func (l *Loop) knew(sha string, s dataset.Stable) (right, asked bool, err error) {
	for _, turn := range l.twoPrompts() {
		text, ok, err := l.kept(sha, turn[0], s.Question)
		if err != nil || !ok {
			return false, false, err
		}
		if !score.Right(backend.Probe{Accept: s.Answers}, text) {
			return false, true, nil
		}
	}
	return true, true, nil
}

// LearnKnown asks the base some of the stable questions that it was never asked, while
// nothing else wants the machine and there is something to teach. It gives how many
// were asked.
func (l *Loop) LearnKnown(ctx context.Context) (int, error) {
	facts, err := l.Store.AllFacts(backend.FactApproved)
	if err != nil || len(facts) == 0 {
		return 0, err
	}
	settings, err := l.Store.Settings()
	if err != nil || settings.Model == "" {
		return 0, err
	}
	models, err := l.Engine.Models(ctx)
	if err != nil || !slices.ContainsFunc(models, func(m backend.ModelInfo) bool { return m.Name == settings.Model && m.Installed }) {
		return 0, err // nobody asked for it to be fetched now
	}
	base, err := l.Base(ctx)
	if err != nil || !base.Trainable {
		return 0, err
	}
	_, sha, err := l.Engine.BaseFile(ctx, base.Name)
	if err != nil {
		return 0, err
	}
	anchors, err := l.anchors(facts)
	if err != nil {
		return 0, err
	}
	now, later := l.stable(anchors)
	done := 0
	for _, s := range append(now, later...) {
		_, asked, err := l.knew(sha, s)
		if err != nil || done == knownMost {
			return done, err
		}
		if asked {
			continue
		}
		if busy, err := l.busy(); err != nil || busy != "" || l.gate.streams() > 0 {
			return done, err
		}
		if _, err := l.knows(ctx, base, sha, s); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}
