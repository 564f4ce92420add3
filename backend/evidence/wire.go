package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"errata/backend"
)

// maxReply bounds one reply of a provider in bytes.
const maxReply = 4 << 20

// DefaultUserAgent names us to servers, as Wikimedia asks of its users.
const DefaultUserAgent = "Errata/1.0 (desktop fact checker; one request per question of its user)"

// offlineError says that no connection was made.
type offlineError struct{ err error }

func (e *offlineError) Error() string { return e.err.Error() }
func (e *offlineError) Unwrap() error { return e.err }

// service is an API as one provider uses it: who answers, over which client and
// how fast it may be asked. It is safe for concurrent use.
type service struct {
	who    string
	client *http.Client
	pace   pace
	hint   string // what to do when it refuses the request
	// overrun recognises a reply that asks for a pause in a way of its own; nil:
	// HTTP 429 only.
	overrun func(status int, body []byte) bool
	// refusal explains a status that has a meaning of its own here; an empty
	// message leaves the general one.
	refusal func(status int, body []byte) (message, hint string)

	mu      sync.Mutex
	trouble string // why the last request failed
}

// newService makes a service at a fixed address.
func newService(who, base string, client *http.Client) (*service, error) {
	if client == nil {
		var err error
		if client, err = Pinned(base, PinnedOptions{}); err != nil {
			return nil, err
		}
	}
	return &service{who: who, client: client}, nil
}

// request is one question to a service.
type request struct {
	client  *http.Client // nil: the service's own
	address string
	header  http.Header
	body    any    // sent as JSON by POST; nil: a GET
	words   string // the words of the user in it, recorded just before they go out
	// valid says, after decoding, whether the reply is what the API promises; nil:
	// any JSON of the right types is.
	valid func() bool
}

func (s *service) op() string { return "evidence." + strings.ToLower(s.who) }

// ask sends a request when its turn has come and decodes the reply. The words of
// a request stand in its address, and for some providers the key too, so no
// error repeats the address. A pause that the service asks for is kept; one that
// fits into the deadline is waited for, once.
func (s *service) ask(ctx context.Context, r request, out any) error {
	for again := false; ; again = true {
		left, err := s.pace.turn(ctx)
		switch {
		case err != nil:
			return wireError(ctx, s.op(), s.who, err, true)
		case left > 0:
			return backend.Errorf(backend.CodeUnavailable, s.op(), "%s was not asked: it wants to be left alone.", s.who).WithHint("Try again in " + spoken(left) + ".")
		}
		say(ctx, r.words)
		paused, err := s.once(ctx, r, out)
		if err == nil || backend.CodeOf(err) != backend.CodeCancelled {
			s.remember(err)
		}
		if !paused || again || !s.soon(ctx) {
			return err
		}
	}
}

// soon says whether the pause ends early enough to ask again.
func (s *service) soon(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && s.pace.clock().Add(s.pace.paused()+answerTime).Before(deadline)
}

func (s *service) remember(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = ""
	if err != nil {
		s.trouble = failure("", err).Message
	}
}

// health is the health line of a service that lacks nothing.
func (s *service) health(fine string) (bool, string) {
	if left := s.pace.paused(); left > 0 {
		return false, fmt.Sprintf("Paused for %s: %s asked for it or failed several times.", spoken(left), s.who)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trouble != "" {
		fine += " The last search failed: " + s.trouble
	}
	return true, fine
}

// once sends a request and says whether the service asked for a pause.
func (s *service) once(ctx context.Context, r request, out any) (paused bool, err error) {
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req, err := r.build(traced)
	if err != nil {
		return false, backend.Errorf(backend.CodeInvalid, s.op(), "The address of %s is not usable.", s.who)
	}
	client := r.client
	if client == nil {
		client = s.client
	}
	resp, err := client.Do(req)
	if err != nil {
		return false, wireError(ctx, s.op(), s.who, err, connected.Load())
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err != nil {
		return false, wireError(ctx, s.op(), s.who, err, true)
	}
	if len(body) > maxReply {
		s.pace.failed()
		return false, backend.Errorf(backend.CodeUnavailable, s.op(), "%s sent more than %d MiB; the reply was dropped.", s.who, maxReply>>20)
	}
	wait := pauseIn(resp.Header, s.pace.clock())
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable && wait > 0 || s.overrun != nil && s.overrun(resp.StatusCode, body) {
		s.pace.refused(wait)
		return true, backend.Errorf(backend.CodeUnavailable, s.op(), "%s asks for a pause (too many requests).", s.who).WithHint("Try again in " + spoken(s.pace.paused()) + ".")
	}
	if resp.StatusCode != http.StatusOK {
		return false, s.refused(resp.StatusCode, body)
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(out); err != nil || r.valid != nil && !r.valid() {
		s.pace.failed()
		return false, &backend.Error{Code: backend.CodeUnavailable, Op: s.op(), Message: s.who + " sent a reply that could not be read.", Err: errors.New("not the expected JSON")}
	}
	s.pace.served()
	return false, nil
}

func (r request) build(ctx context.Context) (*http.Request, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if r.body != nil {
		raw, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		method, body = http.MethodPost, bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.address, body)
	if err != nil {
		return nil, err
	}
	if r.header != nil {
		req.Header = r.header.Clone()
	}
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", DefaultUserAgent)
	}
	return req, nil
}

// refused explains a reply that is neither an answer nor a request for a pause.
func (s *service) refused(status int, body []byte) error {
	if status >= http.StatusInternalServerError {
		s.pace.failed()
	}
	if s.refusal != nil {
		if message, hint := s.refusal(status, body); message != "" {
			return backend.Errorf(backend.CodeUnavailable, s.op(), "%s", message).WithHint(hint)
		}
	}
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		return backend.Errorf(backend.CodeUnavailable, s.op(), "%s refused the request (HTTP %d).", s.who, status).WithHint(s.hint)
	}
	return backend.Errorf(backend.CodeUnavailable, s.op(), "%s answered with HTTP %d.", s.who, status)
}

// wireError explains why no reply came, without the address.
func wireError(ctx context.Context, op, who string, err error, connected bool) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	offline := !connected || isOffline(err)
	if errors.Is(ctx.Err(), context.Canceled) {
		return &backend.Error{Code: backend.CodeCancelled, Op: op, Message: "Asking " + who + " was stopped.", Err: context.Canceled}
	}
	if offline {
		return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: who + " could not be reached.", Hint: "Check the network connection.", Err: &offlineError{err}}
	}
	if errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
		return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: who + " did not answer in time.", Err: context.DeadlineExceeded}
	}
	return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: who + " broke off its answer.", Err: err}
}

// isOffline says whether err means that the network could not be reached.
func isOffline(err error) bool {
	var off *offlineError
	var dns *net.DNSError
	var oe *net.OpError
	switch {
	case errors.As(err, &off), errors.As(err, &dns):
		return true
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ECONNREFUSED):
		return true
	case errors.As(err, &oe):
		return oe.Op == "dial"
	}
	return false
}

// with adds parameters to an address.
func with(base string, values url.Values) string { return base + "?" + values.Encode() }
