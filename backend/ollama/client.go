package ollama

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ollama/ollama/api"

	"errata/backend"
)

// The limits of Options. Ollama itself gives a load up to five minutes.
const (
	DefaultFirstToken = 6 * time.Minute
	DefaultTokenGap   = 60 * time.Second
	DefaultCall       = 30 * time.Second
	DefaultTries      = 5
)

// Options of a Client. Only Address is needed.
type Options struct {
	// Address gives the engine's address ("http://127.0.0.1:11434"); it may
	// start an engine.
	Address func(ctx context.Context) (string, error)

	Transport  http.RoundTripper // nil: one without proxy
	FirstToken time.Duration     // longest wait for the first piece of a generation, loading included
	TokenGap   time.Duration     // longest wait between two pieces
	Call       time.Duration     // longest of a short call (version, list, show, delete)
	Tries      int               // tries of a call that found the engine busy, at least 1
	// Wait pauses between tries and polls; nil sleeps.
	Wait func(ctx context.Context, d time.Duration) error
}

// Client talks to one engine. It is safe for concurrent use.
type Client struct {
	opt  Options
	http *http.Client

	mu    sync.Mutex
	local map[string]bool // address and name of models known to run on this engine itself
}

// New makes a client; it does not connect.
func New(opt Options) *Client {
	if opt.Transport == nil {
		opt.Transport = &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			MaxIdleConnsPerHost: 8,
			IdleConnTimeout:     90 * time.Second,
			DisableCompression:  true,
		}
	}
	if opt.FirstToken <= 0 {
		opt.FirstToken = DefaultFirstToken
	}
	if opt.TokenGap <= 0 {
		opt.TokenGap = DefaultTokenGap
	}
	if opt.Call <= 0 {
		opt.Call = DefaultCall
	}
	if opt.Tries <= 0 {
		opt.Tries = DefaultTries
	}
	if opt.Wait == nil {
		opt.Wait = sleep
	}
	return &Client{
		opt:   opt,
		local: map[string]bool{},
		http: &http.Client{
			Transport: opt.Transport,
			// The address was configured; what stands there must answer itself.
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return errors.New("the engine's address answers with a redirect")
			},
		},
	}
}

// Close gives idle connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// engine connects to the address of the moment.
func (c *Client) engine(ctx context.Context) (*api.Client, string, error) {
	if c.opt.Address == nil {
		return nil, "", backend.Errorf(backend.CodeInternal, "ollama", "No address of an engine was configured.")
	}
	address, err := c.opt.Address(ctx)
	if err != nil {
		return nil, "", err
	}
	at, err := c.at(address)
	return at, address, err
}

func (c *Client) at(address string) (*api.Client, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, backend.Errorf(backend.CodeInvalid, "ollama", "The engine's address %q is not a web address.", address).
			WithHint("Write it like http://127.0.0.1:11434.")
	}
	return api.NewClient(u, c.http), nil
}

// short bounds a call that needs no model.
func (c *Client) short(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.opt.Call)
}

// VersionAt asks any address whether an Ollama answers there. CodeUnavailable
// when nothing or something else does.
func (c *Client) VersionAt(ctx context.Context, address string) (string, error) {
	at, err := c.at(address)
	if err != nil {
		return "", err
	}
	ctx, cancel := c.short(ctx)
	defer cancel()
	v, err := at.Version(ctx)
	if err != nil {
		return "", failure(ctx, "ollama.version", "", err)
	}
	if v == "" {
		return "", backend.Errorf(backend.CodeUnavailable, "ollama.version", "A program that is not Ollama answers at %s.", address).
			WithHint("Set OLLAMA_HOST to the address of an Ollama, or unset it to use the bundled engine.")
	}
	return v, nil
}

// retry runs call again, with growing pauses, while the engine says it is busy
// or has just lost its model runner, and nothing was shown yet.
func (c *Client) retry(ctx context.Context, call func() (shown bool, err error)) error {
	pause := 250 * time.Millisecond
	crashes := 0
	for try := 1; ; try++ {
		shown, err := call()
		if err == nil || shown || try >= c.opt.Tries {
			return err
		}
		switch {
		case isBusy(err):
		case isCrash(err) && crashes == 0:
			crashes++
		default:
			return err
		}
		if c.opt.Wait(ctx, pause) != nil {
			return err
		}
		pause *= 2
	}
}

// normal is the form in which the engine lists a name.
func normal(name string) string {
	if i := strings.LastIndexByte(name, '/'); !strings.Contains(name[i+1:], ":") {
		name += ":latest"
	}
	return strings.ToLower(name)
}
