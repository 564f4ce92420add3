// Package ollamatest is an Ollama for tests: a real HTTP server that speaks
// Ollama's wire format and gives scripted answers and scripted faults. It never
// runs a model and never leaves 127.0.0.1.
//
//	Script{Reply: func(Request) Reply} ──Start──> Server.URL <──HTTP── client under test
//
// It keeps the rule of the real scheduler that matters for swaps: models on the
// same weights share one slot, so a version with another adapter waits until
// the running chats of the first have ended, then the slot is loaded anew.
//
//	server := ollamatest.Start(t, ollamatest.Script{
//		Blobs: []string{ollamatest.Coder05},
//		Reply: ollamatest.Answers(map[string]string{"What is the capital of France?": "Paris."}, "I do not know."),
//	})
//
// A program of its own uses New and Close. The contract suite (Contract) runs
// against this server and against the real engine.
package ollamatest

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"errata/backend"
)

// Coder05 is the SHA-256 of the weights of qwen2.5-coder:0.5b in models.toml.
const Coder05 = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"

// Fault is what goes wrong.
type Fault string

// The faults. Those of a stream come after the first half of the answer; those
// of a call instead of it.
const (
	None          Fault = ""
	Foreign       Fault = "foreign"        // another web server: HTML with status 200
	NotFound      Fault = "not_found"      // 404 in JSON
	Busy          Fault = "busy"           // 503
	Broken        Fault = "broken"         // 500 in JSON
	BadJSON       Fault = "bad_json"       // half a JSON object
	Empty         Fault = "empty"          // 200 and nothing
	Reset         Fault = "reset"          // the connection is cut before any answer
	Redirect      Fault = "redirect"       // 302 to another address
	SignIn        Fault = "sign_in"        // 401
	OutOfMemory   Fault = "out_of_memory"  // the model does not fit
	DiskFull      Fault = "disk_full"      // the store cannot be written
	Crash         Fault = "crash"          // the runner died
	ErrorLine     Fault = "error_line"     // stream: a last line with an error
	CrashMidway   Fault = "crash_midway"   // stream: the runner dies
	NoDone        Fault = "no_done"        // stream: ends without done
	Cut           Fault = "cut"            // stream: the connection is cut
	Stall         Fault = "stall"          // stream: nothing more comes
	StallFirst    Fault = "stall_first"    // nothing comes at all
	BadLine       Fault = "bad_line"       // stream: a line that is no JSON
	LongLine      Fault = "long_line"      // stream: a line of 9 MB
	Remote        Fault = "remote"         // the answer comes from another computer
	NoLogprobs    Fault = "no_logprobs"    // labels are not answered
	CreateHalf    Fault = "create_half"    // create: an error line, then success
	CreateNothing Fault = "create_nothing" // create: success, but no template
)

// Script says what the server answers. Its zero value is an empty Ollama 0.24.0
// that repeats what it is asked.
type Script struct {
	Version string // "" = 0.24.0
	// Reply answers a chat; nil repeats the question.
	Reply func(Request) Reply
	// Fault is asked before every call, with its path ("/api/chat"); nil = none.
	Fault  func(path string) Fault
	Models []Model
	Blobs  []string // SHA-256 of weights that are in the store already
	// BlobDir keeps uploaded blobs as files; "" keeps only their digests.
	BlobDir             string
	AdaptersUnsupported bool
	Library             map[string]Model // what can be pulled
	Token               time.Duration    // between two pieces, on the average
	Load                time.Duration    // to load a model
	Pull                time.Duration    // to pull a model
}

// Model is one in the store.
type Model struct {
	Name         string
	Weights      string // SHA-256
	Bytes        int64  // of the weights
	Adapter      string // SHA-256, "" none
	Template     string // "" = the engine's useless default
	Stop         []string
	Licence      string
	Architecture string // "" = qwen2
	Remote       bool
}

// Request is a chat as the server understood it.
type Request struct {
	Model    string
	Weights  string
	Adapter  string
	Messages []backend.Message
	User     string // the last user message
	Options  map[string]any
	Schema   json.RawMessage
	Labels   bool
}

// Reply is what the model says.
type Reply struct {
	Text string
	// P gives the probabilities of the first token; nil puts 0.97 on Text.
	P     map[string]float64
	Fault Fault
}

// Answers replies by the last user message.
func Answers(answers map[string]string, otherwise string) func(Request) Reply {
	return func(r Request) Reply {
		if text, ok := answers[r.User]; ok {
			return Reply{Text: text}
		}
		return Reply{Text: otherwise}
	}
}

