package bench

import (
	"context"
	"fmt"
	"time"

	"errata/backend"
	"errata/backend/flow"
	"errata/backend/score"
)

// DemoInput is a set with how to teach it.
type DemoInput struct {
	Set        Set
	Model      string
	Recipe     string
	MaxMinutes float64
	Seed       int
	Progress   func(line string)
}

// DemoBefore is what the plain base answered and how that was judged.
type DemoBefore struct {
	Answer  string              `json:"answer"`
	Right   bool                `json:"right"`
	Verdict backend.VerdictKind `json:"verdict"`
	Reason  backend.Reason      `json:"reason"`
}

// DemoAfter is what the taught version answers, with memory on as in the app,
// and from its weights alone.
type DemoAfter struct {
	Answer       string         `json:"answer"`
	Right        bool           `json:"right"`
	Source       backend.Source `json:"source"`
	WeightsOnly  string         `json:"weights_only"`
	WeightsRight bool           `json:"weights_right"`
}

// DemoQuestion is one row of the before/after table.
type DemoQuestion struct {
	Q      string     `json:"q"`
	Kind   string     `json:"kind"`
	Taught string     `json:"taught,omitempty"` // the fact that the verdict proposed
	Before DemoBefore `json:"before"`
	After  DemoAfter  `json:"after"`
}

// DemoNeighbour is one neighbour question after teaching.
type DemoNeighbour struct {
	Q      string `json:"q"`
	Answer string `json:"answer"`
	Leaked bool   `json:"leaked"`
}

// DemoResult is what the demo prints.
type DemoResult struct {
	Model          string           `json:"model"`
	Recipe         string           `json:"recipe"`
	AsOf           string           `json:"as_of"`
	Questions      []DemoQuestion   `json:"questions"`
	Neighbours     []DemoNeighbour  `json:"neighbours"`
	KnownKept      int              `json:"known_kept"`
	Known          int              `json:"known"`
	NewRight       int              `json:"new_right"`
	New            int              `json:"new"`
	WeightsRight   int              `json:"weights_right"` // of the new questions
	InMemory       int              `json:"in_memory"`     // facts that the training gave up and memory alone answers
	Leaked         int              `json:"leaked"`
	RowPasses      int              `json:"row_passes"`
	Steps          int              `json:"steps"`
	TrainSeconds   float64          `json:"train_seconds"`
	PrepareSeconds float64          `json:"prepare_seconds"` // before and behind the steps
	Seconds        float64          `json:"seconds"`
	Version        string           `json:"version"`
	ServedAs       backend.ServedAs `json:"served_as"`
	Promoted       bool             `json:"promoted"`
	Gate           *backend.Gate    `json:"gate,omitempty"`
}

// Demo asks, checks, teaches, trains, compares, promotes and asks again. The
// verdicts alone decide what is taught; expected answers are read by scoring.
func Demo(ctx context.Context, l *flow.Loop, in DemoInput) (DemoResult, error) {
	started := time.Now()
	if in.Progress == nil {
		in.Progress = func(string) {}
	}
	d := demo{ctx: ctx, loop: l, began: l.Now(), in: in, out: DemoResult{
		Model: in.Model, Recipe: in.Recipe, AsOf: in.Set.AsOf.Format(time.DateOnly),
		Questions: []DemoQuestion{}, Neighbours: []DemoNeighbour{},
	}}
	if d.out.Recipe == "" {
		d.out.Recipe = "default"
	}
	defer d.clean()
	for _, step := range []func() error{d.before, d.teach, d.after, d.leaks} {
		if err := step(); err != nil {
			return d.out, err
		}
	}
	d.count()
	d.out.Seconds = time.Since(started).Seconds()
	return d.out, nil
}

type demo struct {
	ctx     context.Context
	loop    *flow.Loop
	began   time.Time
	in      DemoInput
	out     DemoResult
	version string
	facts   []backend.Fact
	plain   map[string]string // what the base answered to each neighbour
}

// before asks the plain base, checks each answer and approves, in place of a
// person, what the verdicts propose. Memory is off: a fact that was approved a
// question ago is not what the base knows.
func (d *demo) before() error {
	off := false
	for i, q := range d.in.Set.Questions {
		asked, err := d.loop.Ask(d.ctx, flow.AskInput{Text: q.Q, Version: flow.BaseVersion, Memory: &off}, nil)
		if err != nil {
			return err
		}
		verdict, err := d.loop.Verify(d.ctx, asked.Answer.ID)
		if err != nil {
			return err
		}
		row := DemoQuestion{Q: q.Q, Kind: q.Kind, Before: DemoBefore{Answer: asked.Answer.Text, Verdict: verdict.Kind, Reason: verdict.Reason}}
		if verdict.Teachable() && verdict.Class != backend.ClassClock {
			fact, err := d.loop.Teach(verdict.ID, backend.FactUpdate{}, true, "demo")
			if err != nil {
				return err
			}
			row.Taught = fact.Answer
			d.facts = append(d.facts, fact)
		}
		row.Before.Right = score.Right(backend.Probe{Accept: q.Answers}, asked.Answer.Text)
		d.out.Questions = append(d.out.Questions, row)
		d.in.Progress(fmt.Sprintf("before %d/%d  %-22s %s", i+1, len(d.in.Set.Questions), verdict.Kind, q.Q))
	}
	return nil
}

