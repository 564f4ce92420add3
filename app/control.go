package app

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"errata/app/cli"
	"errata/app/web"
	"errata/backend"
)

// A running Errata listens on a socket file in its home that only its owner can
// open. The command line finds it there when the home is locked and makes its
// calls through it, so that `errata versions promote` works beside an open window.

// listenControl serves the control socket until stop is called.
func listenControl(home string, handler http.Handler) (stop func(), err error) {
	path := filepath.Join(home, socketName)
	_ = os.Remove(path) // a leftover of a crash: we hold the lock
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.Serve(l) }()
	return func() { _ = s.Close(); _ = os.Remove(path) }, nil
}

// sendLimit is how long one message to the running Errata may take.
const sendLimit = 30 * time.Second

// remoteCaller calls the API of a running Errata.
type remoteCaller struct {
	conn  *websocket.Conn
	stop  context.CancelFunc
	done  chan struct{}
	limit time.Duration // of sending one message

	mu        sync.Mutex
	next      int
	waiting   map[int]chan web.Reply
	listeners map[int]chan backend.Event
	broken    error
}

// dialControl reaches the running Errata of a home.
func dialControl(ctx context.Context, home string) (*remoteCaller, error) {
	path := filepath.Join(home, socketName)
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
	dial, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(dial, "ws://localhost/ws", &websocket.DialOptions{HTTPClient: client}) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(64 << 20)
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	c := &remoteCaller{conn: conn, stop: stop, done: make(chan struct{}), limit: sendLimit, waiting: map[int]chan web.Reply{}, listeners: map[int]chan backend.Event{}}
	go c.read(life)
	return c, nil
}

func (c *remoteCaller) close() {
	c.stop()
	_ = c.conn.CloseNow()
	<-c.done
}

// read hands replies to who waits and events to who listens.
func (c *remoteCaller) read(ctx context.Context) {
	defer close(c.done)
	for {
		var m web.Reply
		err := wsjson.Read(ctx, c.conn, &m)
		c.mu.Lock()
		switch {
		case err != nil:
			c.broken = backend.Wrap(err, backend.CodeUnavailable, "call", "The running Errata closed the connection.")
			for id, w := range c.waiting {
				delete(c.waiting, id)
				close(w)
			}
		case m.Event != nil:
			for _, l := range c.listeners {
				select {
				case l <- *m.Event:
				default:
				}
			}
		default:
			if w, ok := c.waiting[m.ID]; ok {
				delete(c.waiting, m.ID)
				w <- m
			}
		}
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Call sends a call and waits for its reply; when ctx ends, the request is cancelled there.
func (c *remoteCaller) Call(ctx context.Context, method string, out any, args ...any) error {
	raw, err := encodeArgs(args)
	if err != nil {
		return err
	}
	reply := make(chan web.Reply, 1)
	c.mu.Lock()
	if c.broken != nil {
		c.mu.Unlock()
		return c.broken
	}
	c.next++
	id := c.next
	c.waiting[id] = reply
	c.mu.Unlock()
	if err := c.send(ctx, web.Call{ID: id, Method: method, Args: raw}); err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, "call", "The running Errata does not listen.")
	}
	ended := ctx.Done()
	for {
		select {
		case r, ok := <-reply:
			switch {
			case !ok:
				return c.broken
			case r.Error != "":
				return remoteError(r.Error)
			case out == nil || len(r.Result) == 0:
				return nil
			}
			return json.Unmarshal(r.Result, out)
		case <-ended:
			ended = nil
			id, _ := json.Marshal(cli.RequestID)
			if err := c.send(ctx, web.Call{Method: "Cancel", Args: []json.RawMessage{id}}); err != nil {
				return ctx.Err()
			}
		}
	}
}

// send writes one message with a deadline of its own: it must also go out after
// ctx ended, and however long a call before it has lasted.
func (c *remoteCaller) send(ctx context.Context, call web.Call) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.limit)
	defer cancel()
	return wsjson.Write(ctx, c.conn, call)
}

// Events gives the events of the running Errata from now on.
func (c *remoteCaller) Events() (<-chan backend.Event, func()) {
	ch := make(chan backend.Event, 4096)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	id := c.next
	c.listeners[id] = ch
	return ch, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if _, ok := c.listeners[id]; ok {
			delete(c.listeners, id)
			close(ch)
		}
	}
}

func remoteError(text string) error {
	var e struct {
		Code    backend.Code `json:"code"`
		Message string       `json:"message"`
		Hint    string       `json:"hint"`
		Detail  string       `json:"detail"`
	}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return errors.New(text)
	}
	return &backend.Error{Code: e.Code, Message: e.Message, Hint: e.Hint, Err: errors.New(e.Detail)}
}
