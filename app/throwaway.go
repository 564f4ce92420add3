package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

// demoStable bounds the stable questions that a demo tries: enough to hold a few
// facts in place and for one that is lost by chance not to decide, few enough to ask
// within minutes.
const demoStable = 150

// throwaway assembles a second Program in a home of its own, for the demo: its
// notes are the only evidence and its clock starts at their newest date. It shares
// the engine, which knows models by hash, and the caches, which know content by hash.
func (p *Program) throwaway(ctx context.Context, t api.Throwaway) (*flow.Loop, func(), error) {
	home, remove := t.Home, func() {}
	if home == "" {
		dir, err := os.MkdirTemp("", "errata-demo-")
		if err != nil {
			return nil, nil, diskError("The demo's folder", err)
		}
		home, remove = dir, func() { _ = removeAll(dir) }
	}
	second, err := p.assembleAside(ctx, home, demoStable, t)
	if err != nil {
		remove()
		return nil, nil, err
	}
	stop := forwardProgress(second.Hub, p.Hub)
	return second.Loop, func() { second.Close(); stop(); remove() }, nil
}

// forwardProgress tells the listeners of to how the work behind from gets on.
// Nothing else may cross: a page would take the demo's facts and settings for its
// own, and save them. The topics get a prefix that no page knows.
func forwardProgress(from, to *api.Hub) (stop func()) {
	events, end := from.Listen()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range events {
			if strings.HasSuffix(e.Topic, ".progress") || e.Topic == "run.changed" {
				e.Topic = backend.DemoTopic + e.Topic
				to.Emit(e)
			}
		}
	}()
	return func() { end(); <-done }
}

// assembleAside makes a Program in another home, which tries so many stable
// questions on a new base (0: as the app does).
func (p *Program) assembleAside(ctx context.Context, home string, stable int, t api.Throwaway) (*Program, error) {
	notes := filepath.Join(home, "notes")
	if err := os.MkdirAll(notes, 0o700); err != nil {
		return nil, diskError("The demo's folder", err)
	}
	for name, text := range t.Notes {
		if err := os.WriteFile(filepath.Join(notes, filepath.Base(name)), text, 0o600); err != nil {
			return nil, diskError("A note of the demo", err)
		}
	}
	started, base := time.Now(), t.AsOf.Add(12*time.Hour+usedFor(home))
	second, err := assemble(ctx, Config{
		Home: home, StableLimit: stable, Door: "demo", Log: p.Log, CheckDB: func(string) error { return nil },
		Now: func() time.Time { return base.Add(time.Since(started)) },
	}, p.shared)
	if err != nil {
		return nil, err
	}
	settings := backend.DefaultSettings()
	settings.Confirmed, settings.Model, settings.Training = true, t.Model, "never"
	settings.Providers = map[string]bool{"library": true, "clock": true}
	if _, err := p.shared.engine.Install(ctx, t.Model, nil); err != nil {
		second.Close()
		return nil, err
	}
	settings.LibraryFolders = []string{notes}
	if _, err := second.API.SaveSettings(settings); err != nil {
		second.Close()
		return nil, err
	}
	if _, err := second.API.RescanLibrary(""); err != nil {
		second.Close()
		return nil, err
	}
	return second, nil
}

// usedFor is how long a home that is opened again was in use, so that its clock goes
// on: records are kept in the order of their times. Its folder of notes is as old as
// the home.
func usedFor(home string) time.Duration {
	first, err := os.Stat(filepath.Join(home, "notes"))
	if err != nil {
		return 0
	}
	last, err := os.Stat(filepath.Join(home, dbName))
	if err != nil {
		return 0
	}
	return max(0, last.ModTime().Sub(first.ModTime()).Round(time.Second))
}

// removeAll removes a folder whose adapters were made read-only.
func removeAll(dir string) error {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = os.Chmod(path, 0o700) //nolint:gosec // a folder needs its x bit
		}
		return nil
	})
	return os.RemoveAll(dir)
}
