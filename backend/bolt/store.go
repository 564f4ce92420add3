package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"errata/backend"
)

const (
	lockTimeout = time.Second
	mmapSize    = 64 << 20 // bytes: readers do not hold up the writer until the file outgrows it
	maxDamages  = 10_000   // distinct damages remembered by Damaged
)

// Options of a store; the zero value works.
type Options struct {
	// App names the program in the file's head, as in "errata 1.2.0".
	App string
	// BackupDir receives the backup made before a migration; "" means the
	// folder "backups" beside the file.
	BackupDir string
	// CacheBytes bounds what PutCached keeps, oldest out first; 0 means 256 MiB.
	CacheBytes int64
	// Now dates the head and the migrations; nil means time.Now.
	Now func() time.Time
	// Verify looks at a finished backup before it counts; nil means Check. The
	// app gives one that runs `errata --check-db` in a child process.
	Verify func(path string) error

	migrations []migration
}

func (o Options) filled(path string) Options {
	if o.BackupDir == "" {
		o.BackupDir = filepath.Join(filepath.Dir(path), "backups")
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 256 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Verify == nil {
		o.Verify = Check
	}
	if o.migrations == nil {
		o.migrations = migrations
	}
	return o
}

// Store keeps everything. It is safe for use by many goroutines.
type Store struct {
	db     *bbolt.DB
	opts   Options
	broken atomic.Bool // a write ended in a panic: bbolt's locks cannot be trusted

	mu      sync.Mutex
	damages map[Damage]bool
}

// tx is one transaction with the place where damage is noted.
type tx struct {
	*bbolt.Tx
	note       func(Damage)
	cacheBytes int64
}

func (t *tx) in(bucket string) *bbolt.Bucket { return t.Bucket([]byte(bucket)) }

// Open opens or makes the store at path. It fails with CodeConflict when
// another process holds the file, with CodeInvalid when a newer Errata wrote it
// (the file stays as it was), with CodeUnavailable when it cannot be reached
// and with CodeInternal when it is damaged. Run Check in a child process first.
func Open(path string, opts Options) (*Store, error) {
	const op = "bolt.open"
	opts = opts.filled(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, openError(path, err)
	}
	if err := lookFirst(path, len(opts.migrations)); err != nil {
		return nil, err
	}
	db, err := openFile(path, false)
	if err != nil {
		return nil, openError(path, err)
	}
	s := &Store{db: db, opts: opts, damages: map[Damage]bool{}}
	if err := s.migrate(); err != nil {
		return nil, errors.Join(explain(op, err), db.Close())
	}
	return s, nil
}

// lookFirst reads the head of an existing file without the right to write, so
// that a newer schema is refused before anything could change.
func lookFirst(path string, known int) (err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return openError(path, err)
	}
	if info.IsDir() {
		return backend.Errorf(backend.CodeInvalid, "bolt.open", "%s is a folder, not a store.", path)
	}
	pages, err := openPages(path)
	if err != nil {
		return damagedFile(path, err)
	}
	short := pages.short()
	if err := pages.Close(); err != nil {
		return openError(path, err)
	}
	if short != "" {
		return damagedFile(path, errors.New(short))
	}
	db, err := openFile(path, true)
	if err != nil {
		return openError(path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	defer guard("bolt.open", nil, &err)()
	return explain("bolt.open", db.View(func(b *bbolt.Tx) error {
		h, err := readHead(&tx{Tx: b})
		if err != nil {
			return err
		}
		return h.refuseNewer(known)
	}))
}

// openFile opens the file itself. A damaged freelist makes bbolt panic, which
// must not leave the file locked.
func openFile(path string, readOnly bool) (db *bbolt.DB, err error) {
	var file *os.File
	defer func() {
		if err != nil && file != nil {
			_ = file.Close() // closed already unless bbolt panicked
		}
	}()
	defer guard("bolt.open", nil, &err)()
	return bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: lockTimeout, ReadOnly: readOnly,
		FreelistType: bbolt.FreelistMapType, InitialMmapSize: mmapSizeFor(readOnly),
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag, mode)
			file = f
			return f, err
		},
	})
}

func mmapSizeFor(readOnly bool) int {
	if readOnly {
		return 0
	}
	return mmapSize
}

