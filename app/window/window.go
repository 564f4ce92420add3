//go:build production

// Package window is the desktop's door: the same page and API in a window of its
// own. It is the only importer of wails.
package window

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"errata/app/api"
	"errata/backend"
)

// Available says whether this build has a window.
const Available = true

// Options of a window.
type Options struct {
	API     *api.API
	Events  func() (events <-chan backend.Event, stop func())
	UI      fs.FS
	Icon    []byte
	Log     *slog.Logger
	Ready   func(ctx context.Context) // called once the page can be reached
	Closing func() (stay bool)        // called before the window closes
}

// Open shows the window and returns when it is closed.
func Open(o Options) error {
	// An inspector left on in the environment would let any local program drive the page.
	if os.Getenv("ERRATA_INSPECT") == "" {
		_ = os.Unsetenv("WEBKIT_INSPECTOR_HTTP_SERVER")
	}
	if _, err := os.Stat("/sys/module/nvidia"); err == nil && os.Getenv("WEBKIT_DISABLE_DMABUF_RENDERER") == "" {
		// WebKitGTK shows a blank window on some NVIDIA drivers otherwise.
		_ = os.Setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
	}
	w := &window{o: o}
	err := wails.Run(&options.App{
		Title: "Errata", Width: 1280, Height: 800, MinWidth: 720, MinHeight: 480,
		BackgroundColour: &options.RGBA{R: 0xFB, G: 0xFA, B: 0xF7, A: 255},
		AssetServer:      &assetserver.Options{Assets: o.UI, Middleware: withPolicy},
		Bind:             []any{o.API},
		ErrorFormatter:   func(err error) any { return api.ErrorJSON(err) },
		Logger:           quiet{o.Log},
		DragAndDrop:      &options.DragAndDrop{DisableWebViewDrop: true},
		OnStartup:        w.start,
		OnDomReady:       w.ready,
		OnBeforeClose:    func(context.Context) bool { return o.Closing() },
		OnShutdown:       w.stop,
		Linux:            &linux.Options{Icon: o.Icon, ProgramName: "errata", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
	})
	if err != nil {
		return &backend.Error{Code: backend.CodeUnavailable, Op: "window", Message: "The window could not be opened.", Hint: "`errata serve` shows the same in a browser.", Err: err}
	}
	return nil
}

type window struct {
	o      Options
	end    func()
	loaded atomic.Bool
	tries  atomic.Int32
}

// mostReloads bounds how often our page is brought back: a page of ours that
// fails at its start would be reloaded for ever.
const mostReloads = 3

// start passes events to the page from one goroutine, so that they keep their order.
func (w *window) start(ctx context.Context) {
	events, stop := w.o.Events()
	w.end = stop
	go func() {
		for e := range events {
			runtime.EventsEmit(ctx, "event", e)
		}
	}()
	if w.o.Ready != nil {
		w.o.Ready(ctx)
	}
}

// ready runs at every load of a page. A page that is not ours cannot say hello,
// and then ours is brought back.
func (w *window) ready(ctx context.Context) {
	greeted := w.o.API.Greetings()
	if !w.loaded.Swap(true) {
		return
	}
	time.AfterFunc(1500*time.Millisecond, func() {
		if w.o.API.Greetings() == greeted && w.tries.Add(1) <= mostReloads {
			runtime.WindowReloadApp(ctx)
		}
	})
}

func (w *window) stop(context.Context) {
	if w.end != nil {
		w.end()
	}
}

func withPolicy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Security-Policy", api.ContentPolicy)
		next.ServeHTTP(rw, r)
	})
}

// openBrowser gives a function that opens links in the user's browser.
func openBrowser(ctx context.Context) func(url string) error {
	return func(url string) error {
		runtime.BrowserOpenURL(ctx, escapeForBrowser(url))
		return nil
	}
}

// escapeForBrowser encodes what wails refuses in an address.
func escapeForBrowser(url string) string {
	var b []byte
	for i := range len(url) {
		switch c := url[i]; c {
		case '(', ')', '[', ']', '~', '*', '!':
			const hex = "0123456789ABCDEF"
			b = append(b, '%', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// quiet cuts what wails logs: its messages hold the arguments of calls, which are
// the user's words.
type quiet struct{ log *slog.Logger }

const cutAt = 160

func cut(s string) string {
	if len(s) > cutAt {
		return s[:cutAt] + "…"
	}
	return s
}

func (q quiet) Print(s string)   { q.log.Debug(cut(s)) }
func (q quiet) Trace(s string)   { q.log.Debug(cut(s)) }
func (q quiet) Debug(s string)   { q.log.Debug(cut(s)) }
func (q quiet) Info(s string)    { q.log.Debug(cut(s)) }
func (q quiet) Warning(s string) { q.log.Warn(cut(s)) }
func (q quiet) Error(s string)   { q.log.Error(cut(s)) }
func (q quiet) Fatal(s string)   { q.log.Error(cut(s)) }
