package flow

import (
	"context"

	"errata/backend"
	"errata/backend/score"
)

// CompareInput names two versions (BaseVersion for the plain base) and the
// prompts; without prompts, the probes of B's dataset are taken.
type CompareInput struct {
	A       string   `json:"a"`
	B       string   `json:"b"`
	Prompts []string `json:"prompts"`
	Model   string   `json:"model"`
}

// Compare asks both versions the same prompts, one version after the other, and
// stores the answers with the digest of the adapter that gave them.
func (l *Loop) Compare(ctx context.Context, in CompareInput) (backend.Comparison, error) {
	base, err := l.baseOf(ctx, in.Model)
	if err != nil {
		return backend.Comparison{}, err
	}
	a, err := l.sideOf(ctx, base, in.A)
	if err != nil {
		return backend.Comparison{}, err
	}
	b, err := l.sideOf(ctx, base, in.B)
	if err != nil {
		return backend.Comparison{}, err
	}
	prompts, err := l.promptsFor(b, in.Prompts)
	if err != nil {
		return backend.Comparison{}, err
	}
	c := backend.Comparison{ID: l.NewID(), A: side(a), B: side(b), Prompts: make([]backend.ComparedPrompt, len(prompts)), CreatedAt: l.Now()}
	system := backend.SystemPrompt(l.Now())
	ask := func(v backend.Version, offset int, set func(i int, text string, right *bool)) error {
		for i, p := range prompts {
			text, err := l.askCached(ctx, v.EngineName, digestOf(v), system, p.Question)
			if err != nil {
				return err
			}
			set(i, text, rightness(text, p))
			l.emit("compare.progress", c.ID, Progress{What: "Asking " + v.Name(), Done: offset + i + 1, Total: 2 * len(prompts)})
		}
		return nil
	}
	for i, p := range prompts {
		c.Prompts[i] = backend.ComparedPrompt{Question: p.Question, Kind: p.Kind, FactID: p.FactID}
	}
	if err := ask(a, 0, func(i int, t string, r *bool) { c.Prompts[i].A, c.Prompts[i].ARight = t, r }); err != nil {
		return c, err
	}
	if err := ask(b, len(prompts), func(i int, t string, r *bool) { c.Prompts[i].B, c.Prompts[i].BRight = t, r }); err != nil {
		return c, err
	}
	c.Paired = score.Paired(c.A.VersionName, c.B.VersionName, c.Prompts)
	if err := l.Store.AddComparison(c); err != nil {
		return c, err
	}
	l.emit("comparison.added", c.ID, c)
	return c, nil
}

// Probe asks a version one question as a scorecard does: greedily, shortly and
// without memory. The answer is cached by the digest of the weights.
func (l *Loop) Probe(ctx context.Context, version, question string) (string, error) {
	if err := backend.ValidateQuestion(question); err != nil {
		return "", err
	}
	base, err := l.Base(ctx)
	if err != nil {
		return "", err
	}
	v, err := l.sideOf(ctx, base, version)
	if err != nil {
		return "", err
	}
	return l.askCached(ctx, v.EngineName, digestOf(v), backend.SystemPrompt(l.Now()), question)
}

func (l *Loop) sideOf(ctx context.Context, base backend.ModelInfo, id string) (backend.Version, error) {
	v, err := l.resolve(base, id)
	if err != nil {
		return v, err
	}
	if v.Number > 0 && v.EngineName == "" {
		return l.Serve(ctx, v.ID, "")
	}
	return v, l.serve(ctx, v)
}

func side(v backend.Version) backend.Side {
	return backend.Side{VersionID: v.ID, VersionName: v.Name(), AdapterSHA256: v.AdapterID, EngineName: v.EngineName}
}

// digestOf proves which weights answer: the base's, or the adapter's and its serving.
func digestOf(v backend.Version) string {
	if v.Number == 0 {
		return v.BaseSHA256
	}
	return v.AdapterID + string(v.ServedAs)
}

func (l *Loop) promptsFor(b backend.Version, own []string) ([]backend.Probe, error) {
	if len(own) > 0 {
		prompts := make([]backend.Probe, len(own))
		for i, q := range own {
			if err := backend.ValidateQuestion(q); err != nil {
				return nil, err
			}
			prompts[i] = backend.Probe{Kind: "own", Question: q}
		}
		return prompts, nil
	}
	if b.DatasetID == "" {
		return nil, backend.Errorf(backend.CodeInvalid, "compare", "%s has no dataset; give the prompts to compare on.", b.Name())
	}
	content, err := l.Store.DatasetContent(b.DatasetID)
	return content.Probes, err
}

func rightness(text string, p backend.Probe) *bool {
	if len(p.Accept) == 0 || p.Kind == "neighbour" {
		return nil
	}
	right := score.Answered(p, text)
	return &right
}
