// Package cli is the command line's door. Each verb calls the API by name through
// a Caller, so that it does the same in a process of its own and beside a running
// Errata, whose calls it then makes over that one's local socket.
//
//	argv ─> kong ─> verb ─> Caller ─> API (here, or in the running Errata)
//
// Answers and tables go to stdout, progress and errors to stderr; with --json
// stdout holds JSON alone.
package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"errata/app/api"
	"errata/backend"
	"errata/backend/bench"
)

// Exit codes.
const (
	ExitOK     = 0
	ExitFailed = 1
	ExitUsage  = 2
)

// Caller calls an API method by its name; out may be nil.
type Caller interface {
	Call(ctx context.Context, method string, out any, args ...any) error
	// Events gives the events from now on.
	Events() (events <-chan backend.Event, stop func())
}

// Doors are what only the assembled program can do.
type Doors struct {
	// Open gives a Caller and what closes it.
	Open func(ctx context.Context, home string) (Caller, func(), error)
	// Serve serves the browser until ctx ends.
	Serve func(ctx context.Context, o ServeOptions) error
	// Window opens the window, or fails with NoWindowOp when there can be none.
	Window func(ctx context.Context, home string) error
	// Restore repairs a damaged database; it opens nothing else.
	Restore func(ctx context.Context, home string, out io.Writer) error
	// BenchChat measures tokens per second through the served API against the engine's own.
	BenchChat func(ctx context.Context, home string, runs int) (bench.ChatResult, error)
	// BenchJudge measures a judge on a task of the benchmark folder.
	BenchJudge func(ctx context.Context, home string, o bench.JudgeOptions) (bench.JudgeResult, error)
	// BenchCalibrate fits the judge's confidence to labelled rows and says where it
	// keeps the fit.
	BenchCalibrate func(ctx context.Context, home string, o bench.CalibrateOptions) (file string, c backend.Calibration, err error)
	// BenchLearn teaches facts of the benchmark folder and measures what was learned
	// and what was broken.
	BenchLearn func(ctx context.Context, home string, o bench.LearnOptions) (bench.LearnResult, error)
}

// ServeOptions of `errata serve`.
type ServeOptions struct {
	Home    string
	Port    int
	Origins []string
	// Serving is told the address once it can be opened.
	Serving func(s Serving) error
}

// Serving says where a served Errata is reached.
type Serving struct {
	Address string `json:"address"` // without the token
	Token   string `json:"token"`
	Open    string `json:"open"` // the address to open in a browser
}

// NoWindowOp is the operation of the error that says: there can be no window
// here. Any other failure of a window is one of the program and is shown.
const NoWindowOp = "window.none"

// IO is where a run reads and writes.
type IO struct {
	Out, Err io.Writer
	In       io.Reader
	Version  string
}

// root is the grammar of the command line.
type root struct {
	Home    string           `help:"Folder of all data (default: ERRATA_HOME, else the XDG data folder)." env:"ERRATA_HOME" type:"path"`
	JSON    bool             `help:"Print JSON alone on stdout; progress goes to stderr."`
	Quiet   bool             `short:"q" help:"No progress on stderr."`
	Restore bool             `help:"Put the newest sound backup in place of a damaged database."`
	Version kong.VersionFlag `help:"Print the version."`

	App     appCmd     `cmd:"" default:"1" hidden:""`
	Serve   serveCmd   `cmd:"" help:"Serve the interface to a browser, with the web APIs."`
	Ask     askCmd     `cmd:"" help:"Ask a question; the answer streams."`
	Check   checkCmd   `cmd:"" help:"Check an answer against evidence."`
	Chats   chatsCmd   `cmd:"" help:"Chats: list, export, import, delete."`
	Facts   factsCmd   `cmd:"" help:"Review: the facts that wait, and those decided on."`
	Dataset datasetCmd `cmd:"" help:"Freeze, inspect, compare and export datasets."`
	Train   trainCmd   `cmd:"" help:"Teach all approved facts in one run."`
	Runs    runsCmd    `cmd:"" help:"Trainings: list, stop, resume, give up."`

	Versions versionsCmd `cmd:"" help:"Versions: list, score, compare, promote, roll back."`
	Library  libraryCmd  `cmd:"" help:"The documents used as evidence."`
	Models   modelsCmd   `cmd:"" help:"Base models: list, install, import."`
	Settings settingsCmd `cmd:"" help:"Show or change settings."`
	Demo     demoCmd     `cmd:"" help:"The whole loop on ten questions, before and after."`
	Bench    benchCmd    `cmd:"" help:"Benchmarks."`
	Trainer  trainerCmd  `cmd:"" help:"What trains: set it up."`
	Backup   backupCmd   `cmd:"" help:"Write a verified copy of the database."`
	Doctor   doctorCmd   `cmd:"" help:"What is installed, what fits, what is missing."`
}

