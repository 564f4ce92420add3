package watch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/train/traintest"
	"errata/backend/watch"
)

// run starts w and gives a channel that gets one value a look.
func run(t *testing.T, w *watch.Watcher) <-chan struct{} {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	looks := make(chan struct{}, 1000)
	done := make(chan struct{})
	go func() { defer close(done); w.Run(ctx, func() { looks <- struct{}{} }) }()
	t.Cleanup(func() { cancel(); <-done })
	return looks
}

func wait(t *testing.T, looks <-chan struct{}, why string) {
	t.Helper()
	select {
	case <-looks:
	case <-time.After(10 * time.Second):
		t.Fatal("no look: " + why)
	}
}

func TestEventsLeadToALook(t *testing.T) {
	p := open(t)
	p.options.Every, p.options.Debounce = time.Hour, 20*time.Millisecond
	w := watch.New(p.options)
	looks := run(t, w)
	wait(t, looks, "at the start")
	require.NoError(t, w.Degraded())
	begin := time.Now()
	traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
	wait(t, looks, "a folder arrived")
	require.Less(t, time.Since(begin), 5*time.Second)
}

func TestTheTimerLooksWithoutEvents(t *testing.T) {
	p := open(t)
	p.options.Every = 20 * time.Millisecond
	w := watch.New(p.options.WithSource(func(string) (<-chan fsnotify.Event, <-chan error, func() error, error) {
		return nil, nil, nil, errors.New("too many watches")
	}))
	looks := run(t, w)
	for range 3 {
		wait(t, looks, "the timer")
	}
	require.ErrorContains(t, w.Degraded(), "too many watches")
}

func TestABrokenWatcherIsMadeAgain(t *testing.T) {
	tests := []struct {
		name string
		harm func(events chan fsnotify.Event, errs chan error)
	}{
		{"overflow", func(_ chan fsnotify.Event, errs chan error) { errs <- fsnotify.ErrEventOverflow }},
		{"events end", func(events chan fsnotify.Event, _ chan error) { close(events) }},
		{"errors end", func(_ chan fsnotify.Event, errs chan error) { close(errs) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := open(t)
			p.options.Every, p.options.Debounce = time.Hour, 5*time.Millisecond
			var made, closed atomic.Int32
			events, errs := make(chan fsnotify.Event), make(chan error)
			w := watch.New(p.options.WithSource(func(string) (<-chan fsnotify.Event, <-chan error, func() error, error) {
				end := func() error { closed.Add(1); return nil }
				if made.Add(1) == 1 {
					return events, errs, end, nil
				}
				return make(chan fsnotify.Event), make(chan error), end, nil
			}))
			looks := run(t, w)
			wait(t, looks, "at the start")
			tt.harm(events, errs)
			wait(t, looks, "after the failure")
			require.Equal(t, int32(2), made.Load())
			require.Equal(t, int32(1), closed.Load())
			require.NoError(t, w.Degraded())
		})
	}
}

func TestIncomingIsMadeAgain(t *testing.T) {
	p := open(t)
	p.options.Every, p.options.Debounce = 50*time.Millisecond, 5*time.Millisecond
	looks := run(t, watch.New(p.options))
	wait(t, looks, "at the start")
	require.NoError(t, os.RemoveAll(p.Incoming))
	require.Eventually(t, func() bool { _, err := os.Stat(p.Incoming); return err == nil }, 10*time.Second, 10*time.Millisecond)
}

func TestNoiseDoesNotHoldTheLookUp(t *testing.T) {
	p := open(t)
	p.options.Every, p.options.Debounce = time.Hour, 50*time.Millisecond
	events := make(chan fsnotify.Event)
	looks := run(t, watch.New(p.options.WithSource(func(string) (<-chan fsnotify.Event, <-chan error, func() error, error) {
		return events, make(chan error), nil, nil
	})))
	wait(t, looks, "at the start")
	n := 0
	for len(looks) < 2 {
		events <- fsnotify.Event{Name: "x", Op: fsnotify.Chmod}
		n++
	}
	require.Greater(t, n, 2, "many events, few looks")
}

// Everything at once: whole, half, broken and double arrivals, some while nobody
// watched. Nothing right is missed, nothing wrong is taken in.
func TestArrivals(t *testing.T) {
	p := open(t)
	p.options.Every, p.options.Debounce, p.options.Settle = 50*time.Millisecond, 5*time.Millisecond, -1
	w := watch.New(p.options)
	const each = 40
	want := map[string]bool{}
	put := func(i int) {
		name := fmt.Sprintf("run-%d", i)
		dir, id := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{Run: name, Seed: i})
		want[id] = true
		if i%4 == 0 { // the same once more under another name
			require.NoError(t, os.CopyFS(filepath.Join(p.Incoming, ".copy"), os.DirFS(dir)))
			require.NoError(t, os.Rename(filepath.Join(p.Incoming, ".copy"), filepath.Join(p.Incoming, name+"-again")))
		}
		half := filepath.Join(p.Incoming, ".tmp-"+name+"x")
		write(t, filepath.Join(half, "adapter.gguf"), "GGUF")
		bad, _ := traintest.Artifact(t, t.TempDir(), traintest.ArtifactOptions{Run: "bad-" + name})
		write(t, filepath.Join(bad, "adapter.gguf"), "GGUF")
		require.NoError(t, os.CopyFS(filepath.Join(p.Incoming, ".bad"), os.DirFS(bad)))
		require.NoError(t, os.Rename(filepath.Join(p.Incoming, ".bad"), filepath.Join(p.Incoming, "bad-"+name)))
	}
	for i := range each / 2 {
		put(i)
	}
	var accepted, quarantined atomic.Int32
	look := func() {
		found, err := w.Scan(t.Context())
		if err != nil {
			t.Error(err)
		}
		for _, a := range found {
			if a.Problem != "" {
				if _, err := w.Quarantine(a, a.Problem); err != nil {
					t.Error(err)
				}
				quarantined.Add(1)
				continue
			}
			if _, err := w.Accept(a); err != nil {
				t.Error(err)
			}
			accepted.Add(1)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.Run(ctx, look) }()
	for i := each / 2; i < each; i++ {
		put(i)
	}
	require.Eventually(t, func() bool { return accepted.Load() >= each+each/4 && quarantined.Load() >= each }, 20*time.Second, 20*time.Millisecond)
	cancel()
	<-done
	got, err := os.ReadDir(p.Adapters)
	require.NoError(t, err)
	require.Len(t, got, each)
	for _, e := range got {
		require.True(t, want[e.Name()], e.Name())
	}
	require.Equal(t, int32(each), quarantined.Load())
}

func TestAppWasOff(t *testing.T) {
	p := open(t)
	_, id := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
	p.now = p.now.Add(30 * 24 * time.Hour)
	found := p.scan(t)
	require.Len(t, found, 1)
	require.Equal(t, backend.Arrived{Name: "run-1", Dir: filepath.Join(p.Incoming, "run-1"), ID: id, Manifest: found[0].Manifest}, found[0])
}
