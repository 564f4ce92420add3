package bolt

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"errata/backend"
)

var factStates = []backend.FactState{
	backend.FactProposed, backend.FactApproved, backend.FactRejected, backend.FactSuperseded, backend.FactExpired,
}

var facts = table[backend.Fact]{
	bucket: "fact", noun: "fact",
	id: func(f *backend.Fact) string { return f.ID },
	index: func(f *backend.Fact) []entry {
		position := factPosition(f)
		words := wordsOf(append([]string{f.Question, f.Answer}, f.Aliases...)...)
		out := []entry{
			at(factByState, "", position, f.ID),
			at(factByState, string(f.State), position, f.ID),
			at(factByQuestion, questionScope(f.Question), position, f.ID),
		}
		if f.VerdictID != "" {
			out = append(out, at(factByVerdict, f.VerdictID, position, f.ID))
		}
		out = append(out, urgentEntries(f)...)
		return append(out, wordEntries(factWord, "", words, position, f.ID)...)
	},
	after: func(tx *tx, before, now *backend.Fact) error {
		steps := map[string]int64{}
		if before != nil {
			steps[string(before.State)]--
		}
		if now != nil {
			steps[string(now.State)]++
		}
		return count(tx, countFacts, steps)
	},
}

func factPosition(f *backend.Fact) []byte { return stamp(f.CreatedAt) }

// questionKey says which questions are the same one. A question without a
// letter or digit stands for itself.
func questionKey(question string) string {
	if n := backend.Normal(question); n != "" {
		return n
	}
	return strings.TrimSpace(question)
}

// questionScope has a fixed length, because a question may be longer than a key.
func questionScope(question string) string {
	h := sha256.Sum256([]byte(questionKey(question)))
	return string(h[:])
}

var anchors = table[backend.Anchor]{
	bucket: "anchor", noun: "anchor",
	id: func(a *backend.Anchor) string { return a.ID },
	index: func(a *backend.Anchor) []entry {
		out := []entry{at(anchorByTime, "", stamp(a.CreatedAt), a.ID)}
		if a.VerdictID != "" {
			out = append(out, at(anchorByVerdict, a.VerdictID, stamp(a.CreatedAt), a.ID))
		}
		return out
	},
}

// AddFact stores a new fact; without a state it is proposed. An approved one is
// refused with CodeConflict while another of the same question is approved.
func (s *Store) AddFact(f backend.Fact) error {
	return s.update("bolt.fact.add", func(tx *tx) error {
		if err := checkID("fact", f.ID); err != nil {
			return err
		}
		if f.State == "" {
			f.State = backend.FactProposed
		}
		if err := allowed(tx, nil, &f); err != nil {
			return err
		}
		return facts.add(tx, &f)
	})
}

// allowed keeps what must always hold: a known state, a teachable text, and at
// most one approved fact a question.
func allowed(tx *tx, before, f *backend.Fact) error {
	known := false
	for _, state := range factStates {
		known = known || f.State == state
	}
	if !known {
		return backend.Errorf(backend.CodeInvalid, "", "A fact cannot be %q; nothing was changed.", f.State)
	}
	if err := checkRef("verdict", f.VerdictID); err != nil {
		return err
	}
	if err := f.Validate(); err != nil {
		return err
	}
	if f.State != backend.FactApproved {
		return nil
	}
	if before != nil && before.State == backend.FactApproved && questionKey(before.Question) == questionKey(f.Question) {
		return nil
	}
	same, err := approvedOf(tx, f.Question)
	if err != nil {
		return err
	}
	for _, other := range same {
		if other.ID != f.ID {
			return backend.Errorf(backend.CodeConflict, "", "Another approved fact answers this question already (%q); nothing was changed.", other.Answer).
				WithHint("Take that decision back or reject that fact first.")
		}
	}
	return nil
}

func approvedOf(tx *tx, question string) ([]backend.Fact, error) {
	same, err := factsOf(tx, question)
	return slices.DeleteFunc(same, func(f backend.Fact) bool { return f.State != backend.FactApproved }), err
}

