package app

import (
	"context"

	"errata/backend"
	"errata/backend/library"
)

type tmpEvidence struct{ l *library.Library }

func (t tmpEvidence) Gather(ctx context.Context, s backend.Search, on map[string]bool) (backend.Found, error) {
	var f backend.Found
	for _, q := range append([]string{s.Question}, s.Queries...) {
		p, err := t.l.Search(ctx, q, 8)
		if err != nil {
			return f, err
		}
		f.Passages = append(f.Passages, p...)
	}
	f.Asked = []string{"library"}
	return f, nil
}
func (t tmpEvidence) Health(context.Context, map[string]bool) []backend.ProviderHealth { return nil }
