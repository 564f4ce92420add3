package web

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"errata/app/api"
	"errata/backend"
)

// socketLimit bounds one message of the page, in bytes: the largest is a chat to
// import, flow.ImportPiece or up to 32 MB, in base64.
const socketLimit = 48 << 20

// Call is one message of a page.
type Call struct {
	ID     int               `json:"id"`
	Method string            `json:"method"`
	Args   []json.RawMessage `json:"args"`
}

// Reply is one message to a page: the outcome of a call, or an event.
type Reply struct {
	ID     int             `json:"id,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"` // JSON of a backend.Error
	Event  *backend.Event  `json:"event,omitempty"`
}

// Control is the handler of calls and events alone, without page or token: for a
// listener that only the owner of the home can reach. It knows who is connected,
// so that a short-lived program does not end under the calls of another one.
type Control struct {
	mux *http.ServeMux

	mu     sync.Mutex
	guests int
	shut   bool
	left   chan struct{} // closed when a guest leaves
}

// Socket makes the Control of an API.
func Socket(a *api.API, hub *api.Hub) *Control {
	s := &Server{Options: Options{API: a, Hub: hub}}
	c := &Control{mux: http.NewServeMux(), left: make(chan struct{})}
	c.mux.HandleFunc("GET /ws", s.socket)
	return c
}

// ServeHTTP serves one guest for as long as its connection and its calls last.
func (c *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	if c.shut {
		c.mu.Unlock()
		http.Error(w, "This Errata is about to end.", http.StatusServiceUnavailable)
		return
	}
	c.guests++
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.guests--
		close(c.left)
		c.left = make(chan struct{})
	}()
	c.mux.ServeHTTP(w, r)
}

// Shut lets nobody in from now on, if no guest is connected. Otherwise left tells
// when one leaves.
func (c *Control) Shut() (alone bool, left <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut = c.guests == 0
	return c.shut, c.left
}

// Drain waits until no guest is connected and lets nobody in from then on; it
// gives up when ctx ends. onWait is called once if there is somebody to wait for.
func (c *Control) Drain(ctx context.Context, onWait func()) {
	for told := false; ; told = true {
		alone, left := c.Shut()
		if alone || ctx.Err() != nil {
			return
		}
		if !told {
			onWait()
		}
		select {
		case <-ctx.Done():
		case <-left:
		}
	}
}

// socket speaks with one page: every call in a goroutine of its own, all replies
// and events through one writer, so that events keep their order.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil) // same origin only
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	c.SetReadLimit(socketLimit)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	events, stop := s.Hub.Listen()
	defer stop()
	replies := make(chan Reply, 64)
	var calls sync.WaitGroup
	defer calls.Wait()
	calls.Go(func() { defer cancel(); writeAll(ctx, c, events, replies) })

	for {
		var call Call
		if err := wsjson.Read(ctx, c, &call); err != nil {
			cancel()
			return
		}
		calls.Go(func() {
			reply := answer(s.API, call)
			select {
			case replies <- reply:
			case <-ctx.Done():
			}
		})
	}
}

// answer makes the call; what cannot be written as JSON is an error like any other.
func answer(a *api.API, call Call) Reply {
	reply := Reply{ID: call.ID}
	result, err := api.Invoke(a, call.Method, call.Args)
	if err == nil {
		reply.Result, err = json.Marshal(result)
	}
	if err != nil {
		reply.Result, reply.Error = nil, api.ErrorJSON(err)
	}
	return reply
}

// writeAll is the one writer of a connection. What happened during a call goes
// out before its reply: a caller that has its reply listens no longer.
func writeAll(ctx context.Context, c *websocket.Conn, events <-chan backend.Event, replies <-chan Reply) {
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-events:
			if !ok || write(ctx, c, Reply{Event: &e}) != nil {
				return
			}
		case reply := <-replies:
			for range len(events) {
				if e, ok := <-events; !ok || write(ctx, c, Reply{Event: &e}) != nil {
					return
				}
			}
			if write(ctx, c, reply) != nil {
				return
			}
		}
	}
}

func write(ctx context.Context, c *websocket.Conn, out Reply) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return wsjson.Write(ctx, c, out)
}
