package bolt

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"errata/backend"
)

const salvageBatch = 500 // records a transaction

// SalvageReport says what a salvage saved.
type SalvageReport struct {
	Records map[string]int `json:"records"` // saved, by bucket
	Damaged int            `json:"damaged"` // found, but not whole
	File    int            `json:"file"`    // faults of the file's structure
	Swept   bool           `json:"swept"`   // loose pages were searched too
}

// Total number of records saved.
func (r SalvageReport) Total() int { return CheckReport{Records: r.Records}.Total() }

// Salvage copies every record whose hash is right from the damaged store at path
// into a new store at out, whose lists and counts it makes anew. Where the tree
// of pages is broken it searches every page of the file and takes the newest
// copy of a record that hangs nowhere; that may bring back records deleted
// shortly before. It never writes to path. Run it in a child process.
func Salvage(path, out string) (SalvageReport, error) {
	const op = "bolt.salvage"
	report := SalvageReport{Records: map[string]int{}}
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return report, backend.Errorf(backend.CodeConflict, op, "%s exists already; nothing was written.", out)
	}
	if _, err := os.Stat(path); err != nil {
		return report, backend.Wrap(err, backend.CodeNotFound, op, "There is no store to salvage at "+path+".")
	}
	temp := filepath.Join(filepath.Dir(out), "."+filepath.Base(out)+".salvage")
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return report, backupError(op, err)
	}
	to, err := Open(temp, Options{App: "salvage"})
	if err != nil {
		return report, err
	}
	err = (&salvager{from: path, to: to, report: &report, found: map[string]bool{}}).run()
	if err = errors.Join(err, to.Close()); err != nil {
		return report, errors.Join(err, os.Remove(temp))
	}
	if err := rename(temp, out); err != nil {
		return report, backupError(op, errors.Join(err, os.Remove(temp)))
	}
	return report, nil
}

type salvager struct {
	from   string
	to     *Store
	report *SalvageReport
	found  map[string]bool // bucket and key
	batch  []saved
}

type saved struct {
	keeper
	key, value []byte
}

func (v *salvager) run() error {
	if err := v.tree(); err != nil {
		return err
	}
	if v.report.File > 0 || v.report.Damaged > 0 {
		if err := v.loose(); err != nil {
			return err
		}
	}
	if err := v.flush(); err != nil {
		return err
	}
	return v.to.update("bolt.salvage", reconcile)
}

func (v *salvager) tree() error {
	p, err := openPages(v.from)
	if errors.Is(err, errNoMeta) {
		v.report.File++
		return nil
	}
	if err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "bolt.salvage", "The damaged store could not be read.")
	}
	defer func() { _ = p.Close() }() // read only: nothing can be lost
	if p.short() != "" || p.freelist() != nil {
		v.report.File++
	}
	tables := byName()
	var failed error
	p.walk(func(bucket string, key, value []byte) {
		k := tables[bucket]
		if k == nil || derived(k) || failed != nil {
			return
		}
		if _, err := k.look(key, value); err != nil {
			v.report.Damaged++
			return
		}
		failed = v.save(saved{k, bytes.Clone(key), bytes.Clone(value)})
	}, func(string) { v.report.File++ })
	return failed
}

// loose takes, of each record that the tree did not give, the newest copy. It
// reads the file twice, so as to hold one number a record and not its body.
func (v *salvager) loose() error {
	v.report.Swept = true
	newest := map[string]uint64{}
	err := v.sweep(func(k keeper, name string, written uint64, _, _ []byte) error {
		newest[name] = max(newest[name], written)
		return nil
	})
	if err != nil {
		return err
	}
	return v.sweep(func(k keeper, name string, written uint64, key, value []byte) error {
		if v.found[name] || written != newest[name] {
			return nil
		}
		return v.save(saved{k, bytes.Clone(key), bytes.Clone(value)})
	})
}

func (v *salvager) sweep(visit func(k keeper, name string, written uint64, key, value []byte) error) error {
	var failed error
	all := keepers()
	err := sweep(v.from, func(key, value []byte) {
		for _, k := range all {
			if failed != nil || derived(k) {
				continue
			}
			written, err := k.look(key, value)
			if err != nil {
				continue
			}
			failed = visit(k, k.name()+"\x00"+string(key), written, key, value)
			return
		}
	})
	return errors.Join(err, failed)
}

func (v *salvager) save(r saved) error {
	name := r.name() + "\x00" + string(r.key)
	if v.found[name] {
		return nil
	}
	v.found[name] = true
	v.batch = append(v.batch, r)
	if len(v.batch) < salvageBatch {
		return nil
	}
	return v.flush()
}

func (v *salvager) flush() error {
	err := v.to.update("bolt.salvage", func(tx *tx) error {
		for _, r := range v.batch {
			if err := r.copyTo(tx, r.key, r.value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range v.batch {
		v.report.Records[r.name()]++
	}
	v.batch = v.batch[:0]
	return nil
}
