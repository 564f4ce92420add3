package app

import (
	"context"

	"errata/backend"
	"errata/backend/evidence"
)

// gatherer makes the evidence providers of this home. Which of them are asked is
// the user's choice at every question.
func (p *Program) gatherer(c Config) (*evidence.Gatherer, error) {
	guard := evidence.NewGuard(evidence.GuardOptions{})
	wikipedia, err := evidence.NewWikipedia(evidence.WikiOptions{})
	if err != nil {
		return nil, err
	}
	wikidata, err := evidence.NewWikidata(evidence.WikiOptions{})
	if err != nil {
		return nil, err
	}
	key := func(name string) evidence.KeyFunc {
		return func(ctx context.Context) (string, error) {
			key, err := p.secrets.Get(ctx, name)
			return key.Reveal(), err
		}
	}
	setting := func(of func(backend.Settings) string) func() string {
		return func() string {
			s, err := p.Store.Settings()
			if err != nil {
				return ""
			}
			return of(s)
		}
	}
	google, err := evidence.NewGoogle(evidence.GoogleOptions{
		Now: c.Now, Guard: guard, Key: key("google"), CX: setting(func(s backend.Settings) string { return s.GoogleCX }),
	})
	if err != nil {
		return nil, err
	}
	tavily, err := evidence.NewTavily(evidence.TavilyOptions{Guard: guard, Key: key("tavily")})
	if err != nil {
		return nil, err
	}
	brave, err := evidence.NewBrave(evidence.BraveOptions{Guard: guard, Key: key("brave")})
	if err != nil {
		return nil, err
	}
	gdelt, err := evidence.NewGDELT(evidence.GDELTOptions{Guard: guard})
	if err != nil {
		return nil, err
	}
	return evidence.New([]evidence.Provider{
		evidence.NewLibrary(p.library), evidence.NewClock(), wikipedia, wikidata,
		evidence.NewOllama(evidence.OllamaOptions{Guard: guard, Address: p.shared.engine.Address}),
		evidence.NewSearXNG(evidence.SearXNGOptions{Guard: guard, Address: setting(func(s backend.Settings) string { return s.SearXNG })}),
		tavily, brave, gdelt, google, evidence.NewPage(guard),
	}, evidence.Options{Now: c.Now, Cache: p.Store}), nil
}
