package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"errata/backend"
)

const (
	shownDamages  = 20
	indexedUpTo   = 64 << 20 // bytes of a file whose lists Inspect compares too
	fileDamage    = "(file)"
	checkHint     = "Restore the newest backup, or salvage the records that are whole."
	lineageBucket = "(lineage)"
)

// CheckReport says what a look at a store file found.
type CheckReport struct {
	Path    string         `json:"path"`
	Bytes   int64          `json:"bytes"`
	Exists  bool           `json:"exists"`
	Records map[string]int `json:"records"` // whole ones, by bucket
	Damaged int            `json:"damaged"` // records that are not whole
	File    int            `json:"file"`    // faults of the file's structure
	Lists   int            `json:"lists"`   // lists that differ from their records
	Listed  bool           `json:"listed"`  // whether the lists were compared
	First   []Damage       `json:"first"`   // the first twenty
}

func (r *CheckReport) add(n *int, d Damage) {
	*n++
	if len(r.First) < shownDamages {
		r.First = append(r.First, d)
	}
}

// Total number of records that are whole.
func (r CheckReport) Total() int {
	n := 0
	for _, k := range r.Records {
		n += k
	}
	return n
}

// Err is nil for a sound file, else CodeInternal with the counts and the first
// damage.
func (r CheckReport) Err() error {
	if len(r.First) == 0 {
		return nil
	}
	return (&backend.Error{Code: backend.CodeInternal, Op: "bolt.check", Err: r.First[0],
		Message: fmt.Sprintf("The store %s is damaged: %s of the file, %s, %s; %s left.", r.Path,
			backend.Count(r.File, "fault"), backend.Count(r.Damaged, "damaged record"), backend.Count(r.Lists, "wrong list"), backend.Count(r.Total(), "whole record"))}).WithHint(checkHint)
}

// Check is what `errata --check-db` runs in a child process before the app opens
// the file: structure, every record's hash, and the lists of a file up to
// 64 MiB, so that it ends within seconds. A file that is not there, or is empty, is fine. It may end the
// process over a damaged file, which is why it runs in a child of its own.
func Check(path string) error {
	r, err := Inspect(path)
	if err != nil {
		return err
	}
	return r.Err()
}

// Inspect is Check with its figures. The error is about looking, not about what
// was found.
func Inspect(path string) (CheckReport, error) {
	r := CheckReport{Path: path, Records: map[string]int{}, First: []Damage{}}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, backend.Wrap(err, backend.CodeUnavailable, "bolt.check", "The store could not be looked at.")
	}
	r.Exists, r.Bytes = true, info.Size()
	if info.IsDir() {
		return r, backend.Errorf(backend.CodeInvalid, "bolt.check", "%s is a folder, not a store.", path)
	}
	if r.Bytes == 0 {
		return r, nil
	}
	if err := r.readPages(path); err != nil || r.File > 0 {
		return r, err
	}
	return r, r.readWithBolt(path)
}

func (r *CheckReport) readPages(path string) error {
	p, err := openPages(path)
	if errors.Is(err, errNoMeta) {
		r.add(&r.File, Damage{fileDamage, "", err.Error()})
		return nil
	}
	if err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "bolt.check", "The store could not be read.")
	}
	defer func() { _ = p.Close() }() // read only: nothing can be lost
	if short := p.short(); short != "" {
		r.add(&r.File, Damage{fileDamage, "", short})
	}
	if err := p.freelist(); err != nil {
		r.add(&r.File, Damage{fileDamage, "", err.Error()})
	}
	tables := byName()
	p.walk(func(bucket string, key, value []byte) {
		k := tables[bucket]
		if k == nil {
			return
		}
		// The hash covers bucket, key and body: what fits it is what was written.
		if _, err := unseal(bucket, key, value); err != nil {
			r.add(&r.Damaged, damageOf(bucket, key, err))
			return
		}
		r.Records[bucket]++
	}, func(problem string) { r.add(&r.File, Damage{fileDamage, "", problem}) })
	return nil
}

