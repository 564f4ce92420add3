package bolt

import (
	"encoding/binary"
	"time"

	"errata/backend"
)

var adapters = table[backend.Adapter]{
	bucket: "adapter", noun: "adapter",
	id: func(a *backend.Adapter) string { return a.ID },
}

var versions = table[backend.Version]{
	bucket: "version", noun: "version",
	id: func(v *backend.Version) string { return v.ID },
	index: func(v *backend.Version) []entry {
		out := []entry{
			at(versionByNumber, "", number(uint64(v.Number)), v.ID),
			at(versionByAdapter, v.AdapterID, nil, v.ID),
		}
		if v.State == backend.VersionCurrent {
			out = append(out, at(versionCurrent, v.Model, nil, v.ID))
		}
		return out
	},
}

// promotion is one entry of a model's history.
type promotion struct {
	ID  string `json:"id"`
	Seq uint64 `json:"seq"`
	backend.Promotion
}

var promotions = table[promotion]{
	bucket: "promotion", noun: "promotion",
	id: func(p *promotion) string { return p.ID },
	index: func(p *promotion) []entry {
		return []entry{at(promotionByModel, p.Model, number(p.Seq), p.ID)}
	},
}

var arrivals = table[backend.Arrival]{
	bucket: "arrival", noun: "arrival",
	id: func(a *backend.Arrival) string { return a.ID },
	index: func(a *backend.Arrival) []entry {
		return []entry{at(arrivalByTime, "", stamp(a.SeenAt), a.ID)}
	},
}

// RegisterAdapter stores an adapter, gives its version the next number of the
// store and ties the adapter's run, if it is known, to both. A second sight of
// the same adapter changes nothing and returns the version that exists.
func (s *Store) RegisterAdapter(a backend.Adapter, v backend.Version) (backend.Version, error) {
	var out backend.Version
	err := s.update("bolt.adapter.register", func(tx *tx) error {
		if err := checkID("adapter", a.ID); err != nil {
			return err
		}
		if adapters.has(tx, a.ID) {
			known, found, err := versions.newest(tx, versionByAdapter, a.ID)
			if err == nil && !found {
				err = Damage{versionByAdapter, a.ID, "the adapter is stored but its version is missing"}.wrapped()
			}
			out = known
			return err
		}
		if err := checkNewVersion(a, &v); err != nil {
			return err
		}
		var err error
		if v.Number, err = nextNumber(tx, versionByNumber); err != nil {
			return err
		}
		if err := adapters.add(tx, &a); err != nil {
			return err
		}
		if err := versions.add(tx, &v); err != nil {
			return err
		}
		out = v
		return tieRun(tx, a, v)
	})
	if err != nil {
		return backend.Version{}, err
	}
	fillEmpty(&out)
	return out, nil
}

func checkNewVersion(a backend.Adapter, v *backend.Version) error {
	if err := checkID("version", v.ID); err != nil {
		return err
	}
	if err := checkID("model", v.Model); err != nil {
		return err
	}
	if v.AdapterID == "" {
		v.AdapterID = a.ID
	}
	if v.AdapterID != a.ID {
		return backend.Errorf(backend.CodeInvalid, "", "The version names another adapter than the one registered; nothing was stored.")
	}
	if v.RunID == "" {
		v.RunID = a.RunID
	}
	if v.State == "" {
		v.State = backend.VersionCandidate
	}
	if v.State == backend.VersionCurrent {
		return backend.Errorf(backend.CodeInvalid, "", "A new version cannot be current; nothing was stored.").
			WithHint("Register it as a candidate and promote it.")
	}
	return nil
}

func tieRun(tx *tx, a backend.Adapter, v backend.Version) error {
	id := a.RunID
	if id == "" {
		id = v.RunID
	}
	r, found, err := runs.find(tx, id)
	if err != nil || !found {
		return err
	}
	r.AdapterID, r.VersionID = a.ID, v.ID
	if r.State == backend.RunInterrupted { // only its end was missed: the artefact is whole
		r.State, r.Failure, r.Message, r.Hint = backend.RunFinished, "", "", ""
	}
	return runs.put(tx, &r)
}

// Adapter gets one adapter by the SHA-256 of its manifest.
func (s *Store) Adapter(id string) (a backend.Adapter, err error) {
	err = s.view("bolt.adapter", func(tx *tx) error { a, err = adapters.get(tx, id); return err })
	return a, err
}

// Version gets one version.
func (s *Store) Version(id string) (v backend.Version, err error) {
	err = s.view("bolt.version", func(tx *tx) error { v, err = versions.get(tx, id); return err })
	return v, err
}

// Versions gives all versions, newest first.
func (s *Store) Versions() (out []backend.Version, err error) {
	err = s.view("bolt.versions", func(tx *tx) error {
		out, err = versions.page(tx, versionByNumber, scopeOf(tx, versionByNumber, ""), nil, -1)
		return err
	})
	return orEmpty(out), err
}

// CurrentVersion gives the current version of a model; false means the base.
func (s *Store) CurrentVersion(model string) (v backend.Version, found bool, err error) {
	err = s.view("bolt.version.current", func(tx *tx) error {
		v, found, err = currentOf(tx, model)
		return err
	})
	return v, found, err
}

