package traintest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"errata/backend"
)

// Modes of the fake trainer, in words:
//
//	ok           trains and writes a right adapter
//	slow         trains until it is told to stop; with a checkpoint if asked to save
//	family       like slow, with two children that nothing but a kill ends
//	leaves       like ok, but a child stays behind that holds stdout open
//	hang         falls silent after hello and hears nothing
//	deaf         goes on whatever it is told
//	oom_gpu, nan_loss, data, apart   an error event of that class
//	oom_gpu_log, oom_host_log, disk, env   words on stderr only
//	oom_host     killed by the system
//	crash        exit 1 with a traceback
//	garbage      lines that are not the protocol
//	noise        wrong lines, a line of 10 MB and bytes that are not UTF-8, then ok
//	no_artifact  exit 0 without an adapter
//	no_manifest  names a folder without a manifest
//	wrong_hash   names another manifest
//	protocol     speaks version 2
//	other_run    greets for another run
var modes = map[string]func(*fake){
	"ok":          func(f *fake) { f.work(f.steps, false); f.finish() },
	"slow":        func(f *fake) { f.work(0, false) },
	"family":      func(f *fake) { f.children(2); f.work(0, false) },
	"leaves":      func(f *fake) { f.children(1); f.work(f.steps, false); f.finish() },
	"hang":        func(f *fake) { signal.Ignore(os.Interrupt); forever() },
	"deaf":        func(f *fake) { signal.Ignore(os.Interrupt); f.work(0, true) },
	"oom_gpu":     func(f *fake) { f.fail("oom_gpu", "The GPU has no memory left at step 3") },
	"nan_loss":    func(f *fake) { f.line(`{"v":1,"type":"progress","step":2,"loss":NaN}`); f.fail("nan_loss", "") },
	"data":        func(f *fake) { f.fail("data", "Row 2 has no prompt") },
	"apart":       func(f *fake) { f.work(f.steps, false); f.fail("apart", "No fact could be held apart") },
	"oom_gpu_log": func(f *fake) { f.die("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB") },
	"oom_host_log": func(f *fake) {
		f.die("RuntimeError: DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
	},
	"disk": func(f *fake) { f.die("OSError: [Errno 28] No space left on device: 'checkpoint'") },
	"env":  func(f *fake) { f.die("ModuleNotFoundError: No module named 'peft'") },
	"oom_host": func(*fake) {
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		forever()
	},
	"crash": func(f *fake) { f.die("ValueError: shapes do not match") },
	"garbage": func(f *fake) {
		for i := range 40 {
			f.line(fmt.Sprintf("Loading checkpoint shards: %d%%", i))
		}
		forever()
	},
	"noise": func(f *fake) {
		f.line(string(bytes.Repeat([]byte("x"), 10<<20)))
		f.line("{\"v\":1,\"type\":\"progress\",\"step\":\"\xff\xfe\"}")
		f.line(`{"v":1,"type":"stage","name":17}`)
		f.line(`[1,2]`)
		f.work(f.steps, false)
		f.finish()
	},
	"no_artifact": func(f *fake) { f.work(f.steps, false); f.say(event{"type": "bye", "ok": true}); os.Exit(0) },
	"no_manifest": func(f *fake) {
		_ = os.MkdirAll(filepath.Join(f.spec.Out, f.spec.Run), 0o700)
		f.say(event{"type": "artifact", "path": filepath.Join(f.spec.Out, f.spec.Run), "manifest_sha256": Base})
		os.Exit(0)
	},
	"wrong_hash": func(f *fake) {
		path, _, _ := WriteArtifact(f.spec.Out, ArtifactOptions{Run: f.spec.Run})
		f.say(event{"type": "artifact", "path": path, "manifest_sha256": Base})
		os.Exit(0)
	},
	"protocol":  func(f *fake) { f.work(0, true) },
	"other_run": func(f *fake) { f.work(0, true) },
}

// Modes are the names that Script.Mode may have.
func Modes() []string {
	var names []string
	for name := range modes {
		names = append(names, name)
	}
	return names
}

type event map[string]any

type fake struct {
	spec     backend.TrainSpec
	mode     string
	steps    int
	stepTime time.Duration
	out      sync.Mutex
	stop     chan bool // whether to save; closed input means no
	end      chan struct{}
}

// Hook turns the test's program into the trainer when it was started as one; it
// does not return then. Call it first in TestMain.
func Hook() {
	mode := os.Getenv(envMode)
	if mode == "" {
		return
	}
	if mode == "child" {
		signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		forever()
	}
	args := os.Args[1:]
	switch {
	case len(args) > 0 && args[0] == "-c":
		if mode == "env" {
			die("ModuleNotFoundError: No module named 'errata_trainer'")
		}
		os.Exit(0)
	case len(args) > 2 && args[0] == "-m" && args[1] == "errata_trainer" && args[2] == "run":
		run(mode, args[3:])
	case len(args) > 2 && args[0] == "-m" && args[1] == "errata_trainer" && args[2] == "merge":
		merge(mode, args[3:])
	}
	die(fmt.Sprintf("usage: run or merge, not %q", args))
}

func run(mode string, args []string) {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	path := flags.String("spec", "", "")
	if err := flags.Parse(args); err != nil {
		die(err.Error())
	}
	f := &fake{mode: mode, stop: make(chan bool, 8), end: make(chan struct{}, 8)}
	b, err := os.ReadFile(*path)
	if err == nil {
		err = json.Unmarshal(b, &f.spec)
	}
	if err != nil {
		die(err.Error())
	}
	f.steps, _ = strconv.Atoi(os.Getenv(envSteps))
	f.stepTime, _ = time.ParseDuration(os.Getenv(envStepTime))
	act, ok := modes[mode]
	if !ok {
		die("no mode " + mode)
	}
	version, name := 1, f.spec.Run
	if mode == "protocol" {
		version = 2
	}
	if mode == "other_run" {
		name = "somebody-else"
	}
	f.say(event{"type": "grease-7f", "x": []int{1}})
	f.say(event{"v": version, "type": "hello", "pid": os.Getpid(), "run": name, "trainer_version": "test", "grease": event{}})
	if mode != "hang" {
		go f.listen()
	}
	rows, _ := os.ReadFile(f.spec.Rows)
	f.say(event{"type": "plan", "settings": event{"rank": 2}, "reasons": event{}, "total_steps": f.steps,
		"rows": event{"fact": bytes.Count(rows, []byte("\n"))}, "facts": 1, "estimate_seconds": nil})
	fmt.Fprintln(os.Stderr, "fake trainer, mode", mode)
	act(f)
	os.Exit(0)
}

// listen answers what comes on stdin.
func (f *fake) listen() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var m struct {
			Cmd  string `json:"cmd"`
			Save bool   `json:"save"`
		}
		_ = json.Unmarshal(in.Bytes(), &m)
		switch m.Cmd {
		case "stop":
			f.stop <- m.Save
		case "finish":
			f.end <- struct{}{}
		case "ping":
			f.say(event{"type": "pong"})
		default:
			f.say(event{"type": "unsupported", "cmd": m.Cmd})
		}
	}
	close(f.stop)
}

