package bench

import (
	"path/filepath"
	"slices"
	"time"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/score"
)

// The kinds of what is asked. Those of score are judged as a scorecard does.
const (
	askFact       = "fact"
	askRecall     = "recall" // a fact of any round, after the last
	askParaphrase = "paraphrase"
	askNeighbour  = "neighbour" // the row's own
	askUntaught   = "untaught"  // another row of the source
	askKnown      = "known"
	askUnknown    = "unknown"
	askNegation   = "negation"
	askReverse    = "reverse"
	askOneHop     = "one_hop"
)

// Asked is a line of the rows file: one question with the answers of both versions.
type Asked struct {
	ID   string `json:"id"` // of the benchmark's row
	Kind string `json:"kind"`
	backend.Probe
	System      string `json:"system"` // the turn before the question
	Before      string `json:"before"` // of the base
	Answer      string `json:"answer"` // of the taught version
	RightBefore bool   `json:"right_before"`
	Right       bool   `json:"right"` // neighbour, untaught: the key of the answer is unchanged
	Leaked      bool   `json:"leaked,omitempty"`
	GivenUp     bool   `json:"given_up,omitempty"` // the training left the fact to memory
	Round       int    `json:"round,omitempty"`    // from 1, where there are some

	heard bool // the base was asked
}

// right says whether an answer gives what a probe accepts.
func right(p backend.Probe, answer string) bool { return score.Right(p, answer) }

// prepare lists what is asked and asks the base, before anything is trained.
func (l *learning) prepare() error {
	for _, f := range l.drawn.facts {
		l.ask(askFact, f.row.ID, f.probe(askFact, f.row.Question))
		for _, text := range f.row.Paraphrases {
			if backend.Normal(text) != backend.Normal(f.row.Question) {
				l.ask(askParaphrase, f.row.ID, f.probe(askParaphrase, text))
			}
		}
		for _, n := range f.row.Neighbours {
			l.askBeside(askNeighbour, f.row.ID, n)
		}
		if f.old != "" {
			l.ask(askNegation, f.row.ID, f.probe(askNegation, dataset.Negation(f.row.Question, f.old)))
		}
		if err := l.askHop(f); err != nil {
			return err
		}
	}
	for _, row := range l.drawn.untaught {
		l.askBeside(askUntaught, row.ID, answered{row.Question, row.truth()})
	}
	for _, row := range l.drawn.known {
		l.ask(askKnown, row.ID, row.probe(askKnown))
	}
	for _, row := range l.drawn.unknown {
		l.ask(askUnknown, row.ID, row.probe(askUnknown))
	}
	return l.askBase()
}

func (l *learning) ask(kind, id string, p backend.Probe) {
	p.Kind = kind
	l.asked = append(l.asked, Asked{ID: id, Kind: kind, Probe: p, System: l.system})
}

// askBeside asks a question that was not taught. What it is rightly answered with
// leaks from nowhere, even where a fact has the same answer.
func (l *learning) askBeside(kind, id string, n answered) {
	if l.asksDrawn(n.Question) {
		return
	}
	p := backend.Probe{FactID: id, Question: n.Question}
	for _, f := range l.drawn.facts {
		for _, v := range f.row.accept() {
			if !backend.Mentions(n.Answer, v) && !backend.Mentions(v, n.Answer) {
				p.Reject = append(p.Reject, v)
			}
		}
	}
	l.ask(kind, id, p)
}

// askHop asks for what follows from a fact where the base knows the way from there.
func (l *learning) askHop(f *learnFact) error {
	h, known, ok, err := hopOf(f.row.Question, f.row.Answer)
	if err != nil || !ok {
		return err
	}
	said, err := l.base.ask(l.ctx, l.system, known)
	if err != nil {
		return l.stopped(err, "asking the base")
	}
	if p := (backend.Probe{FactID: f.row.ID, Question: oneHop(f.row.Question, h), Accept: h.Accept}); right(p, said) {
		l.ask(askOneHop, f.row.ID, p)
	}
	return nil
}

