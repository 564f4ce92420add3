// Package evidencetest holds the one suite that every provider of evidence has
// to pass, and a server that plays recorded replies. It is never part of the
// program and never goes out.
//
//	Subject{New, Replies, Search} ──> Contract ──> the same promises for all
package evidencetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/evidence"
	"errata/backend/page"
)

// Now is the time of all tests.
var Now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// Reply is a recorded reply: the first one whose parameters all stand in the
// request is played.
type Reply struct {
	Params map[string]string // parameter of the address, or field of the JSON sent -> value it must have
	Header map[string]string // header of the request -> value it must have
	File   string            // below testdata
	Body   string            // instead of a file
	Status int               // 0 means 200
}

// Server plays replies and remembers what it was asked.
type Server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
}

// Serve starts a server; a request that no reply fits fails the test.
func Serve(t *testing.T, replies ...Reply) *Server {
	t.Helper()
	s := &Server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r)
		s.mu.Unlock()
		params := paramsOf(r)
		for _, reply := range replies {
			if !fits(reply.Params, params) || !fits(reply.Header, url.Values(r.Header)) {
				continue
			}
			body := []byte(reply.Body)
			if reply.File != "" {
				var err error
				if body, err = os.ReadFile(filepath.Join("testdata", reply.File)); err != nil {
					t.Errorf("fixture: %v", err)
				}
			}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			if reply.Status != 0 {
				w.WriteHeader(reply.Status)
			}
			_, _ = w.Write(body)
			return
		}
		t.Errorf("no reply fits %v", params)
		w.WriteHeader(http.StatusTeapot)
	}))
	t.Cleanup(s.Close)
	return s
}

// paramsOf are the parameters of the address and the fields of the JSON sent.
func paramsOf(r *http.Request) url.Values {
	params := r.URL.Query()
	params.Set("path", r.URL.Path)
	var fields map[string]any
	if json.NewDecoder(r.Body).Decode(&fields) == nil {
		for k, v := range fields {
			params.Set(k, fmt.Sprint(v))
		}
	}
	return params
}

func fits(params map[string]string, got url.Values) bool {
	for k, v := range params {
		if got.Get(k) != v {
			return false
		}
	}
	return true
}

// Requests are those that came so far.
func (s *Server) Requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request{}, s.requests...)
}

// Subject is a provider under test.
type Subject struct {
	New     func(t *testing.T, base string) evidence.Provider // base is empty for a local one
	Replies []Reply                                           // to Search
	Empty   []Reply                                           // as the API says that it found nothing
	Search  backend.Search
	Nothing backend.Search // finds nothing
	Want    []string       // each stands in one of the texts
	Source  string         // how the first passage was dated
	Dated   string         // its date, YYYY-MM-DD
	Domain  string         // of the first passage
	Sent    []string       // words that leave the machine
	Secret  string         // must stand in no error
}

var sources = map[string]bool{"api": true, "meta": true, "url": true, "text": true, "front_matter": true, "revision": true, "seen": true, "file": true, "clock": true, "none": true}