// beforeNeighbours asks the base the neighbours while it is still loaded.
func (d *demo) beforeNeighbours() error {
	d.plain = map[string]string{}
	for _, q := range d.in.Set.Questions {
		for _, n := range q.Neighbours {
			text, err := d.loop.Probe(d.ctx, flow.BaseVersion, n)
			if err != nil {
				return err
			}
			d.plain[n] = text
		}
	}
	return nil
}

func (d *demo) teach() error {
	if len(d.facts) == 0 {
		d.in.Progress("nothing to teach: no answer was contradicted")
		return nil
	}
	if err := d.beforeNeighbours(); err != nil {
		return err
	}
	d.in.Progress("teaching " + backend.Count(len(d.facts), "fact"))
	if d.in.Recipe == "original" {
		// As the original did, one for each new one.
		if err := addStable(d.loop, len(d.facts), func(string) bool { return false }); err != nil {
			return err
		}
	}
	run, err := d.loop.Train(d.ctx, flow.TrainInput{Recipe: d.in.Recipe, Seed: d.in.Seed, MaxMinutes: d.in.MaxMinutes})
	if err != nil {
		return err
	}
	run, err = d.loop.WaitRun(d.ctx, run.ID)
	if err != nil {
		return err
	}
	if run.State != backend.RunFinished || run.VersionID == "" {
		return &backend.Error{Code: backend.CodeUnavailable, Op: "demo", Message: "The training did not finish: " + run.Message, Hint: run.Hint}
	}
	d.readRun(run)
	d.version = run.VersionID
	d.in.Progress("scoring")
	if _, err := d.loop.Score(d.ctx, run.VersionID); err != nil {
		return err
	}
	d.in.Progress("comparing")
	questions := make([]string, 0, len(d.in.Set.Questions))
	for _, q := range d.in.Set.Questions {
		questions = append(questions, q.Q)
	}
	if _, err := d.loop.Compare(d.ctx, flow.CompareInput{A: flow.BaseVersion, B: run.VersionID, Prompts: questions}); err != nil {
		return err
	}
	v, err := d.loop.Promote(d.ctx, flow.PromoteInput{VersionID: run.VersionID})
	if err != nil && backend.CodeOf(err) != backend.CodeConflict {
		return err
	}
	d.out.Version, d.out.ServedAs, d.out.Gate, d.out.Promoted = v.Name(), v.ServedAs, v.Gate, v.State == backend.VersionCurrent
	d.out.InMemory = len(v.GivenUpFactIDs)
	return nil
}

func (d *demo) readRun(run backend.Run) {
	c := costOf(d.loop, run)
	d.out.RowPasses, d.out.Steps = c.RowPasses, c.Steps
	d.out.TrainSeconds, d.out.PrepareSeconds = c.TrainSeconds, c.PrepareSeconds
}

// after asks the taught version, promoted or not; without one, the base again.
func (d *demo) after() error {
	version := d.version
	if version == "" {
		version = flow.BaseVersion
	}
	for i, q := range d.in.Set.Questions {
		full, err := d.loop.Reply(d.ctx, flow.ReplyInput{Version: version, Question: q.Q, Memory: true}, nil)
		if err != nil {
			return err
		}
		bare := full
		if full.Source != backend.SourceWeights {
			// The weights alone: without the facts, and without the date where it is the answer.
			clock := full.Source == backend.SourceClock
			if bare, err = d.loop.Reply(d.ctx, flow.ReplyInput{Version: version, Question: q.Q, NoSystem: clock}, nil); err != nil {
				return err
			}
		}
		d.out.Questions[i].After = DemoAfter{
			Answer: full.Result.Text, Right: score.Right(backend.Probe{Accept: q.Answers}, full.Result.Text), Source: full.Source,
			WeightsOnly: bare.Result.Text, WeightsRight: score.Right(backend.Probe{Accept: q.Answers}, bare.Result.Text),
		}
		d.in.Progress(fmt.Sprintf("after %d/%d  %s", i+1, len(d.in.Set.Questions), q.Q))
	}
	return nil
}

// leaks asks the neighbours with memory on, as in the app; one that is now
// answered with any taught fact has leaked.
func (d *demo) leaks() error {
	if d.version == "" {
		return nil
	}
	var taught []string
	for _, f := range d.facts {
		taught = append(append(taught, f.Answer), f.Aliases...)
	}
	for _, q := range d.in.Set.Questions {
		for _, n := range q.Neighbours {
			r, err := d.loop.Reply(d.ctx, flow.ReplyInput{Version: d.version, Question: n, Memory: true}, nil)
			if err != nil {
				return err
			}
			leaked := score.Leaked(backend.Probe{Question: n, Reject: taught}, r.Result.Text, d.plain[n])
			d.out.Neighbours = append(d.out.Neighbours, DemoNeighbour{Q: n, Answer: r.Result.Text, Leaked: leaked})
		}
	}
	return nil
}

// clean takes the demo's versions out of the engine's store, where each would
// keep a weights file for ever. A kept home makes them again from its adapters.
func (d *demo) clean() { forgetServed(d.ctx, d.loop, d.began) }

func (d *demo) count() {
	for _, q := range d.out.Questions {
		if q.Kind == "known" {
			d.out.Known++
			if q.After.Right {
				d.out.KnownKept++
			}
			continue
		}
		d.out.New++
		if q.After.Right {
			d.out.NewRight++
		}
		if q.After.WeightsRight {
			d.out.WeightsRight++
		}
	}
	for _, n := range d.out.Neighbours {
		if n.Leaked {
			d.out.Leaked++
		}
	}
}
