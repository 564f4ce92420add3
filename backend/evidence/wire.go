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
	"sync/atomic"
	"syscall"
	"time"

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

// getJSON asks an API and decodes its reply. The words of a request stand in its
// address, and for some providers the key too, so no error repeats the address.
func getJSON(ctx context.Context, client *http.Client, who, address string, header http.Header, out any) error {
	op := "evidence." + strings.ToLower(who)
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req, err := http.NewRequestWithContext(traced, http.MethodGet, address, nil)
	if err != nil {
		return backend.Errorf(backend.CodeInvalid, op, "The address of %s is not usable.", who)
	}
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("Accept", "application/json")
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", DefaultUserAgent)
	}
	resp, err := client.Do(req)
	if err != nil {
		return wireError(ctx, op, who, err, connected.Load())
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	switch {
	case err != nil:
		return wireError(ctx, op, who, err, true)
	case len(body) > maxReply:
		return backend.Errorf(backend.CodeUnavailable, op, "%s sent more than %d MiB; the reply was dropped.", who, maxReply>>20)
	case resp.StatusCode == http.StatusTooManyRequests:
		e := backend.Errorf(backend.CodeUnavailable, op, "%s asks for a pause (too many requests).", who)
		if s := resp.Header.Get("Retry-After"); s != "" && len(s) < 40 {
			e = e.WithHint("Try again in " + waitOf(s) + ".")
		}
		return e
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return backend.Errorf(backend.CodeUnavailable, op, "%s refused the request (HTTP %d).", who, resp.StatusCode).WithHint("Check its key in Settings.")
	case resp.StatusCode != http.StatusOK:
		return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: fmt.Sprintf("%s answered with HTTP %d.", who, resp.StatusCode)}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(out); err != nil {
		return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: who + " sent a reply that could not be read.", Err: errors.New("not the expected JSON")}
	}
	return nil
}

func waitOf(retryAfter string) string {
	if _, err := time.ParseDuration(retryAfter + "s"); err == nil {
		return retryAfter + " seconds"
	}
	return "a few minutes"
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
