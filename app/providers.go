package app

import (
	"context"

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
	google, err := evidence.NewGoogle(evidence.GoogleOptions{
		Now: c.Now, Guard: guard,
		Key: func(ctx context.Context) (string, error) {
			key, err := p.secrets.Get(ctx, "google")
			return key.Reveal(), err
		},
		CX: func() string {
			s, err := p.Store.Settings()
			if err != nil {
				return ""
			}
			return s.GoogleCX
		},
	})
	if err != nil {
		return nil, err
	}
	return evidence.New([]evidence.Provider{
		evidence.NewLibrary(p.library), evidence.NewClock(), wikipedia, wikidata, google, evidence.NewPage(guard),
	}, evidence.Options{Now: c.Now, Cache: p.Store}), nil
}
