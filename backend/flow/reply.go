package flow

import (
	"context"
	"strings"

	"errata/backend"
	"errata/backend/judge"
)

// BaseVersion names the plain base where a version is asked for.
const BaseVersion = "base"

// ReplyInput asks a version for the next turn, without storing anything.
type ReplyInput struct {
	Version  string            // version id, BaseVersion, backend.OtherModel + name, or empty for the current one
	History  []backend.Message // earlier turns, without a system turn
	Question string
	System   string // replaces the standing system turn when set
	NoSystem bool
	Memory   bool // give approved facts as context
	Sampling *backend.Sampling
	OnWait   func() // called once when a swap makes the reply wait
}

// Reply is what came back, and from where.
type Reply struct {
	Version       backend.Version
	Result        backend.ChatResult
	Source        backend.Source
	MemoryFactIDs []string
	Sampling      backend.Sampling
	Other         bool // by a model that is not the one being taught
	LeftOut       int  // turns of the history that did not fit
}

// Reply answers one question with a version. A partial text comes back with the
// error that ended it; only a result that is Done is an answer.
func (l *Loop) Reply(ctx context.Context, in ReplyInput, onText func(string) error) (Reply, error) {
	var out Reply
	if err := backend.ValidateQuestion(in.Question); err != nil {
		return out, err
	}
	base, version, err := l.answerer(ctx, in.Version)
	if err != nil {
		return out, err
	}
	out.Other = strings.HasPrefix(version, backend.OtherModel)
	_, leave, err := l.gate.enter(ctx, in.OnWait, func() (string, error) {
		out.Version, err = l.resolve(base, version)
		return out.Version.EngineName, err
	})
	if err != nil {
		return out, err
	}
	defer leave()
	if err := l.serve(ctx, out.Version); err != nil {
		return out, err
	}

	out.Sampling = backend.DefaultSampling()
	if in.Sampling != nil {
		out.Sampling = *in.Sampling
	}
	out.Source = backend.SourceWeights
	out.Result, err = l.chat(ctx, &out, l.systemTurn(in, &out), in, onText)
	if err == nil && !out.Result.Done {
		err = backend.Errorf(backend.CodeUnavailable, "reply", "The answer broke off before the model was done; what had come is kept, marked as interrupted.").
			WithHint("Ask again.")
	}
	return out, err
}

// systemTurn makes the system turn and notes in out where the answer will come from.
func (l *Loop) systemTurn(in ReplyInput, out *Reply) string {
	if in.NoSystem {
		return ""
	}
	system := in.System
	if system == "" {
		system = backend.SystemPrompt(l.Now())
	}
	if class, sure := judge.ClassByRule(in.Question, l.Now()); sure && class == backend.ClassClock {
		out.Source = backend.SourceClock
		return system + " " + dateSentence(l.Now())
	}
	if !in.Memory {
		return system
	}
	facts, err := l.recall(in.Question, out.Version)
	if err != nil {
		// Memory is an extra: an answer without it is better than none.
		l.Log.Warn("memory", "err", err)
		return system
	}
	if len(facts) == 0 {
		return system
	}
	out.Source = backend.SourceMemory
	for _, f := range facts {
		out.MemoryFactIDs = append(out.MemoryFactIDs, f.ID)
	}
	return system + memoryText(facts)
}

// resolve finds the version to answer with; it reads the store only.
func (l *Loop) resolve(base backend.ModelInfo, version string) (backend.Version, error) {
	plain := backend.Version{Model: base.Name, BaseSHA256: base.BaseSHA256, ServedAs: backend.ServedBase, EngineName: base.ServedName()}
	switch {
	case version == BaseVersion, strings.HasPrefix(version, backend.OtherModel):
		return plain, nil
	case version == "":
		current, ok, err := l.Store.CurrentVersion(base.Name)
		if err != nil {
			return plain, err
		}
		if ok {
			return current, nil
		}
		return plain, nil
	}
	v, err := l.Store.Version(version)
	if err != nil {
		return plain, err
	}
	if v.State == backend.VersionDeleted {
		return plain, deleted(v)
	}
	if v.State == backend.VersionRejected && v.EngineName == "" {
		return plain, backend.Errorf(backend.CodeConflict, "version", "%s was rejected and cannot be asked.", v.Name())
	}
	return v, nil
}
