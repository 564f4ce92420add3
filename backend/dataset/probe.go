package dataset

import (
	"context"
	"slices"

	"errata/backend"
)

const (
	heldRewordings  = 5
	heldByModel     = 2
	stopRewordings  = 2
	retentionProbes = 200 // 200 at 97 % are known to ±2.4 points
)

// The kinds of probes.
const (
	ProbeFact       = "fact"
	ProbeParaphrase = "paraphrase"
	ProbeNeighbour  = "neighbour"
	ProbeRetention  = "retention"
	ProbeNegation   = "negation" // is the old answer denied
	ProbeReverse    = "reverse"  // the other way round; accepted is the sentence that was trained
)

// probes chooses what is measured before any row is made, so that no row can
// contain it.
func (b *builder) probes(ctx context.Context) error {
	for i, s := range b.specs {
		if ctx.Err() != nil {
			return cancelled(ctx)
		}
		b.say(i, "Choosing what is measured: "+short(s.fact.Question))
		if err := b.holdOut(ctx, s); err != nil {
			return err
		}
	}
	for _, s := range b.specs {
		b.probe(backend.Probe{Kind: ProbeFact, FactID: s.fact.ID, Question: s.fact.Question, Accept: s.accept, Reject: s.reject})
		for _, text := range s.held {
			b.probe(backend.Probe{Kind: ProbeParaphrase, FactID: s.fact.ID, Question: text, Accept: s.accept, Reject: s.reject})
		}
		b.carried(s)
		for _, text := range s.heldKin {
			b.probe(backend.Probe{Kind: ProbeNeighbour, FactID: s.fact.ID, Question: text, Reject: s.accept})
		}
	}
	retention := b.shares.Retention
	for _, s := range retention[:min(len(retention), retentionProbes)] {
		b.probe(backend.Probe{Kind: ProbeRetention, Question: s.Question, Accept: s.Answers})
	}
	return nil
}

// carried asks whether a fact is more than the answer to its own question.
func (b *builder) carried(s *spec) {
	ask := func(p backend.Probe) {
		b.taken[backend.Normal(p.Question)] = true
		b.probe(p)
	}
	if s.deniable() {
		ask(backend.Probe{Kind: ProbeNegation, FactID: s.fact.ID, Question: Negation(s.fact.Question, s.fact.OldAnswer), Accept: s.accept, Reject: s.reject})
	}
	if prompt, completion, ok := s.q.reverse(s.fact.Answer); ok {
		ask(backend.Probe{Kind: ProbeReverse, FactID: s.fact.ID, Question: Reverse(prompt), Accept: []string{completion}})
	}
}

// deniable says whether there is an old answer that a "no" takes back.
func (s *spec) deniable() bool { return len(s.reject) > 0 && !yesOrNo(s.fact.OldAnswer) }

// holdOut chooses a fact's rewordings that stop and score, and its neighbours.
func (b *builder) holdOut(ctx context.Context, s *spec) error {
	hold := func(to *[]string, text string) {
		key := backend.Normal(text)
		if text != "" && key != "" && !b.taken[key] {
			b.taken[key] = true
			*to = append(*to, text)
		}
	}
	for _, r := range s.q.stopForms() {
		if len(s.stop) < stopRewordings {
			hold(&s.stop, r.make(s.q))
		}
	}
	lines, err := b.rewordings(ctx, s, heldStyle)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if len(s.held) == heldByModel {
			break
		}
		right, err := b.answer(ctx, s, line)
		if err != nil {
			return err
		}
		if right != "" {
			hold(&s.held, line)
		}
	}
	for _, r := range s.q.heldForms() {
		if len(s.held) < heldRewordings {
			hold(&s.held, r.make(s.q))
		}
	}
	s.kin = kinOf(target{q: s.q, answer: s.fact.Answer, old: s.fact.OldAnswer, seed: b.in.Seed, now: b.in.Now, taken: b.asksFact})
	if s.kin.close() < fewestClose {
		more, err := b.written(ctx, s)
		if err != nil {
			return err
		}
		for _, text := range more {
			if !b.asksFact(text) && !slices.Contains(s.kin.subjects, text) {
				s.kin.subjects = append(s.kin.subjects, text)
			}
		}
	}
	s.heldKin = s.kin.held(b.freeKin)
	if len(s.heldKin) < heldNeighbours/2 {
		like := b.alike(s, b.shares.Guards, b.freeKin)
		s.heldKin = append(s.heldKin, like[:min(len(like), heldNeighbours/2-len(s.heldKin))]...)
	}
	for _, text := range s.heldKin {
		b.takenKin[canon(text)] = true
		b.taken[backend.Normal(text)] = true
	}
	return nil
}

// asksFact says whether a text asks what one of the facts answers.
func (b *builder) asksFact(text string) bool { return b.facts[canon(text)] }

// freeKin says whether a neighbour may still be used, for training or for probes.
func (b *builder) freeKin(text string) bool {
	return !b.asksFact(text) && !b.heldOut(text)
}

// alike gives stable questions that begin like the fact's: neighbours of last
// resort for a question that names nothing.
func (b *builder) alike(s *spec, from []Stable, usable func(string) bool) []string {
	t := target{q: s.q, seed: b.in.Seed, taken: func(text string) bool { return !usable(text) }}
	var near, far []string
	for _, st := range from {
		if firstWord(st.Question) == firstWord(s.q.text) {
			near = append(near, st.Question)
		} else {
			far = append(far, st.Question)
		}
	}
	return append(t.sorted(near), t.sorted(far)...)
}

func firstWord(s string) string {
	w := wordsOf(s)
	if len(w) == 0 {
		return ""
	}
	return backend.Normal(w[0].text)
}
