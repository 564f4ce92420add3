package bench

import (
	"context"
	"strings"

	"errata/backend"
	"errata/backend/judge"
)

// originalJudge is what Errata's forerunner did: the model takes a fact out of the
// joined texts, then the same model says YES or NO to whether answer and fact are
// the same. Anything but YES counts as outdated; it never sees a date, and of the
// question only while it looks for the fact.
type originalJudge struct{ served string }

const (
	originalSnippets = 3
	originalContext  = 9000 // bytes, so that the prompt fits
	noAnswer         = "[NO_ANSWER]"
)

func (t originalJudge) judge(ctx context.Context, m judge.Model, task string, row judgeRow) ([]Judged, error) {
	switch task {
	case taskOutdated, taskOutdatedSame:
		same, err := t.same(ctx, m, row.Old.Answers[0], row.Current.Answers[0])
		return one(pick(same, string(backend.Supported), string(backend.Outdated)), true), err
	case taskStance:
		return t.statement(ctx, m, row.Claim, "support", "refute", "irrelevant", row.Passage)
	case taskAttribution:
		return t.statement(ctx, m, row.Claim, "attributable", "not", "not", row.Passages...)
	case taskRealtime:
		return t.realtime(ctx, m, row)
	}
	same, err := t.same(ctx, m, row.Answer, row.Gold[0])
	return one(pick(same, "same", "different"), true), err
}

func (t originalJudge) statement(ctx context.Context, m judge.Model, claim, yes, no, none string, texts ...string) ([]Judged, error) {
	fact, err := t.fact(ctx, m, claim, texts)
	if err != nil || fact == "" {
		return one(none, false), err
	}
	same, err := t.same(ctx, m, claim, fact)
	out := one(pick(same, yes, no), true)
	out[0].Read = fact
	return out, err
}

func (t originalJudge) realtime(ctx context.Context, m judge.Model, row judgeRow) ([]Judged, error) {
	own, err := ownAnswer(ctx, m, t.served, row, *row.asked())
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, e := range row.Evidence {
		texts = append(texts, e.Text)
	}
	fact, err := t.fact(ctx, m, row.Question, texts)
	if err != nil {
		return nil, err
	}
	var out []Judged
	for _, s := range row.sides(own) {
		j := Judged{Side: s.name, Verdict: string(backend.NotEnoughEvidence), Reason: string(backend.ReasonNoValue), Read: fact}
		if fact != "" {
			same, err := t.same(ctx, m, s.answer, fact)
			if err != nil {
				return nil, err
			}
			j.Verdict, j.Reason, j.Committed = pick(same, string(backend.Supported), string(backend.Outdated)), "", true
		}
		out = append(out, j)
	}
	return out, nil
}

// fact is what the model takes out of the first texts, "" when it finds none.
func (t originalJudge) fact(ctx context.Context, m judge.Model, question string, texts []string) (string, error) {
	joined := strings.Join(texts[:min(len(texts), originalSnippets)], "\n")
	if len(joined) > originalContext {
		joined = strings.ToValidUTF8(joined[:originalContext], "")
	}
	said, err := t.say(ctx, m, 50, "Answer the question from the context only. Find what kind of answer it asks for, look for that fact, and write only the short, direct answer, "+
		"without an explanation. If the context does not hold it, write only "+noAnswer+".\n\nContext:\n"+joined+"\n\nQuestion:\n"+question+"\n\nAnswer:")
	said = strings.Trim(said, ". \"\n\t")
	if strings.Contains(said, "NO_ANSWER") {
		return "", err
	}
	return said, err
}

func (t originalJudge) same(ctx context.Context, m judge.Model, answer, fact string) (bool, error) {
	said, err := t.say(ctx, m, 5, "Do answer A and answer B mean the same thing? Say YES or NO.\n\n"+
		"A: Rome is the capital of Italy.\nB: Rome\nAnswer: YES\n\nA: Angela Merkel\nB: Olaf Scholz\nAnswer: NO\n\nA: "+answer+"\nB: "+fact+"\nAnswer:")
	return strings.HasPrefix(strings.ToUpper(strings.Trim(said, ". \"\n\t")), "YES"), err
}

func (t originalJudge) say(ctx context.Context, m judge.Model, tokens int, prompt string) (string, error) {
	s := backend.DefaultSampling()
	s.NumPredict = tokens
	r, err := m.Chat(ctx, backend.ChatRequest{Model: t.served, Sampling: s, Messages: []backend.Message{{Role: backend.RoleUser, Content: prompt}}}, nil)
	return r.Text, err
}