func factsOf(tx *tx, question string) ([]backend.Fact, error) {
	same, err := facts.children(tx, factByQuestion, questionScope(question))
	return slices.DeleteFunc(same, func(f backend.Fact) bool { return questionKey(f.Question) != questionKey(question) }), err
}

// Fact gets one fact.
func (s *Store) Fact(id string) (f backend.Fact, err error) {
	err = s.view("bolt.fact", func(tx *tx) error { f, err = facts.get(tx, id); return err })
	return f, err
}

// Facts gives a page of facts, newest first. Query finds words of question,
// answer and aliases, the last word by its start.
func (s *Store) Facts(f backend.FactFilter) (out []backend.Fact, err error) {
	err = s.view("bolt.facts", func(tx *tx) error {
		after, err := cursor(tx, &facts, f.After, factPosition)
		if err != nil {
			return err
		}
		if found := searchFacts(tx, f.Query, f.State); found != nil {
			out, err = facts.pageOf(tx, factWord, found, after, limitOf(f.Limit), inState(f.State))
			return err
		}
		out, err = facts.page(tx, factByState, scopeOf(tx, factByState, string(f.State)), after, limitOf(f.Limit))
		return err
	})
	return orEmpty(out), err
}

// searchFacts streams the facts of a state with the words of a query; nil when the
// query has none. The indexes order facts alike, so they are met without a scan.
func searchFacts(tx *tx, query string, state backend.FactState) stream {
	found := search(tx, factWord, "", query)
	if found == nil {
		return nil
	}
	if state != "" {
		found = append(found, scopeOf(tx, factByState, string(state)))
	}
	return found
}

func inState(state backend.FactState) func(*backend.Fact) bool {
	return func(f *backend.Fact) bool { return state == "" || f.State == state }
}

// FactsOfQuestion gives the facts of a question, in any state.
func (s *Store) FactsOfQuestion(question string) (out []backend.Fact, err error) {
	err = s.view("bolt.facts", func(tx *tx) error { out, err = factsOf(tx, question); return err })
	return orEmpty(out), err
}

// AllFacts gives every fact of a state, oldest first; "" means any state.
func (s *Store) AllFacts(state backend.FactState) (out []backend.Fact, err error) {
	err = s.view("bolt.facts.all", func(tx *tx) error {
		out, err = facts.children(tx, factByState, string(state))
		return err
	})
	return orEmpty(out), err
}

// FactCounts says how many facts each state has; every state is named.
func (s *Store) FactCounts() (map[backend.FactState]int, error) {
	out := map[backend.FactState]int{}
	err := s.view("bolt.facts.count", func(tx *tx) error {
		n, err := countsOf(tx, countFacts)
		for _, state := range factStates {
			out[state] = int(n[string(state)])
		}
		return err
	})
	return out, err
}

// ChangeFact runs change on the fact inside the transaction; change is pure. A
// change that would leave two approved facts for one question is refused with
// CodeConflict.
func (s *Store) ChangeFact(id string, change func(*backend.Fact) error) (f backend.Fact, err error) {
	err = s.update("bolt.fact.change", func(tx *tx) error {
		f, err = facts.change(tx, id, change, func(before, now *backend.Fact) error { return allowed(tx, before, now) })
		return err
	})
	return f, err
}

// ApproveFact approves a fact and supersedes the approved facts of the same
// question (by backend.Normal), which it returns, in one transaction.
func (s *Store) ApproveFact(id, by string, now time.Time) (backend.Fact, []backend.Fact, error) {
	return s.approve(id, now, func(f *backend.Fact) error { return f.Decide(backend.FactApproved, by, now) })
}

// ApproveFactByRule is ApproveFact in a person's place. A fact that a person has
// touched meanwhile is CodeConflict.
func (s *Store) ApproveFactByRule(id string, rule backend.Rule, now time.Time) (backend.Fact, []backend.Fact, error) {
	return s.approve(id, now, func(f *backend.Fact) error { return f.DecideByRule(rule, now) })
}