// addReverse asks the other way round what the training held the other way round.
func (l *learning) addReverse(v backend.Version) error {
	content, err := l.loop.Store.DatasetContent(v.DatasetID)
	if err != nil {
		return err
	}
	for _, row := range content.Rows {
		i := slices.IndexFunc(l.drawn.facts, func(f *learnFact) bool { return f.fact.ID == row.FactID })
		if row.Kind != backend.RowFact || row.Form != "reverse" || i < 0 {
			continue
		}
		id := l.drawn.facts[i].row.ID
		l.ask(askReverse, id, backend.Probe{FactID: id, Question: dataset.Reverse(userTurn(row.Prompt)), Accept: []string{row.Completion}})
	}
	return l.askBase()
}

// askBase fills in what the base says, where that is not known yet.
func (l *learning) askBase() error {
	const what = "asking the base"
	l.speaks = l.base
	for i := range l.asked {
		if a := &l.asked[i]; !a.heard {
			var err error
			if a.Before, err = l.base.ask(l.ctx, l.system, a.Question); err != nil {
				return l.stopped(err, what)
			}
			a.RightBefore = !a.beside() && a.judge(a.Before)
			a.heard = true
		}
		l.say(what, i+1, len(l.asked))
	}
	return nil
}

// beside says whether a question was not taught and stands beside one that was.
func (a *Asked) beside() bool { return a.Kind == askNeighbour || a.Kind == askUntaught }

// judge says whether an answer is right.
func (a *Asked) judge(answer string) bool {
	switch a.Kind {
	case askNeighbour, askUntaught:
		p := a.Probe
		p.Kind = askNeighbour
		r := score.Judge(p, answer, a.Before)
		a.Leaked = r.Leaked
		return r.Right
	}
	return score.Answered(a.Probe, answer)
}

// measure teaches round after round and asks what each has to show: its own facts
// after each, everything after the last.
func (l *learning) measure() error {
	for round := range l.o.Rounds {
		v, err := l.teach(round)
		if err != nil {
			return err
		}
		last := round == l.o.Rounds-1
		if last {
			l.version = v
			if err := l.addReverse(v); err != nil {
				return err
			}
			l.addRecall()
		}
		if err := l.askVersion(v, round, last); err != nil {
			return err
		}
		if !last { // each keeps a weights file in the engine's store
			forgetServed(l.ctx, l.loop, time.Time{})
		}
	}
	return nil
}

// addRecall asks all facts once more where there were rounds.
func (l *learning) addRecall() {
	if l.o.Rounds == 1 {
		return
	}
	for _, a := range slices.Clone(l.asked) {
		if a.Kind == askFact {
			a.Kind, a.Probe.Kind = askRecall, askRecall
			l.asked = append(l.asked, a)
		}
	}
}

// askVersion asks a version the facts of its round, and the last one all the rest.
func (l *learning) askVersion(v backend.Version, round int, last bool) error {
	what := l.name("asking "+v.Name(), round)
	parts := l.parts.JudgeParts
	parts.Info.Digest, parts.Replies = v.AdapterID+string(v.ServedAs), filepath.Join(l.cell, "replies")
	kept, err := openReplies(parts)
	if err != nil {
		return err
	}
	defer kept.close()
	version := asking{kept, v.EngineName}
	l.speaks = version
	var mine []*Asked
	for i := range l.asked {
		a := &l.asked[i]
		if a.Kind == askFact && l.factOf(a.ID).round == round || a.Kind != askFact && last {
			mine = append(mine, a)
		}
	}
	for i, a := range mine {
		if a.Answer, err = version.ask(l.ctx, l.system, a.Question); err != nil {
			return l.stopped(err, what)
		}
		a.Right = a.judge(a.Answer)
		if f := l.factOf(a.ID); f != nil && (a.Kind == askFact || a.Kind == askRecall) {
			a.GivenUp = slices.Contains(v.GivenUpFactIDs, f.fact.ID)
			a.Right = a.Right && !a.GivenUp
			if l.o.Rounds > 1 {
				a.Round = f.round + 1
			}
		}
		l.say(what, i+1, len(mine))
	}
	return kept.failure()
}

func (l *learning) factOf(id string) *learnFact {
	i := slices.IndexFunc(l.drawn.facts, func(f *learnFact) bool { return f.row.ID == id })
	if i < 0 {
		return nil
	}
	return l.drawn.facts[i]
}
