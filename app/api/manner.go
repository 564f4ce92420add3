package api

import (
	"context"
	"slices"
	"strings"

	"errata/backend"
	"errata/backend/flow"
)

// SetManner says how a chat is answered and checked from its next question on.
func (a *API) SetManner(id string, m backend.Manner) (backend.Chat, error) {
	return a.changeChat(id, func(c *backend.Chat) error {
		c.Manner = m
		return m.Validate()
	})
}

// SavePresets keeps manners under names, in their order, instead of those before.
func (a *API) SavePresets(presets []backend.Preset) (backend.Settings, error) {
	return call(a, "presets", func(context.Context) (backend.Settings, error) {
		s, err := a.o.Loop.Store.Settings()
		if err != nil {
			return s, err
		}
		for i, p := range presets {
			if err := (backend.Manner{System: p.System, Sampling: p.Sampling}).Validate(); err != nil {
				return s, err
			}
			named := func(q backend.Preset) bool { return q.Name == p.Name }
			if strings.TrimSpace(p.Name) == "" || len(p.Name) > 200 || slices.ContainsFunc(presets[:i], named) {
				return s, backend.Errorf(backend.CodeInvalid, "presets", "A preset has a name of its own, of at most 200 bytes.")
			}
		}
		s.Presets = presets
		return s, a.keepSettings(s)
	})
}

// Answerers lists what a chat can be answered by.
func (a *API) Answerers() ([]flow.Answerer, error) {
	return call(a, "answerers", func(ctx context.Context) ([]flow.Answerer, error) { return some(a.o.Loop.Answerers(ctx)) })
}

// LoadModel puts an answerer into memory before it is asked.
func (a *API) LoadModel(requestID, version string) error {
	_, err := request(a, requestID, "model.load", version, func(ctx context.Context) (struct{}, error) { return struct{}{}, a.o.Loop.Load(ctx, version) })
	return err
}

// EjectModel takes an answerer out of memory.
func (a *API) EjectModel(version string) error {
	_, err := call(a, "model.eject", func(ctx context.Context) (struct{}, error) { return struct{}{}, a.o.Loop.Eject(ctx, version) })
	return err
}