// session is what a verb gets.
type session struct {
	ctx   context.Context
	root  *root
	doors Doors
	io    IO
}

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, args []string, doors Doors, streams IO) int {
	var r root
	code := -1
	parser, err := kong.New(&r, kong.Name("errata"),
		kong.Description("A chat on your own machine that checks its answers and learns approved corrections."),
		kong.Writers(streams.Out, streams.Err), kong.Exit(func(c int) { code = c }),
		kong.Vars{"version": streams.Version}, kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(streams.Err, "errata:", err)
		return ExitFailed
	}
	parsed, err := parser.Parse(fileOfJSON(args))
	if code >= 0 {
		return code
	}
	if err != nil {
		fmt.Fprintf(streams.Err, "errata: %v\nRun `errata --help` for the verbs.\n", err)
		return ExitUsage
	}
	if r.Home != "" {
		if err := os.Setenv("ERRATA_HOME", r.Home); err != nil {
			fmt.Fprintln(streams.Err, "errata:", err)
			return ExitFailed
		}
	}
	s := &session{ctx: ctx, root: &r, doors: doors, io: streams}
	if r.Restore {
		return s.report(s.restore(parsed.Command()))
	}
	return s.report(parsed.Run(s))
}

// report prints an error with its next step.
func (s *session) report(err error) int {
	if err == nil {
		return ExitOK
	}
	if s.root.JSON {
		fmt.Fprintf(s.io.Out, "{\"error\":%s}\n", api.ErrorJSON(err))
	}
	fmt.Fprintln(s.io.Err, "errata:", api.Sentence(err))
	if hint := backend.HintOf(err); hint != "" {
		fmt.Fprintln(s.io.Err, " ", hint)
	}
	if os.Getenv("ERRATA_DEBUG") != "" {
		fmt.Fprintln(s.io.Err, "  ", err)
	}
	var door doorError
	if backend.CodeOf(err) == backend.CodeInvalid && !errors.As(err, &door) {
		return ExitUsage
	}
	return ExitFailed
}

// doorError is a failure to open a home: whatever its code, nothing was wrong
// with the command line.
type doorError struct{ error }

// Unwrap returns the failure.
func (e doorError) Unwrap() error { return e.error }

// with opens the program for one verb and shows its events while it runs.
func (s *session) with(f func(c Caller) error) error {
	c, done, err := s.doors.Open(s.ctx, s.root.Home)
	if err != nil {
		return doorError{err}
	}
	defer done()
	if s.root.Quiet {
		return f(c)
	}
	events, stop := c.Events()
	shown := make(chan struct{})
	go func() { defer close(shown); showProgress(s.io.Err, events) }()
	defer func() { stop(); <-shown }()
	return f(c)
}

// print writes a value as JSON, or as text for a person.
func (s *session) print(v any, text func(w io.Writer)) error {
	if !s.root.JSON {
		text(s.io.Out)
		return nil
	}
	enc := json.NewEncoder(s.io.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// get calls a method for its result.
func get[T any](s *session, c Caller, method string, args ...any) (T, error) {
	var out T
	err := c.Call(s.ctx, method, &out, args...)
	return out, err
}

// show calls a method and prints its result.
func show[T any](s *session, method string, text func(w io.Writer, v T), args ...any) error {
	return s.with(func(c Caller) error { return showFrom(s, c, method, text, args...) })
}

// showFrom is show for a verb that has the program open already.
func showFrom[T any](s *session, c Caller, method string, text func(w io.Writer, v T), args ...any) error {
	v, err := get[T](s, c, method, args...)
	if err != nil {
		return err
	}
	return s.print(v, func(w io.Writer) { text(w, v) })
}

// RequestID names the one long request of a command; two commands may call the
// same running Errata at once.
var RequestID = fmt.Sprintf("cli-%d", os.Getpid())

// restore takes the place of a verb, because no verb can open a damaged home.
func (s *session) restore(verb string) error {
	if verb != "app" {
		return backend.Errorf(backend.CodeInvalid, "restore", "--restore takes no verb.").WithHint("Run `errata --restore`, with --home DIR for another data folder.")
	}
	var said bytes.Buffer
	if err := s.doors.Restore(s.ctx, s.root.Home, &said); err != nil {
		return err
	}
	done := struct {
		Message string `json:"message"`
	}{strings.TrimSpace(said.String())}
	return s.print(done, func(w io.Writer) { fmt.Fprintln(w, done.Message) })
}

type appCmd struct{}

// Run opens the window, or serves the browser where there can be none.
func (appCmd) Run(s *session) error {
	err := s.doors.Window(s.ctx, s.root.Home)
	var e *backend.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e) && e.Op == NoWindowOp:
		fmt.Fprintln(s.io.Err, e.Message, "The interface is served to a browser instead.")
		return s.serve(ServeOptions{Home: s.root.Home})
	}
	return doorError{err}
}

type serveCmd struct {
	Port        int      `help:"Port on 127.0.0.1; 0 takes a free one." default:"8765"`
	AllowOrigin []string `help:"Let pages of this origin call the web APIs with the token."`
}

// Run serves the browser until it is interrupted.
func (c serveCmd) Run(s *session) error {
	return s.serve(ServeOptions{Home: s.root.Home, Port: c.Port, Origins: c.AllowOrigin})
}

func (s *session) serve(o ServeOptions) error {
	o.Serving = func(at Serving) error {
		if u, err := url.Parse(at.Address); err == nil && o.Port != 0 && u.Port() != strconv.Itoa(o.Port) {
			fmt.Fprintf(s.io.Err, "Port %d belongs to another program; port %s is used instead.\n", o.Port, u.Port())
		}
		return s.print(at, func(w io.Writer) { fmt.Fprintf(w, "Errata is served at %s\nStop it with Ctrl-C.\n", at.Open) })
	}
	if err := s.doors.Serve(s.ctx, o); err != nil {
		return doorError{err}
	}
	return nil
}
