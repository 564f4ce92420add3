package flow

import (
	"context"
	"slices"
	"time"

	"errata/backend"
)

// ruleMost is how many facts a rule may approve for one training.
const ruleMost = 10

// RulePlan says what the policy automatic is about to do.
type RulePlan struct {
	On        bool       `json:"on"`
	WaitHours int        `json:"wait_hours"`
	Left      int        `json:"left"`    // facts that may still be approved by rule before the next training
	Waiting   []RuleWait `json:"waiting"` // oldest first
}

// RuleWait is a fact that a rule will approve unless a person decides first.
type RuleWait struct {
	FactID string       `json:"fact_id"`
	At     time.Time    `json:"at"` // not before
	Rule   backend.Rule `json:"rule"`
}

// RulePlan looks at the queue as the policy does.
func (l *Loop) RulePlan() (RulePlan, error) {
	settings, err := l.Store.Settings()
	if err != nil {
		return RulePlan{}, err
	}
	plan := RulePlan{On: settings.Automatic(), WaitHours: int(settings.ApprovalWait() / time.Hour), Waiting: []RuleWait{}}
	if !plan.On {
		return plan, nil
	}
	all, err := l.Store.AllFacts("")
	if err != nil {
		return plan, err
	}
	if plan.Left, err = l.ruleLeft(all); err != nil {
		return plan, err
	}
	for _, f := range all {
		rule, ok, err := l.ruleFor(f, settings.ApprovalWait())
		if err != nil {
			return plan, err
		}
		if !ok {
			continue
		}
		at := f.CreatedAt
		// What waited before the policy was chosen gets its time as well.
		if since := settings.AutomaticSince; since != nil && since.After(at) {
			at = *since
		}
		plan.Waiting = append(plan.Waiting, RuleWait{FactID: f.ID, At: at.Add(settings.ApprovalWait()), Rule: rule})
	}
	return plan, nil
}

// ruleLeft counts down from ruleMost since the last training began that did not come
// to nothing: what one that failed was to teach is taught by the next.
func (l *Loop) ruleLeft(all []backend.Fact) (int, error) {
	runs, err := l.Store.Runs()
	if err != nil {
		return 0, err
	}
	runs = slices.DeleteFunc(runs, func(r backend.Run) bool { return r.State.Over() && r.State != backend.RunFinished })
	left := ruleMost
	for _, f := range all {
		if f.Rule != nil && f.DecidedAt != nil && (len(runs) == 0 || f.DecidedAt.After(runs[0].CreatedAt)) {
			left--
		}
	}
	return max(left, 0), nil
}

// ruleFor gives the rule for a fact that waits just as its verdict proposed it. A
// person's word goes before it: a decision, an edit, a disagreement with the
// verdict, or another approved answer to the question. So does doubt: another answer
// that waits or that a rule approved, or a later check that does not find the same any more.
func (l *Loop) ruleFor(f backend.Fact, wait time.Duration) (backend.Rule, bool, error) {
	var none backend.Rule
	if f.State != backend.FactProposed || f.ProposedBy != byVerdict || f.VerdictID == "" || f.ByHand || f.Disputes != "" || f.Expired(l.Now()) {
		return none, false, nil
	}
	same, err := l.Store.FactsOfQuestion(f.Question)
	if err != nil || slices.ContainsFunc(same, func(o backend.Fact) bool {
		byPerson := o.State == backend.FactApproved && o.DecidedBy != backend.ByRule
		stands := o.State == backend.FactApproved || o.State == backend.FactProposed
		return byPerson || stands && !o.Says(f.Answer)
	}) {
		return none, false, err
	}
	v, err := l.Store.Verdict(f.VerdictID)
	if backend.CodeOf(err) == backend.CodeNotFound {
		return none, false, nil // its ground is gone
	}
	if err != nil {
		return none, false, err
	}
	if rating, rated, err := l.Store.Rating(v.ID); err != nil || rated && !rating.Agree {
		return none, false, err
	}
	checks, err := l.Store.VerdictsOf(v.AnswerID)
	if err != nil {
		return none, false, err
	}
	if n := len(checks); n > 0 && !(checks[n-1].Proposes() && f.Says(checks[n-1].RivalValue)) {
		return none, false, nil
	}
	rule, ok := backend.RuleOf(v, wait)
	return rule, ok && f.Class != backend.ClassFast, nil
}

// ApproveDue approves by rule what has waited long enough, and gives it. With the
// policy person it does nothing.
func (l *Loop) ApproveDue() ([]backend.Fact, error) {
	approved := []backend.Fact{}
	plan, err := l.RulePlan()
	if err != nil {
		return approved, err
	}
	for _, w := range plan.Waiting {
		if len(approved) == plan.Left {
			break
		}
		if w.At.After(l.Now()) {
			continue
		}
		f, superseded, err := l.Store.ApproveFactByRule(w.FactID, w.Rule, l.Now())
		if backend.CodeOf(err) == backend.CodeConflict {
			continue // a person was faster
		}
		if err != nil {
			return approved, err
		}
		approved = append(approved, f)
		for _, changed := range append([]backend.Fact{f}, superseded...) {
			l.emit("fact.changed", changed.ID, changed)
		}
	}
	if len(approved) > 0 {
		l.emit("facts.ruled", "", approved)
	}
	return approved, nil
}

// finishLeft finishes the newest version by rule when Errata was closed before that.
func (l *Loop) finishLeft(ctx context.Context) error {
	versions, err := l.Store.Versions()
	if err != nil || len(versions) == 0 {
		return err
	}
	v := versions[0]
	if v.State != backend.VersionCandidate || v.Gate != nil || v.RunID == "" {
		return nil
	}
	l.mu.Lock()
	_, followed := l.runs[v.RunID]
	l.mu.Unlock()
	if followed {
		return nil // its own end does it
	}
	return l.finishByRule(ctx, v.RunID)
}

// finishByRule takes a version that nobody asked for the rest of the way: it is
// scored, and becomes current if it passes its gate. Failing that it stays a
// candidate with its reason.
func (l *Loop) finishByRule(ctx context.Context, runID string) error {
	run, err := l.Store.Run(runID)
	if err != nil || !run.ByRule || run.VersionID == "" {
		return err
	}
	settings, err := l.Store.Settings()
	if err != nil || !settings.Automatic() {
		return err
	}
	if _, err := l.Score(ctx, run.VersionID); err != nil {
		return err
	}
	v, err := l.Store.Version(run.VersionID)
	if err != nil || v.State != backend.VersionCandidate || v.Gate == nil || !v.Gate.Passed {
		return err
	}
	_, err = l.Promote(ctx, PromoteInput{VersionID: v.ID, Reason: "Made current by rule: it passed its gate."})
	return err
}
