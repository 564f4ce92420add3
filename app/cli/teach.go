package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

type datasetCmd struct {
	List   datasetListCmd   `cmd:"" help:"List frozen datasets."`
	Build  datasetBuildCmd  `cmd:"" help:"Freeze all approved facts."`
	Show   datasetShowCmd   `cmd:"" help:"Show a dataset."`
	Diff   datasetDiffCmd   `cmd:"" help:"Compare two datasets."`
	Export datasetExportCmd `cmd:"" help:"Write the rows for other trainers."`
}

type datasetListCmd struct{}

// Run lists datasets.
func (datasetListCmd) Run(s *session) error {
	return show(s, "Datasets", func(w io.Writer, all []backend.Dataset) {
		if len(all) == 0 {
			fmt.Fprintln(w, "No dataset yet. `errata dataset build` freezes the approved facts.")
		}
		for _, d := range all {
			writeDataset(w, d)
		}
	})
}

func writeDataset(w io.Writer, d backend.Dataset) {
	fmt.Fprintf(w, "dataset %d  %s  %s  %s, %s  %s  %s\n", d.Number, d.ID, d.Recipe, backend.Count(len(d.FactIDs), "fact"), backend.Count(d.RowCount, "row"), d.Model, d.Hash[:min(12, len(d.Hash))])
}

type datasetBuildCmd struct {
	Recipe string `help:"default or original." enum:"default,original" default:"default"`
	Model  string `help:"Base model (default: the chosen one)."`
}

// Run freezes a dataset.
func (c datasetBuildCmd) Run(s *session) error {
	return show(s, "BuildDataset", writeDataset, RequestID, flow.FreezeInput{Model: c.Model, Recipe: c.Recipe})
}

type datasetShowCmd struct {
	ID   string `arg:"" help:"Id of the dataset."`
	Rows int    `default:"20" help:"Show so many rows."`
}

// Run shows a dataset with its first rows.
func (c datasetShowCmd) Run(s *session) error {
	return show(s, "Dataset", func(w io.Writer, v api.DatasetView) {
		writeDataset(w, v.Dataset)
		for i, r := range v.Content.Rows {
			if i == c.Rows {
				fmt.Fprintf(w, "… %d more\n", len(v.Content.Rows)-i)
				break
			}
			fmt.Fprintf(w, "%-10s %-10s %q -> %q\n", r.Kind, r.Form, r.Prompt, r.Completion)
		}
	}, c.ID)
}

type datasetDiffCmd struct {
	From string `arg:"" help:"Id of the earlier dataset."`
	To   string `arg:"" help:"Id of the later dataset."`
}

// Run compares two datasets.
func (c datasetDiffCmd) Run(s *session) error {
	return show(s, "DiffDatasets", func(w io.Writer, d backend.DatasetDiff) {
		fmt.Fprintf(w, "+%s, %d changed, %d removed\n", backend.Count(len(d.Added), "fact"), len(d.Changed), len(d.Removed))
		for _, group := range []struct {
			sign  string
			facts []backend.Fact
		}{{"+", d.Added}, {"~", d.Changed}, {"-", d.Removed}} {
			for _, f := range group.facts {
				fmt.Fprintf(w, "%s %s -> %s\n", group.sign, f.Question, f.Answer)
			}
		}
	}, c.From, c.To)
}

type datasetExportCmd struct {
	ID     string `arg:"" help:"Id of the dataset."`
	Format string `help:"chatml (JSON lines with the trained text), openai (JSON lines), alpaca (JSON) or csv." enum:"chatml,openai,alpaca,csv" default:"chatml"`
}

// Run exports a dataset.
func (c datasetExportCmd) Run(s *session) error {
	if s.root.JSON && c.Format == "csv" {
		return backend.Errorf(backend.CodeInvalid, "dataset.export", "CSV is no JSON.").WithHint("Leave --json out, or choose another --format.")
	}
	return s.dump("ExportDataset", c.ID, c.Format)
}

type trainCmd struct {
	Dataset    string  `help:"Train this frozen dataset (default: freeze the approved facts)."`
	Recipe     string  `help:"default or original." enum:"default,original" default:"default"`
	Engine     string  `help:"Where to train: here, or on the nodes of a Ray cluster." enum:"local,ray" default:"local"`
	Address    string  `help:"Dashboard of the Ray cluster, such as http://10.0.0.5:8265." env:"ERRATA_RAY_ADDRESS"`
	GPUs       float64 `name:"gpus" help:"GPUs that a training on the cluster asks for." default:"1"`
	CPUs       float64 `name:"cpus" help:"Cores that a training on the cluster asks for."`
	Models     string  `help:"Folder on the nodes that holds the base model (default: where Ollama keeps it)."`
	Sweep      string  `help:"Lists of recipe settings as a JSON object; all combinations are trained on the cluster and the best is taken."`
	Model      string  `help:"Base model (default: the chosen one)."`
	Seed       int     `help:"Seed of the run." default:"7"`
	MaxMinutes float64 `help:"Finish with what is learned after so many minutes."`
	Override   string  `help:"Recipe settings as a JSON object."`
}