// currentOf fails on damage: the base must not be served in silence in place of
// a version that cannot be read.
func currentOf(tx *tx, model string) (v backend.Version, found bool, err error) {
	h, found := scopeOf(tx, versionCurrent, model).below(nil, false)
	if !found {
		return v, false, nil
	}
	v, ok, err := versions.listed(tx, versionCurrent, h.key, h.id)
	if err != nil {
		return v, false, err
	}
	if !ok {
		return v, false, Damage{versionCurrent, model, "the current version cannot be read"}.wrapped()
	}
	return v, true, nil
}

// ChangeVersion runs change on the version inside the transaction; change is
// pure. Only Promote makes a version current or takes that away.
func (s *Store) ChangeVersion(id string, change func(*backend.Version) error) (v backend.Version, err error) {
	err = s.update("bolt.version.change", func(tx *tx) error {
		v, err = versions.change(tx, id, change, func(before, now *backend.Version) error {
			const cur = backend.VersionCurrent
			switch {
			case before.State != now.State && (before.State == cur || now.State == cur):
				return backend.Errorf(backend.CodeInvalid, "", "A version becomes current, or stops being it, only by a promotion; nothing was changed.")
			case before.Number != now.Number || before.Model != now.Model || before.AdapterID != now.AdapterID || before.BaseSHA256 != now.BaseSHA256:
				return backend.Errorf(backend.CodeInvalid, "", "Number, model, base and adapter of a version cannot change; nothing was changed.")
			}
			return nil
		})
		return err
	})
	return v, err
}

// Promote makes a candidate or a retired version current and retires the one
// before it, in one transaction, and adds to the model's history; id "" goes
// back to the plain base. Promoting what is current changes nothing.
func (s *Store) Promote(model, id string, now time.Time) error {
	return s.makeCurrent("bolt.version.promote", backend.Promotion{Model: model, To: id, At: now})
}

// Rollback is Promote for a version that was current before: the history knows
// the step as one back.
func (s *Store) Rollback(model, id string, now time.Time) error {
	return s.makeCurrent("bolt.version.rollback", backend.Promotion{Model: model, To: id, Rollback: true, At: now})
}

func (s *Store) makeCurrent(op string, p backend.Promotion) error {
	model, id, now := p.Model, p.To, p.At
	return s.update(op, func(tx *tx) error {
		if err := checkID("model", model); err != nil {
			return err
		}
		old, had, err := currentOf(tx, model)
		if err != nil {
			return err
		}
		if old.ID == id {
			return nil
		}
		if id != "" {
			if err := raise(tx, model, id, now); err != nil {
				return err
			}
		}
		if had {
			old.State = backend.VersionRetired
			if err := versions.put(tx, &old); err != nil {
				return err
			}
		}
		p.From = old.ID
		return remember(tx, p)
	})
}

func raise(tx *tx, model, id string, now time.Time) error {
	v, err := versions.get(tx, id)
	if err != nil {
		return err
	}
	if v.Model != model {
		return backend.Errorf(backend.CodeInvalid, "", "%s is a version of %s, not of %s; nothing was changed.", v.Name(), v.Model, model)
	}
	if v.State == backend.VersionDeleted {
		return backend.Errorf(backend.CodeConflict, "", "%s was deleted and cannot become current; nothing was changed.", v.Name())
	}
	if v.State == backend.VersionRejected {
		return backend.Errorf(backend.CodeConflict, "", "%s was rejected and cannot become current; nothing was changed.", v.Name()).
			WithHint("Make it a candidate again first.")
	}
	v.State, v.PromotedAt = backend.VersionCurrent, &now
	return versions.put(tx, &v)
}

func remember(tx *tx, p backend.Promotion) error {
	seq := uint64(1)
	if h, ok := scopeOf(tx, promotionByModel, p.Model).below(nil, false); ok && len(h.suffix) >= 8 {
		seq = binary.BigEndian.Uint64(h.suffix) + 1
	}
	return promotions.add(tx, &promotion{ID: sequenced(p.Model, seq), Seq: seq, Promotion: p})
}

// PromotionHistory gives the promotions of a model, newest first.
func (s *Store) PromotionHistory(model string) ([]backend.Promotion, error) {
	out := []backend.Promotion{}
	err := s.view("bolt.promotions", func(tx *tx) error {
		list, err := promotions.page(tx, promotionByModel, scopeOf(tx, promotionByModel, model), nil, -1)
		for _, p := range list {
			out = append(out, p.Promotion)
		}
		return err
	})
	return out, err
}

// PutArrival stores or replaces what is known of a folder that turned up.
func (s *Store) PutArrival(a backend.Arrival) error {
	return s.update("bolt.arrival.put", func(tx *tx) error {
		if err := checkID("arrival", a.ID); err != nil {
			return err
		}
		return arrivals.put(tx, &a)
	})
}

// Arrivals gives all arrivals, newest first.
func (s *Store) Arrivals() (out []backend.Arrival, err error) {
	err = s.view("bolt.arrivals", func(tx *tx) error {
		out, err = arrivals.page(tx, arrivalByTime, scopeOf(tx, arrivalByTime, ""), nil, -1)
		return err
	})
	return orEmpty(out), err
}
