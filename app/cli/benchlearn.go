package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"errata/backend"
	"errata/backend/bench"
)

type benchLearnCmd struct {
	Data       string  `type:"path" help:"Folder that holds learn/facts.jsonl and learn/retention.jsonl."`
	Source     string  `help:"wikibigedit, realtimeqa, qaedit, zsre or counterfact." default:"wikibigedit"`
	Facts      int     `help:"Facts to teach, of those that the model misses; with --rounds those of all rounds." default:"10"`
	Rounds     int     `help:"Teach them in so many trainings, one after the other." default:"1"`
	Model      string  `help:"Base model." default:"qwen2.5-coder:0.5b"`
	Recipe     string  `help:"default or original." default:"default"`
	Seed       int     `help:"Draws the facts and what is asked beside them, and seeds the training." default:"7"`
	MaxMinutes float64 `help:"Finish each training after so many minutes."`
	Retention  int     `help:"Ask so many of the retention questions, the same ones everywhere; 0: all."`
	JSONFile   string  `name:"json-file" placeholder:"FILE" help:"Where --json writes; the prompts and answers go beside it as FILE.rows.jsonl. Short: --json FILE, or --json - for stdout."`
}

// Run teaches in a throw-away home and measures what came of it.
func (c benchLearnCmd) Run(s *session) error {
	if s.doors.BenchLearn == nil {
		return backend.Errorf(backend.CodeUnavailable, "bench", "This build has no benchmark.")
	}
	if _, err := folderOf(c.JSONFile); err != nil {
		return err
	}
	o := bench.LearnOptions{
		Data: c.Data, Source: c.Source, Facts: c.Facts, Rounds: c.Rounds, Model: c.Model, Recipe: c.Recipe, Seed: c.Seed,
		MaxMinutes: c.MaxMinutes, Retention: c.Retention,
	}
	if c.JSONFile != "" && c.JSONFile != "-" {
		o.Rows = strings.TrimSuffix(c.JSONFile, ".json") + ".rows.jsonl"
	}
	progress, end := s.progress()
	o.Progress = progress
	defer end()
	out, err := s.doors.BenchLearn(s.ctx, s.root.Home, o)
	if err != nil {
		return err
	}
	return s.result(c.JSONFile, out, func(w io.Writer) { writeLearned(w, out) })
}

// learnOrder is the order of a table: what was learned, what was broken, what it took.
var learnOrder = []string{
	"efficacy", "recall_all", "generalisation", "leak", "locality", "known_lost", "known_gained", "negation", "reverse", "one_hop",
	"row_passes_per_fact", "rows_per_second", "train_seconds", "prepare_seconds", "peak_memory_mb",
}

func writeLearned(w io.Writer, r bench.LearnResult) {
	fmt.Fprintf(w, "%s, recipe %s, %s, %s, seed %d, served as %s, %s", r.Source, r.Recipe, r.Model, backend.Count(r.Facts, "fact"), r.Seed, r.ServedAs, backend.Count(r.Steps, "step"))
	if r.GivenUp > 0 {
		fmt.Fprintf(w, ", %s in memory alone", backend.Count(r.GivenUp, "fact"))
	}
	fmt.Fprintln(w)
	for _, name := range slices.SortedFunc(maps.Keys(r.Metrics), func(a, b string) int {
		return slices.Index(learnOrder, a) - slices.Index(learnOrder, b)
	}) {
		writeMetric(w, name, r.Metrics[name])
	}
}