// Run trains and waits; Ctrl-C stops the run and keeps a checkpoint.
func (c trainCmd) Run(s *session) error {
	in := flow.TrainInput{DatasetID: c.Dataset, Model: c.Model, Recipe: c.Recipe, Seed: c.Seed, MaxMinutes: c.MaxMinutes}
	if c.Override != "" {
		if !json.Valid([]byte(c.Override)) {
			return backend.Errorf(backend.CodeInvalid, "train", "--override is not a JSON object.")
		}
		in.Overrides = json.RawMessage(c.Override)
	}
	if c.Engine == backend.EngineLocal && c.Sweep != "" {
		return backend.Errorf(backend.CodeInvalid, "train", "One machine trains one recipe at a time.").WithHint("Give --engine ray and its --address, or one training after the other with --override.")
	}
	if c.Engine != backend.EngineLocal {
		in.Remote = &backend.Remote{Kind: c.Engine, Address: c.Address, GPUs: c.GPUs, CPUs: c.CPUs, Models: c.Models}
		if c.Sweep != "" {
			in.Remote.Sweep = json.RawMessage(c.Sweep)
		}
		if err := in.Remote.Validate(); err != nil {
			return err
		}
	}
	return s.with(func(caller Caller) error {
		run, err := get[backend.Run](s, caller, "Train", RequestID, in)
		if err != nil {
			return err
		}
		return s.await(caller, run.ID)
	})
}

// await follows a run to its end.
func (s *session) await(c Caller, runID string) error {
	for {
		view, err := get[api.RunView](s, c, "Run", runID)
		if err != nil {
			return err
		}
		r := view.Run
		switch {
		case r.State == backend.RunFinished && r.VersionID != "":
			return s.print(r, func(w io.Writer) { writeRun(w, r) })
		case r.State == backend.RunFinished && r.Message != "":
			return &backend.Error{Code: backend.CodeUnavailable, Op: "train", Message: r.Message, Hint: r.Hint}
		case r.State.Over() && r.State != backend.RunFinished:
			return &backend.Error{Code: backend.CodeUnavailable, Op: "train", Message: fmt.Sprintf("The training is %s: %s", r.State, r.Message), Hint: r.Hint}
		}
		select {
		case <-s.ctx.Done():
			if err := c.Call(detached(s.ctx), "StopRun", nil, runID, true); err != nil {
				return err
			}
			return backend.Errorf(backend.CodeCancelled, "train", "The training was stopped; a checkpoint is kept.").WithHint("`errata runs resume " + runID + "` goes on from it.")
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func writeRun(w io.Writer, r backend.Run) {
	fmt.Fprintf(w, "run %s  %s  %s  %s  %s  %s  %.0f s  %s\n", r.ID, r.State, r.Recipe, r.Model, learnedOf(r.Progress), backend.Count(r.Progress.RowPasses, "row pass"), r.Progress.Elapsed, r.Message)
}

type runsCmd struct {
	List    runsListCmd    `cmd:"" help:"List trainings."`
	Stop    runsStopCmd    `cmd:"" help:"Stop a training."`
	Resume  runsResumeCmd  `cmd:"" help:"Continue an interrupted training."`
	Discard runsDiscardCmd `cmd:"" help:"Give an interrupted training up."`
}

type runsListCmd struct{}

// Run lists trainings.
func (runsListCmd) Run(s *session) error {
	return show(s, "Runs", func(w io.Writer, runs []backend.Run) {
		if len(runs) == 0 {
			fmt.Fprintln(w, "No training yet.")
		}
		t := tabwriter.NewWriter(w, 2, 2, 2, ' ', 0)
		for _, r := range runs {
			writeRun(t, r)
		}
		_ = t.Flush()
	})
}

type runsStopCmd struct {
	ID     string `arg:"" help:"Id of the run."`
	NoSave bool   `help:"Keep no checkpoint."`
}

// Run stops a training.
func (c runsStopCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		if err := caller.Call(s.ctx, "StopRun", nil, c.ID, !c.NoSave); err != nil {
			return err
		}
		view, err := get[api.RunView](s, caller, "Run", c.ID)
		if err != nil {
			return err
		}
		return s.print(view.Run, func(w io.Writer) { writeRun(w, view.Run) })
	})
}

type runsResumeCmd struct {
	ID string `arg:"" help:"Id of the run."`
}

// Run continues a training and waits for it.
func (c runsResumeCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		if err := caller.Call(s.ctx, "ResumeRun", nil, c.ID); err != nil {
			return err
		}
		return s.await(caller, c.ID)
	})
}

type runsDiscardCmd struct {
	ID string `arg:"" help:"Id of the run."`
}

// Run gives a training up.
func (c runsDiscardCmd) Run(s *session) error {
	return show(s, "DiscardRun", writeRun, c.ID)
}