// readWithBolt compares structure and lists. It runs only on a file whose pages
// were found in order.
func (r *CheckReport) readWithBolt(path string) (err error) {
	db, err := openFile(path, true)
	if err != nil {
		return openError(path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s := &Store{db: db, damages: map[Damage]bool{}}
	return s.view("bolt.check", func(tx *tx) error {
		for fault := range tx.Check() {
			r.add(&r.File, Damage{fileDamage, "", fault.Error()})
		}
		if r.File > 0 || r.Bytes > indexedUpTo {
			return nil
		}
		r.Listed = true
		later := toCome(tx)
		for _, name := range bucketNames() {
			if tx.in(name) == nil && !later[name] {
				r.add(&r.File, Damage{name, "", "the bucket is missing"})
			}
		}
		if r.File == 0 {
			compareLists(tx, func(d Damage) { r.add(&r.Lists, d) })
		}
		return nil
	})
}

// Verify looks at everything in the open store: structure, hashes, lists of any
// size, and lineage (parents of datasets, contents, current versions, counts).
func (s *Store) Verify() (CheckReport, error) {
	r := CheckReport{Path: s.Path(), Exists: true, Listed: true, Records: map[string]int{}, First: []Damage{}}
	err := s.view("bolt.verify", func(tx *tx) error {
		r.Bytes = tx.Size()
		for fault := range tx.Check() {
			r.add(&r.File, Damage{fileDamage, "", fault.Error()})
		}
		for _, k := range keepers() {
			c := tx.in(k.name()).Cursor()
			for key, value := c.First(); key != nil; key, value = c.Next() {
				if _, err := k.look(key, value); err != nil {
					r.add(&r.Damaged, damageOf(k.name(), key, err))
				} else {
					r.Records[k.name()]++
				}
			}
		}
		compareLists(tx, func(d Damage) { r.add(&r.Lists, d) })
		lineage(tx, func(d Damage) { r.add(&r.Lists, d) })
		return nil
	})
	return r, err
}

func byName() map[string]keeper {
	m := map[string]keeper{}
	for _, k := range keepers() {
		m[k.name()] = k
	}
	return m
}

func damageOf(bucket string, key []byte, err error) Damage {
	var d Damage
	if errors.As(err, &d) {
		return d
	}
	return Damage{bucket, string(key), err.Error()}
}

// compareLists finds records that miss an entry and entries that no record has.
// When every record has its entries, a bucket with no more entries than those
// holds no wrong one; only otherwise is each entry looked at.
// Lists that the file is yet to get are passed over.
func compareLists(tx *tx, bad func(Damage)) {
	right := map[string]int{}
	later := toCome(tx)
	for _, k := range keepers() {
		c := tx.in(k.name()).Cursor()
		for key, value := c.First(); key != nil; key, value = c.Next() {
			lines, err := k.lines(key, value)
			if err != nil {
				continue
			}
			for _, e := range lines {
				if later[e.bucket] {
					continue
				}
				if got := tx.in(e.bucket).Get(e.key); bytes.Equal(got, key) {
					right[e.bucket]++
				} else {
					bad(Damage{e.bucket, string(key), "the list misses the record"})
				}
			}
		}
	}
	for index, owner := range indexOwners() {
		if later[index] {
			continue
		}
		n := 0
		c := tx.in(index).Cursor()
		for key, _ := c.First(); key != nil; key, _ = c.Next() {
			n++
		}
		if n != right[index] {
			findWrong(tx, index, owner, bad)
		}
	}
}

// findWrong names the entries of an index that no whole record has. Entries of
// damaged records are not counted: the record is the damage.
func findWrong(tx *tx, index string, owner keeper, bad func(Damage)) {
	c := tx.in(index).Cursor()
	for key, id := c.First(); key != nil; key, id = c.Next() {
		value := tx.in(owner.name()).Get(id)
		if value == nil {
			bad(Damage{index, string(id), "the list names a record that is not there"})
			continue
		}
		if lines, err := owner.lines(id, value); err == nil && !hasLine(lines, index, key) {
			bad(Damage{index, string(id), "the list names a record that does not belong there"})
		}
	}
}

func hasLine(lines []entry, bucket string, key []byte) bool {
	for _, e := range lines {
		if e.bucket == bucket && bytes.Equal(e.key, key) {
			return true
		}
	}
	return false
}

// lineage checks what ties records to each other.
func lineage(tx *tx, bad func(Damage)) {
	wrong := func(id, format string, args ...any) { bad(Damage{lineageBucket, id, fmt.Sprintf(format, args...)}) }
	sets, _ := datasets.children(tx, datasetByNumber, "")
	for _, d := range sets {
		if !contents.has(tx, d.ID) {
			wrong(d.ID, "the dataset has no content")
		}
		parent, found, err := datasets.find(tx, d.ParentID)
		if d.ParentID != "" && (err != nil || !found || parent.Hash != d.ParentHash || parent.Number >= d.Number) {
			wrong(d.ID, "the dataset's parent %q is missing or another one", d.ParentID)
		}
	}
	list, _ := versions.children(tx, versionByNumber, "")
	current, numbers := map[string]string{}, map[int]bool{}
	for _, v := range list {
		if !adapters.has(tx, v.AdapterID) {
			wrong(v.ID, "the version's adapter is missing")
		}
		if numbers[v.Number] {
			wrong(v.ID, "the number %d is given twice", v.Number)
		}
		numbers[v.Number] = true
		if v.State == backend.VersionCurrent {
			if current[v.Model] != "" {
				wrong(v.ID, "%s has two current versions", v.Model)
			}
			current[v.Model] = v.ID
		}
		promoted, found, err := promotions.newest(tx, promotionByModel, v.Model)
		if v.State == backend.VersionCurrent && (err != nil || !found || promoted.To != v.ID) {
			wrong(v.ID, "the history does not end with the current version")
		}
	}
	for _, id := range []string{countFacts, countCache} {
		stored, err := countsOf(tx, id)
		fresh, err2 := recount(tx, id)
		if err != nil || err2 != nil || !sameCounts(stored, fresh) {
			wrong(id, "the counts are not those of the records")
		}
	}
}

func sameCounts(a, b map[string]int64) bool {
	for name, n := range a {
		if b[name] != n {
			return false
		}
	}
	for name, n := range b {
		if a[name] != n {
			return false
		}
	}
	return true
}
