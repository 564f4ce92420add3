package bench

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"errata/backend"
	"errata/backend/judge"
)

// appJudge is the app's own judge, asked for the step that a task measures:
//
//	class                         the gate
//	equivalence, equivalence_hard claim and comparison
//	outdated, outdated_same       comparison of two dated values
//	stance, attribution           selection and reading, of a sentence
//	realtime                      the whole check, on the recorded evidence
//	poison                        the whole check, on pages of which some lie
type appJudge struct {
	served string
	orders *judge.Orders
	// grounding is nil but where it is measured alone.
	grounding *judge.Grounding
	read      func(ctx context.Context, pages []backend.RecordedPage, s backend.Search) (backend.Found, error)
}

// benchDay is today for tasks whose rows have no day of their own: the questions
// are of that time, and a prompt that held the real day could not be kept.
var benchDay = time.Date(2025, 6, 15, 12, 0, 0, 0, time.UTC)

// maker makes a judge for one row, with the row's own ids, so that prompts are
// the same each time.
func (t appJudge) maker(m judge.Model, row judgeRow, now time.Time, found []backend.Passage) (*judge.Judge, error) {
	n := 0
	return judge.New(judge.Options{
		Model: m, ModelName: t.served, Orders: t.orders, Grounding: t.grounding, Now: func() time.Time { return now },
		NewID: func() string {
			n++
			sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", row.ID, n))
			return hex.EncodeToString(sum[:8])
		},
		Gather: func(context.Context, backend.Search) (backend.Found, error) {
			return backend.Found{Passages: found, Asked: []string{"recorded"}}, nil
		},
	})
}

func (t appJudge) judge(ctx context.Context, m judge.Model, task string, row judgeRow) ([]Judged, error) {
	switch task {
	case taskRealtime:
		return t.realtime(ctx, m, row)
	case TaskPoison:
		return t.poison(ctx, m, row)
	}
	passages := row.passages()
	j, err := t.maker(m, row, benchDay, passages)
	if err != nil {
		return nil, err
	}
	var f judge.Finding
	switch task {
	case taskClass:
		class, confidence, err := j.Gate(ctx, row.Question)
		out := one(classLabel(class), true)
		out[0].Reason, out[0].Confidence = string(class), confidence
		return out, err
	case taskOutdated, taskOutdatedSame:
		f, err = j.SameValue(ctx, row.Question, row.Old.Answers[0], row.Current.Answers)
		return found(f, map[judge.Relation]string{
			judge.Same: string(backend.Supported), judge.Different: string(backend.Outdated), judge.Unknown: string(backend.NotEnoughEvidence),
		}), err
	case taskStance:
		f, err = j.Statement(ctx, row.Claim, passages)
		return found(f, map[judge.Relation]string{judge.Same: "support", judge.Different: "refute", judge.Unknown: "irrelevant"}), err
	case taskAttribution:
		if t.grounding != nil {
			f, err = j.Grounded(ctx, row.Claim, passages)
		} else {
			f, err = j.Statement(ctx, row.Claim, passages)
		}
		return found(f, map[judge.Relation]string{judge.Same: "attributable", judge.Different: "not", judge.Unknown: "not"}), err
	}
	f, err = j.SameAnswer(ctx, row.Question, row.Answer, row.Gold)
	// Without an abstention something has to be said: then the likelier is.
	return found(f, map[judge.Relation]string{judge.Same: "same", judge.Different: "different", judge.Unknown: pick(f.Leaning == judge.Same, "same", "different")}), err
}

func found(f judge.Finding, verdicts map[judge.Relation]string) []Judged {
	return []Judged{{
		Verdict: verdicts[f.Relation], Reason: string(f.Reason), Confidence: f.Confidence, Committed: f.Relation != judge.Unknown,
		Tier: f.Tier, Flipped: f.Flipped, Read: f.Short,
	}}
}

