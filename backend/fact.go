package backend

import (
	"slices"
	"strings"
	"time"
)

// FactState is where a fact stands.
//
//	proposed ──approve──> approved ──supersede──> superseded
//	    │                     └──────expire─────> expired
//	    └────reject──> rejected        (undo goes one step back)
type FactState string

// The states of a fact.
const (
	FactProposed   FactState = "proposed"
	FactApproved   FactState = "approved"
	FactRejected   FactState = "rejected"
	FactSuperseded FactState = "superseded"
	FactExpired    FactState = "expired"
)

// Fact is a correction that a person approves and the model learns.
type Fact struct {
	ID         string     `json:"id"`
	Question   string     `json:"question"`
	Answer     string     `json:"answer"`
	Aliases    []string   `json:"aliases,omitempty"`
	OldAnswer  string     `json:"old_answer,omitempty"`
	ValidFrom  *time.Time `json:"valid_from,omitempty"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
	Renewed    bool       `json:"renewed,omitempty"` // a rule gave the expiry: a check that supports the fact puts it off
	Class      Class      `json:"class,omitempty"`
	VerdictID  string     `json:"verdict_id,omitempty"`
	Passages   []Passage  `json:"passages"`
	ProposedBy string     `json:"proposed_by"` // "verdict", "recheck", "person", "api", "import", "demo"
	State      FactState  `json:"state"`
	Previous   FactState  `json:"previous,omitempty"`   // for undo
	Superseder string     `json:"superseder,omitempty"` // id of the fact that took its place
	DecidedBy  string     `json:"decided_by,omitempty"`
	DecidedAt  *time.Time `json:"decided_at,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`

	Checked  *FactCheck `json:"checked,omitempty"`  // the last look at its evidence since it was approved
	Rule     *Rule      `json:"rule,omitempty"`     // what approved it, when DecidedBy is ByRule
	ByHand   bool       `json:"by_hand,omitempty"`  // a person decided, edited or proposed it: no rule decides on it
	Disputes string     `json:"disputes,omitempty"` // id of the approved fact that a re-check speaks against with this one
	Local    bool       `json:"local,omitempty"`    // taught from a chat whose checks stay here: so do its re-checks
}

// FactCheck is what a later look at the evidence of an approved fact gave.
type FactCheck struct {
	At         time.Time   `json:"at"`
	Kind       VerdictKind `json:"kind"` // on the fact's own answer
	Reason     Reason      `json:"reason"`
	Sentence   string      `json:"sentence"`
	Value      string      `json:"value,omitempty"` // what the evidence says instead
	Calibrated bool        `json:"calibrated"`
	Confidence float64     `json:"confidence"`
}

// Says says whether a value is the fact's answer or another name for it.
func (f Fact) Says(value string) bool {
	return slices.ContainsFunc(append([]string{f.Answer}, f.Aliases...), func(own string) bool { return SameAnswer(own, value) })
}

// Validate refuses a fact that cannot be taught.
func (f Fact) Validate() error {
	switch {
	case strings.TrimSpace(f.Question) == "":
		return Errorf(CodeInvalid, "fact", "A fact needs a question.")
	case strings.TrimSpace(f.Answer) == "":
		return Errorf(CodeInvalid, "fact", "A fact needs an answer.")
	case len(f.Question) > 2000 || len(f.Answer) > 2000:
		return Errorf(CodeInvalid, "fact", "A fact's question and answer may have 2,000 bytes each.")
	case f.OldAnswer != "" && f.Says(f.OldAnswer):
		return Errorf(CodeInvalid, "fact", "The new answer equals the old one; there is nothing to teach.")
	case slices.ContainsFunc(append([]string{f.Question, f.Answer, f.OldAnswer}, f.Aliases...), func(s string) bool { return Marked(s) || strings.Contains(bare(s), "<|") }):
		return Errorf(CodeInvalid, "fact", "A fact may not contain chat template tokens such as <|im_end|>.")
	}
	return nil
}