// Contract runs the suite.
func Contract(t *testing.T, s Subject) {
	fresh := func(t *testing.T, replies []Reply) (evidence.Provider, *Server) {
		p := s.New(t, "")
		if p.Local() {
			return p, nil
		}
		server := Serve(t, replies...)
		return s.New(t, server.URL), server
	}
	t.Run("identity", func(t *testing.T) {
		p := s.New(t, "")
		require.Regexp(t, `^[a-z]+$`, p.Name())
		require.NotEmpty(t, p.Title())
		_, message := p.Health(context.Background())
		require.NotEmpty(t, message)
		require.Equal(t, p.Local(), p.Sends() == "", "what goes out is said")
		for _, need := range p.Needs() {
			require.NotEmpty(t, need.Label)
		}
	})
	t.Run("finds", func(t *testing.T) {
		p, _ := fresh(t, s.Replies)
		got, err := p.Search(context.Background(), s.Search)
		require.NoError(t, err)
		require.NotEmpty(t, got)
		Passages(t, p, got, s.Search)
		all := ""
		for _, f := range got {
			all += f.Text + "\n"
		}
		for _, w := range s.Want {
			require.Contains(t, all, w)
		}
		require.Equal(t, s.Source, got[0].DateSource)
		if s.Dated != "" {
			require.Equal(t, s.Dated, got[0].PublishedAt.Format(time.DateOnly))
		}
		require.Equal(t, s.Domain, got[0].Domain)
		again, err := p.Search(context.Background(), s.Search)
		require.NoError(t, err)
		require.Equal(t, got, again, "the same question gives the same passages")
	})
	t.Run("keeps the limit", func(t *testing.T) {
		p, _ := fresh(t, s.Replies)
		one := s.Search
		one.Limit = 1
		got, err := p.Search(context.Background(), one)
		require.NoError(t, err)
		require.Len(t, got, 1)
	})
	t.Run("finds nothing", func(t *testing.T) {
		p, _ := fresh(t, s.Empty)
		got, err := p.Search(context.Background(), s.Nothing)
		require.NoError(t, err)
		require.NotNil(t, got)
		require.Empty(t, got)
	})
	t.Run("stops", func(t *testing.T) {
		p, _ := fresh(t, s.Replies)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := p.Search(ctx, s.Search)
		require.Equal(t, backend.CodeCancelled, backend.CodeOf(err), "%v", err)
	})
	t.Run("records what is sent", func(t *testing.T) {
		p, _ := fresh(t, s.Replies)
		found, err := evidence.New([]evidence.Provider{p}, evidence.Options{Deadline: 20 * time.Second}).Gather(context.Background(), s.Search, map[string]bool{p.Name(): true})
		require.NoError(t, err)
		require.Empty(t, found.Failures)
		require.ElementsMatch(t, s.Sent, found.Sent)
	})
	if s.New(t, "").Local() {
		return
	}
	for _, bad := range badReplies() {
		t.Run("bad reply: "+bad.name, func(t *testing.T) {
			server := httptest.NewServer(bad.handler)
			t.Cleanup(server.Close)
			got, err := s.New(t, server.URL).Search(context.Background(), s.Search)
			if bad.empty && err == nil {
				require.Empty(t, got)
				return
			}
			require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), "%v", err)
			require.NotContains(t, err.Error(), server.URL, "an address holds the words of the user")
			if s.Secret != "" {
				require.NotContains(t, err.Error(), s.Secret)
			}
		})
	}
	t.Run("offline", func(t *testing.T) {
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		p := s.New(t, server.URL)
		found, err := evidence.New([]evidence.Provider{p}, evidence.Options{}).Gather(context.Background(), s.Search, map[string]bool{p.Name(): true})
		require.NoError(t, err)
		require.Len(t, found.Failures, 1)
		require.True(t, found.Failures[0].Offline)
		require.Equal(t, backend.CodeUnavailable, found.Failures[0].Code)
		if s.Secret != "" {
			require.NotContains(t, found.Failures[0].Message, s.Secret)
		}
	})
	t.Run("keeps the pause that is asked for", func(t *testing.T) {
		asked := atomic.Int64{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		t.Cleanup(server.Close)
		p := s.New(t, server.URL)
		g := evidence.New([]evidence.Provider{p}, evidence.Options{Deadline: 20 * time.Second})
		ask := func() backend.Found {
			found, err := g.Gather(context.Background(), s.Search, map[string]bool{p.Name(): true})
			require.NoError(t, err)
			require.Len(t, found.Failures, 1)
			require.Contains(t, found.Failures[0].Message, "60 minutes")
			return found
		}
		require.NotEmpty(t, ask().Sent)
		require.Empty(t, ask().Sent, "nothing is sent in the pause")
		require.EqualValues(t, 1, asked.Load())
		ready, message := p.Health(context.Background())
		require.False(t, ready)
		require.Contains(t, message, "Paused for 60 minutes")
	})
	t.Run("says why it failed", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
		t.Cleanup(server.Close)
		p := s.New(t, server.URL)
		_, fine := p.Health(context.Background())
		require.NotContains(t, fine, "failed")
		for range 4 {
			_, err := p.Search(context.Background(), s.Search)
			require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), "%v", err)
			_, message := p.Health(context.Background())
			require.Contains(t, message, "failed")
			require.NotContains(t, message, server.URL)
		}
		ready, message := p.Health(context.Background())
		require.False(t, ready, "a service that fails again and again is left alone")
		require.Contains(t, message, "Paused for ")
	})
	t.Run("drips", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(20 * time.Millisecond):
				}
			}
		}))
		t.Cleanup(server.Close)
		p := s.New(t, server.URL)
		found, err := evidence.New([]evidence.Provider{p}, evidence.Options{Deadline: 400 * time.Millisecond}).Gather(context.Background(), s.Search, map[string]bool{p.Name(): true})
		require.NoError(t, err)
		require.Empty(t, found.Passages)
		require.Len(t, found.Failures, 1)
		require.Contains(t, found.Failures[0].Message, "in time")
	})
	t.Run("too slow", func(t *testing.T) {
		release := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}))
		t.Cleanup(server.Close)
		t.Cleanup(func() { close(release) })
		p := s.New(t, server.URL)
		found, err := evidence.New([]evidence.Provider{p}, evidence.Options{Deadline: 400 * time.Millisecond}).Gather(context.Background(), s.Search, map[string]bool{p.Name(): true})
		require.NoError(t, err)
		require.Len(t, found.Failures, 1)
		require.False(t, found.Failures[0].Offline, "it was reached")
	})
	t.Run("off sends nothing", func(t *testing.T) {
		p, server := fresh(t, s.Replies)
		_, err := evidence.New([]evidence.Provider{p}, evidence.Options{}).Gather(context.Background(), s.Search, map[string]bool{p.Name(): false, "other": true})
		require.NoError(t, err)
		require.Empty(t, server.Requests())
	})
}

