package bolt

import (
	"bytes"

	"errata/backend"
)

// FactPart gives the facts at some places of a list and the length of the list. The
// index is walked from its nearer end without reading a record, and a search is walked
// once to be counted: nothing is kept that a write could make wrong.
func (s *Store) FactPart(r backend.FactRange) (part backend.FactPart, err error) {
	err = s.view("bolt.facts.part", func(tx *tx) error {
		from, limit := max(r.From, 0), limitOf(r.Limit)
		without, err := excluded(tx, r)
		if err != nil {
			return err
		}
		if found := searchFacts(tx, r.Query, r.State); found != nil {
			part, err = searched(tx, except{found, without}, r.State, from, limit)
			return err
		}
		n, err := countsOf(tx, countFacts)
		if err != nil {
			return err
		}
		part.Total = -len(without)
		for state, count := range n {
			if r.State == "" || string(r.State) == state {
				part.Total += int(count)
			}
		}
		if from >= part.Total {
			return nil
		}
		list := scopeOf(tx, factByState, string(r.State))
		after := list.before(from, part.Total, without)
		part.Facts, err = facts.page(tx, factByState, except{scopeOf(tx, factByState, string(r.State)), without}, after, limit)
		return err
	})
	part.Facts = orEmpty(part.Facts)
	return part, err
}

// excluded are the facts of r.Without that the list would have.
func excluded(tx *tx, r backend.FactRange) (map[string]bool, error) {
	ids := map[string]bool{}
	for _, id := range r.Without {
		f, found, err := facts.find(tx, id)
		if err != nil {
			return nil, err
		}
		if found && (r.State == "" || f.State == r.State) {
			ids[id] = true
		}
	}
	return ids, nil
}

// searched counts what a search finds and reads limit records of it.
func searched(tx *tx, found stream, state backend.FactState, from, limit int) (backend.FactPart, error) {
	part := backend.FactPart{Facts: []backend.Fact{}}
	for h, ok := found.below(nil, false); ok; h, ok = found.below(h.suffix, false) {
		if place := part.Total; place >= from && place < from+limit {
			f, ok, err := facts.read(tx, factWord, h, inState(state))
			if err != nil {
				return part, err
			}
			if ok {
				part.Facts = append(part.Facts, f)
			}
		}
		part.Total++
	}
	return part, nil
}

// before gives the suffix of the entry in front of a place of the list, nil for the
// first place. The list has total entries beside those in without.
func (p *postings) before(place, total int, without map[string]bool) []byte {
	if place == 0 {
		return nil
	}
	steps, next := place, p.c.Prev
	var key, id []byte
	if place <= total/2 {
		key, id = p.seekDown(nil, false)
	} else {
		steps, next = total-place+1, p.c.Next
		key, id = p.c.Seek(p.prefix)
	}
	for ; bytes.HasPrefix(key, p.prefix); key, id = next() {
		if len(without) > 0 && without[string(id)] {
			continue
		}
		if steps--; steps == 0 {
			return key[len(p.prefix):]
		}
	}
	return nil
}

// except streams what stands in a stream, without the records of some ids.
type except struct {
	stream
	ids map[string]bool
}

func (e except) below(limit []byte, including bool) (hit, bool) {
	h, ok := e.stream.below(limit, including)
	for ok && len(e.ids) > 0 && e.ids[string(h.id)] {
		h, ok = e.stream.below(h.suffix, false)
	}
	return h, ok
}