// work goes through steps, 0 for ever, and ends when told to unless it is deaf.
func (f *fake) work(steps int, deaf bool) {
	for _, stage := range []string{"load", "cache", "train"} {
		f.say(event{"type": "stage", "name": stage})
	}
	for step := 1; steps == 0 || step <= steps; step++ {
		f.say(event{"type": "heartbeat"})
		f.say(event{"type": "progress", "step": step, "total": steps, "loss": 2 / float64(step), "kl": 0.01, "rate": 1e-4,
			"learned": min(step-1, 1), "facts": 1, "row_passes": 16 * step, "rows_per_second": 40.5, "tokens_per_second": 1620,
			"elapsed_seconds": float64(step), "eta_seconds": 1.5, "peak_memory_mb": 900, "grease": nil})
		f.say(event{"type": "probe", "step": step, "learned": []string{"fact-1"}, "lost": []string{}})
		select {
		case <-f.end:
			if !deaf {
				f.finish()
			}
		case save := <-f.stop:
			if deaf {
				f.stop = nil
				continue
			}
			if save {
				path := filepath.Join(f.spec.Work, fmt.Sprintf("checkpoint-%d", step))
				_ = os.MkdirAll(path, 0o700)
				_ = os.WriteFile(filepath.Join(path, "COMPLETE"), nil, 0o600)
				f.say(event{"type": "checkpoint", "step": step, "path": path})
			}
			f.say(event{"type": "bye", "ok": false})
			os.Exit(3)
		case <-time.After(f.stepTime):
		}
	}
}

