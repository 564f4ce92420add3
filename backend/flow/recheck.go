package flow

import (
	"context"
	"slices"
	"time"

	"errata/backend"
)

// byRecheck is what proposes a fact that speaks against an approved one.
const byRecheck = "recheck"

// recheckMost is how many facts one pass looks at: each costs a whole check.
const recheckMost = 10

// Rechecked is one fact that was looked at again.
type Rechecked struct {
	Fact     backend.Fact    `json:"fact"`
	Verdict  backend.Verdict `json:"verdict"`            // on the fact's own answer; it is not stored
	Proposed *backend.Fact   `json:"proposed,omitempty"` // what waits in Review because the evidence has moved
}

// RecheckPlan says what the schedule has before it.
type RecheckPlan struct {
	Paused    bool       `json:"paused"`
	EveryDays int        `json:"every_days"`
	Facts     int        `json:"facts"` // approved ones with an expiry
	Due       int        `json:"due"`
	Next      *time.Time `json:"next,omitempty"` // when the first of them is due; nil without any
	Disputed  int        `json:"disputed"`       // approved facts that no dataset takes until a person decides
}

// lookAgain is when a fact is due for a check; false for one that never is.
func lookAgain(f backend.Fact, every time.Duration) (time.Time, bool) {
	if f.State != backend.FactApproved || f.ExpiresAt == nil || f.Class == backend.ClassClock {
		return time.Time{}, false
	}
	last := f.CreatedAt
	if f.DecidedAt != nil {
		last = *f.DecidedAt
	}
	if f.Checked != nil && f.Checked.At.After(last) {
		last = f.Checked.At
	}
	return last.Add(every), true
}

// RecheckPlan looks at the schedule.
func (l *Loop) RecheckPlan() (RecheckPlan, error) {
	settings, err := l.Store.Settings()
	if err != nil {
		return RecheckPlan{}, err
	}
	facts, err := l.Store.AllFacts(backend.FactApproved)
	if err != nil {
		return RecheckPlan{}, err
	}
	plan := RecheckPlan{Paused: settings.RecheckPaused(), EveryDays: int(settings.RecheckEvery() / (24 * time.Hour))}
	for _, f := range facts {
		at, ok := lookAgain(f, settings.RecheckEvery())
		if !ok {
			continue
		}
		plan.Facts++
		if !at.After(l.Now()) {
			plan.Due++
		}
		if plan.Next == nil || at.Before(*plan.Next) {
			plan.Next = &at
		}
	}
	disputes, err := l.disputes(facts)
	plan.Disputed = len(disputes)
	return plan, err
}

// RecheckDue looks again at the facts that are due, those that waited longest
// first, at most a few a pass. Paused, or while a training needs the machine, it
// does nothing.
func (l *Loop) RecheckDue(ctx context.Context) ([]Rechecked, error) {
	settings, err := l.Store.Settings()
	if err != nil || settings.RecheckPaused() {
		return []Rechecked{}, err
	}
	if busy, err := l.busy(); err != nil || busy != "" {
		return []Rechecked{}, err
	}
	return l.recheckDue(ctx, settings)
}

func (l *Loop) recheckDue(ctx context.Context, settings backend.Settings) ([]Rechecked, error) {
	facts, err := l.Store.AllFacts(backend.FactApproved)
	if err != nil {
		return []Rechecked{}, err
	}
	now, at := l.Now(), map[string]time.Time{}
	facts = slices.DeleteFunc(facts, func(f backend.Fact) bool {
		due, ok := lookAgain(f, settings.RecheckEvery())
		at[f.ID] = due
		// With nothing to read here it would stay due, and keep the others from their turn.
		unread := f.Local && !settings.Providers["library"]
		return !ok || due.After(now) || unread
	})
	slices.SortStableFunc(facts, func(a, b backend.Fact) int { return at[a.ID].Compare(at[b.ID]) })
	return l.recheckAll(ctx, facts[:min(len(facts), recheckMost)])
}

// Recheck looks again at the approved facts named, or, without a name, at those
// that are due, paused or not: a person asked for it.
func (l *Loop) Recheck(ctx context.Context, ids []string) ([]Rechecked, error) {
	if len(ids) == 0 {
		settings, err := l.Store.Settings()
		if err != nil {
			return []Rechecked{}, err
		}
		return l.recheckDue(ctx, settings)
	}
	facts := make([]backend.Fact, 0, len(ids))
	for _, id := range ids {
		f, err := l.Store.Fact(id)
		if err != nil {
			return []Rechecked{}, err
		}
		if f.State != backend.FactApproved {
			return []Rechecked{}, backend.Errorf(backend.CodeConflict, "recheck", "The fact %q is %s; only approved facts are checked again.", f.Question, f.State).
				WithHint("Approve it first, or check an answer instead: errata check.")
		}
		facts = append(facts, f)
	}
	return l.recheckAll(ctx, facts)
}