// Decide moves a fact to approved or rejected and remembers the step before.
func (f *Fact) Decide(to FactState, by string, now time.Time) error {
	if to != FactApproved && to != FactRejected {
		return Errorf(CodeInvalid, "fact.decide", "A fact can be approved or rejected, not %q.", to)
	}
	if f.State == to {
		return Errorf(CodeConflict, "fact.decide", "This fact is already %s.", to)
	}
	if f.State == FactSuperseded || f.State == FactExpired {
		return Errorf(CodeConflict, "fact.decide", "This fact is %s; propose it again instead.", f.State)
	}
	if to == FactApproved {
		if err := f.Validate(); err != nil {
			return err
		}
	}
	f.Previous, f.State, f.DecidedBy, f.UpdatedAt = f.State, to, by, now
	f.DecidedAt, f.ByHand, f.Rule = &now, true, nil
	return nil
}

// Undo takes the last decision back.
func (f *Fact) Undo(now time.Time) error {
	if f.Previous == "" {
		return Errorf(CodeConflict, "fact.undo", "There is no decision to take back.")
	}
	f.State, f.Previous, f.Superseder, f.DecidedBy, f.DecidedAt, f.UpdatedAt = f.Previous, "", "", "", nil, now
	f.ByHand, f.Rule = true, nil
	return nil
}

// Supersede retires an approved fact because the one called by took its place.
func (f *Fact) Supersede(by string, now time.Time) {
	f.Previous, f.State, f.Superseder, f.UpdatedAt = f.State, FactSuperseded, by, now
}

// Restore takes Supersede back. Who approved the fact stays known.
func (f *Fact) Restore(now time.Time) {
	f.State, f.Previous, f.Superseder, f.UpdatedAt = FactApproved, FactProposed, "", now
}

// Expired says whether the fact is past its expiry at the given time.
func (f Fact) Expired(now time.Time) bool { return f.ExpiresAt != nil && now.After(*f.ExpiresAt) }

// AnchorSupported is the source of an anchor whose answer evidence supported.
const AnchorSupported = "supported"

// Anchor is a stable fact that the model already knows, used to hold it in place.
type Anchor struct {
	ID        string    `json:"id"`
	Question  string    `json:"question"`
	Answers   []string  `json:"answers"` // aliases, the first is shown
	Source    string    `json:"source"`  // AnchorSupported, "shipped"
	Class     Class     `json:"class,omitempty"`
	VerdictID string    `json:"verdict_id,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// FactFilter selects facts; zero fields select all.
type FactFilter struct {
	State FactState `json:"state,omitempty"`
	Query string    `json:"query,omitempty"`
	After string    `json:"after,omitempty"` // cursor: id of the last fact seen
	Limit int       `json:"limit,omitempty"` // 0 means 50
}

// FactRange selects a part of the list of facts by place. The list is that of State
// and Query, newest first, without the facts named by Without.
type FactRange struct {
	State   FactState `json:"state,omitempty"`
	Query   string    `json:"query,omitempty"`
	Without []string  `json:"without,omitempty"` // ids
	From    int       `json:"from,omitempty"`    // place of the first one, from 0
	Limit   int       `json:"limit,omitempty"`   // 0 means 50
}

// FactPart is a part of a list of facts and how long the whole list is. A damaged
// fact has a place in the list and is missing in Facts.
type FactPart struct {
	Facts []Fact `json:"facts"`
	Total int    `json:"total"`
}

// FactUpdate changes parts of a proposed or approved fact; nil leaves a part as it is.
type FactUpdate struct {
	Question  *string    `json:"question,omitempty"`
	Answer    *string    `json:"answer,omitempty"`
	OldAnswer *string    `json:"old_answer,omitempty"`
	Aliases   *[]string  `json:"aliases,omitempty"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}