// finish writes the adapter and ends well.
func (f *fake) finish() {
	f.say(event{"type": "stage", "name": "save"})
	path, id, err := WriteArtifact(f.spec.Out, ArtifactOptions{
		Run: f.spec.Run, Base: f.spec.BaseSHA256, Dataset: f.spec.Dataset, Seed: f.spec.Seed, Merged: f.spec.Merged,
	})
	if err != nil {
		f.fail("disk", err.Error())
	}
	f.say(event{"type": "artifact", "path": path, "manifest_sha256": id})
	f.say(event{"type": "bye", "ok": true, "row_passes": 48, "train_seconds": 0.1, "prepare_seconds": 0.1, "steps": f.steps, "peak_memory_mb": 900})
	os.Exit(0)
}

// children starts processes that end only by a kill, and writes all pids down.
func (f *fake) children(n int) {
	pids := []string{strconv.Itoa(os.Getpid())}
	for range n {
		self, err := os.Executable()
		if err != nil {
			die(err.Error())
		}
		c := exec.Command(self)
		c.Env = []string{envMode + "=child"}
		c.Stdout = os.Stdout
		if err := c.Start(); err != nil {
			die(err.Error())
		}
		pids = append(pids, strconv.Itoa(c.Process.Pid))
	}
	path := os.Getenv(envChildren)
	if err := os.WriteFile(path+".tmp", []byte(strings.Join(pids, "\n")), 0o600); err != nil {
		die(err.Error())
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		die(err.Error())
	}
}

func (f *fake) fail(class, message string) {
	f.say(event{"type": "error", "class": class, "message": message, "hint": ""})
	f.say(event{"type": "bye", "ok": false})
	os.Exit(1)
}

func (f *fake) die(words string) { die(words) }

func die(words string) {
	fmt.Fprintf(os.Stderr, "Traceback (most recent call last):\n  File \"fake.py\", line 1, in <module>\n%s\n", words)
	os.Exit(1)
}

func (f *fake) say(e event) {
	if e["v"] == nil {
		e["v"] = 1
	}
	b, _ := json.Marshal(e) // strings, numbers and lists always encode
	f.line(string(b))
}

func (f *fake) line(s string) {
	f.out.Lock()
	defer f.out.Unlock()
	_, _ = os.Stdout.WriteString(s + "\n")
}

// merge writes a file that depends on base and adapter.
func merge(mode string, args []string) {
	flags := flag.NewFlagSet("merge", flag.ContinueOnError)
	base, adapter, out := flags.String("base", "", ""), flags.String("adapter", "", ""), flags.String("out", "", "")
	if err := flags.Parse(args); err != nil {
		die(err.Error())
	}
	switch mode {
	case "hang":
		_ = os.WriteFile(*out, []byte("GGUF half"), 0o600)
		forever()
	case "disk":
		_ = os.WriteFile(*out, []byte("GGUF half"), 0o600)
		die("OSError: [Errno 28] No space left on device")
	}
	b, err := os.ReadFile(*base)
	if err == nil {
		var m []byte
		m, err = os.ReadFile(filepath.Join(*adapter, "manifest.json"))
		b = append(b, m...)
	}
	if err == nil {
		err = os.WriteFile(*out, b, 0o600)
	}
	if err != nil {
		die(err.Error())
	}
	os.Exit(0)
}

// forever sleeps; an empty select would be found to be a deadlock.
func forever() {
	for {
		time.Sleep(time.Hour)
	}
}
