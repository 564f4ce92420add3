package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"errata/backend"
)

// run is one training while it lasts. Only the goroutine in follow touches what
// stands below the channels.
type run struct {
	id    string
	there bool // other machines train, and go on when this one leaves
	local *Local
	times Times
	on    func(backend.TrainerEvent)
	stops chan bool     // whether to save
	ends  chan struct{} // to finish with what is learned
	lines chan []byte   // of stdout; closed at its end
	quit  chan struct{} // closed when nobody reads lines any more

	cmd     *exec.Cmd
	child   *child
	input   *os.File // the trainer's stdin
	output  *os.File // its stdout
	log     *os.File // its stderr
	logFrom int64    // where this start begins in the log
	debug   bool

	pulse    pulse
	greeted  bool
	wrong    int
	artifact *backend.TrainerEvent
	trouble  *backend.TrainerEvent // the last error event
	saved    bool                  // a checkpoint was named
	verdict  *Failure              // why we end it, when it is us
	rung     rung
	next     *time.Timer // when the next rung is due
}

// rung is a step of the ladder that ends a trainer.
type rung int

const (
	working rung = iota
	asked
	closed
	interrupted
	slain
)

func (r *run) prepare(spec backend.TrainSpec, python, logs string) error {
	const op = "train.run"
	for _, dir := range []string{spec.Work, spec.Out, logs} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return backend.Wrap(err, backend.CodeUnavailable, op, "A folder for the training cannot be made; nothing was started.")
		}
	}
	path, err := writeSpec(spec)
	if err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, op, "The training's settings cannot be written; nothing was started.")
	}
	source, err := r.local.source()
	if err != nil {
		return err
	}
	pruneLogs(logs)
	r.log, err = os.OpenFile(filepath.Join(logs, "train-"+spec.Run+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return backend.Wrap(err, backend.CodeUnavailable, op, "The training's log cannot be written; nothing was started.")
	}
	if info, err := r.log.Stat(); err == nil {
		r.logFrom = info.Size()
	}
	r.debug = os.Getenv("ERRATA_DEBUG") == "trainer"
	r.cmd = exec.Command(python, "-m", "errata_trainer", "run", "--spec", path)
	r.cmd.Dir = spec.Work
	r.cmd.Env = r.local.environment(source, spec.Threads)
	r.cmd.Stderr = r.log
	return nil
}

// start connects the pipes and starts the process.
func (r *run) start() error {
	stdin, input, err := os.Pipe()
	if err != nil {
		return err
	}
	output, stdout, err := os.Pipe()
	if err != nil {
		_, _ = stdin.Close(), input.Close()
		return err
	}
	r.cmd.Stdin, r.cmd.Stdout = stdin, stdout
	r.input, r.output = input, output
	r.child, err = spawn(r.cmd)
	_, _ = stdin.Close(), stdout.Close()
	if err != nil {
		_, _ = input.Close(), output.Close()
	}
	return err
}

// follow starts the trainer and returns when it and all that it started have ended.
func (r *run) follow(ctx context.Context, started func(int, int64)) error {
	defer func() { _ = r.log.Close() }()
	if err := r.start(); err != nil {
		return fail(backend.FailEnv, "The trainer could not be started.", setUpHint, err)
	}
	defer func() { _, _ = r.input.Close(), r.output.Close() }()
	go func() {
		defer close(r.lines)
		readLines(r.output, func(line []byte) bool {
			select {
			case r.lines <- line:
				return true
			case <-r.quit:
				return false
			}
		})
	}()
	defer close(r.quit)
	if started != nil {
		started(r.child.pid, r.child.started)
	}

	tick := time.NewTicker(r.times.Tick)
	defer tick.Stop()
	r.next = time.NewTimer(time.Hour)
	defer r.next.Stop()
	r.pulse.beat(r.local.options.Uptime())
	cancelled, lines := ctx.Done(), (<-chan []byte)(r.lines)
	for {
		select {
		case line, open := <-lines:
			if !open {
				lines = nil
				continue
			}
			r.line(line)
		case <-r.ends:
			r.send(map[string]any{"cmd": "finish"})
		case save := <-r.stops:
			r.stop(fail(backend.FailCancelled, "", "", nil), save)
		case <-cancelled:
			cancelled = nil
			if why := fail(backend.FailCancelled, "", "", context.Cause(ctx)); r.there {
				r.leave(why)
			} else {
				r.stop(why, false)
			}
		case <-r.next.C:
			r.climb()
		case <-tick.C:
			r.feel()
		case <-r.child.done:
			r.child.end()
			r.drain(lines)
			return r.outcome()
		}
	}
}

