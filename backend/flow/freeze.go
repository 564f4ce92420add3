package flow

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"errata/backend"
	"errata/backend/dataset"
)

// FreezeInput says what to freeze.
type FreezeInput struct {
	Model  string `json:"model"`  // base; empty: the chosen one
	Recipe string `json:"recipe"` // "default" or "original"
	Seed   int    `json:"seed"`
	// HeldOut are questions that are measured elsewhere: nothing may train, guard or
	// anchor them.
	HeldOut []string `json:"held_out,omitempty"`
}

// Freeze makes a dataset of all approved facts. The same facts, recipe and base
// give the dataset that is already there.
func (l *Loop) Freeze(ctx context.Context, in FreezeInput) (backend.Dataset, error) {
	base, err := l.baseOf(ctx, in.Model)
	if err != nil {
		return backend.Dataset{}, err
	}
	if !base.Trainable {
		return backend.Dataset{}, backend.Errorf(backend.CodeConflict, "dataset", "%s cannot be trained: that needs a model of the family qwen2 or llama whose weights file Errata can read.", base.Name).
			WithHint("Choose another model in Settings, or give Errata its file: errata models import FILE.")
	}
	now := l.Now() // a fact that is edited while the base is asked was frozen as it stands here
	facts, err := l.teachable()
	if err != nil {
		return backend.Dataset{}, err
	}
	_, sha, err := l.Engine.BaseFile(ctx, base.Name)
	if err != nil {
		return backend.Dataset{}, err
	}
	anchors, err := l.anchors(facts)
	if err != nil {
		return backend.Dataset{}, err
	}
	known, err := l.known(ctx, base, sha, anchors)
	if err != nil {
		return backend.Dataset{}, err
	}
	input := dataset.Input{
		Facts: facts, Anchors: anchors, Model: l.Model, ModelName: base.ServedName(), Recipe: recipeOr(in.Recipe),
		BaseSHA256: sha, Now: now, Seed: int64(seedOr(in.Seed)), Stable: l.Stable, Known: known, HeldOut: in.HeldOut,
		Progress: func(done, total int, what string) {
			l.emit("dataset.progress", "", Progress{What: what, Done: done, Total: total})
		},
	}
	content, err := dataset.Build(ctx, input)
	if err != nil {
		return backend.Dataset{}, err
	}
	return l.store(content, base, input)
}

// Progress of a long piece of work.
type Progress struct {
	What  string `json:"what"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

func (l *Loop) store(content backend.DatasetContent, base backend.ModelInfo, input dataset.Input) (backend.Dataset, error) {
	before, err := l.Store.Datasets()
	if err != nil {
		return backend.Dataset{}, err
	}
	var parent *backend.Dataset
	sameKind := func(d backend.Dataset) bool { return d.Model == base.Name && d.Recipe == input.Recipe }
	if i := slices.IndexFunc(before, sameKind); i >= 0 {
		parent = &before[i]
	}
	d := dataset.Freeze(parent, content, l.NewID(), input)
	d.Model = base.Name
	for _, old := range before {
		if old.Hash == d.Hash && old.BaseSHA256 == d.BaseSHA256 && old.Model == d.Model {
			return old, nil
		}
	}
	d, err = l.Store.AddDataset(d, content)
	if err == nil {
		l.emit("dataset.added", d.ID, d)
	}
	return d, err
}

// teachable lists the approved facts that are not expired. One whose evidence has
// moved is CodeConflict until a person decides.
func (l *Loop) teachable() ([]backend.Fact, error) {
	all, err := l.Store.AllFacts(backend.FactApproved)
	if err != nil {
		return nil, err
	}
	facts := make([]backend.Fact, 0, len(all))
	for _, f := range all {
		if !f.Expired(l.Now()) && f.Class != backend.ClassClock {
			facts = append(facts, f)
		}
	}
	if len(facts) == 0 {
		return nil, backend.Errorf(backend.CodeConflict, "dataset", "There is no approved fact to teach.").
			WithHint("Approve a correction in Review, or add a fact by hand.")
	}
	return facts, l.undisputed(facts)
}

// anchorFresh is how long a checked answer that can change holds the model in place.
const anchorFresh = 90 * 24 * time.Hour

// anchors lists the anchors that still hold and that no fact contradicts.
func (l *Loop) anchors(facts []backend.Fact) ([]backend.Anchor, error) {
	all, err := l.Store.Anchors()
	if err != nil {
		return nil, err
	}
	taught := map[string]bool{}
	for _, f := range facts {
		taught[backend.Normal(f.Question)] = true
	}
	kept := make([]backend.Anchor, 0, len(all))
	for _, a := range all {
		changes := a.Class != "" && a.Class != backend.ClassEvergreen
		if taught[backend.Normal(a.Question)] || changes && l.Now().Sub(a.CreatedAt) > anchorFresh {
			continue
		}
		kept = append(kept, a)
	}
	return kept, nil
}

// shortAnswer is the length of answers that only have to name a thing, in tokens.
const shortAnswer = 48

// askCached asks a model greedily for a short answer and keeps it by digest,
// system turn and question. An empty digest is never cached.
func (l *Loop) askCached(ctx context.Context, engineName, digest, system, question string) (string, error) {
	return l.askKept(ctx, engineName, digest, system, system, question)
}

func shortKey(digest, name, question string) string {
	return digest + "\x00" + name + "\x00" + question
}

// kept gives a short answer that was kept by askKept.
func (l *Loop) kept(digest, name, question string) (text string, ok bool, err error) {
	if digest == "" {
		return "", false, nil
	}
	b, ok, err := l.Store.Cached("short_answer", shortKey(digest, name, question))
	if err != nil || !ok {
		return "", false, err
	}
	return text, json.Unmarshal(b, &text) == nil, nil
}

// askKept is askCached with a name for the system turn that the answer is kept by.
func (l *Loop) askKept(ctx context.Context, engineName, digest, name, system, question string) (string, error) {
	if text, ok, err := l.kept(digest, name, question); ok || err != nil {
		return text, err
	}
	sampling := backend.DefaultSampling()
	sampling.NumPredict = shortAnswer
	result, err := l.Model.Chat(ctx, backend.ChatRequest{
		Model: engineName, Sampling: sampling,
		Messages: []backend.Message{{Role: backend.RoleSystem, Content: system}, {Role: backend.RoleUser, Content: question}},
	}, nil)
	if err != nil {
		return "", err
	}
	if !result.Done {
		return "", backend.Errorf(backend.CodeUnavailable, "ask", "The model stopped before its answer was done.")
	}
	if digest != "" {
		b, err := json.Marshal(result.Text)
		if err != nil {
			return "", err
		}
		if err := l.Store.PutCached("short_answer", shortKey(digest, name, question), b); err != nil {
			return "", err
		}
	}
	return result.Text, nil
}

func (l *Loop) baseOf(ctx context.Context, model string) (backend.ModelInfo, error) {
	if model == "" {
		return l.Base(ctx)
	}
	return l.Engine.Ensure(ctx, model)
}

func recipeOr(r string) string {
	if r == "" {
		return "default"
	}
	return r
}

func seedOr(s int) int {
	if s == 0 {
		return 7
	}
	return s
}
