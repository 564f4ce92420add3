package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"errata/backend"
)

const (
	manifestName = "manifest.json"
	reasonName   = "reason.txt"
	maxEntries   = 64 // files in one adapter's folder
)

// junk are files that desktops and we ourselves leave in folders. They are not
// opened, and do not go along to adapters/.
var junk = map[string]bool{reasonName: true, ".DS_Store": true, "Thumbs.db": true, "desktop.ini": true}

// proof remembers a right folder by the names, sizes and times of its files.
type proof struct {
	mark    string
	arrived backend.Arrived
}

// Scan looks at all that lies in incoming/ and returns what is finished, right
// or not, by name. Names with a dot in front are the trainer's own work. A
// folder that is right and has not changed since is not hashed again.
func (w *Watcher) Scan(ctx context.Context) ([]backend.Arrived, error) {
	const op = "watch.scan"
	w.files.Lock()
	defer w.files.Unlock()
	if err := os.MkdirAll(w.options.Incoming, 0o700); err != nil {
		return nil, backend.Wrap(err, backend.CodeUnavailable, op, "The folder for new adapters cannot be made.")
	}
	root, err := os.OpenRoot(w.options.Incoming)
	if err != nil {
		return nil, backend.Wrap(err, backend.CodeUnavailable, op, "The folder for new adapters cannot be read.")
	}
	defer func() { _ = root.Close() }()
	names, err := list(root, -1)
	if err != nil {
		return nil, backend.Wrap(err, backend.CodeUnavailable, op, "The folder for new adapters cannot be read.")
	}
	found := []backend.Arrived{}
	seen := map[string]bool{}
	for _, name := range names {
		if strings.HasPrefix(name, ".") {
			continue
		}
		seen[name] = true
		a, finished, err := w.look(ctx, root, w.options.Incoming, name)
		if err != nil {
			return nil, backend.Wrap(err, backend.CodeCancelled, op, "The look at new adapters was cancelled; they stay where they are.")
		}
		if finished {
			found = append(found, a)
		}
	}
	for name := range w.proven {
		if !seen[name] {
			delete(w.proven, name)
		}
	}
	return found, nil
}

// Kept gives the adapters that lie in adapters/ whose id is not known, by name,
// each proven again. What is not right there is left alone.
func (w *Watcher) Kept(ctx context.Context, known func(id string) bool) ([]backend.Arrived, error) {
	const op = "watch.kept"
	w.files.Lock()
	defer w.files.Unlock()
	kept := []backend.Arrived{}
	root, err := os.OpenRoot(w.options.Adapters)
	if errors.Is(err, fs.ErrNotExist) {
		return kept, nil
	}
	if err != nil {
		return nil, backend.Wrap(err, backend.CodeUnavailable, op, "The folder of adapters cannot be read.")
	}
	defer func() { _ = root.Close() }()
	names, err := list(root, -1)
	if err != nil {
		return nil, backend.Wrap(err, backend.CodeUnavailable, op, "The folder of adapters cannot be read.")
	}
	for _, name := range names {
		if !hexHash.MatchString(name) || known(name) {
			continue
		}
		a, finished, err := w.look(ctx, root, w.options.Adapters, name)
		if err != nil {
			return nil, backend.Wrap(err, backend.CodeCancelled, op, "The look at adapters was cancelled; they stay where they are.")
		}
		if finished && a.Problem == "" && a.ID == name {
			kept = append(kept, a)
		}
	}
	return kept, nil
}

// list gives the sorted names of a folder, at most limit+1 of them if limit is not negative.
func list(root *os.Root, limit int) ([]string, error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	names, err := dir.Readdirnames(limit + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	sort.Strings(names)
	return names, nil
}

// look judges one entry of a folder; finished is false for what may still be
// written. The only error is that of ctx.
func (w *Watcher) look(ctx context.Context, parent *os.Root, path, name string) (a backend.Arrived, finished bool, err error) {
	a = backend.Arrived{Name: name, Dir: filepath.Join(path, name)}
	info, err := parent.Lstat(name)
	if err != nil {
		return a, false, nil // gone in between
	}
	if !info.IsDir() {
		a.Problem = "It is not a folder: an adapter is a folder with a manifest.json."
		return a, !w.fresh(info.ModTime()), nil
	}
	root, err := parent.OpenRoot(name)
	if err != nil {
		a.Problem = "The folder cannot be opened."
		return a, true, nil
	}
	defer func() { _ = root.Close() }()
	files, newest, err := survey(root)
	if newest.Before(info.ModTime()) {
		newest = info.ModTime()
	}
	_, ready := files[manifestName]
	switch {
	case err != nil:
		a.Problem = sentence(err)
	case !ready:
		a.Problem = fmt.Sprintf("It was never finished: there has been no manifest.json for %s.", words(w.options.Unfinished))
		return a, w.options.Now().Sub(newest).Abs() > w.options.Unfinished, nil
	default:
		mark := fingerprint(files)
		if p, ok := w.proven[name]; ok && p.mark == mark && p.arrived.Dir == a.Dir {
			return p.arrived, true, nil
		}
		a.Manifest, a.ID, err = verify(ctx, root, files)
		if err == nil {
			w.proven[name] = proof{mark: mark, arrived: a}
			return a, true, nil
		}
		if ctx.Err() != nil {
			return a, false, ctx.Err()
		}
		a.Problem = sentence(err)
	}
	delete(w.proven, name)
	return a, !w.fresh(newest), nil
}

// words is a duration without zero seconds.
func words(d time.Duration) string { return strings.TrimSuffix(d.String(), "0s") }

// fresh says whether something changed so lately that it may still be written.
func (w *Watcher) fresh(changed time.Time) bool {
	age := w.options.Now().Sub(changed)
	return age >= 0 && age < w.options.Settle
}

// survey lists a folder's files without opening any and refuses what no adapter has.
func survey(root *os.Root) (files map[string]fs.FileInfo, newest time.Time, err error) {
	names, err := list(root, maxEntries)
	if err != nil {
		return nil, newest, errors.New("the folder cannot be read")
	}
	if len(names) > maxEntries {
		return nil, newest, fmt.Errorf("it holds more than %d files", maxEntries)
	}
	files = map[string]fs.FileInfo{}
	for _, name := range names {
		info, e := root.Lstat(name)
		if e != nil {
			continue
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		switch {
		case junk[name]:
		case info.Mode().IsRegular():
			files[name] = info
		case err == nil:
			err = fmt.Errorf("%q is not a plain file", name)
		}
	}
	return files, newest, err
}

func fingerprint(files map[string]fs.FileInfo) string {
	lines := make([]string, 0, len(files))
	for name, info := range files {
		lines = append(lines, fmt.Sprintf("%q %d %d", name, info.Size(), info.ModTime().UnixNano()))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// sentence makes an error readable as Arrived.Problem.
func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