func (s *Store) approve(id string, now time.Time, decide func(*backend.Fact) error) (f backend.Fact, superseded []backend.Fact, err error) {
	err = s.update("bolt.fact.approve", func(tx *tx) error {
		f, superseded, err = approveIn(tx, id, now, decide)
		return err
	})
	if err != nil {
		return backend.Fact{}, []backend.Fact{}, err
	}
	return f, superseded, nil
}

func approveIn(tx *tx, id string, now time.Time, decide func(*backend.Fact) error) (f backend.Fact, superseded []backend.Fact, err error) {
	superseded = []backend.Fact{}
	if f, err = facts.get(tx, id); err != nil {
		return f, superseded, err
	}
	if err := decide(&f); err != nil {
		return f, superseded, err
	}
	same, err := approvedOf(tx, f.Question)
	if err != nil {
		return f, superseded, err
	}
	for _, old := range same {
		old.Supersede(id, now)
		if err := facts.put(tx, &old); err != nil {
			return f, superseded, err
		}
		superseded = append(superseded, old)
	}
	return f, superseded, facts.put(tx, &f)
}

// UndoFact takes the last decision on a fact back. With an approval it also restores
// the facts that the approval superseded, which it returns, in one transaction.
func (s *Store) UndoFact(id string, now time.Time) (f backend.Fact, restored []backend.Fact, err error) {
	err = s.update("bolt.fact.undo", func(tx *tx) error {
		f, restored, err = undoIn(tx, id, now)
		return err
	})
	if err != nil {
		return backend.Fact{}, []backend.Fact{}, err
	}
	return f, restored, nil
}

func undoIn(tx *tx, id string, now time.Time) (f backend.Fact, restored []backend.Fact, err error) {
	restored = []backend.Fact{}
	var was backend.Fact
	f, err = facts.change(tx, id, func(f *backend.Fact) error {
		was = *f
		return f.Undo(now)
	}, func(before, now *backend.Fact) error { return allowed(tx, before, now) })
	if err != nil || was.State != backend.FactApproved {
		return f, restored, err
	}
	superseded, err := supersededBy(tx, was)
	if err != nil {
		return f, restored, err
	}
	for _, old := range superseded {
		before := old
		old.Restore(now)
		if err := allowed(tx, &before, &old); backend.CodeOf(err) == backend.CodeConflict {
			continue // the question was edited since, and a third fact answers the old one
		} else if err != nil {
			return f, restored, err
		}
		if err := facts.put(tx, &old); err != nil {
			return f, restored, err
		}
		restored = append(restored, old)
	}
	return f, restored, nil
}

// supersededBy finds what the approval of a fact superseded. It asked the same
// question, so that the others of it need no look, unless the fact was touched since:
// an edit may have changed its question.
func supersededBy(tx *tx, f backend.Fact) (list []backend.Fact, err error) {
	if f.DecidedAt != nil && f.UpdatedAt.Equal(*f.DecidedAt) {
		list, err = factsOf(tx, f.Question)
	} else {
		list, err = facts.children(tx, factByState, string(backend.FactSuperseded))
	}
	return slices.DeleteFunc(list, func(old backend.Fact) bool {
		return old.State != backend.FactSuperseded || old.Superseder != f.ID
	}), err
}

// FactOfVerdict gives the newest fact that a verdict proposed; false when there
// is none.
func (s *Store) FactOfVerdict(verdictID string) (f backend.Fact, found bool, err error) {
	err = s.view("bolt.fact.verdict", func(tx *tx) error {
		f, found, err = facts.newest(tx, factByVerdict, verdictID)
		return err
	})
	return f, found, err
}

// AddAnchor stores a new anchor.
func (s *Store) AddAnchor(a backend.Anchor) error {
	return s.update("bolt.anchor.add", func(tx *tx) error {
		if err := checkID("anchor", a.ID); err != nil {
			return err
		}
		if err := checkRef("verdict", a.VerdictID); err != nil {
			return err
		}
		return anchors.add(tx, &a)
	})
}

// Anchors gives every anchor, oldest first.
func (s *Store) Anchors() (out []backend.Anchor, err error) {
	err = s.view("bolt.anchors", func(tx *tx) error {
		out, err = anchors.children(tx, anchorByTime, "")
		return err
	})
	return orEmpty(out), err
}
