package flow

import (
	"context"

	"errata/backend"
)

// BulkInput says which waiting facts are decided at once: all that have the words of
// Query, "" for every one. Count is what the person was told and typed.
type BulkInput struct {
	Query string            `json:"query"`
	To    backend.FactState `json:"to"` // approved or rejected
	Count int               `json:"count"`
}

// BulkPlan says what a decision on many would cover.
type BulkPlan struct {
	Count int `json:"count"`
	Left  int `json:"left"` // facts that disagree with others: they are decided one by one
}

// Bulk says what a decision on many did.
type Bulk struct {
	IDs []string `json:"ids"` // what was decided, for undo
}

// bulkStep is how many facts one transaction decides.
const bulkStep = 200

// AddFacts puts many facts into the queue and gives those that were stored; one that
// cannot be taught ends it, and its step is not stored.
func (l *Loop) AddFacts(facts []backend.Fact, by string) ([]backend.Fact, error) {
	stored := make([]backend.Fact, 0, len(facts))
	defer func() { l.emit("facts.many", "", len(stored)) }()
	for start := 0; start < len(facts); start += bulkStep {
		step := make([]backend.Fact, 0, bulkStep)
		for _, f := range facts[start:min(start+bulkStep, len(facts))] {
			step = append(step, l.given(f, by))
		}
		if err := l.Store.TakeFacts(step); err != nil {
			return stored, err
		}
		stored = append(stored, step...)
	}
	return stored, nil
}

// BulkPlan counts the waiting facts with the words of query that can be decided
// together.
func (l *Loop) BulkPlan(ctx context.Context, query string) (BulkPlan, error) {
	ids, left, err := l.together(ctx, query)
	return BulkPlan{Count: len(ids), Left: left}, err
}

// DecideAll approves or rejects many waiting facts, by a person. When there are not as
// many as the person typed it is CodeConflict and nothing is decided. What was decided
// when it is stopped stays so.
func (l *Loop) DecideAll(ctx context.Context, in BulkInput, by string) (Bulk, error) {
	if in.To != backend.FactApproved && in.To != backend.FactRejected {
		return Bulk{IDs: []string{}}, backend.Errorf(backend.CodeInvalid, "facts.bulk", "Facts can be approved or rejected, not %q.", in.To)
	}
	ids, _, err := l.together(ctx, in.Query)
	if err != nil {
		return Bulk{IDs: []string{}}, err
	}
	if len(ids) != in.Count {
		return Bulk{IDs: []string{}}, backend.Errorf(backend.CodeConflict, "facts.bulk", "It would be %d facts now, not %d; nothing was decided.", len(ids), in.Count).
			WithHint("Look at the list again, then type the new number.")
	}
	out := Bulk{IDs: make([]string, 0, len(ids))}
	defer func() { l.emit("facts.many", "", len(out.IDs)) }()
	for start := 0; start < len(ids); start += bulkStep {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		decided, err := l.Store.DecideFacts(ids[start:min(start+bulkStep, len(ids))], in.To, by, l.Now())
		if err != nil {
			return out, err
		}
		for _, f := range decided {
			out.IDs = append(out.IDs, f.ID)
		}
		l.emit("bulk.progress", "", Progress{What: "Deciding", Done: len(out.IDs), Total: len(ids)})
	}
	return out, nil
}

// UndoAll takes the last decision on each fact back and says on how many.
func (l *Loop) UndoAll(ctx context.Context, ids []string) (int, error) {
	undone := 0
	defer func() { l.emit("facts.many", "", undone) }()
	for start := 0; start < len(ids); start += bulkStep {
		if err := ctx.Err(); err != nil {
			return undone, err
		}
		n, err := l.Store.UndoFacts(ids[start:min(start+bulkStep, len(ids))], l.Now())
		undone += n
		if err != nil {
			return undone, err
		}
	}
	return undone, nil
}

// together lists the waiting facts with the words of query, and counts those left
// out because they disagree with another.
func (l *Loop) together(ctx context.Context, query string) (ids []string, left int, err error) {
	urgent, err := l.Store.UrgentFacts(l.Now(), -1)
	if err != nil {
		return nil, 0, err
	}
	apart := map[string]bool{}
	for _, u := range urgent {
		apart[u.Fact.ID] = true
	}
	filter := backend.FactFilter{State: backend.FactProposed, Query: query, Limit: 1000}
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		page, err := l.Store.Facts(filter)
		if err != nil {
			return nil, 0, err
		}
		for _, f := range page {
			if apart[f.ID] {
				left++
			} else {
				ids = append(ids, f.ID)
			}
			filter.After = f.ID
		}
		if len(page) < filter.Limit {
			return ids, left, nil
		}
	}
}

// urgentMost is how many facts of each kind stand on top of the queue.
const urgentMost = 100

// Urgent lists the facts that are to be decided before the others.
func (l *Loop) Urgent() ([]backend.UrgentFact, error) {
	return l.Store.UrgentFacts(l.Now(), urgentMost)
}