// drain reads what the trainer had said before it ended. A process that left the
// group may hold the pipe open, so it ends after a while.
func (r *run) drain(lines <-chan []byte) {
	_ = r.output.SetReadDeadline(time.Now().Add(r.times.Drain))
	limit := time.After(2 * r.times.Drain)
	for lines != nil {
		select {
		case line, open := <-lines:
			if !open {
				return
			}
			r.line(line)
		case <-limit:
			return
		}
	}
}

// line takes one line of the trainer.
func (r *run) line(line []byte) {
	r.pulse.beat(r.local.options.Uptime())
	r.tee("< ", line)
	e, ok := decode(line)
	if ok && !known[e.Type] {
		return
	}
	if ok && !r.greeted {
		ok = e.Type == "hello" || e.Type == "error"
	}
	if !ok {
		r.wrong++
		if r.wrong == maxWrong {
			r.slay(fail(backend.FailCrashed, fmt.Sprintf("The trainer sent %d lines that are not its protocol and was ended.", maxWrong), "", nil))
		}
		return
	}
	switch e.Type {
	case "hello":
		if !r.hello(e) {
			return
		}
	case "checkpoint":
		r.saved = true
	case "artifact":
		r.artifact = &e
	case "error":
		r.trouble = &e
	}
	if r.on != nil {
		r.on(e)
	}
}

// hello is the handshake: version and run must be ours.
func (r *run) hello(e backend.TrainerEvent) bool {
	var of struct {
		Run string `json:"run"`
	}
	_ = json.Unmarshal(e.Raw, &of)
	switch {
	case e.V != Protocol:
		r.slay(fail(backend.FailEnv, fmt.Sprintf("The trainer speaks protocol %d, this Errata speaks %d.", e.V, Protocol), setUpHint, nil))
	case of.Run != r.id:
		r.slay(fail(backend.FailCrashed, fmt.Sprintf("The trainer reports another run, %q.", of.Run), "", nil))
	default:
		r.greeted = true
		return true
	}
	return false
}

// feel looks at the trainer's heartbeat.
func (r *run) feel() {
	silence := r.pulse.look(r.local.options.Now(), r.local.options.Uptime())
	switch {
	case r.rung != working:
	case silence >= r.times.Hung:
		r.slay(fail(backend.FailStalled, "", "", nil))
	case silence >= r.times.Stalled && !r.pulse.told:
		r.pulse.told = true
		e := backend.TrainerEvent{V: Protocol, Type: Stalled, Message: fmt.Sprintf("The trainer has been silent for %s.", silence.Round(time.Second))}
		e.Raw, _ = json.Marshal(e)
		if r.on != nil {
			r.on(e)
		}
	}
}

func (r *run) tee(mark string, line []byte) {
	if r.debug {
		_, _ = fmt.Fprintf(r.log, "%s%s\n", mark, line)
	}
}

// outcome says how the run ended, by what is proven rather than by what was said.
func (r *run) outcome() error {
	how := r.child.err
	log := tail(r.log.Name(), r.logFrom)
	cause := quote(how, log, r.log.Name())
	var exit *exec.ExitError
	code := 0
	if errors.As(how, &exit) {
		code = exit.ExitCode()
	} else if how != nil {
		code = -1
	}
	switch {
	case code == 0 && r.artifact != nil && r.greeted:
		if err := proven(*r.artifact); err != nil {
			return fail(backend.FailCrashed, "The trainer ended well, but its adapter is not what it named.", "", err)
		}
		return nil
	case r.verdict != nil:
		if r.verdict.Class == backend.FailCancelled && r.saved {
			return fail(backend.FailPaused, "", "", r.verdict.Err.Err)
		}
		if r.verdict.Err.Err == nil {
			r.verdict.Err.Err = cause
		}
		return r.verdict
	case r.trouble != nil:
		return fail(r.trouble.Class, r.trouble.Message, r.trouble.Hint, cause)
	case code == 0:
		return fail(backend.FailCrashed, "The trainer ended without an adapter.", "", cause)
	case code == 3:
		return fail(backend.FailCancelled, "", "", cause)
	case killed(how):
		return fail(backend.FailOOMHost, "", "", cause)
	}
	if class, ok := classOfLog(log); ok {
		return fail(class, "", "", cause)
	}
	return fail(backend.FailCrashed, "", "", cause)
}
