package flow

import (
	"context"
	"sync"
)

// gate counts the streams that run on each engine model and can be closed, so
// that a swap which needs the engine to itself lets running streams end while
// new ones wait. The zero count is signalled by closing idle.
type gate struct {
	mu      sync.Mutex
	closed  chan struct{} // nil while open; closed to let the waiting go on
	running map[string]int
	idle    chan struct{} // replaced at every change of a count
}

func newGate() *gate { return &gate{running: map[string]int{}, idle: make(chan struct{})} }

// enter waits while the gate is closed, then asks which model to use and counts
// a stream on it. Asking inside the lock makes the choice and the count one step:
// a swap either sees the stream or the stream sees the swap.
func (g *gate) enter(ctx context.Context, waiting func(), choose func() (string, error)) (name string, leave func(), err error) {
	told := false
	for {
		g.mu.Lock()
		if g.closed == nil {
			name, err = choose()
			if err == nil {
				g.running[name]++
			}
			g.mu.Unlock()
			if err != nil {
				return "", nil, err
			}
			var once sync.Once
			return name, func() { once.Do(func() { g.leave(name) }) }, nil
		}
		open := g.closed
		g.mu.Unlock()
		if !told && waiting != nil {
			waiting()
			told = true
		}
		select {
		case <-open:
		case <-ctx.Done():
			return "", nil, ctx.Err()
		}
	}
}

func (g *gate) leave(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running[name]--; g.running[name] <= 0 {
		delete(g.running, name)
	}
	close(g.idle)
	g.idle = make(chan struct{})
}

// close makes new streams wait until open is called.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed == nil {
		g.closed = make(chan struct{})
	}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed != nil {
		close(g.closed)
		g.closed = nil
	}
}

// streams counts what runs on all models.
func (g *gate) streams() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, running := range g.running {
		n += running
	}
	return n
}

// drain waits until no stream runs on name.
func (g *gate) drain(ctx context.Context, name string) error {
	for {
		g.mu.Lock()
		n, idle := g.running[name], g.idle
		g.mu.Unlock()
		if n == 0 {
			return nil
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
