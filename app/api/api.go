// Package api is what a user can do, one method each. The window binds it, the
// browser calls it over a web socket, the command line calls it directly: the
// three doors share every rule. It holds no state of its own beside the calls
// that run.
//
//	window ─┐
//	browser ┼─> API ─> flow.Loop ─> ports
//	command ┘     └──> Hub ─> events back to the doors
//
// Methods take no context, because a bound method gets none: the API carries the
// run's context, and a long method takes a request id that Cancel ends. A method
// never panics, never returns a nil slice, and every error is a backend.Error in
// the end.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"errata/backend"
	"errata/backend/flow"
)

// Options are the parts of an API.
type Options struct {
	Loop    *flow.Loop
	Hub     *Hub
	Library Library
	Models  Models
	Secrets Secrets
	Trainer TrainerSetup
	Machine func(context.Context) Machine
	Desktop // what the door can do there
	Keep    Keep
	// Throwaway makes a second Loop in a home of its own that done removes.
	Throwaway func(ctx context.Context, t Throwaway) (loop *flow.Loop, done func(), err error)
	Behind    func(f func()) // runs f beside the calls; the end of the program waits for it
	Home      string
	Version   string
	Door      string // window, browser, command line
	Log       *slog.Logger
	// Broken is why Errata could not start: then every call fails with it, except
	// those that repair.
	Broken error
	Repair func(ctx context.Context) error // nil: nothing here can repair it
}

// Throwaway says what a throw-away home holds.
type Throwaway struct {
	Notes map[string][]byte // Markdown notes by file name: its only evidence
	AsOf  time.Time         // its clock starts here
	Model string
	Home  string // kept when set
}

// Keep looks after the home as a whole. What can only be done while nothing runs is
// written down by Restore and Erase, and done by the next start.
type Keep interface {
	Backup(ctx context.Context) (path string, err error)
	Backups() ([]Backup, error)
	Export(ctx context.Context, files map[string]func() ([]byte, error)) (path string, err error)
	Restore(ctx context.Context, path string) error
	Erase() error
	Restart() // ends this program in a moment and starts it again
}

// Backup is a copy of the database that can be put back.
type Backup struct {
	Path  string    `json:"path"`
	At    time.Time `json:"at"`
	Bytes int64     `json:"bytes"`
}

// Library is the user's documents.
type Library interface {
	SetFolders(folders []string) error
	Folder(path string) (string, error)
	// Add writes a document into Errata's own folder of documents, beside what has its
	// name and other content, and gives folder and path.
	Add(name string, data []byte) (folder, path string, err error)
	Rescan(ctx context.Context) error
	Documents() ([]backend.Document, error)
	Search(ctx context.Context, question string, limit int) ([]backend.Passage, error)
}

// Models installs and imports base models.
type Models interface {
	Install(ctx context.Context, model string, progress func(stage string, done, total int64)) (backend.ModelInfo, error)
	Import(ctx context.Context, file string, progress func(stage string, done, total int64)) (backend.ModelInfo, error)
	Inspect(file string) (backend.ModelInfo, error)
}

// Secrets keeps provider keys; it never gives one back.
type Secrets interface {
	Set(ctx context.Context, name, value string) (stored string, err error) // "keyring" or "session"
	Delete(ctx context.Context, name string) error
}

// Desktop is what a door with a window can do; a part is nil where the door cannot.
type Desktop struct {
	Open   func(url string) error                           // opens a link in the user's browser
	Save   func(name, text string) (path string, err error) // keeps a text where a dialog says
	Choose func(kind string) (path string, err error)       // asks for a file or a folder
	Notify func(title, text string) error                   // tells through the desktop
	Leave  func(how Leaving)                                // what a closed window leaves behind
	Show   func()                                           // brings the window to the front
}

// TrainerSetup builds the trainer's environment.
type TrainerSetup interface {
	Ready(ctx context.Context) error
	Setup(ctx context.Context, progress func(line string), extras ...string) error
}

// Machine is what was found on this computer.
type Machine struct {
	OS        string `json:"os"`
	CPU       string `json:"cpu"`
	Cores     int    `json:"cores"`
	Memory    int64  `json:"memory"`    // bytes
	Available int64  `json:"available"` // bytes
	GPU       string `json:"gpu"`       // empty: none was found
	Disk      int64  `json:"disk"`      // bytes free where the home is
}

// API is bound to the doors. Its zero value is not usable.
type API struct {
	o         Options
	ctx       context.Context
	begun     chan struct{} // closed once o and ctx are there
	mu        sync.Mutex
	pending   map[string]*running // by request id
	unnamed   atomic.Int64
	greetings atomic.Int64
}

// New makes an API whose calls end with ctx.
func New(ctx context.Context, o Options) *API {
	a := Later()
	Begin(ctx, a, o)
	return a
}

// Later makes an API whose calls wait for Begin, so that a door can open before the
// parts are there.
func Later() *API { return &API{begun: make(chan struct{}), pending: map[string]*running{}} }

// Begin gives an API its parts, once; its calls end with ctx.
func Begin(ctx context.Context, a *API, o Options) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a.o, a.ctx = o, ctx
	close(a.begun)
}

// call runs f under the API's context and turns a panic into an error, because a
// panic in a bound method would leave the caller waiting for ever.
func call[T any](a *API, op string, f func(ctx context.Context) (T, error)) (out T, err error) {
	defer func() {
		if r := recover(); r != nil {
			a.o.Log.Error("panic", "op", op, "panic", r, "stack", string(debug.Stack()))
			err = mistake(op, fmt.Errorf("%v", r))
		}
	}()
	<-a.begun
	if a.o.Broken != nil && op != repairOp {
		return out, a.o.Broken
	}
	return f(a.ctx)
}

func mistake(op string, err error) error {
	return &backend.Error{Code: backend.CodeInternal, Op: op, Message: "Errata made a mistake; nothing was changed by it.", Hint: "The log says more.", Err: err}
}

// request is call with a context that Cancel(id) ends, listed by Running; of is
// the id of the noun it is about.
func request[T any](a *API, id, op, of string, f func(ctx context.Context) (T, error)) (T, error) {
	return listed(a, id, op, of, false, f)
}

// alone is a request of which a second one with the same op and of is refused.
func alone[T any](a *API, id, op, of string, f func(ctx context.Context) (T, error)) (T, error) {
	return listed(a, id, op, of, true, f)
}

func listed[T any](a *API, id, op, of string, single bool, f func(ctx context.Context) (T, error)) (T, error) {
	return call(a, op, func(ctx context.Context) (out T, err error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		id := a.named(id)
		if err := a.begin(id, op, of, single, cancel); err != nil {
			return out, err
		}
		panicked := true
		defer func() {
			if panicked {
				err = mistake(op, nil)
			}
			a.finish(id, err)
		}()
		out, err = f(ctx)
		panicked = false
		if err != nil && ctx.Err() != nil && backend.CodeOf(err) != backend.CodeCancelled {
			err = &backend.Error{Code: backend.CodeCancelled, Op: op, Message: "Stopped.", Err: err}
		}
		return out, err
	})
}

// Cancel ends a running request; an unknown id is ignored, because the request
// may have ended a moment ago.
func (a *API) Cancel(requestID string) {
	a.mu.Lock()
	r := a.pending[requestID]
	a.mu.Unlock()
	if r != nil {
		r.cancel()
	}
}

// some makes a nil slice an empty one: the front end would see null.
func some[T any](s []T, err error) ([]T, error) {
	if s == nil {
		s = []T{}
	}
	return s, err
}
