package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"errata/backend"
	"errata/backend/bolt"
)

// restore puts the newest backup that passes its check in place of the database;
// the damaged file stays beside it. Without a good backup, the records whose hash
// is right are copied into a new database. It assembles nothing, because the
// program cannot start on a damaged database, but it takes the home's lock: a
// running Errata would go on writing into the file that is moved away.
func restore(ctx context.Context, home string, out io.Writer) error {
	const op = "restore"
	dir, err := HomeDir(home)
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return &backend.Error{Code: backend.CodeNotFound, Op: op, Message: "There is no data folder " + dir + ".", Hint: "Name the right one with --home.", Err: err}
	}
	unlock, err := lockHome(dir)
	if err != nil {
		return err
	}
	defer unlock()
	path := filepath.Join(dir, dbName)
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return backend.Wrap(err, backend.CodeUnavailable, op, "The database "+path+" cannot be looked at.")
	case checkInChild(ctx, path) == nil:
		return backend.Errorf(backend.CodeConflict, op, "The database %s is not damaged; nothing was changed.", path).
			WithHint("To go back to a backup all the same, move that file to another name first, then run this again.")
	}
	if err := ctx.Err(); err != nil {
		return backend.Wrap(err, backend.CodeCancelled, op, "Stopped; nothing was changed.")
	}
	backups, err := bolt.Backups(filepath.Join(dir, backupsDir))
	if err != nil {
		return err
	}
	for _, b := range backups { // newest first
		err := checkInChild(ctx, b.Path)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			continue
		}
		kept, err := bolt.Restore(b.Path, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Restored the backup of %s.%s\n", b.At.Format(time.DateTime), keptAs(kept))
		return nil
	}
	return salvage(path, out)
}

func salvage(path string, out io.Writer) error {
	fresh, aside := path+".salvaged", path+".damaged-"+time.Now().Format("20060102-150405")
	_ = os.Remove(fresh)
	report, err := bolt.Salvage(path, fresh)
	if backend.CodeOf(err) == backend.CodeNotFound {
		return backend.Errorf(backend.CodeNotFound, "restore", "There is no database %s and no sound backup of it.", path).WithHint("Name the right folder with --home.")
	}
	if err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "restore", "No backup is sound and the file cannot be read; nothing was changed.")
	}
	if err = os.Rename(path, aside); err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "restore", "The database could not be replaced; the sound records are in "+fresh+".")
	}
	fmt.Fprintf(out, "No sound backup was there; %s copied, %s left out.%s\n", backend.Count(report.Total(), "sound record"), backend.Count(report.Damaged, "damaged record"), keptAs(aside))
	return nil
}

func keptAs(path string) string {
	if path == "" {
		return ""
	}
	return " The damaged file is kept as " + path + "."
}

// lockHome takes the lock of a home, which one process has at a time.
func lockHome(home string) (unlock func(), err error) {
	l := flock.New(filepath.Join(home, lockName))
	ok, err := l.TryLock()
	if err != nil {
		return nil, diskError("The lock of the data folder", err)
	}
	if !ok {
		return nil, &backend.Error{Code: backend.CodeConflict, Op: runningOp, Message: "Errata is already running on this data folder.", Hint: "Close it first, or use another folder with --home."}
	}
	return func() { _ = l.Unlock() }, nil
}
