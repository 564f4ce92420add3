package bolt

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"errata/backend"
)

var runs = table[backend.Run]{
	bucket: "run", noun: "run",
	id: func(r *backend.Run) string { return r.ID },
	index: func(r *backend.Run) []entry {
		out := []entry{at(runByTime, "", stamp(r.CreatedAt), r.ID)}
		if !r.State.Over() {
			out = append(out, at(runOpen, "", nil, r.ID))
		}
		return out
	},
}

// runEvent is one line of a run's record.
type runEvent struct {
	ID    string          `json:"id"`
	RunID string          `json:"run_id"`
	Seq   uint64          `json:"seq"`
	At    time.Time       `json:"at"`
	Event json.RawMessage `json:"event"`
}

var runEvents = table[runEvent]{
	bucket: "run_event", noun: "run event",
	id: func(e *runEvent) string { return e.ID },
	index: func(e *runEvent) []entry {
		return []entry{at(runEventBySequence, e.RunID, number(e.Seq), e.ID)}
	},
}

// sequenced makes the id of the n-th record of an owner. It is text, as JSON
// would not keep bytes; ids of owners hold no zero byte, so that no two can meet.
func sequenced(owner string, n uint64) string { return fmt.Sprintf("%s\x00%016x", owner, n) }

// AddRun stores a new run. It fails with CodeConflict while another run is
// requested or running.
func (s *Store) AddRun(r backend.Run) error {
	return s.update("bolt.run.add", func(tx *tx) error {
		if err := checkID("run", r.ID); err != nil {
			return err
		}
		if err := aloneOpen(tx, &r); err != nil {
			return err
		}
		return runs.add(tx, &r)
	})
}

func aloneOpen(tx *tx, r *backend.Run) error {
	if r.State.Over() {
		return nil
	}
	open, err := runs.children(tx, runOpen, "")
	if err != nil {
		return err
	}
	for _, other := range open {
		if other.ID != r.ID {
			return backend.Errorf(backend.CodeConflict, "", "The run %q is not over; no other was started.", other.ID).
				WithHint("Wait for it, or stop it first.")
		}
	}
	return nil
}

// Run gets one run.
func (s *Store) Run(id string) (r backend.Run, err error) {
	err = s.view("bolt.run", func(tx *tx) error { r, err = runs.get(tx, id); return err })
	return r, err
}

// Runs gives all runs, newest first.
func (s *Store) Runs() (out []backend.Run, err error) {
	err = s.view("bolt.runs", func(tx *tx) error {
		out, err = runs.page(tx, runByTime, scopeOf(tx, runByTime, ""), nil, -1)
		return err
	})
	return orEmpty(out), err
}

// ChangeRun runs change on the run inside the transaction; change is pure. A run
// cannot be opened again while another one is not over.
func (s *Store) ChangeRun(id string, change func(*backend.Run) error) (r backend.Run, err error) {
	err = s.update("bolt.run.change", func(tx *tx) error {
		r, err = runs.change(tx, id, change, func(_, now *backend.Run) error { return aloneOpen(tx, now) })
		return err
	})
	return r, err
}

// AddRunEvent appends one JSON value to the run's record.
func (s *Store) AddRunEvent(runID string, at time.Time, event json.RawMessage) error {
	return s.update("bolt.run.event.add", func(tx *tx) error {
		if !runs.has(tx, runID) {
			return runs.missing(runID)
		}
		if !json.Valid(event) {
			return backend.Errorf(backend.CodeInvalid, "", "The event of run %q is not JSON; it was not stored.", runID)
		}
		seq := uint64(1)
		if h, ok := scopeOf(tx, runEventBySequence, runID).below(nil, false); ok {
			if len(h.suffix) < 8 {
				return Damage{runEventBySequence, string(h.id), "the list holds an entry without a number"}.wrapped()
			}
			seq = binary.BigEndian.Uint64(h.suffix) + 1
		}
		return runEvents.add(tx, &runEvent{ID: sequenced(runID, seq), RunID: runID, Seq: seq, At: at, Event: event})
	})
}

// RunEvents gives the events of a run in the order they came.
func (s *Store) RunEvents(runID string) ([]json.RawMessage, error) {
	out := []json.RawMessage{}
	err := s.view("bolt.run.events", func(tx *tx) error {
		if !runs.has(tx, runID) {
			return runs.missing(runID)
		}
		events, err := runEvents.children(tx, runEventBySequence, runID)
		for _, e := range events {
			out = append(out, e.Event)
		}
		return err
	})
	return out, err
}
