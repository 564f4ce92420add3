package bolt

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"errata/backend"
)

// Index buckets, by the record bucket they list.
const (
	chatByUse          = "chat_by_use"
	chatWord           = "chat_word"
	questionByChat     = "question_by_chat"
	answerByQuestion   = "answer_by_question"
	answerStreaming    = "answer_streaming"
	verdictByTime      = "verdict_by_time"
	verdictByAnswer    = "verdict_by_answer"
	factByState        = "fact_by_state"
	factByQuestion     = "fact_by_question"
	factByVerdict      = "fact_by_verdict"
	factWord           = "fact_word"
	factOpen           = "fact_open"
	factDisputing      = "fact_disputing"
	factByExpiry       = "fact_by_expiry"
	anchorByTime       = "anchor_by_time"
	anchorByVerdict    = "anchor_by_verdict"
	datasetByNumber    = "dataset_by_number"
	runByTime          = "run_by_time"
	runOpen            = "run_open"
	runEventBySequence = "run_event_by_sequence"
	versionByNumber    = "version_by_number"
	versionByAdapter   = "version_by_adapter"
	versionCurrent     = "version_current"
	promotionByModel   = "promotion_by_model"
	scorecardByVersion = "scorecard_by_version"
	comparisonByTime   = "comparison_by_time"
	arrivalByTime      = "arrival_by_time"
	cacheByAge         = "cache_by_age"
)

// keeper is a table whose record type does not matter: what checking and
// salvaging need of it.
type keeper interface {
	name() string
	// look verifies a stored record and says which transaction wrote it.
	look(key, value []byte) (written uint64, err error)
	// lines are the index entries that the record should have.
	lines(key, value []byte) ([]entry, error)
	// copyTo stores the record in another store; it makes the entries anew.
	copyTo(tx *tx, key, value []byte) error
}

func (t *table[T]) look(key, value []byte) (uint64, error) {
	_, written, err := t.decode(key, value)
	return written, err
}

func (t *table[T]) lines(key, value []byte) ([]entry, error) {
	rec, _, err := t.decode(key, value)
	if err != nil {
		return nil, err
	}
	return t.entries(&rec), nil
}

func (t *table[T]) copyTo(tx *tx, key, value []byte) error {
	rec, _, err := t.decode(key, value)
	if err != nil {
		return err
	}
	return t.put(tx, &rec)
}

// keepers are all record buckets; derived ones are made anew by a salvage.
func keepers() []keeper {
	return []keeper{
		&chats, &questions, &answers, &verdicts, &ratings, &facts, &anchors, &datasets, &contents,
		&runs, &runEvents, &adapters, &versions, &promotions, &scorecards, &comparisons, &arrivals,
		&settings, &cached, &counts, &heads,
	}
}

func derived(k keeper) bool { return k.name() == counts.bucket || k.name() == heads.bucket }

// indexOwners names the record bucket of each index bucket.
func indexOwners() map[string]keeper {
	return map[string]keeper{
		chatByUse: &chats, chatWord: &chats,
		questionByChat:   &questions,
		answerByQuestion: &answers, answerStreaming: &answers,
		verdictByTime: &verdicts, verdictByAnswer: &verdicts,
		factByState: &facts, factByQuestion: &facts, factByVerdict: &facts, factWord: &facts,
		factOpen: &facts, factDisputing: &facts, factByExpiry: &facts,
		anchorByTime: &anchors, anchorByVerdict: &anchors,
		datasetByNumber: &datasets,
		runByTime:       &runs, runOpen: &runs,
		runEventBySequence: &runEvents,
		versionByNumber:    &versions, versionByAdapter: &versions, versionCurrent: &versions,
		promotionByModel:   &promotions,
		scorecardByVersion: &scorecards,
		comparisonByTime:   &comparisons,
		arrivalByTime:      &arrivals,
		cacheByAge:         &cached,
	}
}

// head is the file's own record: which migrations made it.
type head struct {
	ID         string    `json:"id"`
	App        string    `json:"app"`
	CreatedAt  time.Time `json:"created_at"`
	Migrations []applied `json:"migrations"`
}

type applied struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	App  string    `json:"app"`
}

var heads = table[head]{bucket: "meta", noun: "head", id: func(h *head) string { return h.ID }}

const headID = "head"

// readHead gives the zero head for a file without one.
func readHead(tx *tx) (head, error) {
	if tx.in(heads.bucket) == nil {
		return head{ID: headID}, nil
	}
	h, found, err := heads.find(tx, headID)
	if err == nil && !found {
		h = head{ID: headID}
	}
	return h, err
}

