package api

import (
	"context"

	"errata/backend"
	"errata/backend/bench"
)

// DemoInput says what the demo runs on; zero fields take what is shipped.
type DemoInput struct {
	Questions  string  `json:"questions"` // JSONL file
	Notes      string  `json:"notes"`     // folder of Markdown notes
	Model      string  `json:"model"`
	Recipe     string  `json:"recipe"`
	MaxMinutes float64 `json:"max_minutes"`
	Seed       int     `json:"seed"`
	Keep       string  `json:"keep"` // folder to run in; empty: a throw-away one
}

// Demo runs the whole loop in a throw-away home; lines about its progress come
// as "demo.progress" events.
func (a *API) Demo(requestID string, in DemoInput) (bench.DemoResult, error) {
	return request(a, requestID, "demo", "", func(ctx context.Context) (bench.DemoResult, error) {
		set, err := bench.LoadDemo(in.Questions, in.Notes)
		if err != nil {
			return bench.DemoResult{}, err
		}
		loop, done, err := a.o.Throwaway(ctx, Throwaway{Notes: set.Notes, AsOf: set.AsOf, Model: in.Model, Home: in.Keep})
		if err != nil {
			return bench.DemoResult{}, err
		}
		defer done()
		return bench.Demo(ctx, loop, bench.DemoInput{
			Set: set, Model: in.Model, Recipe: in.Recipe, MaxMinutes: in.MaxMinutes, Seed: in.Seed,
			Progress: func(line string) {
				a.o.Hub.Emit(backend.Event{At: a.o.Loop.Now(), Topic: "demo.progress", ID: requestID, Data: line})
			},
		})
	})
}
