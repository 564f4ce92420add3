package bolt

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"time"

	"errata/backend"
)

// urgentEntries list a fact where one is found that must be decided first.
//
//	fact_open       waiting and approved ones by question: those that disagree lie side by side
//	fact_disputing  waiting ones that speak against an approved one, by age
//	fact_by_expiry  approved ones, by the day on which they are trusted no more
func urgentEntries(f *backend.Fact) []entry {
	waits, approved := f.State == backend.FactProposed, f.State == backend.FactApproved
	var out []entry
	if waits || approved {
		out = append(out, at(factOpen, "", openPosition(f), f.ID))
	}
	if waits && f.Disputes != "" {
		out = append(out, at(factDisputing, "", factPosition(f), f.ID))
	}
	if approved && f.ExpiresAt != nil {
		out = append(out, at(factByExpiry, "", stamp(*f.ExpiresAt), f.ID))
	}
	return out
}

// openPosition begins with a byte that no end of a scope has.
func openPosition(f *backend.Fact) []byte {
	return slices.Concat([]byte{1}, []byte(questionScope(f.Question)), factPosition(f))
}

// questionPart is how much of an entry of fact_open names the question.
const questionPart = 2 + sha256.Size

// UrgentFacts gives what must be decided first, at most limit of each kind, without
// an end when it is negative: waiting facts that speak against an approved one,
// waiting facts whose question another open fact answers otherwise, and approved
// facts that have expired by now, those that expired first before the others.
func (s *Store) UrgentFacts(now time.Time, limit int) (out []backend.UrgentFact, err error) {
	err = s.view("bolt.facts.urgent", func(tx *tx) error {
		moved, err := movedFacts(tx, limit)
		if err != nil {
			return err
		}
		disagreeing, err := disagreeingFacts(tx, limit)
		if err != nil {
			return err
		}
		expired, err := expiredFacts(tx, now, limit)
		out = slices.Concat(moved, disagreeing, expired)
		return err
	})
	return orEmpty(out), err
}

func movedFacts(tx *tx, limit int) ([]backend.UrgentFact, error) {
	list, err := facts.page(tx, factDisputing, scopeOf(tx, factDisputing, ""), nil, limit)
	out := make([]backend.UrgentFact, 0, len(list))
	for _, f := range list {
		u := backend.UrgentFact{Fact: f, Why: backend.UrgentMoved, Beside: []backend.Fact{}}
		if old, found, err := facts.find(tx, f.Disputes); err == nil && found {
			u.Beside = append(u.Beside, old)
		}
		out = append(out, u)
	}
	return out, err
}

// disagreeingFacts walks the open facts by question; a record is read only where
// two have the same.
func disagreeingFacts(tx *tx, limit int) ([]backend.UrgentFact, error) {
	out := []backend.UrgentFact{}
	var question []byte
	var keys, ids [][]byte
	take := func() error {
		if len(ids) < 2 {
			return nil
		}
		group := make([]backend.Fact, 0, len(ids))
		for i := range ids {
			f, ok, err := facts.listed(tx, factOpen, keys[i], ids[i])
			if err != nil {
				return err
			}
			if ok {
				group = append(group, f)
			}
		}
		out = append(out, disagreeing(group)...)
		return nil
	}
	c := tx.in(factOpen).Cursor()
	for key, id := c.First(); key != nil && (limit < 0 || len(out) < limit); key, id = c.Next() {
		if len(key) < questionPart {
			continue
		}
		if !bytes.Equal(question, key[:questionPart]) {
			if err := take(); err != nil {
				return out, err
			}
			question, keys, ids = key[:questionPart], keys[:0], ids[:0]
		}
		keys, ids = append(keys, key), append(ids, id)
	}
	if err := take(); err != nil {
		return out, err
	}
	if limit >= 0 {
		out = out[:min(len(out), limit)]
	}
	return out, nil
}

// disagreeing are the waiting facts of one question that another of them, or an
// approved one, answers otherwise.
func disagreeing(group []backend.Fact) []backend.UrgentFact {
	out := []backend.UrgentFact{}
	for _, f := range group {
		if f.State != backend.FactProposed || f.Disputes != "" {
			continue
		}
		u := backend.UrgentFact{Fact: f, Why: backend.UrgentConflict, Beside: []backend.Fact{}}
		for _, other := range group {
			if other.ID != f.ID && !other.Says(f.Answer) && !f.Says(other.Answer) {
				u.Beside = append(u.Beside, other)
			}
		}
		if len(u.Beside) > 0 {
			out = append(out, u)
		}
	}
	return out
}

func expiredFacts(tx *tx, now time.Time, limit int) ([]backend.UrgentFact, error) {
	out := []backend.UrgentFact{}
	c := tx.in(factByExpiry).Cursor()
	end := join("", stamp(now))
	for key, id := c.First(); key != nil && bytes.Compare(key, end) < 0 && (limit < 0 || len(out) < limit); key, id = c.Next() {
		f, ok, err := facts.listed(tx, factByExpiry, key, id)
		if err != nil {
			return out, err
		}
		if ok {
			out = append(out, backend.UrgentFact{Fact: f, Why: backend.UrgentExpired, Beside: []backend.Fact{}})
		}
	}
	return out, nil
}

// TakeFacts stores new waiting facts in one transaction: all of them or none.
func (s *Store) TakeFacts(list []backend.Fact) error {
	return s.update("bolt.facts.take", func(tx *tx) error {
		for i := range list {
			if err := checkID("fact", list[i].ID); err != nil {
				return err
			}
			list[i].State = backend.FactProposed
			if err := allowed(tx, nil, &list[i]); err != nil {
				return err
			}
			if err := facts.add(tx, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// DecideFacts approves or rejects waiting facts in one transaction and gives them as
// they are then; one that does not wait any more is left as it is.
func (s *Store) DecideFacts(ids []string, to backend.FactState, by string, now time.Time) (out []backend.Fact, err error) {
	err = s.update("bolt.facts.decide", func(tx *tx) error {
		for _, id := range ids {
			f, found, err := facts.find(tx, id)
			if err != nil {
				return err
			}
			if !found || f.State != backend.FactProposed {
				continue
			}
			decide := func(f *backend.Fact) error { return f.Decide(to, by, now) }
			if to == backend.FactApproved {
				f, _, err = approveIn(tx, id, now, decide)
			} else {
				f, err = facts.change(tx, id, decide, nil)
			}
			if err != nil {
				return err
			}
			out = append(out, f)
		}
		return nil
	})
	if err != nil {
		return []backend.Fact{}, err
	}
	return orEmpty(out), nil
}

// UndoFacts takes the last decision on each fact back, in one transaction; one that
// has none is left as it is.
func (s *Store) UndoFacts(ids []string, now time.Time) (undone int, err error) {
	err = s.update("bolt.facts.undo", func(tx *tx) error {
		for _, id := range ids {
			f, found, err := facts.find(tx, id)
			if err != nil {
				return err
			}
			if !found || f.Previous == "" {
				continue
			}
			if _, _, err := undoIn(tx, id, now); err != nil {
				return err
			}
			undone++
		}
		return nil
	})
	if err != nil {
		undone = 0
	}
	return undone, err
}