// Passages checks what every passage must carry.
func Passages(t *testing.T, p evidence.Provider, got []backend.Passage, s backend.Search) {
	t.Helper()
	ids := map[string]bool{}
	for _, f := range got {
		require.Equal(t, p.Name(), f.Provider)
		require.NotEmpty(t, f.ID)
		require.False(t, ids[f.ID], "ids are unique")
		ids[f.ID] = true
		require.NotEmpty(t, f.URL)
		require.NotEmpty(t, f.Domain)
		require.NotEmpty(t, f.Title)
		require.NotEmpty(t, f.Text)
		require.Equal(t, page.Clean(f.Text), f.Text, "nothing invisible")
		require.True(t, utf8.ValidString(f.Title))
		require.LessOrEqual(t, len(f.Text), 4000)
		sum := sha256.Sum256([]byte(f.Text))
		require.Equal(t, hex.EncodeToString(sum[:]), f.TextSHA256)
		require.True(t, sources[f.DateSource], f.DateSource)
		require.Equal(t, f.PublishedAt == nil, f.DateSource == "none")
		if f.PublishedAt != nil {
			require.False(t, f.PublishedAt.After(s.Now.Add(24*time.Hour)))
		}
		require.False(t, f.FetchedAt.IsZero())
		require.Empty(t, f.Quote+f.Value+f.Supports, "filled later")
	}
}

type badReply struct {
	name    string
	empty   bool // may also be read as "found nothing"
	handler http.HandlerFunc
}

func badReplies() []badReply {
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	return []badReply{
		{"server error", false, text(500, "{}")},
		{"too many requests", false, text(429, "{}")},
		{"forbidden", false, text(403, `{"error":{"message":"denied"}}`)},
		{"empty body", false, text(200, "")},
		{"html", false, text(200, "<html><body>Sign in to the airport network</body></html>")},
		{"half a reply", false, text(200, `{"query":{"pages":[{"title":"a"`)},
		{"teapot", false, text(418, `{"results":[]}`)},
		{"wrong types", true, text(200, `{"query":7,"items":"x","search":{},"claims":9}`)},
		{"other wrong types", true, text(200, `{"type":3,"web":[],"results":{"a":1},"articles":"x","query":{"pages":{}},"items":{},"search":7}`)},
		{"wrong types inside", true, text(200, `{"type":"search","web":{"results":[{"title":1,"url":[]}]},"results":[{"title":{},"url":7,"content":[]}],"articles":[{"url":1}],"items":[{"link":{}}],"search":[{"id":1}]}`)},
		{"a list", false, text(200, `[1,2,3]`)},
		{"nulls", true, text(200, `{"query":null,"items":null,"search":null,"web":null,"results":null,"articles":null}`)},
		{"empty things", true, text(200, `{"type":"search","query":{"pages":[{}]},"items":[{}],"search":[{}],"web":{"results":[{}]},"results":[{}],"articles":[{}]}`)},
		{"hostile ids", true, text(200, `{"query":{"pages":[{"pageid":-1,"title":"a","extract":"b"}]},"items":[{"link":"http://127.0.0.1/","title":"a","snippet":"b"}],"search":[{"id":"Q1|Q2&x=","label":"a"}],"type":"search","web":{"results":[{"url":"http://[::1]/","title":"a","description":"b"}]},"results":[{"url":"http://192.168.1.1/admin","title":"a","content":"b"}],"articles":[{"url":"file:///etc/passwd","title":"a","seendate":"x"}]}`)},
		{"endless", false, func(w http.ResponseWriter, _ *http.Request) {
			chunk := []byte(`{"a":"` + strings.Repeat("a", 1<<16))
			for range 100 {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}},
		{"redirect away", false, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		}},
		{"cut off", false, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"query":`)
		}},
	}
}
