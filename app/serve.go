package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"errata/app/api"
	"errata/app/cli"
	"errata/app/web"
	"errata/app/window"
	"errata/backend"
	"errata/build"
	"errata/frontend"
)

// tokenName is the file in the home that keeps the browser's token between starts.
const tokenName = "token"

// serve serves the browser until ctx ends.
func serve(ctx context.Context, o cli.ServeOptions) error {
	home, err := HomeDir(o.Home)
	if err != nil {
		return err
	}
	p, err := Assemble(ctx, Config{Home: home, Door: "browser"})
	if err != nil {
		return err
	}
	defer p.Close()
	token, err := keepToken(home)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, o.Port)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           p.Web(token, o.Origins),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	p.Background()
	address := "http://" + listener.Addr().String() + "/"
	if err := o.Serving(cli.Serving{Address: address, Token: token, Open: address + "?token=" + token}); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	quiet, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(quiet); err != nil {
		_ = server.Close()
	}
	return nil
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
			s, err := p.Store.Settings()
			if err != nil {
				return origins
			}
			return append(append([]string{}, origins...), s.AllowedOrigins...)
		},
	})
}

// openWindow opens the desktop's window.
func openWindow(ctx context.Context, home string) error {
	switch {
	case !window.Available:
		return backend.Errorf(backend.CodeUnavailable, cli.NoWindowOp, "This build has no window.")
	case !window.Display():
		return backend.Errorf(backend.CodeUnavailable, cli.NoWindowOp, "There is no display to open a window on.")
	}
	dir, err := HomeDir(home)
	if err != nil {
		return err
	}
	p, err := Assemble(ctx, Config{Home: dir, Door: "window"})
	if err != nil {
		if running(err) {
			return backend.Errorf(backend.CodeConflict, "window", "Errata is already open.")
		}
		return err
	}
	defer p.Close()
	return window.Open(window.Options{
		API: p.API, Events: p.Hub.Listen, UI: frontend.FS, Icon: build.Icon, Log: p.Log,
		Ready: func(ctx context.Context) {
			api.SetDesktop(p.API, window.OpenBrowser(ctx), window.SaveFile(ctx))
			p.Background()
		},
	})
}
