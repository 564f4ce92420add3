package flow

import (
	"slices"

	"errata/backend"
)

// Standing finds the fact of this question and answer that stands in the queue. One
// that was replaced or is past its expiry does not: it may come again. Of several it
// is the one that says most: approved before waiting before rejected, newest first.
func (l *Loop) Standing(question, answer string) (backend.Fact, bool, error) {
	same, err := l.Store.FactsOfQuestion(question)
	if err != nil {
		return backend.Fact{}, false, err
	}
	for _, state := range []backend.FactState{backend.FactApproved, backend.FactProposed, backend.FactRejected} {
		for _, f := range slices.Backward(same) {
			expired := state == backend.FactApproved && f.Expired(l.Now())
			if f.State == state && !expired && backend.SameAnswer(f.Answer, answer) {
				return f, true, nil
			}
		}
	}
	return backend.Fact{}, false, nil
}
