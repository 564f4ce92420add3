package api

import (
	"context"
	"slices"

	"errata/backend"
)

// Work is what goes on by itself and would be cut off if the program ended.
type Work struct {
	Training bool     `json:"training"` // from the freezing of its facts until its version is taken in
	Ops      []string `json:"ops"`      // of the requests, as Running names them
}

// Any says whether there is any.
func (w Work) Any() bool { return w.Training || len(w.Ops) > 0 }

// watched are the requests that a person waits for with their eyes on the page:
// whoever closes the window no longer wants them, or the next start does them anyway.
var watched = []string{"ask", "check", "model.load", "library.add", "library.rescan"}

// WorkOf tells what goes on in an API. It waits for nothing and is no method,
// because only the window's end asks.
func WorkOf(a *API) Work {
	work := Work{Ops: []string{}}
	select {
	case <-a.begun:
	default:
		return work // nothing can have been asked for yet
	}
	work.Training = a.o.Loop != nil && a.o.Loop.Training()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.pending {
		switch {
		case r.Op == "train":
			work.Training = true
		case !slices.Contains(watched, r.Op) && !slices.Contains(work.Ops, r.Op):
			work.Ops = append(work.Ops, r.Op)
		}
	}
	slices.Sort(work.Ops)
	return work
}

// Leaving is what a person decided when they closed the window while something ran.
type Leaving string

const (
	LeaveHidden Leaving = "hide" // the work goes on without a window
	LeaveEnded  Leaving = "end"  // the work is stopped and the program ends
	LeaveNot    Leaving = "stay" // the window stays
)

// Leave carries out what was decided after a "window.closing" event.
func (a *API) Leave(how Leaving) error {
	_, err := call(a, "leave", func(context.Context) (struct{}, error) {
		if !slices.Contains([]Leaving{LeaveHidden, LeaveEnded, LeaveNot}, how) {
			return struct{}{}, backend.Errorf(backend.CodeInvalid, "leave", "A window is left by hide, end or stay, not %q.", how)
		}
		if a.o.Leave == nil {
			return struct{}{}, noWindow("leave")
		}
		a.o.Leave(how)
		return struct{}{}, nil
	})
	return err
}

// ShowWindow brings the window to the front, also one that was left hidden.
func (a *API) ShowWindow() error {
	_, err := call(a, "show", func(context.Context) (struct{}, error) {
		if a.o.Show == nil {
			return struct{}{}, noWindow("show")
		}
		a.o.Show()
		return struct{}{}, nil
	})
	return err
}

func noWindow(op string) error {
	return backend.Errorf(backend.CodeUnavailable, op, "This Errata runs without a window.").WithHint("End it first, or open the address that it printed.")
}
