// Package web is the browser's door: it serves the user interface, the socket
// it speaks over, the web API of the original, and an OpenAI-compatible one.
//
//	GET  /            the page, once its token was shown
//	GET  /ws          calls and events
//	     /api/…       the original's API
//	     /v1/…        OpenAI-compatible: each version is a model
//
// It listens on the loopback interface only, answers only to its own host name
// (no DNS rebinding) and asks every caller for the token that was printed.
package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"errata/app/api"
	"errata/backend"
)

// framePolicy is apart from the page's own policy because a page cannot say it
// of itself: only a header counts.
const framePolicy = "; frame-ancestors 'none'"

// cookieName of a page that was opened with the token. A browser sends cookies
// to every port of a host, so the port is in the name: two of ours must not
// overwrite each other's.
func cookieName(r *http.Request) string { return "errata_page_" + portOf(r.Host) }

// cookieValue stands for the token without being it, because programs on other
// ports get to see it. It is the same after a restart, so that an open page finds
// back.
func (s *Server) cookieValue(r *http.Request) string {
	h := hmac.New(sha256.New, []byte(s.Token))
	h.Write([]byte("page " + portOf(r.Host)))
	return hex.EncodeToString(h.Sum(nil))
}

func portOf(host string) string {
	if _, port, err := net.SplitHostPort(host); err == nil {
		return port
	}
	return "80"
}

// Options of a Server.
type Options struct {
	API     *api.API
	Hub     *api.Hub
	UI      fs.FS
	Token   string          // asked of every caller
	Origins func() []string // origins a user allowed, beside our own
	Log     *slog.Logger
	Version string
}

// Server answers the browser.
type Server struct {
	Options
	mux *http.ServeMux
}

// New makes a Server.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Origins == nil {
		o.Origins = func() []string { return nil }
	}
	s := &Server{Options: o, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /ws", s.socket)
	s.original()
	s.openAI()
	files := http.FileServerFS(o.UI)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "Only GET is served here.", http.StatusMethodNotAllowed)
			return
		}
		files.ServeHTTP(w, r)
	})
	return s
}

// ServeHTTP checks host, origin and token before anything else is looked at.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", api.ContentPolicy+framePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	if !ownHost(r.Host) {
		http.Error(w, "This address is not Errata's.", http.StatusForbidden)
		return
	}
	foreign := r.Header.Get("Origin") != "" && !sameOrigin(r)
	if foreign {
		if !s.friend(r.Header.Get("Origin")) || !isAPI(r.URL.Path) {
			fail(w, r, http.StatusForbidden, "This origin is not allowed.", "Allow it in Settings, or with `errata serve --allow-origin`.")
			return
		}
		h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		h.Add("Vary", "Origin")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, POST")
			h.Add("Vary", "Access-Control-Request-Headers")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
			// OpenAI's clients send headers of their own; the token guards, not their names.
			if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
				h.Set("Access-Control-Allow-Headers", asked)
			}
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	if token := r.URL.Query().Get("token"); token != "" && r.URL.Path == "/" && s.right(token) {
		http.SetCookie(w, &http.Cookie{Name: cookieName(r), Value: s.cookieValue(r), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Expires: time.Now().Add(365 * 24 * time.Hour)})
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if !s.allowed(r, foreign) {
		if isAPI(r.URL.Path) || r.URL.Path == "/ws" {
			fail(w, r, http.StatusUnauthorized, "The token is missing or wrong.", "Send it as `Authorization: Bearer TOKEN`; `errata serve` prints it.")
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte("This page needs its token. Open the address that `errata serve` printed.\n"))
		return
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) right(token string) bool { return equal(token, s.Token) }

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// friend says whether the user allowed the origin, however they wrote it.
func (s *Server) friend(origin string) bool {
	return slices.ContainsFunc(s.Origins(), func(o string) bool { return backend.NormalOrigin(o) == origin })
}

// allowed takes the token from the header, and from the cookie on our own pages only.
func (s *Server) allowed(r *http.Request, foreign bool) bool {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.right(bearer)
	}
	if foreign {
		return false
	}
	c, err := r.Cookie(cookieName(r))
	return err == nil && equal(c.Value, s.cookieValue(r))
}

func isAPI(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/v1/")
}

func ownHost(host string) bool {
	name := host
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		name = host[:i]
	}
	return name == "127.0.0.1" || name == "localhost" || name == "[::1]"
}

func sameOrigin(r *http.Request) bool {
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && u.Host == r.Host && u.Scheme == "http"
}
