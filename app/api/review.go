package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"errata/backend"
	"errata/backend/flow"
)

// byPerson is who decides at a door.
const byPerson = "person"

// Facts lists facts, newest first.
func (a *API) Facts(f backend.FactFilter) ([]backend.Fact, error) {
	return call(a, "facts", func(context.Context) ([]backend.Fact, error) { return some(a.o.Loop.Store.Facts(f)) })
}

// FactPart gives the facts that stand at some places of the list, and how long it is.
func (a *API) FactPart(r backend.FactRange) (backend.FactPart, error) {
	return call(a, "facts", func(context.Context) (backend.FactPart, error) { return a.o.Loop.Store.FactPart(r) })
}

// FactCounts counts facts by state.
func (a *API) FactCounts() (map[backend.FactState]int, error) {
	return call(a, "facts", func(context.Context) (map[backend.FactState]int, error) { return a.o.Loop.Store.FactCounts() })
}

// Teach proposes the correction of a verdict as edited; approve also approves it.
func (a *API) Teach(verdictID string, edit backend.FactUpdate, approve bool) (backend.Fact, error) {
	return call(a, "teach", func(context.Context) (backend.Fact, error) { return a.o.Loop.Teach(verdictID, edit, approve, byPerson) })
}

// AddFact takes a fact by hand.
func (a *API) AddFact(f backend.Fact, approve bool) (backend.Fact, error) {
	return a.AddFactBy(f, approve, byPerson)
}

// AddFactBy takes a fact from a named giver ("person", "api", "import").
func (a *API) AddFactBy(f backend.Fact, approve bool, by string) (backend.Fact, error) {
	return call(a, "facts.add", func(context.Context) (backend.Fact, error) { return a.o.Loop.AddFact(f, approve, by) })
}

// Propose takes facts from another program, all of them or, where one cannot be
// taught, none. What stands in the queue already, in whatever state it was left
// by a person, is not proposed again. waiting counts the facts that no person
// has approved. It is no method: a door would have to be able to undo it.
func Propose(a *API, facts []backend.Fact, by string) (proposed, waiting int, err error) {
	for i, f := range facts {
		if err := f.Validate(); err != nil {
			return 0, 0, backend.Wrap(err, backend.CodeInvalid, "facts.propose", fmt.Sprintf("Row %d: %s Nothing was taken.", i+1, Sentence(err)))
		}
	}
	for _, f := range facts {
		stands, known, err := a.o.Loop.Standing(f.Question, f.Answer)
		if err != nil {
			return proposed, waiting, err
		}
		if !known {
			if stands, err = a.AddFactBy(f, false, by); err != nil {
				return proposed, waiting, err
			}
			proposed++
		}
		if stands.State != backend.FactApproved {
			waiting++
		}
	}
	return proposed, waiting, nil
}

// EditFact changes parts of a fact.
func (a *API) EditFact(id string, u backend.FactUpdate) (backend.Fact, error) {
	return call(a, "facts.edit", func(context.Context) (backend.Fact, error) { return a.o.Loop.Edit(id, u) })
}

// ApproveFact approves a fact; approved facts of the same question are superseded.
func (a *API) ApproveFact(id string) (backend.Fact, error) {
	return call(a, "facts.approve", func(context.Context) (backend.Fact, error) { return a.o.Loop.Approve(id, byPerson) })
}

// RejectFact rejects a fact.
func (a *API) RejectFact(id string) (backend.Fact, error) {
	return call(a, "facts.reject", func(context.Context) (backend.Fact, error) { return a.o.Loop.Reject(id, byPerson) })
}

// UndoFact takes the last decision on a fact back.
func (a *API) UndoFact(id string) (backend.Fact, error) {
	return call(a, "facts.undo", func(context.Context) (backend.Fact, error) { return a.o.Loop.Undo(id) })
}

// UrgentFacts lists the facts to decide first: those whose evidence has moved, those
// that disagree, and those that have expired.
func (a *API) UrgentFacts() ([]backend.UrgentFact, error) {
	return call(a, "facts.urgent", func(context.Context) ([]backend.UrgentFact, error) { return some(a.o.Loop.Urgent()) })
}

// BulkPlan says how many waiting facts with the words of query can be decided together.
func (a *API) BulkPlan(query string) (flow.BulkPlan, error) {
	return call(a, "facts.bulk", func(ctx context.Context) (flow.BulkPlan, error) { return a.o.Loop.BulkPlan(ctx, query) })
}

// DecideFacts decides many facts at once; progress comes as "bulk.progress" events.
func (a *API) DecideFacts(requestID string, in flow.BulkInput) (flow.Bulk, error) {
	return alone(a, requestID, "facts.bulk", "", func(ctx context.Context) (flow.Bulk, error) {
		return a.o.Loop.DecideAll(ctx, in, byPerson)
	})
}

// UndoFacts takes the last decision on each fact back and says on how many.
func (a *API) UndoFacts(ids []string) (int, error) {
	return call(a, "facts.undo", func(ctx context.Context) (int, error) { return a.o.Loop.UndoAll(ctx, ids) })
}

// RecheckFacts looks at the evidence of approved facts again; without ids, at those
// with an expiry that are due. What speaks against a fact waits in the queue.
func (a *API) RecheckFacts(requestID string, ids []string) ([]flow.Rechecked, error) {
	return alone(a, requestID, "facts.recheck", "", func(ctx context.Context) ([]flow.Rechecked, error) {
		return some(a.o.Loop.Recheck(ctx, ids))
	})
}

// RulePlan says which facts a rule will approve, and when, unless a person decides.
func (a *API) RulePlan() (flow.RulePlan, error) {
	return call(a, "facts.rules", func(context.Context) (flow.RulePlan, error) { return a.o.Loop.RulePlan() })
}

// RecheckPlan says when facts are checked again.
func (a *API) RecheckPlan() (flow.RecheckPlan, error) {
	return call(a, "facts.recheck", func(context.Context) (flow.RecheckPlan, error) { return a.o.Loop.RecheckPlan() })
}

// ExportFacts gives all facts of a state (all states when empty) as JSON lines.
func (a *API) ExportFacts(state backend.FactState) (string, error) {
	return call(a, "facts.export", func(context.Context) (string, error) {
		facts, err := a.o.Loop.Store.AllFacts(state)
		if err != nil {
			return "", err
		}
		var b strings.Builder
		enc := json.NewEncoder(&b)
		for _, f := range facts {
			if err := enc.Encode(f); err != nil {
				return "", err
			}
		}
		return b.String(), nil
	})
}
