package bolt

import (
	"errors"

	"errata/backend"
)

var verdicts = table[backend.Verdict]{
	bucket: "verdict", noun: "verdict",
	id: func(v *backend.Verdict) string { return v.ID },
	index: func(v *backend.Verdict) []entry {
		out := []entry{at(verdictByTime, "", stamp(v.CreatedAt), v.ID)}
		if v.AnswerID != "" {
			out = append(out, at(verdictByAnswer, v.AnswerID, stamp(v.CreatedAt), v.ID))
		}
		return out
	},
}

var ratings = table[backend.Rating]{
	bucket: "rating", noun: "rating",
	id: func(r *backend.Rating) string { return r.VerdictID },
}

// AddVerdict stores a verdict. Its answer need not be stored: an answer given on
// the command line can be checked too.
func (s *Store) AddVerdict(v backend.Verdict) error {
	return s.update("bolt.verdict.add", func(tx *tx) error {
		if err := checkID("verdict", v.ID); err != nil {
			return err
		}
		if err := checkRef("answer", v.AnswerID); err != nil {
			return err
		}
		return verdicts.add(tx, &v)
	})
}

// Verdict gets one verdict.
func (s *Store) Verdict(id string) (v backend.Verdict, err error) {
	err = s.view("bolt.verdict", func(tx *tx) error { v, err = verdicts.get(tx, id); return err })
	return v, err
}

// VerdictsOf gives all verdicts on an answer, oldest first.
func (s *Store) VerdictsOf(answerID string) (out []backend.Verdict, err error) {
	err = s.view("bolt.verdicts.of", func(tx *tx) error { out, err = verdicts.children(tx, verdictByAnswer, answerID); return err })
	return orEmpty(out), err
}

// RecentVerdicts gives the newest verdicts, newest first; limit 0 means 50.
func (s *Store) RecentVerdicts(limit int) (out []backend.Verdict, err error) {
	err = s.view("bolt.verdicts", func(tx *tx) error {
		out, err = verdicts.page(tx, verdictByTime, scopeOf(tx, verdictByTime, ""), nil, limitOf(limit))
		return err
	})
	return orEmpty(out), err
}

// Rating gets a person's rating of a verdict; false when there is none.
func (s *Store) Rating(verdictID string) (r backend.Rating, found bool, err error) {
	err = s.view("bolt.rating", func(tx *tx) error { r, found, err = ratings.find(tx, verdictID); return err })
	return r, found, err
}

// PutRating stores a person's rating of a verdict, over an earlier one.
func (s *Store) PutRating(r backend.Rating) error {
	return s.update("bolt.rating.put", func(tx *tx) error {
		if !verdicts.has(tx, r.VerdictID) {
			return verdicts.missing(r.VerdictID)
		}
		return ratings.put(tx, &r)
	})
}

// tolerated notes a damage inside a list and clears it; false when there was any
// error.
func tolerated(tx *tx, err *error) bool {
	if *err == nil {
		return true
	}
	var d Damage
	if errors.As(*err, &d) {
		tx.note(d)
		*err = nil
	}
	return false
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
