package bolt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"errata/backend"
)

const (
	backupPrefix = "errata-"
	backupSuffix = ".db"
	backupTime   = "20060102T150405Z"
	keepRecent   = 3
	keepDaily    = 7
)

// BackupFile is one backup of the ring.
type BackupFile struct {
	Path  string    `json:"path"`
	At    time.Time `json:"at"`
	Bytes int64     `json:"bytes"`
}

// Backup writes a verified copy of the store into dir, named by now, and then
// removes the backups that are neither among the three newest nor the last of
// one of the seven newest days. It never removes one before the new one is
// whole on disk. Chats go on meanwhile.
func (s *Store) Backup(dir string, now time.Time) (string, error) {
	const op = "bolt.backup"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", backend.Wrap(err, backend.CodeUnavailable, op, "The folder for backups could not be made; the store itself is fine.")
	}
	path := filepath.Join(dir, backupPrefix+now.UTC().Format(backupTime)+backupSuffix)
	if err := s.copyOut(path); err != nil {
		return "", err
	}
	return path, prune(dir)
}

// copyOut writes the store to path: temporary file, fsync, verify, rename.
func (s *Store) copyOut(path string) error {
	const op = "bolt.backup"
	temp, err := writeTemp(filepath.Dir(path), func(f *os.File) error {
		return s.db.View(func(b *bbolt.Tx) error {
			_, err := b.WriteTo(f)
			return err
		})
	})
	if err != nil {
		return backupError(op, err)
	}
	if err := s.opts.Verify(temp); err != nil {
		return &backend.Error{Code: backend.CodeInternal, Op: op, Err: errors.Join(err, os.Remove(temp)),
			Message: "The new backup is not sound and was thrown away; the earlier backups are kept.", Hint: checkHint}
	}
	if err := rename(temp, path); err != nil {
		return backupError(op, errors.Join(err, os.Remove(temp)))
	}
	return nil
}

func backupError(op string, err error) error {
	if diskFull(err) {
		return (&backend.Error{Code: backend.CodeUnavailable, Op: op, Err: err,
			Message: "The disk is full: the copy was not made; the store and the earlier backups are kept."}).
			WithHint("Free some space and try again.")
	}
	return &backend.Error{Code: backend.CodeUnavailable, Op: op, Err: err,
		Message: "The copy of the store could not be made; the store and the earlier backups are kept."}
}

// writeTemp makes a file of mode 0600 in dir that is on disk when it returns.
func writeTemp(dir string, write func(*os.File) error) (path string, err error) {
	f, err := os.CreateTemp(dir, ".errata-*.tmp")
	if err != nil {
		return "", err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// rename moves a file and makes the move last.
func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // a folder cannot be synced there
		return nil
	}
	d, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Backups lists the ring, newest first. Copies made before a migration and
// foreign files are not part of it.
func Backups(dir string) ([]BackupFile, error) {
	out := []BackupFile{}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, backend.Wrap(err, backend.CodeUnavailable, "bolt.backups", "The folder of backups could not be read.")
	}
	for _, e := range entries {
		name, ours := strings.CutPrefix(e.Name(), backupPrefix)
		name, ending := strings.CutSuffix(name, backupSuffix)
		at, err := time.Parse(backupTime, name)
		if !ours || !ending || err != nil || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // gone since it was listed
		}
		out = append(out, BackupFile{filepath.Join(dir, e.Name()), at, info.Size()})
	}
	slices.SortFunc(out, func(a, b BackupFile) int { return b.At.Compare(a.At) })
	return out, nil
}

func prune(dir string) error {
	ring, err := Backups(dir)
	if err != nil {
		return err
	}
	days := map[string]bool{}
	for i, b := range ring {
		day := b.At.Format(time.DateOnly)
		last := !days[day] && len(days) < keepDaily
		if last {
			days[day] = true
		}
		if i < keepRecent || last {
			continue
		}
		if err := os.Remove(b.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return backend.Wrap(err, backend.CodeUnavailable, "bolt.backup", "The new backup is made, but an old one could not be removed.")
		}
	}
	return nil
}

// Restore puts a backup in the place of the store at path, which nobody may
// have open. The backup is verified first; the file that was there is kept
// beside it, under the name that Restore returns ("" when there was none).
func Restore(backupFile, path string) (kept string, err error) {
	const op = "bolt.restore"
	report, err := Inspect(backupFile)
	if err != nil {
		return "", err
	}
	if !report.Exists || report.Bytes == 0 {
		return "", backend.Errorf(backend.CodeNotFound, op, "There is no backup %s; nothing was changed.", backupFile)
	}
	if err := report.Err(); err != nil {
		return "", &backend.Error{Code: backend.CodeInternal, Op: op, Err: err,
			Message: "That backup is damaged itself; nothing was changed.", Hint: "Choose another backup."}
	}
	temp, err := writeTemp(filepath.Dir(path), func(to *os.File) error { return copyFile(backupFile, to) })
	if err != nil {
		return "", backupError(op, err)
	}
	kept, err = setAside(path)
	if err != nil {
		return "", backupError(op, errors.Join(err, os.Remove(temp)))
	}
	if err := rename(temp, path); err != nil {
		if kept != "" {
			err = errors.Join(err, os.Rename(kept, path))
		}
		return "", backupError(op, errors.Join(err, os.Remove(temp)))
	}
	return kept, nil
}

func copyFile(from string, to *os.File) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, f)
	return errors.Join(err, f.Close())
}

// setAside moves a file to the first free name beside it.
func setAside(path string) (string, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	for n := 1; ; n++ {
		to := fmt.Sprintf("%s.replaced-%d", path, n)
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			return to, os.Rename(path, to)
		} else if err != nil {
			return "", err
		}
	}
}