func openError(path string, err error) error {
	const op = "bolt.open"
	var known *backend.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, bbolterrors.ErrTimeout):
		return (&backend.Error{Code: backend.CodeConflict, Op: op, Err: err,
			Message: "Another process has " + path + " open."}).
			WithHint("Errata is already running; use that window, or close it first.")
	case errors.Is(err, bbolterrors.ErrInvalid), errors.Is(err, bbolterrors.ErrChecksum), errors.Is(err, bbolterrors.ErrVersionMismatch):
		return damagedFile(path, err)
	case diskFull(err):
		return explain(op, err)
	}
	return (&backend.Error{Code: backend.CodeUnavailable, Op: op, Err: err,
		Message: "The store " + path + " cannot be opened; nothing was changed."}).
		WithHint("Check that the folder exists and that you may write to it.")
}

func damagedFile(path string, err error) error {
	return (&backend.Error{Code: backend.CodeInternal, Op: "bolt.open", Err: err,
		Message: "The store " + path + " is damaged; nothing in it was changed."}).
		WithHint("Restore the newest backup, or salvage the records that are whole.")
}

// Close waits for running transactions and closes the file.
func (s *Store) Close() error {
	if s.broken.Load() {
		return backend.Errorf(backend.CodeInternal, "bolt.close", "The store was not closed because a write to it had failed badly; what was acknowledged is on disk.")
	}
	return backend.Wrap(s.db.Close(), backend.CodeInternal, "bolt.close", "The store could not be closed.")
}

// Path of the file.
func (s *Store) Path() string { return s.db.Path() }

// Damaged lists what reads since Open found damaged, each once, sorted.
func (s *Store) Damaged() []Damage {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Damage, 0, len(s.damages))
	for d := range s.damages {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Damage) int {
		return strings.Compare(a.Bucket+"\x00"+a.ID+"\x00"+a.Problem, b.Bucket+"\x00"+b.ID+"\x00"+b.Problem)
	})
	return out
}

func (s *Store) note(d Damage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.damages) < maxDamages {
		s.damages[d] = true
	}
}

func (s *Store) view(op string, fn func(*tx) error) (err error) {
	defer guard(op, nil, &err)()
	return s.noted(explain(op, s.db.View(func(b *bbolt.Tx) error { return fn(&tx{Tx: b, note: s.note}) })))
}

func (s *Store) update(op string, fn func(*tx) error) (err error) {
	if s.broken.Load() {
		return backend.Errorf(backend.CodeInternal, op, "The store takes no more changes because an earlier write failed badly; the change was not saved.").
			WithHint("Restart Errata; it checks the store and offers a backup.")
	}
	defer guard(op, &s.broken, &err)()
	return s.noted(explain(op, s.db.Update(func(b *bbolt.Tx) error {
		return fn(&tx{Tx: b, note: s.note, cacheBytes: s.opts.CacheBytes})
	})))
}

func (s *Store) noted(err error) error {
	var d Damage
	if errors.As(err, &d) {
		s.note(d)
	}
	return err
}

// guard turns a panic of bbolt over a damaged or vanished page into an error.
// A write that panics sets broken.
func guard(op string, broken *atomic.Bool, err *error) func() {
	old := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(old)
		r := recover()
		if r == nil {
			return
		}
		if broken != nil {
			broken.Store(true)
		}
		*err = (&backend.Error{Code: backend.CodeInternal, Op: op, Err: fmt.Errorf("panic: %v", r),
			Message: "The store could not be read or written there; the operation was not done."}).
			WithHint("Restart Errata; it checks the store and offers a backup.")
	}
}

// explain gives bbolt's own errors a code and a sentence.
func explain(op string, err error) error {
	if err == nil {
		return nil
	}
	var known *backend.Error
	if errors.As(err, &known) {
		if known.Op == "" {
			known.Op = op
		}
		return err
	}
	switch {
	case diskFull(err):
		return (&backend.Error{Code: backend.CodeUnavailable, Op: op, Err: err,
			Message: "The disk is full: this change was not saved, everything saved before is kept."}).
			WithHint("Free some space and try again.")
	case errors.Is(err, bbolterrors.ErrDatabaseNotOpen):
		return &backend.Error{Code: backend.CodeUnavailable, Op: op, Err: err, Message: "The store is closed."}
	case errors.Is(err, bbolterrors.ErrKeyTooLarge), errors.Is(err, bbolterrors.ErrValueTooLarge):
		return &backend.Error{Code: backend.CodeInvalid, Op: op, Err: err, Message: "This is too large to be stored; nothing was changed."}
	}
	return &backend.Error{Code: backend.CodeInternal, Op: op, Err: err, Message: "The store could not do this; nothing was changed."}
}

const windowsDiskFull = syscall.Errno(112) // ERROR_DISK_FULL

func diskFull(err error) bool {
	var no syscall.Errno
	return errors.As(err, &no) && (no == syscall.ENOSPC || runtime.GOOS == "windows" && no == windowsDiskFull)
}