func (h head) refuseNewer(known int) error {
	if len(h.Migrations) <= known {
		return nil
	}
	return backend.Errorf(backend.CodeInvalid, "bolt.open",
		"The store was written by a newer Errata (schema %d, this one knows %d); it was not touched.", len(h.Migrations), known).
		WithHint("Start the newer Errata, or restore a backup that was made before the update.")
}

// migration is one named step of the layout. The schema of a file is how many
// were applied; names are never changed and steps never reordered.
type migration struct {
	Name    string
	Apply   func(*bbolt.Tx) error
	Buckets []string // that it adds to the first layout: earlier files lack them rightly
}

var migrations = []migration{
	{Name: "0001-first-layout", Apply: firstLayout},
	{Name: "0002-urgent-facts", Apply: urgentFacts, Buckets: []string{factOpen, factDisputing, factByExpiry}},
}

// toCome names the buckets that the file gets by migrations it has yet to go through.
func toCome(tx *tx) map[string]bool {
	missing := map[string]bool{}
	h, err := readHead(tx)
	if err != nil {
		return missing // the damage is told of where the record is read
	}
	for _, m := range migrations[min(len(h.Migrations), len(migrations)):] {
		for _, name := range m.Buckets {
			missing[name] = true
		}
	}
	return missing
}

func firstLayout(b *bbolt.Tx) error {
	for _, k := range keepers() {
		if _, err := b.CreateBucketIfNotExists([]byte(k.name())); err != nil {
			return err
		}
	}
	for name := range indexOwners() {
		if _, err := b.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// urgentFacts lists the facts that must be decided first, which earlier files do not.
func urgentFacts(b *bbolt.Tx) error {
	for _, name := range []string{factOpen, factDisputing, factByExpiry} {
		if _, err := b.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return b.Bucket([]byte(facts.bucket)).ForEach(func(key, value []byte) error {
		f, _, err := facts.decode(key, value)
		if err != nil {
			return nil //nolint:nilerr // a damaged fact is told of where it is read
		}
		for _, e := range urgentEntries(&f) {
			if err := b.Bucket([]byte(e.bucket)).Put(e.key, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// migrate applies what is missing, each step in a transaction of its own after
// a backup of the file as it was. A fresh file needs no backup.
func (s *Store) migrate() error {
	var h head
	if err := s.view("bolt.migrate", func(tx *tx) (err error) { h, err = readHead(tx); return err }); err != nil {
		return err
	}
	if err := h.refuseNewer(len(s.opts.migrations)); err != nil {
		return err
	}
	fresh := len(h.Migrations) == 0
	for i, m := range s.opts.migrations {
		if i < len(h.Migrations) {
			if h.Migrations[i].Name != m.Name {
				return backend.Errorf(backend.CodeInvalid, "bolt.migrate", "The store went through %q where this Errata expects %q; it was not touched.", h.Migrations[i].Name, m.Name).
					WithHint("Start the Errata that wrote it.")
			}
			continue
		}
		if !fresh {
			if err := s.backupBefore(m.Name); err != nil {
				return err
			}
		}
		if err := s.apply(m); err != nil {
			return err
		}
	}
	return s.view("bolt.open", func(tx *tx) error {
		for _, name := range bucketNames() {
			if tx.in(name) == nil {
				return Damage{name, "", "the bucket is missing"}.wrapped()
			}
		}
		return nil
	})
}

func (s *Store) apply(m migration) error {
	now := s.opts.Now().UTC()
	err := s.update("bolt.migrate", func(tx *tx) error {
		if err := m.Apply(tx.Tx); err != nil {
			return err
		}
		h, err := readHead(tx)
		if err != nil {
			return err
		}
		if len(h.Migrations) == 0 {
			h.App, h.CreatedAt = s.opts.App, now
		}
		h.Migrations = append(h.Migrations, applied{m.Name, now, s.opts.App})
		return heads.put(tx, &h)
	})
	if err == nil {
		return nil
	}
	code := backend.CodeOf(err)
	return (&backend.Error{Code: code, Op: "bolt.migrate", Err: err,
		Message: fmt.Sprintf("The store could not be brought to %q; it is as it was before.", m.Name)}).
		WithHint("A backup from before the step lies in " + s.opts.BackupDir + ".")
}

func (s *Store) backupBefore(name string) error {
	if err := os.MkdirAll(s.opts.BackupDir, 0o700); err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "bolt.migrate", "The folder for the backup before the migration could not be made; the store was not touched.")
	}
	return s.copyOut(filepath.Join(s.opts.BackupDir, "before-"+name+"-"+s.opts.Now().UTC().Format(backupTime)+".db"))
}

func bucketNames() []string {
	var names []string
	for _, k := range keepers() {
		names = append(names, k.name())
	}
	for name := range indexOwners() {
		names = append(names, name)
	}
	return names
}
