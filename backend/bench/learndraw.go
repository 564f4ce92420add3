package bench

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/judge"
)

const (
	untaughtQuestions = 200 // of the same source, asked as neighbours
	unknownQuestions  = 200 // of those that the base does not know, asked for gains
	answerTokens      = 96  // nearly every answer ends by itself before
)

// LearnDay is today for the whole benchmark: after its newest question, and the same
// always, because a prompt that held the real day could not be kept.
var LearnDay = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

// drawn is what a seed chose, with what the base said.
type drawn struct {
	facts    []*learnFact
	untaught []learnRow
	known    []stableRow // right under two prompts
	unknown  []stableRow // wrong, some of them
}

// learnFact is a fact to teach.
type learnFact struct {
	row   learnRow
	old   string // what it replaces, empty when nothing was said
	round int
	fact  backend.Fact // once approved
}

// probe scores the fact's answer in any wording.
func (f *learnFact) probe(kind, question string) backend.Probe {
	p := backend.Probe{Kind: kind, FactID: f.row.ID, Question: question, Accept: f.row.accept()}
	if f.old != "" {
		p.Reject = []string{f.old}
	}
	return p
}

// asking is a served model whose answers are kept.
type asking struct {
	*replies
	model string
}

// ask asks as the app does, without memory, until the model stops by itself.
func (a asking) ask(ctx context.Context, system, question string) (string, error) {
	s := backend.DefaultSampling()
	s.NumPredict = answerTokens
	r, err := a.Chat(ctx, backend.ChatRequest{Model: a.model, Sampling: s, Messages: []backend.Message{
		{Role: backend.RoleSystem, Content: system}, {Role: backend.RoleUser, Content: question},
	}}, nil)
	if err == nil && !r.Done {
		err = backend.Errorf(backend.CodeUnavailable, "bench.learn", "The model stopped before its answer was done.")
	}
	return strings.TrimSpace(r.Text), err
}

// draw chooses facts that the base misses, and what is asked beside them.
func (l *learning) draw() error {
	asked := 0
	for _, row := range l.inOrder("fact") {
		if len(l.drawn.facts) == l.o.Facts {
			break
		}
		if !row.teachable() || l.asksDrawn(row.Question) {
			continue
		}
		said, err := l.base.ask(l.ctx, l.system, row.Question)
		if err != nil {
			return l.stopped(err, "looking for facts that the base misses")
		}
		asked++
		l.say("looking for facts that the base misses", len(l.drawn.facts), l.o.Facts)
		f := &learnFact{row: row, old: row.Old, round: len(l.drawn.facts) * l.o.Rounds / l.o.Facts}
		if right(f.probe("fact", row.Question), said) {
			continue
		}
		if f.old == "" {
			if f.old, err = l.claimed(row, said); err != nil {
				return l.stopped(err, "reading what the base claims")
			}
		}
		l.drawn.facts = append(l.drawn.facts, f)
	}
	if missing := l.o.Facts - len(l.drawn.facts); missing > 0 {
		return backend.Errorf(backend.CodeInvalid, "bench.learn", "%s misses only %s of %s, %d fewer than asked for.",
			l.parts.Info.Name, backend.Count(len(l.drawn.facts), "fact"), l.o.Source, missing).
			WithHint(fmt.Sprintf("Ask for at most --facts %d, or take another source.", len(l.drawn.facts)))
	}
	for _, row := range l.inOrder("untaught") {
		if len(l.drawn.untaught) < untaughtQuestions && !l.asksDrawn(row.Question) {
			l.drawn.untaught = append(l.drawn.untaught, row)
		}
	}
	return l.drawStable()
}

// drawStable asks the base the retention questions. Known is what it answers right
// under the app's prompt and under the model's own.
func (l *learning) drawStable() error {
	const what = "asking what the base knows"
	rows := l.data.retention
	slices.SortFunc(rows, func(a, b stableRow) int { return cmp.Compare(draw(a.ID), draw(b.ID)) })
	if l.o.Retention > 0 {
		rows = rows[:min(len(rows), l.o.Retention)]
	}
	var wrong []stableRow
	for i, row := range rows {
		times := 0
		for _, system := range []string{l.system, backend.QwenSystemPrompt} {
			said, err := l.base.ask(l.ctx, system, row.Question)
			if err != nil {
				return l.stopped(err, what)
			}
			if !right(row.probe("known"), said) {
				break
			}
			times++
		}
		switch times {
		case 0:
			wrong = append(wrong, row)
		case 2:
			l.drawn.known = append(l.drawn.known, row)
		}
		l.say(what, i+1, len(rows))
	}
	slices.SortFunc(wrong, func(a, b stableRow) int { return cmp.Compare(l.place("unknown", a.ID), l.place("unknown", b.ID)) })
	l.drawn.unknown = wrong[:min(len(wrong), unknownQuestions)]
	return nil
}

func (r stableRow) probe(kind string) backend.Probe {
	return backend.Probe{Kind: kind, FactID: r.ID, Question: r.Question, Accept: r.Answers}
}

// place is where the seed puts a row in the order of one purpose.
func (l *learning) place(purpose, id string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d|%s|%s", l.o.Seed, purpose, id))
	return hex.EncodeToString(sum[:])
}

func (l *learning) inOrder(purpose string) []learnRow {
	rows := slices.Clone(l.data.rows)
	slices.SortFunc(rows, func(a, b learnRow) int { return cmp.Compare(l.place(purpose, a.ID), l.place(purpose, b.ID)) })
	return rows
}

// asksDrawn says whether a question is that of a drawn fact, in its words or nearly.
func (l *learning) asksDrawn(question string) bool {
	return slices.ContainsFunc(l.drawn.facts, func(f *learnFact) bool {
		return dataset.Key(f.row.Question) == dataset.Key(question) ||
			slices.ContainsFunc(f.row.Paraphrases, func(p string) bool { return backend.Normal(p) == backend.Normal(question) })
	})
}

// claimed is the old answer that a check in the app would have found: the value that
// the judge reads in what the base said.
func (l *learning) claimed(row learnRow, said string) (string, error) {
	j, err := judge.New(judge.Options{
		Model: l.base, ModelName: l.base.model, Now: func() time.Time { return LearnDay }, NewID: func() string { return row.ID },
		Gather: func(context.Context, backend.Search) (backend.Found, error) { return backend.Found{}, nil },
	})
	if err != nil {
		return "", err
	}
	found, err := j.SameAnswer(l.ctx, row.Question, said, nil)
	if err == nil {
		err = l.base.failure()
	}
	if err != nil {
		return "", err
	}
	old := strings.TrimSpace(found.Short)
	// A value that the question or the answer holds is no rival of the answer.
	if first, _, _ := strings.Cut(backend.Normal(old), " "); first == "yes" || first == "no" || backend.Mentions(row.Question, old) || backend.Mentions(row.Answer, old) || backend.Mentions(old, row.Answer) || strings.Contains(old, "<|") {
		return "", nil
	}
	return old, nil
}
