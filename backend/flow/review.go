package flow

import (
	"strings"
	"time"

	"errata/backend"
)

// byVerdict is what proposes a correction that nobody asked for.
const byVerdict = "verdict"

// FromVerdict makes the fact that a teachable verdict proposes, without storing it.
func (l *Loop) FromVerdict(v backend.Verdict) (backend.Fact, error) {
	if !v.Teachable() {
		return backend.Fact{}, backend.Errorf(backend.CodeConflict, "review", "A verdict of %q has no correction to teach.", v.Kind).
			WithHint("Add the fact by hand if you know better.")
	}
	now := l.Now()
	f := backend.Fact{
		ID: l.NewID(), Question: v.Question, Answer: v.RivalValue, OldAnswer: v.Claim.Short, ValidFrom: v.RivalFrom,
		Class: v.Class, VerdictID: v.ID, Passages: carrying(v), ProposedBy: byVerdict, Local: v.Local,
		State: backend.FactProposed, CreatedAt: now, UpdatedAt: now,
	}
	f.ExpiresAt = expiry(v.Class, now)
	f.Renewed = f.ExpiresAt != nil
	return f, nil
}

// expiry is when a fact of a class that changes is trusted no more: as long as the
// decision table calls evidence for it fresh.
func expiry(class backend.Class, now time.Time) *time.Time {
	days := map[backend.Class]int{backend.ClassFast: 30, backend.ClassSlow: 365}[class]
	if days == 0 {
		return nil
	}
	expires := now.AddDate(0, 0, days)
	return &expires
}

func carrying(v backend.Verdict) []backend.Passage {
	kept := []backend.Passage{}
	for _, p := range v.Passages {
		if p.Supports == "rival" {
			kept = append(kept, p)
		}
	}
	return kept
}

// Teach proposes the correction of a verdict, as edited by a person; approve
// also approves it. A verdict gives one fact, and so do several verdicts on one
// question and answer: taught again, it is that one, with the edit unless it was
// decided on.
func (l *Loop) Teach(verdictID string, edit backend.FactUpdate, approve bool, by string) (backend.Fact, error) {
	v, err := l.Store.Verdict(verdictID)
	if err != nil {
		return backend.Fact{}, err
	}
	l.teaching.Lock()
	defer l.teaching.Unlock()
	f, found, err := l.Store.FactOfVerdict(v.ID)
	if err != nil {
		return f, err
	}
	if found {
		return l.teachAgain(f, edit, approve, by)
	}
	if f, err = l.FromVerdict(v); err != nil {
		return f, err
	}
	if !f.Local { // a chat that was kept here only after the check keeps what is taught from it here too
		if f.Local, err = l.ofChatHere(v); err != nil {
			return f, err
		}
	}
	applyUpdate(&f, edit)
	same, found, err := l.Standing(f.Question, f.Answer)
	switch {
	case err != nil:
		return f, err
	case found && by == byVerdict:
		return same, nil // what was decided on once is not proposed again
	case found:
		return l.teachAgain(same, edit, approve, by)
	}
	f.ByHand = by != byVerdict
	return l.addFact(f, approve, by)
}

// propose puts the correction of a sure verdict into the queue without being asked.
// It is an extra of a check, which its failure must not fail.
func (l *Loop) propose(v backend.Verdict) {
	if !v.Proposes() {
		return
	}
	if _, err := l.Teach(v.ID, backend.FactUpdate{}, false, byVerdict); err != nil {
		l.Log.Error("propose", "verdict", v.ID, "err", err)
	}
}

func (l *Loop) teachAgain(f backend.Fact, edit backend.FactUpdate, approve bool, by string) (backend.Fact, error) {
	var err error
	if f.State == backend.FactRejected { // who teaches it takes the rejection back
		if f, err = l.Undo(f.ID); err != nil {
			return f, err
		}
	}
	if f.State != backend.FactProposed {
		return f, nil
	}
	f, err = l.Edit(f.ID, edit)
	if err != nil || !approve {
		return f, err
	}
	return l.Approve(f.ID, by)
}

