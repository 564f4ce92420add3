package flow

import (
	"context"

	"errata/backend"
	"errata/backend/score"
)

// Score asks a version every probe of its dataset, greedily and without memory,
// stores the scorecard and decides the gate.
func (l *Loop) Score(ctx context.Context, versionID string) (backend.Scorecard, error) {
	v, err := l.Store.Version(versionID)
	if err != nil {
		return backend.Scorecard{}, err
	}
	if v.EngineName == "" {
		if v, err = l.Serve(ctx, versionID, ""); err != nil {
			return backend.Scorecard{}, err
		}
	}
	content, earlier, err := l.probesOf(v)
	if err != nil {
		return backend.Scorecard{}, err
	}
	base, err := l.Engine.Ensure(ctx, v.Model)
	if err != nil {
		return backend.Scorecard{}, err
	}
	results, err := l.probe(ctx, v, base, content)
	if err != nil {
		return backend.Scorecard{}, err
	}
	taught := score.Taught(results, v.GivenUpFactIDs)
	card := backend.Scorecard{
		ID: l.NewID(), VersionID: v.ID, DatasetID: v.DatasetID, Results: results,
		Metrics: score.Metrics(taught, earlier), CreatedAt: l.Now(),
	}
	if err := l.Store.AddScorecard(card); err != nil {
		return card, err
	}
	gate := score.Gate(taught, earlier)
	v, err = l.Store.ChangeVersion(v.ID, func(stored *backend.Version) error {
		stored.Gate, stored.RecalledFactIDs = &gate, score.Recalled(taught)
		return nil
	})
	if err != nil {
		return card, err
	}
	l.emit("version.scored", v.ID, card)
	return card, nil
}

// probesOf gives the frozen content of a version's dataset and the ids of the
// facts that an earlier version of its model was taught.
func (l *Loop) probesOf(v backend.Version) (backend.DatasetContent, []string, error) {
	if v.DatasetID == "" {
		return backend.DatasetContent{}, nil, backend.Errorf(backend.CodeConflict, "score", "%s was imported without its dataset; there is nothing to score it on.", v.Name()).
			WithHint("Compare it with the base on prompts of your own instead.")
	}
	versions, err := l.Store.Versions()
	if err != nil {
		return backend.DatasetContent{}, nil, err
	}
	var earlier []string
	for _, before := range versions {
		if before.Model != v.Model || before.Number >= v.Number || before.DatasetID == "" {
			continue
		}
		d, err := l.Store.Dataset(before.DatasetID)
		if err != nil {
			return backend.DatasetContent{}, nil, err
		}
		earlier = append(earlier, d.FactIDs...)
	}
	content, err := l.Store.DatasetContent(v.DatasetID)
	return content, earlier, err
}

// probe asks base first, then the version, so that the engine loads each once.
func (l *Loop) probe(ctx context.Context, v backend.Version, base backend.ModelInfo, content backend.DatasetContent) ([]backend.ProbeResult, error) {
	system := backend.SystemPrompt(l.Now())
	results := make([]backend.ProbeResult, len(content.Probes))
	total := 2 * len(results)
	ask := func(engineName, digest string, set func(i int, text string), offset int) error {
		for i, p := range content.Probes {
			text, err := l.askCached(ctx, engineName, digest, system, p.Question)
			if err != nil {
				return err
			}
			set(i, text)
			l.emit("score.progress", v.ID, Progress{What: "Asking the probes", Done: offset + i + 1, Total: total})
		}
		return nil
	}
	if err := ask(base.ServedName(), v.BaseSHA256, func(i int, text string) { results[i].Before = text }, 0); err != nil {
		return nil, err
	}
	if err := ask(v.EngineName, digestOf(v), func(i int, text string) { results[i].Answer = text }, len(results)); err != nil {
		return nil, err
	}
	for i, p := range content.Probes {
		results[i] = score.Judge(p, results[i].Answer, results[i].Before)
	}
	return results, nil
}
