package bench

import (
	"context"
	"encoding/json"
	"time"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/flow"
)

// cost is what a training took, as its trainer said at the end.
type cost struct {
	RowPasses      int     `json:"row_passes"` // fact and KL rows, each forward and backward
	TrainSeconds   float64 `json:"train_seconds"`
	PrepareSeconds float64 `json:"prepare_seconds"` // what the base answers, what adapters read, and the last probe
	Steps          int     `json:"steps"`
	PeakMemoryMB   float64 `json:"peak_memory_mb"`
}

// costOf reads a run's record. The last farewell counts what came before a break
// too; without one the progress that was seen last stands.
func costOf(l *flow.Loop, run backend.Run) cost {
	p := run.Progress
	out := cost{RowPasses: p.RowPasses, TrainSeconds: p.Elapsed, Steps: p.Step, PeakMemoryMB: p.PeakMemoryMB}
	events, err := l.Store.RunEvents(run.ID)
	if err != nil {
		return out
	}
	peak := out.PeakMemoryMB
	for _, raw := range events {
		var bye struct {
			Type string `json:"type"`
			cost
		}
		if json.Unmarshal(raw, &bye) != nil {
			continue
		}
		peak = max(peak, bye.PeakMemoryMB)
		if bye.Type == "bye" {
			out = bye.cost
		}
	}
	out.PeakMemoryMB = peak
	return out
}

// addStable adds the first n of the shipped stable facts that are not passed over, or
// as many as there are.
func addStable(l *flow.Loop, n int, passed func(question string) bool) error {
	stable, err := dataset.Shipped()
	if err != nil {
		return err
	}
	for _, s := range stable {
		switch {
		case n <= 0:
			return nil
		case passed(s.Question):
			continue
		}
		if err := l.Store.AddAnchor(backend.Anchor{ID: l.NewID(), Question: s.Question, Answers: s.Answers, Source: "shipped", CreatedAt: l.Now()}); err != nil {
			return err
		}
		n--
	}
	return nil
}

// cleanFor bounds the clearing up, which happens even when the work was stopped.
const cleanFor = 30 * time.Second

// forgetServed takes the versions made since a time out of the engine's store.
func forgetServed(ctx context.Context, l *flow.Loop, since time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanFor)
	defer cancel()
	versions, err := l.Store.Versions()
	if err != nil {
		l.Log.Warn("bench", "err", err)
		return
	}
	for _, v := range versions {
		if v.EngineName == "" || v.CreatedAt.Before(since) {
			continue
		}
		err := l.Engine.Unload(ctx, v.EngineName)
		if err == nil || backend.CodeOf(err) == backend.CodeNotFound {
			err = l.Engine.Delete(ctx, v.EngineName)
		}
		if err != nil && backend.CodeOf(err) != backend.CodeNotFound {
			l.Log.Warn("bench", "model", v.EngineName, "err", err)
		}
	}
}