// AddFact takes a fact from a person, the API or an import. One that waits or is
// approved already is CodeConflict.
func (l *Loop) AddFact(f backend.Fact, approve bool, by string) (backend.Fact, error) {
	f = l.given(f, by)
	l.teaching.Lock() // a double click asks twice
	defer l.teaching.Unlock()
	other, found, err := l.Standing(f.Question, f.Answer)
	switch {
	case err != nil:
		return f, err
	case found && other.State == backend.FactProposed:
		return f, backend.Errorf(backend.CodeConflict, "facts.add", "This fact waits in Review already; nothing was added.").
			WithHint("Approve, edit or reject it there.")
	case found && other.State == backend.FactApproved:
		return f, backend.Errorf(backend.CodeConflict, "facts.add", "This fact is approved already; nothing was added.").
			WithHint("To change what it says, edit it in Review.")
	}
	return l.addFact(f, approve, by)
}

// given makes a fact that a person or a program hands over a new one.
func (l *Loop) given(f backend.Fact, by string) backend.Fact {
	now := l.Now()
	f.ID, f.State, f.CreatedAt, f.UpdatedAt = l.NewID(), backend.FactProposed, now, now
	f.Previous, f.DecidedAt, f.DecidedBy = "", nil, ""
	f.Checked, f.Disputes, f.Rule, f.ByHand, f.Renewed = nil, "", nil, false, false
	f.Question, f.Answer, f.OldAnswer = strings.TrimSpace(f.Question), strings.TrimSpace(f.Answer), strings.TrimSpace(f.OldAnswer)
	if f.ProposedBy == "" {
		f.ProposedBy = by
	}
	if f.Passages == nil {
		f.Passages = []backend.Passage{}
	}
	return f
}

func (l *Loop) addFact(f backend.Fact, approve bool, by string) (backend.Fact, error) {
	if err := f.Validate(); err != nil {
		return f, err
	}
	if err := l.Store.AddFact(f); err != nil {
		return f, err
	}
	l.emit("fact.added", f.ID, f)
	if approve {
		return l.Approve(f.ID, by)
	}
	return f, nil
}

// Approve approves a fact; approved facts of the same question are superseded.
func (l *Loop) Approve(id, by string) (backend.Fact, error) {
	f, superseded, err := l.Store.ApproveFact(id, by, l.Now())
	if err != nil {
		return f, err
	}
	l.emit("fact.changed", id, f)
	for _, s := range superseded {
		l.emit("fact.changed", s.ID, s)
	}
	return f, nil
}

// Reject rejects a proposed or approved fact.
func (l *Loop) Reject(id, by string) (backend.Fact, error) {
	return l.changeFact(id, func(f *backend.Fact) error { return f.Decide(backend.FactRejected, by, l.Now()) })
}

// Undo takes the last decision on a fact back; what an approval superseded is
// approved again.
func (l *Loop) Undo(id string) (backend.Fact, error) {
	f, restored, err := l.Store.UndoFact(id, l.Now())
	if err != nil {
		return f, err
	}
	l.emit("fact.changed", id, f)
	for _, r := range restored {
		l.emit("fact.changed", r.ID, r)
	}
	return f, nil
}

// Edit changes parts of a fact that is proposed or approved.
func (l *Loop) Edit(id string, u backend.FactUpdate) (backend.Fact, error) {
	return l.changeFact(id, func(f *backend.Fact) error {
		if f.State != backend.FactProposed && f.State != backend.FactApproved {
			return backend.Errorf(backend.CodeConflict, "review.edit", "A fact that is %s cannot be edited.", f.State).WithHint("Undo the decision first.")
		}
		applyUpdate(f, u)
		f.UpdatedAt, f.ByHand = l.Now(), true
		return f.Validate()
	})
}

func (l *Loop) changeFact(id string, change func(*backend.Fact) error) (backend.Fact, error) {
	f, err := l.Store.ChangeFact(id, change)
	if err == nil {
		l.emit("fact.changed", id, f)
	}
	return f, err
}

func applyUpdate(f *backend.Fact, u backend.FactUpdate) {
	set := func(to *string, from *string) {
		if from != nil {
			*to = strings.TrimSpace(*from)
		}
	}
	set(&f.Question, u.Question)
	set(&f.Answer, u.Answer)
	set(&f.OldAnswer, u.OldAnswer)
	if u.Aliases != nil {
		f.Aliases = *u.Aliases
	}
	if u.ExpiresAt != nil {
		f.ExpiresAt, f.Renewed = u.ExpiresAt, false
	}
}
