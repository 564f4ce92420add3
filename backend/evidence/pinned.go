package evidence

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"errata/backend"
)

// PinnedOptions of a pinned client. The zero value works.
type PinnedOptions struct {
	Timeout time.Duration                                                     // of one request; 0 means 10 s
	Dial    func(ctx context.Context, network, addr string) (net.Conn, error) // nil: the system's
}

// dialTimeout ends looking up and connecting also where net/http has taken the
// deadline of the request away, which it does to keep a late connection for later.
const dialTimeout = 5 * time.Second

// Pinned makes a client that speaks to exactly one scheme, host and port, and
// follows no redirect. It is for addresses that the user configures or that are
// built in; those may lie in the user's own network.
func Pinned(base string, o PinnedOptions) (*http.Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, backend.Errorf(backend.CodeInvalid, "evidence.pinned", "%q is not a web address.", clipRunes(base, 100)).WithHint("Write it like http://127.0.0.1:8888.")
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	home := net.JoinHostPort(u.Hostname(), portOf(u))
	transport := &http.Transport{
		Proxy: nil, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if !strings.EqualFold(addr, home) {
				return nil, backend.Errorf(backend.CodeInvalid, "evidence.pinned", "A connection to another address was refused.")
			}
			ctx, cancel := context.WithTimeout(ctx, dialTimeout)
			defer cancel()
			return o.Dial(ctx, network, addr)
		},
	}
	return &http.Client{
		Transport: pinned{scheme: u.Scheme, home: home, next: transport}, Timeout: o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

type pinned struct {
	scheme, home string
	next         *http.Transport
}

// RoundTrip refuses every address but the pinned one.
func (p pinned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != p.scheme || !strings.EqualFold(net.JoinHostPort(r.URL.Hostname(), portOf(r.URL)), p.home) || r.URL.User != nil {
		return nil, backend.Errorf(backend.CodeInvalid, "evidence.pinned", "A request to another address than the configured one was refused.")
	}
	return p.next.RoundTrip(r)
}

// CloseIdleConnections lets http.Client reach the transport's own.
func (p pinned) CloseIdleConnections() { p.next.CloseIdleConnections() }

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// pinnedTo keeps the pinned client of an address that may change while the
// program runs. The zero value works.
type pinnedTo struct {
	fixed *http.Client // used for every address; for tests

	mu     sync.Mutex
	base   string
	client *http.Client
}

func (p *pinnedTo) to(base string) (*http.Client, error) {
	if p.fixed != nil {
		return p.fixed, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.client != nil && p.base == base {
		return p.client, nil
	}
	client, err := Pinned(base, PinnedOptions{})
	if err != nil {
		return nil, err
	}
	if p.client != nil {
		p.client.CloseIdleConnections()
	}
	p.base, p.client = base, client
	return client, nil
}
