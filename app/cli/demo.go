package cli

import (
	"fmt"
	"io"
	"strings"

	"errata/app/api"
	"errata/backend"
	"errata/backend/bench"
)

type demoCmd struct {
	Questions  string  `type:"existingfile" help:"JSONL of {q, kind, answers, neighbours} (default: the ten shipped questions)."`
	Notes      string  `type:"existingdir" help:"Folder of dated Markdown notes, the only evidence."`
	Model      string  `help:"Base model." default:"qwen2.5-coder:0.5b"`
	Recipe     string  `help:"default or original." enum:"default,original" default:"default"`
	MaxMinutes float64 `help:"Finish the training after so many minutes."`
	Seed       int     `help:"Seed of the run." default:"7"`
	Keep       string  `type:"path" help:"Run in this folder and keep it."`
}

// Run runs the whole loop in a throw-away home.
func (c demoCmd) Run(s *session) error {
	return show(s, "Demo", writeDemo, RequestID, api.DemoInput{
		Questions: c.Questions, Notes: c.Notes, Model: c.Model, Recipe: c.Recipe, MaxMinutes: c.MaxMinutes, Seed: c.Seed, Keep: c.Keep,
	})
}

func writeDemo(w io.Writer, r bench.DemoResult) {
	fmt.Fprintf(w, "%s, recipe %s, evidence as of %s\n\n", r.Model, r.Recipe, r.AsOf)
	for _, q := range r.Questions {
		fmt.Fprintf(w, "%s %s\n    before %s %s\n           %s (%s)\n    after  %s %s  [%s]\n", q.Kind, q.Q,
			tick(q.Before.Right), firstLine(q.Before.Answer), q.Before.Verdict, q.Before.Reason, tick(q.After.Right), firstLine(q.After.Answer), q.After.Source)
	}
	fmt.Fprintf(w, "\nknown kept %d of %d · new right %d of %d (from the weights alone %d; %s in memory alone) · leaked %d of %d\n",
		r.KnownKept, r.Known, r.NewRight, r.New, r.WeightsRight, backend.Count(r.InMemory, "fact"), r.Leaked, len(r.Neighbours))
	fmt.Fprintf(w, "%s, %s, %.0f s of training and %.0f s around it, %.0f s in all · %s served as %s, promoted: %t\n", backend.Count(r.RowPasses, "row pass"), backend.Count(r.Steps, "step"), r.TrainSeconds, r.PrepareSeconds, r.Seconds, r.Version, r.ServedAs, r.Promoted)
}

func tick(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > 100 {
		return string(r[:99]) + "…"
	}
	return s
}