// realtime checks the right answer, a wrong choice and what the model itself says.
func (t appJudge) realtime(ctx context.Context, m judge.Model, row judgeRow) ([]Judged, error) {
	now := *row.asked()
	own, err := ownAnswer(ctx, m, t.served, row, now)
	if err != nil {
		return nil, err
	}
	var out []Judged
	for _, side := range row.sides(own) {
		j, err := t.maker(m, row, now, row.passages())
		if err != nil {
			return nil, err
		}
		v, err := j.Check(ctx, judge.Input{
			Question: backend.Question{Text: row.Question}, Answer: backend.Answer{Text: side.answer, State: backend.AnswerComplete},
		}, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, Judged{
			Side: side.name, Verdict: string(v.Kind), Reason: string(v.Reason), Confidence: v.Confidence, Committed: v.Counts(), Tier: v.Tier,
			Read: strings.Trim(v.Claim.Short+" | "+v.RivalValue, " |"),
		})
	}
	return out, nil
}

// ownAnswer asks as the app does.
func ownAnswer(ctx context.Context, m judge.Model, model string, row judgeRow, now time.Time) (string, error) {
	s := backend.DefaultSampling()
	s.NumPredict = 96
	r, err := m.Chat(ctx, backend.ChatRequest{Model: model, Sampling: s, Messages: []backend.Message{
		{Role: backend.RoleSystem, Content: backend.SystemPrompt(now)}, {Role: backend.RoleUser, Content: row.Question},
	}}, nil)
	return strings.TrimSpace(r.Text), err
}

// The answers that realtime judges.
const (
	sideGold  = "gold"
	sideWrong = "wrong"
	sideOwn   = "own"
)

type side struct{ name, answer string }

func (r judgeRow) sides(own string) []side {
	return []side{{sideGold, r.Answer}, {sideWrong, r.wrong()}, {sideOwn, own}}
}

func (r judgeRow) wrongChoices() []string {
	var out []string
	for _, c := range r.Choices {
		if c != "" && c != r.Answer {
			out = append(out, c)
		}
	}
	return out
}

// wrong is the wrong choice that the row's hash draws.
func (r judgeRow) wrong() string {
	choices := r.wrongChoices()
	sum := sha256.Sum256([]byte("7" + r.ID))
	return choices[binary.BigEndian.Uint64(sum[:8])%uint64(len(choices))]
}

// asked is noon of the day on which the question was asked, nil without one.
func (r judgeRow) asked() *time.Time {
	day, err := time.Parse(time.DateOnly, r.AskedAt)
	if err != nil {
		return nil
	}
	day = day.Add(12 * time.Hour)
	return &day
}

// passages are the row's texts as a provider would give them.
func (r judgeRow) passages() []backend.Passage {
	var out []backend.Passage
	add := func(e evidence) {
		n := len(out) + 1
		sum := sha256.Sum256([]byte(e.Text))
		p := backend.Passage{
			ID: fmt.Sprintf("%s-%d", r.ID, n), Provider: "web", URL: e.URL, Domain: domain(e.URL, n), Title: e.Title, Text: e.Text,
			TextSHA256: hex.EncodeToString(sum[:]), DateSource: "none", FetchedAt: benchDay,
		}
		if day, err := time.Parse(time.DateOnly, e.PublishedAt); err == nil {
			p.PublishedAt, p.DateSource = &day, "api"
		}
		out = append(out, p)
	}
	for _, e := range r.Evidence {
		add(e)
	}
	if r.Passage != "" {
		add(evidence{URL: r.URL, Text: r.Passage})
	}
	for _, text := range r.Passages {
		add(evidence{Text: text})
	}
	return out
}

// domain is the registrable one; a text without an address counts as a source of
// its own.
func domain(address string, n int) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return fmt.Sprintf("passage-%d.invalid", n)
	}
	if d, err := publicsuffix.EffectiveTLDPlusOne(u.Hostname()); err == nil {
		return d
	}
	return u.Hostname()
}
