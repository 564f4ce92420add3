package bench

import (
	"fmt"
	"slices"
	"strings"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/flow"
)

// byBench approves facts in place of a person.
const byBench = "bench"

// teach approves the facts of a round, trains all that were approved so far and
// serves the outcome. What an earlier, broken-off call did is not done again.
func (l *learning) teach(round int) (backend.Version, error) {
	var none backend.Version
	what := l.name("training", round)
	if err := l.approve(round); err != nil {
		return none, err
	}
	run, found, err := l.runOf(round)
	switch {
	case err != nil:
		return none, err
	case found && run.State == backend.RunFinished && run.VersionID != "":
		l.say(what+" is done", 1, 1)
	case found && run.Resumable():
		l.say(what+" goes on", 0, 1)
		run, err = l.loop.Resume(l.ctx, run.ID)
	default:
		l.say(what+" begins", 0, 1)
		run, err = l.loop.Train(l.ctx, flow.TrainInput{Recipe: l.o.Recipe, Seed: l.o.Seed, MaxMinutes: l.o.MaxMinutes, HeldOut: l.heldOut()})
	}
	if err == nil {
		run, err = l.loop.WaitRun(l.ctx, run.ID)
	}
	if err != nil {
		return none, l.stopped(err, what)
	}
	if run.State != backend.RunFinished || run.VersionID == "" {
		return none, &backend.Error{Code: backend.CodeUnavailable, Op: "bench.learn", Message: "The training did not finish: " + run.Message,
			Hint: strings.TrimSpace(run.Hint + " Then run the same command again: it goes on from there.")}
	}
	if err := l.untouched(run); err != nil {
		return none, err
	}
	l.costs = append(l.costs, costOf(l.loop, run))
	l.say(l.name("serving", round), 0, 1)
	v, err := l.loop.Serve(l.ctx, run.VersionID, "")
	if err != nil {
		return v, l.stopped(err, l.name("serving", round))
	}
	return v, nil
}

// name tells the rounds apart where there are some.
func (l *learning) name(what string, round int) string {
	if l.o.Rounds == 1 {
		return what
	}
	return fmt.Sprintf("%s (round %d of %d)", what, round+1, l.o.Rounds)
}

// approve takes the facts of a round into Review and approves them there; one that
// is approved already is kept. The original recipe gets as many stable facts.
func (l *learning) approve(round int) error {
	approved, err := l.loop.Store.AllFacts(backend.FactApproved)
	if err != nil {
		return err
	}
	so := 0
	for _, f := range l.drawn.facts {
		// Those of later rounds as well, which an earlier call may have come to: by them
		// runOf tells its runs apart.
		i := slices.IndexFunc(approved, func(a backend.Fact) bool { return a.Question == f.row.Question })
		if i >= 0 {
			f.fact = approved[i]
		}
		if f.round > round {
			continue
		}
		so++
		if i >= 0 {
			continue
		}
		if f.fact, err = l.loop.AddFact(f.asFact(), true, byBench); err != nil {
			return err
		}
	}
	if l.o.Recipe != dataset.RecipeOriginal {
		return nil
	}
	return l.addStable(so)
}

func (f *learnFact) asFact() backend.Fact {
	fact := backend.Fact{Question: f.row.Question, Answer: f.row.Answer, Aliases: f.row.Aliases, OldAnswer: f.old, Class: backend.ClassSlow}
	if f.row.Evidence != "" {
		fact.Passages = []backend.Passage{{ID: f.row.ID, Provider: byBench, Text: f.row.Evidence, DateSource: "none", FetchedAt: LearnDay, Supports: "rival"}}
	}
	return fact
}

// addStable adds stable facts up to n, none of which is measured.
func (l *learning) addStable(n int) error {
	there, err := l.loop.Store.Anchors()
	if err != nil {
		return err
	}
	measured := map[string]bool{}
	for _, text := range l.heldOut() {
		measured[dataset.Key(text)] = true
	}
	return addStable(l.loop, n-len(there), func(question string) bool {
		return measured[dataset.Key(question)] || slices.ContainsFunc(there, func(a backend.Anchor) bool { return a.Question == question })
	})
}

// runOf finds the newest run of a round: one that teaches a fact of it and none of a
// later one.
func (l *learning) runOf(round int) (backend.Run, bool, error) {
	rounds := map[string]int{}
	for _, f := range l.drawn.facts {
		if f.fact.ID != "" {
			rounds[f.fact.ID] = f.round
		}
	}
	runs, err := l.loop.Store.Runs()
	if err != nil {
		return backend.Run{}, false, err
	}
	for _, run := range runs { // newest first
		d, err := l.loop.Store.Dataset(run.DatasetID)
		if err != nil {
			return run, false, err
		}
		last := -1
		for _, id := range d.FactIDs {
			if r, ours := rounds[id]; ours {
				last = max(last, r)
			}
		}
		if last == round {
			return run, true, nil
		}
	}
	return backend.Run{}, false, nil
}

// heldOut are all questions of the benchmark, so that none is trained, guarded or
// anchored but the facts' own.
func (l *learning) heldOut() []string {
	var out []string
	for _, row := range l.data.rows {
		out = append(append(out, row.Question), row.Paraphrases...)
		for _, n := range row.Neighbours {
			out = append(out, n.Question)
		}
	}
	for _, row := range l.data.retention {
		out = append(out, row.Question)
	}
	for _, a := range l.asked {
		out = append(out, a.Probe.Question)
	}
	return out
}

// untouched refuses a training that saw what is measured: its figures would be void.
func (l *learning) untouched(run backend.Run) error {
	content, err := l.loop.Store.DatasetContent(run.DatasetID)
	if err != nil {
		return err
	}
	held := map[string]bool{}
	for _, text := range l.heldOut() {
		held[backend.Normal(text)] = true
	}
	for _, f := range l.drawn.facts {
		delete(held, backend.Normal(f.row.Question))
	}
	for _, row := range content.Rows {
		if text := userTurn(row.Prompt); held[backend.Normal(text)] {
			return backend.Errorf(backend.CodeInternal, "bench.learn", "The training was made with a question that is measured: %q (%s). Nothing was scored.", text, row.Kind)
		}
	}
	return nil
}

// total of all trainings.
func total(costs []cost) (out cost) {
	for _, c := range costs {
		out.RowPasses, out.Steps = out.RowPasses+c.RowPasses, out.Steps+c.Steps
		out.TrainSeconds, out.PrepareSeconds = out.TrainSeconds+c.TrainSeconds, out.PrepareSeconds+c.PrepareSeconds
		out.PeakMemoryMB = max(out.PeakMemoryMB, c.PeakMemoryMB)
	}
	return out
}
