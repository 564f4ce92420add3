package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"errata/backend"
)

// Accept moves a proven folder to adapters/<id> and makes its files read-only. What
// changed since it was proven is refused. An adapter that is there already stays
// as it is and the newcomer is removed; if the one there is damaged, it goes to
// quarantine and the newcomer takes its place.
func (w *Watcher) Accept(a backend.Arrived) (dir string, err error) {
	const op = "watch.accept"
	w.files.Lock()
	defer w.files.Unlock()
	if a.Problem != "" || !hexHash.MatchString(a.ID) {
		return "", backend.Errorf(backend.CodeInvalid, op, "Only an adapter that was proven right can be taken in; it stays where it is.")
	}
	target := filepath.Join(w.options.Adapters, a.ID)
	if _, err := os.Lstat(a.Dir); errors.Is(err, fs.ErrNotExist) && w.right(target, a.ID) {
		return target, nil
	}
	if err := w.ours(a.Dir, op); err != nil {
		return "", err
	}
	if !w.right(a.Dir, a.ID) {
		return "", backend.Errorf(backend.CodeConflict, op, "The adapter changed since it was checked; it stays where it is.").WithHint("It is checked again in a moment.")
	}
	if err := os.MkdirAll(w.options.Adapters, 0o700); err != nil {
		return "", backend.Wrap(err, backend.CodeUnavailable, op, "The folder for adapters cannot be made; the new one stays where it is.")
	}
	delete(w.proven, a.Name)
	if _, err := os.Lstat(target); err == nil {
		if w.right(target, a.ID) {
			if err := remove(a.Dir); err != nil {
				return "", backend.Wrap(err, backend.CodeUnavailable, op, "The second copy of an adapter cannot be removed; the first is unharmed.")
			}
			return target, nil
		}
		if _, err := w.quarantine(target, a.ID[:12], "It was damaged after it had been taken in; a good copy took its place."); err != nil {
			return "", err
		}
	}
	if err = settle(a.Dir); err == nil {
		err = move(a.Dir, target)
	}
	if err != nil {
		return "", backend.Wrap(err, backend.CodeUnavailable, op, "The adapter cannot be moved; it stays where it is.")
	}
	return target, nil
}

// Quarantine moves what is broken to quarantine/<name>-<n> beside a reason.txt,
// and returns that folder. A loose file or a link is put into a folder of its own.
func (w *Watcher) Quarantine(a backend.Arrived, reason string) (dir string, err error) {
	w.files.Lock()
	defer w.files.Unlock()
	if err := w.ours(a.Dir, "watch.quarantine"); err != nil {
		return "", err
	}
	delete(w.proven, a.Name)
	return w.quarantine(a.Dir, filepath.Base(a.Dir), reason)
}

func (w *Watcher) quarantine(from, name, reason string) (string, error) {
	dir, err := w.isolate(from, name)
	if err == nil {
		err = w.explain(dir, reason)
	}
	return dir, backend.Wrap(err, backend.CodeUnavailable, "watch.quarantine", "A broken adapter cannot be moved to quarantine; it is not used.")
}

func (w *Watcher) isolate(from, name string) (string, error) {
	info, err := os.Lstat(from)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(w.options.Quarantine, 0o700); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		to := filepath.Join(w.options.Quarantine, fmt.Sprintf("%s-%d", short(name), n))
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if info.IsDir() {
			return to, move(from, to)
		}
		if err := os.Mkdir(to, 0o700); err != nil {
			return "", err
		}
		return to, move(from, filepath.Join(to, filepath.Base(from)))
	}
}

// explain writes reason.txt, in place of whatever has that name and never
// through a link.
func (w *Watcher) explain(dir, reason string) error {
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := root.RemoveAll(reasonName); err != nil {
		return err
	}
	f, err := root.OpenFile(reasonName, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s\n%s\n", w.options.Now().UTC().Format(time.RFC3339), reason)
	return errors.Join(err, f.Sync(), f.Close())
}

// Discard deletes a folder of incoming/ or quarantine/ for good; one that is
// gone is no error. Nothing else is ever deleted.
func (w *Watcher) Discard(dir string) error {
	const op = "watch.discard"
	w.files.Lock()
	defer w.files.Unlock()
	if err := w.ours(dir, op); err != nil {
		return err
	}
	delete(w.proven, filepath.Base(dir))
	return backend.Wrap(remove(dir), backend.CodeUnavailable, op, "The folder cannot be deleted.")
}

// Remove deletes an adapter that was taken in; one that is gone is no error.
func (w *Watcher) Remove(adapterID string) error {
	const op = "watch.remove"
	w.files.Lock()
	defer w.files.Unlock()
	if !hexHash.MatchString(adapterID) {
		return backend.Errorf(backend.CodeInvalid, op, "%q is no adapter; nothing was deleted.", adapterID)
	}
	return backend.Wrap(remove(filepath.Join(w.options.Adapters, adapterID)), backend.CodeUnavailable, op, "The adapter cannot be deleted.")
}

// ours says whether path lies directly in incoming/ or quarantine/.
func (w *Watcher) ours(path, op string) error {
	parent, name := filepath.Dir(filepath.Clean(path)), filepath.Base(filepath.Clean(path))
	if name != ".." && name != "." && filepath.IsAbs(path) == filepath.IsAbs(w.options.Incoming) &&
		(parent == filepath.Clean(w.options.Incoming) || parent == filepath.Clean(w.options.Quarantine)) {
		return nil
	}
	return backend.Errorf(backend.CodeInvalid, op, "%s is neither in incoming nor in quarantine; nothing was done.", path)
}

// right proves the folder at dir again, unless nothing changed since it was proven.
func (w *Watcher) right(dir, id string) bool {
	parent, err := os.OpenRoot(filepath.Dir(dir))
	if err != nil {
		return false
	}
	defer func() { _ = parent.Close() }()
	a, finished, err := w.look(context.Background(), parent, filepath.Dir(dir), filepath.Base(dir))
	return err == nil && finished && a.Problem == "" && a.ID == id
}

// settle makes the files of a folder durable and read-only and drops the junk.
func settle(dir string) error {
	if err := os.Chmod(dir, 0o700); err != nil { // a read-only folder cannot change its parent
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	names, err := list(root, -1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if junk[name] {
			err = root.RemoveAll(name)
		} else {
			err = seal(root, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func seal(root *os.Root, name string) error {
	if err := root.Chmod(name, 0o600); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Chmod(0o400), f.Close())
}

// move renames and makes that durable on both sides.
func move(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if err := os.Chmod(from, 0o700); err != nil {
			return err
		}
		if err := syncDir(from); err != nil {
			return err
		}
	}
	if err := rename(from, to); err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(to)), syncDir(filepath.Dir(from)))
}

// rename tries again on Windows, where a virus scanner may hold a new file open
// for a moment (github.com/moby/sys pull 219).
func rename(from, to string) (err error) {
	for i := range 10 {
		if err = os.Rename(from, to); err == nil || runtime.GOOS != "windows" {
			return err
		}
		time.Sleep(time.Duration(i+1) * 10 * time.Millisecond)
	}
	return err
}

// syncDir makes a folder's entries durable; Windows has no such call and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// remove deletes a folder even if it is read-only; a link is deleted, not followed.
func remove(dir string) error {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}

// short cuts a name so that a number fits behind it.
func short(name string) string {
	const limit = 200 // bytes; file systems allow 255
	if len(name) <= limit {
		return name
	}
	for name = name[:limit]; !utf8.ValidString(name) && name != ""; {
		name = name[:len(name)-1]
	}
	return strings.TrimRight(name, ". ") + "~"
}
