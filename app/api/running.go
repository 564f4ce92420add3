package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/flow"
)

// Running is a request under way, for a page that comes or comes back meanwhile:
// with it the page shows what runs and can stop it.
type Running struct {
	Request  string         `json:"request"`
	Op       string         `json:"op"`                 // "ask", "check", "train", "models.install", …
	Of       string         `json:"of"`                 // the answer, version or model it is about
	Since    time.Time      `json:"since"`              // when it began
	Asked    *flow.Asked    `json:"asked,omitempty"`    // of an ask, once its answer is stored
	Text     string         `json:"text,omitempty"`     // of an ask, so far
	Pieces   int            `json:"pieces,omitempty"`   // how many "answer.text" events told it
	Progress *ModelProgress `json:"progress,omitempty"` // of a model that is fetched, the last
}

// Finished is the data of "request.finished" events.
type Finished struct {
	Op    string          `json:"op"`
	Of    string          `json:"of"`
	Error json.RawMessage `json:"error,omitempty"` // as ErrorJSON writes it
}

// running is a request and its end.
type running struct {
	Running
	cancel context.CancelFunc
}

// Running lists the requests under way.
func (a *API) Running() ([]Running, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]Running, 0, len(a.pending))
	for _, r := range a.pending {
		out = append(out, r.Running)
	}
	slices.SortFunc(out, func(x, y Running) int { return strings.Compare(x.Request, y.Request) })
	return out, nil
}

// named gives a request without an id one, so that it is listed and can be stopped too.
func (a *API) named(id string) string {
	if id != "" {
		return id
	}
	return fmt.Sprintf("unnamed-%d", a.unnamed.Add(1))
}

// begin registers a request; single refuses it while another one with the same
// op and of runs.
func (a *API) begin(id, op, of string, single bool, cancel context.CancelFunc) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, taken := a.pending[id]; taken {
		return backend.Errorf(backend.CodeConflict, op, "A request with this id is already running.")
	}
	if single {
		for _, r := range a.pending {
			if r.Op == op && r.Of == of {
				return backend.Errorf(backend.CodeConflict, op, "This is running already.").WithHint("Wait for it, or stop it first.")
			}
		}
	}
	a.pending[id] = &running{Running: Running{Request: id, Op: op, Of: of, Since: time.Now()}, cancel: cancel}
	return nil
}

// finish takes a request off the list and tells the pages that did not start it.
func (a *API) finish(id string, err error) {
	a.mu.Lock()
	r := a.pending[id]
	delete(a.pending, id)
	a.mu.Unlock()
	done := Finished{Op: r.Op, Of: r.Of}
	if err != nil {
		done.Error = json.RawMessage(ErrorJSON(err))
	}
	a.o.Hub.Emit(backend.Event{At: time.Now(), Topic: "request.finished", ID: id, Data: done})
}

// tell changes what is listed of a running request.
func (a *API) tell(id string, change func(*Running)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r := a.pending[id]; r != nil {
		change(&r.Running)
	}
}
