package watch

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Options name the three folders; they must lie on one volume. Zero durations
// take the defaults named beside them.
type Options struct {
	Incoming, Adapters, Quarantine string

	Every      time.Duration // between two looks without a hint; 10 s
	Debounce   time.Duration // from the first hint to the look; 300 ms
	Unfinished time.Duration // after which a folder without a manifest is broken; 10 min
	Settle     time.Duration // how long a folder that still changes is let be; 2 s, negative for none
	Now        func() time.Time

	// notify makes the watcher of a folder; tests put their own in its place.
	notify func(dir string) (source, error)
}

// source is what Run needs of fsnotify.
type source struct {
	events <-chan fsnotify.Event
	errors <-chan error
	close  func() error
}

// Watcher looks after one incoming folder. Its methods may be called at any time
// from any goroutine.
type Watcher struct {
	options Options

	files  sync.Mutex // one scan or move at a time
	proven map[string]proof

	mu       sync.Mutex
	degraded error
}

// New makes a Watcher; nothing is watched before Run.
func New(o Options) *Watcher {
	for _, p := range []struct {
		have   *time.Duration
		normal time.Duration
	}{{&o.Every, 10 * time.Second}, {&o.Debounce, 300 * time.Millisecond}, {&o.Unfinished, 10 * time.Minute}, {&o.Settle, 2 * time.Second}} {
		if *p.have == 0 {
			*p.have = p.normal
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.notify == nil {
		o.notify = notify
	}
	return &Watcher{options: o, proven: map[string]proof{}}
}

func notify(dir string) (source, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return source{}, err
	}
	if err := w.Add(dir); err != nil {
		_ = w.Close()
		return source{}, err
	}
	return source{events: w.Events, errors: w.Errors, close: w.Close}, nil
}

// Degraded says why there are no hints just now, nil when there are. The timer
// goes on without them.
func (w *Watcher) Degraded() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.degraded
}

func (w *Watcher) setDegraded(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.degraded = err
}

// Run calls onScan at once and whenever incoming/ may hold something new, from
// one goroutine, until ctx ends. What onScan does is the caller's: it calls Scan
// in the end. A broken watcher is made again at the next look.
func (w *Watcher) Run(ctx context.Context, onScan func()) {
	src := w.open()
	defer func() { shut(src) }()
	tick := time.NewTicker(w.options.Every)
	defer tick.Stop()
	soon := time.NewTimer(time.Hour)
	soon.Stop()
	defer soon.Stop()
	pending := false
	hint := func() {
		// Counted from the first hint, so that constant noise cannot hold the look up.
		if !pending {
			pending = true
			soon.Reset(w.options.Debounce)
		}
	}
	broken := func(err error) {
		w.setDegraded(err)
		shut(src)
		src = source{} // made again at the next look: a watcher that breaks at once must not spin
		hint()
	}
	onScan()
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-src.events:
			switch {
			case !ok:
				broken(errors.New("the watcher ended"))
			case e.Name == w.options.Incoming && e.Has(fsnotify.Remove|fsnotify.Rename):
				broken(errors.New("the folder was moved away"))
			default:
				hint()
			}
		case err, ok := <-src.errors:
			if !ok {
				err = errors.New("the watcher ended")
			}
			broken(err)
		case <-tick.C:
			if src.events == nil {
				src = w.open()
			}
			onScan()
		case <-soon.C:
			pending = false
			if src.events == nil {
				src = w.open()
			}
			onScan()
		}
	}
}

// open watches incoming/, made if it is not there. Without a watcher the channels
// are nil and only the timer is left.
func (w *Watcher) open() source {
	if err := os.MkdirAll(w.options.Incoming, 0o700); err != nil {
		w.setDegraded(err)
		return source{}
	}
	src, err := w.options.notify(w.options.Incoming)
	w.setDegraded(err)
	if err != nil {
		return source{}
	}
	return src
}

func shut(src source) {
	if src.close != nil {
		_ = src.close()
	}
}
