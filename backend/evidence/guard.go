package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"errata/backend"
	"errata/backend/page"
)

// GuardOptions of a guarded fetcher. The zero value works; Resolve and Dial are
// for tests.
type GuardOptions struct {
	Resolve   func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial      func(ctx context.Context, network, addr string) (net.Conn, error)
	Timeout   time.Duration // of one fetch with its redirects; 0 means 10 s
	UserAgent string
}

// Guard fetches addresses that come from results, and nothing of the user's own
// network: each address and each redirect is checked, the name is looked up
// once, every address it gives must be public, the connection goes to the one
// that was checked, and the kernel's view of it is checked again. It keeps no
// cookies, uses no proxy and runs nothing.
type Guard struct {
	client *http.Client
	o      GuardOptions
}

// maxRedirects is how many redirects are followed.
const maxRedirects = 3

// NewGuard makes a guarded fetcher.
func NewGuard(o GuardOptions) *Guard {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.UserAgent == "" {
		o.UserAgent = DefaultUserAgent
	}
	if o.Resolve == nil {
		o.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Control: publicOnly}).DialContext
	}
	g := &Guard{o: o}
	g.client = &http.Client{
		Timeout: o.Timeout,
		Transport: &http.Transport{
			Proxy: nil, DialContext: g.dial, DisableKeepAlives: true, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: o.Timeout, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return backend.Errorf(backend.CodeInvalid, "evidence.guard", "A page leads from address to address more than %d times.", maxRedirects)
			}
			if r.URL.Scheme == "http" && via[len(via)-1].URL.Scheme == "https" {
				return backend.Errorf(backend.CodeInvalid, "evidence.guard", "A page leads from a protected address to an open one.")
			}
			u, err := CheckAddress(r.URL.String())
			if err == nil {
				r.URL = u
			}
			return err
		},
	}
	return g
}

// publicOnly is asked by the kernel's dialer with the address in numbers, after
// every lookup: a name that changes its address meanwhile gains nothing.
func publicOnly(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !Public(ap.Addr()) || ap.Port() != 80 && ap.Port() != 443 {
		return backend.Errorf(backend.CodeInvalid, "evidence.guard", "An address was not opened: it does not lie in the public internet.")
	}
	return nil
}

func (g *Guard) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port != "80" && port != "443" {
		return nil, backend.Errorf(backend.CodeInvalid, "evidence.guard", "An address was not opened: only ports 80 and 443 are.")
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	var ips []netip.Addr
	if ip, err := netip.ParseAddr(host); err == nil {
		ips = []netip.Addr{ip}
	} else if ips, err = g.o.Resolve(ctx, host); err != nil {
		return nil, &offlineError{err}
	}
	if len(ips) == 0 {
		return nil, &offlineError{errors.New("the name has no address")}
	}
	for _, ip := range ips {
		if !Public(ip) {
			return nil, backend.Errorf(backend.CodeInvalid, "evidence.guard", "An address was not opened: its name leads into a private network.")
		}
	}
	var last error
	for _, ip := range ips[:min(len(ips), 4)] {
		conn, err := g.o.Dial(ctx, network, net.JoinHostPort(ip.Unmap().String(), port))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, &offlineError{last}
}

// Fetched is a page as it came.
type Fetched struct {
	URL         string // after redirects
	ContentType string
	Body        []byte
}

// Fetch reads a text page of at most 2 MiB.
func (g *Guard) Fetch(ctx context.Context, address string) (Fetched, error) {
	const op = "evidence.fetch"
	u, err := CheckAddress(address)
	if err != nil {
		return Fetched{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Fetched{}, backend.Errorf(backend.CodeInvalid, op, "The address of the page is not usable.")
	}
	req.Header.Set("User-Agent", g.o.UserAgent)
	req.Header.Set("Accept", "text/html, text/plain;q=0.8, text/markdown;q=0.8")
	req.Header.Set("Accept-Language", "en")
	resp, err := g.client.Do(req)
	if err != nil {
		var refused *backend.Error
		if errors.As(err, &refused) {
			return Fetched{}, refused
		}
		return Fetched{}, wireError(ctx, op, "The page", err, !isOffline(err))
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	if resp.StatusCode != http.StatusOK {
		return Fetched{}, backend.Errorf(backend.CodeUnavailable, op, "The page answered with HTTP %d.", resp.StatusCode)
	}
	kind := resp.Header.Get("Content-Type")
	if !textual(kind) {
		return Fetched{}, backend.Errorf(backend.CodeInvalid, op, "The page is not text but %q; it was not read.", clipRunes(kind, 60))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, page.MaxHTML+1))
	if err != nil {
		return Fetched{}, wireError(ctx, op, "The page", err, true)
	}
	if len(body) > page.MaxHTML {
		return Fetched{}, backend.Errorf(backend.CodeInvalid, op, "The page is larger than %d MiB; it was not read.", page.MaxHTML>>20)
	}
	return Fetched{URL: resp.Request.URL.String(), ContentType: kind, Body: body}, nil
}

func textual(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch media {
	case "text/html", "application/xhtml+xml", "text/plain", "text/markdown":
		return true
	}
	return false
}

// Passages fetches a page and cuts it into passages that bear on the question,
// best first.
func (g *Guard) Passages(ctx context.Context, address string, s backend.Search) ([]backend.Passage, error) {
	got, err := g.Fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	return passagesOf(got, s)
}

func passagesOf(got Fetched, s backend.Search) ([]backend.Passage, error) {
	parsed, err := page.Parse(got.Body, page.Options{ContentType: got.ContentType, Name: nameOf(got.URL), URL: got.URL, Now: s.Now})
	if err != nil {
		return nil, backend.Wrap(err, backend.CodeInvalid, "evidence.fetch", fmt.Sprintf("The page of %s could not be read.", page.Domain(got.URL)))
	}
	var out []backend.Passage
	for _, text := range rank(page.Passages(parsed.Text), s, limitOf(s)) {
		out = append(out, backend.Passage{URL: got.URL, Title: parsed.Title, Text: text, PublishedAt: parsed.Published, DateSource: parsed.DateSource, Flags: parsed.Flags})
	}
	return out, nil
}

func nameOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path[strings.LastIndexByte(u.Path, '/')+1:]
}