// recheckAll stops at the first check that fails; what was looked at before stays.
func (l *Loop) recheckAll(ctx context.Context, facts []backend.Fact) ([]Rechecked, error) {
	out := []Rechecked{}
	for i, f := range facts {
		l.emit("recheck.progress", f.ID, Progress{What: "Checking facts again", Done: i, Total: len(facts)})
		r, err := l.recheck(ctx, f)
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (l *Loop) recheck(ctx context.Context, f backend.Fact) (Rechecked, error) {
	v, err := l.check(ctx, backend.Question{Text: f.Question}, backend.Answer{Text: f.Answer, State: backend.AnswerComplete}, f.Local, true, nil)
	out := Rechecked{Fact: f, Verdict: v}
	if err == nil && ctx.Err() != nil {
		err = backend.Wrap(ctx.Err(), backend.CodeCancelled, "recheck", "The check was stopped; what was checked before is kept.")
	}
	if err != nil || v.Reason == backend.ReasonOffline || v.Reason == backend.ReasonProvidersOff {
		return out, err // nobody was asked: the fact stays due
	}
	l.teaching.Lock()
	defer l.teaching.Unlock()
	moved := v.Teachable() && !f.Says(v.RivalValue)
	if moved {
		if out.Proposed, err = l.dispute(f, v); err != nil {
			return out, err
		}
	}
	out.Fact, err = l.changeFact(f.ID, func(f *backend.Fact) error {
		f.Checked = &backend.FactCheck{At: l.Now(), Kind: v.Kind, Reason: v.Reason, Sentence: v.Sentence, Calibrated: v.Calibrated, Confidence: v.Confidence}
		if moved {
			f.Checked.Value = v.RivalValue
		}
		// Only an expiry that a rule gave is renewed by one; a person's stands.
		if v.Kind == backend.Supported && f.ExpiresAt != nil && (f.Renewed || f.Class == backend.ClassFast) {
			f.ExpiresAt = expiry(f.Class, l.Now())
		}
		return nil
	})
	return out, err
}

// dispute puts what the evidence says now into the queue, against the approved
// fact. It is a question to a person and no teaching, so that it needs no
// calibration. What a person rejected before is not asked again.
func (l *Loop) dispute(f backend.Fact, v backend.Verdict) (*backend.Fact, error) {
	same, err := l.Store.FactsOfQuestion(f.Question)
	if err != nil {
		return nil, err
	}
	for _, other := range same {
		if !other.Says(v.RivalValue) {
			continue
		}
		switch other.State {
		case backend.FactRejected:
			return nil, nil
		case backend.FactProposed:
			waits, err := l.changeFact(other.ID, func(o *backend.Fact) error { o.Disputes = f.ID; return nil })
			return &waits, err
		}
	}
	v.Claim.Short = f.Answer
	rival, err := l.FromVerdict(v)
	if err != nil {
		return nil, err
	}
	rival.VerdictID, rival.ProposedBy, rival.Disputes = "", byRecheck, f.ID
	rival, err = l.addFact(rival, false, byRecheck)
	return &rival, err
}

// disputes are the waiting facts that speak against one of the approved, by its id.
func (l *Loop) disputes(approved []backend.Fact) (map[string]backend.Fact, error) {
	waiting, err := l.Store.AllFacts(backend.FactProposed)
	if err != nil {
		return nil, err
	}
	out := map[string]backend.Fact{}
	for _, p := range waiting {
		// An approved fact that was edited to what the evidence says is none any more.
		if p.Disputes != "" && slices.ContainsFunc(approved, func(f backend.Fact) bool { return f.ID == p.Disputes && !f.Says(p.Answer) }) {
			out[p.Disputes] = p
		}
	}
	return out, nil
}

// undisputed refuses facts of which a person must decide first.
func (l *Loop) undisputed(facts []backend.Fact) error {
	against, err := l.disputes(facts)
	if err != nil {
		return err
	}
	for _, f := range facts {
		if p, ok := against[f.ID]; ok {
			return backend.Errorf(backend.CodeConflict, "dataset", "The evidence for %q has moved: the approved answer is %q, a later check says %q. Nothing was made.", f.Question, f.Answer, p.Answer).
				WithHint("Decide in Review: approve the new answer, or reject it to keep the old one.")
		}
	}
	return nil
}

// Tend does what falls due while Errata is open: re-checks, then what rules
// decide, then the training that this makes possible, and at last what a training will
// want to know of the base. One part's failure leaves the others alone.
func (l *Loop) Tend(ctx context.Context) {
	if _, err := l.RecheckDue(ctx); err != nil && ctx.Err() == nil {
		l.Log.Error("recheck", "err", err)
	}
	if err := l.finishLeft(ctx); err != nil && ctx.Err() == nil {
		l.Log.Error("finish by rule", "err", err)
	}
	approved, err := l.ApproveDue()
	if err != nil {
		l.Log.Error("approve by rule", "err", err)
	}
	if len(approved) > 0 {
		l.turnCycle()
	}
	if _, err := l.LearnKnown(ctx); err != nil && ctx.Err() == nil {
		l.Log.Warn("learn what is known", "err", err) // the engine may be off: nobody waits for it
	}
}
