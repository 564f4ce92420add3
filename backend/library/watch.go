package library

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"errata/backend"
)

// maxWatched bounds the folders that are watched; the rest is found by the
// regular scan (Linux gives a user 8,192 watches on small machines).
const maxWatched = 4000

// Watch scans now, after changes, and every Options.Rescan, until ctx ends. A
// notice of a change is a hint only: it may be lost, so the scan decides. It
// returns nil when ctx ends.
func (l *Library) Watch(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		watcher = nil // no hints on this machine: the regular scan remains
	} else {
		defer watcher.Close() //nolint:errcheck // nothing is left to do with it
	}
	every := time.NewTicker(l.o.Rescan)
	defer every.Stop()
	quiet := time.NewTimer(0) // the first scan
	defer quiet.Stop()

	var events chan fsnotify.Event
	var errs chan error
	if watcher != nil {
		events, errs = watcher.Events, watcher.Errors
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-events:
			if !ok {
				events = nil
				continue
			}
			if l.matters(e) {
				quiet.Reset(l.o.Debounce)
			}
			continue
		case _, ok := <-errs:
			if !ok {
				errs = nil
				continue
			}
			quiet.Reset(l.o.Debounce) // notices were lost: look
			continue
		case <-l.changed:
		case <-every.C:
		case <-quiet.C:
		}
		l.follow(ctx, watcher)
		report, err := l.Scan(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if l.o.OnScan != nil {
			l.o.OnScan(report, err)
		}
		if backend.CodeOf(err) == backend.CodeConflict && l.isClosed() {
			return err
		}
	}
}

// matters drops notices about files that are not read.
func (l *Library) matters(e fsnotify.Event) bool {
	name := filepath.Base(e.Name)
	if e.Op == fsnotify.Chmod && !readable(name) || strings.HasPrefix(name, ".") || within(l.dir, e.Name) {
		return false
	}
	return readable(name) || filepath.Ext(name) == "" || e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) || e.Has(fsnotify.Create)
}

// follow watches every folder of the library that is not watched yet.
func (l *Library) follow(ctx context.Context, w *fsnotify.Watcher) {
	if w == nil {
		return
	}
	folders := l.Folders()
	watched := map[string]bool{}
	for _, p := range w.WatchList() {
		kept := false
		for _, f := range folders {
			kept = kept || within(f, p)
		}
		if !kept {
			_ = w.Remove(p)
			continue
		}
		watched[p] = true
	}
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil || len(watched) >= maxWatched:
				return fs.SkipAll
			case err != nil || !d.IsDir() && path != folder:
				return nil //nolint:nilerr // what cannot be watched is found by the next scan
			case path != folder && strings.HasPrefix(d.Name(), ".") || path != folder && within(l.dir, path):
				return fs.SkipDir
			}
			if !watched[path] && w.Add(path) == nil {
				watched[path] = true
			}
			return nil
		})
	}
}
