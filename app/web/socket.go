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

// socketLimit bounds one message of the page, in bytes.
const socketLimit = 8 << 20

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

// Socket is the handler of calls and events alone, without page or token: for a
// listener that only the owner of the home can reach.
func Socket(a *api.API, hub *api.Hub) http.Handler {
	s := &Server{Options: Options{API: a, Hub: hub}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws", s.socket)
	return mux
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

func writeAll(ctx context.Context, c *websocket.Conn, events <-chan backend.Event, replies <-chan Reply) {
	for {
		var out Reply
		select {
		case <-ctx.Done():
			return
		case e, ok := <-events:
			if !ok {
				return
			}
			out.Event = &e
		case out = <-replies:
		}
		write, cancel := context.WithTimeout(ctx, 30*time.Second)
		err := wsjson.Write(write, c, out)
		cancel()
		if err != nil {
			return
		}
	}
}