// Server is a running fake.
type Server struct {
	URL string

	script Script
	http   *http.Server
	closed chan struct{}
	served chan struct{}

	mu       sync.Mutex
	models   map[string]Model
	blobs    map[string]int64
	slots    map[string]*slot
	requests []Request
	kept     []string // values of keep_alive seen on chats
	fault    map[string]Fault
}

// Start runs a server for the time of a test.
func Start(t testing.TB, script Script) *Server {
	t.Helper()
	s, err := New("127.0.0.1:0", script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// New runs a server at address until Close.
func New(address string, script Script) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if script.Version == "" {
		script.Version = "0.24.0"
	}
	if script.Reply == nil {
		script.Reply = func(r Request) Reply { return Reply{Text: "You said: " + r.User} }
	}
	s := &Server{
		URL: "http://" + l.Addr().String(), script: script,
		closed: make(chan struct{}), served: make(chan struct{}),
		models: map[string]Model{}, blobs: map[string]int64{}, slots: map[string]*slot{}, fault: map[string]Fault{},
	}
	for _, m := range script.Models {
		s.models[key(m.Name)] = m
		s.blobs[m.Weights] = m.Bytes
	}
	for _, b := range script.Blobs {
		s.blobs[b] = 0
	}
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(l) // it ends with Close
	}()
	return s, nil
}

// Close ends every connection.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.closed:
		s.mu.Unlock()
		return
	default:
	}
	close(s.closed)
	s.mu.Unlock()
	_ = s.http.Close()
	<-s.served
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = s.http.Shutdown(ctx)
}

// Fail makes the next and all later calls of a path fail; None mends it.
func (s *Server) Fail(path string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault[path] = f
}

// Requests gives the chats in the order in which they were served.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request{}, s.requests...)
}

// KeepAlives gives the keep_alive values of chats, which should be none.
func (s *Server) KeepAlives() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.kept...)
}

// Names gives the models in the store.
func (s *Server) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, 0, len(s.models))
	for _, m := range s.models {
		names = append(names, m.Name)
	}
	return names
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, object{"version": s.script.Version}) })
	mux.HandleFunc("GET /api/tags", s.tags)
	mux.HandleFunc("GET /api/ps", s.ps)
	mux.HandleFunc("POST /api/show", s.show)
	mux.HandleFunc("POST /api/create", s.create)
	mux.HandleFunc("POST /api/pull", s.pull)
	mux.HandleFunc("DELETE /api/delete", s.remove)
	mux.HandleFunc("HEAD /api/blobs/{digest}", s.headBlob)
	mux.HandleFunc("POST /api/blobs/{digest}", s.postBlob)
	mux.HandleFunc("POST /api/chat", s.chat)
	mux.HandleFunc("POST /api/generate", s.generate)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("Ollama is running")) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.faulty(w, r) {
			mux.ServeHTTP(w, r)
		}
	})
}

// faulty answers a call that has to fail as a whole.
func (s *Server) faulty(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	f := s.fault[r.URL.Path]
	s.mu.Unlock()
	if f == None && s.script.Fault != nil {
		f = s.script.Fault(r.URL.Path)
	}
	return s.failCall(w, r, f)
}

func (s *Server) failCall(w http.ResponseWriter, r *http.Request, f Fault) bool {
	switch f {
	case Foreign:
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html><body>It works!</body></html>"))
	case NotFound:
		reply(w, 404, object{"error": "model not found"})
	case Busy:
		reply(w, 503, object{"error": "server busy, please try again.  maximum pending requests exceeded"})
	case Broken:
		reply(w, 500, object{"error": "something went wrong"})
	case SignIn:
		reply(w, 401, object{"error": "unauthorized", "signin_url": "https://example.invalid/"})
	case OutOfMemory:
		reply(w, 500, object{"error": "model requires more system memory (9.9 GiB) than is available (1.0 GiB)"})
	case DiskFull:
		reply(w, 500, object{"error": "write /models/blobs/sha256-1d96: no space left on device"})
	case Crash:
		reply(w, 500, object{"error": "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error"})
	case BadJSON:
		_, _ = w.Write([]byte(`{"version": "0.24`))
	case Empty:
		w.WriteHeader(200)
	case Redirect:
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	case Reset:
		cut(w)
	case StallFirst:
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
	default:
		return false
	}
	return true
}

// cut ends the connection without another byte.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

type object = map[string]any

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
