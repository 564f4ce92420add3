package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"errata/app/api"
	"errata/app/cli"
	"errata/app/web"
	"errata/backend"
	"errata/frontend"
)

// The files in the home that keep the browser's token between starts, and the page's
// address while it is served.
const (
	tokenName   = "token"
	addressName = "address"
)

// serve serves the browser until ctx ends. A restart that the page asks for keeps the
// address, so that the page finds back.
func serve(ctx context.Context, o cli.ServeOptions) error {
	home, err := HomeDir(o.Home)
	if err != nil {
		return err
	}
	o.Home = home
	for {
		port, again, err := serveOnce(ctx, o)
		if !again {
			return err
		}
		o.Port, o.Serving = port, func(cli.Serving) error { return nil }
	}
}

// serveOnce serves one assembled program; again says that it is to be served anew on
// the same port. What is vital and broken is served as a page that says so.
func serveOnce(ctx context.Context, o cli.ServeOptions) (port int, again bool, err error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	p, err := Assemble(ctx, Config{Home: o.Home, Door: "browser"})
	if err != nil {
		if !repairable(err) {
			return 0, false, whereServed(o.Home, err)
		}
		fmt.Fprintln(os.Stderr, api.Sentence(err))
		p = brokenProgram(ctx, o.Home, "browser", err)
	}
	defer p.Close()
	var restart atomic.Bool
	p.onRestart = func() {
		restart.Store(true)
		time.AfterFunc(restartAfter, end)
	}
	token, err := keepToken(o.Home)
	if err != nil {
		return 0, false, err
	}
	listener, err := listen(ctx, o.Port)
	if err != nil {
		return 0, false, err
	}
	server := &http.Server{
		Handler:           p.Web(token, o.Origins),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	p.Background()
	port = listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // a TCP listener has one
	address := "http://" + listener.Addr().String() + "/"
	at := cli.Serving{Address: address, Token: token, Open: address + "?token=" + token}
	defer keepAddress(o.Home, at)()
	if err := o.Serving(at); err != nil {
		return 0, false, err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return 0, false, err
	case <-ctx.Done():
	}
	quiet, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(quiet); err != nil {
		_ = server.Close()
	}
	return port, restart.Load(), nil
}

// restartAfter leaves the call that asked for a restart the time to be answered.
const restartAfter = 200 * time.Millisecond

// keepAddress leaves the address for a second start until forget is called. Without
// it that one only says less.
func keepAddress(home string, at cli.Serving) (forget func()) {
	path := filepath.Join(home, addressName)
	if os.WriteFile(path, []byte(at.Open+"\n"), 0o600) != nil {
		return func() {}
	}
	return func() { _ = os.Remove(path) }
}

// whereServed adds the address of the Errata that holds the home, where it has one.
func whereServed(home string, err error) error {
	var e *backend.Error
	b, missing := os.ReadFile(filepath.Join(home, addressName))
	if !running(err) || missing != nil || !errors.As(err, &e) {
		return err
	}
	return e.WithHint("It is served at " + strings.TrimSpace(string(b)) + " . Use that page, or close it first.")
}

// listen takes the asked port on the loopback interface, or a free one when it is
// taken by something else.
func listen(ctx context.Context, port int) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err == nil {
		return l, nil
	}
	if l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0"); err == nil {
		return l, nil
	}
	return nil, backend.Wrap(err, backend.CodeUnavailable, "serve", "No port on 127.0.0.1 could be taken.")
}

// keepToken reads or makes the token of this home.
func keepToken(home string) (string, error) {
	path := filepath.Join(home, tokenName)
	if b, err := os.ReadFile(path); err == nil && len(strings.TrimSpace(string(b))) >= 32 {
		return strings.TrimSpace(string(b)), nil
	}
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	token := hex.EncodeToString(raw)
	if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
		return "", diskError("The token", err)
	}
	return token, nil
}

// Web is the browser's handler.
func (p *Program) Web(token string, origins []string) http.Handler {
	return web.New(web.Options{
		API: p.API, Hub: p.Hub, UI: frontend.FS, Token: token, Log: p.Log, Version: version,
		Origins: func() []string {
			if p.broken {
				return origins
			}
			s, err := p.Store.Settings()
			if err != nil {
				return origins
			}
			return append(append([]string{}, origins...), s.AllowedOrigins...)
		},
	})
}
