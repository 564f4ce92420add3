package engine

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"errata/backend"
)

// Store is the bundled engine's model folder: a cache that can be rebuilt.
func (e *Engine) store() string { return filepath.Join(e.opt.Cache, "store") }

// bundled starts the bundled engine, or gives the address of the one that runs.
func (e *Engine) bundled(ctx context.Context) (place, error) {
	const op = "engine.start"
	program, err := e.program()
	if err != nil {
		return place{}, err
	}
	e.mu.Lock()
	old, oldLog := e.child, e.log
	e.child, e.log = nil, nil
	e.mu.Unlock()
	if old != nil {
		e.ended = old.ending()
		_ = old.stop() // it is dead already; this ends what it may have left behind
		_ = oldLog.file.Close()
	}
	if err := e.allowStart(); err != nil {
		return place{}, err
	}
	for _, dir := range []string{filepath.Join(e.store(), "blobs"), e.home()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return place{}, diskError(op, "The engine's model folder cannot be made.", err)
		}
	}
	log, err := e.openLog()
	if err != nil {
		return place{}, diskError(op, "The engine's log cannot be written.", err)
	}
	port, err := freePort()
	if err != nil {
		return place{}, &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "No free port was found for the engine.", Err: err}
	}
	sweep(program)
	child, err := startProcess(program, []string{"serve"}, e.childEnv(program, port), log.file)
	if err != nil {
		_ = log.file.Close()
		return place{}, &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "The bundled engine cannot be started.",
			Hint: "Install Errata again; in a checkout: make engine.", Err: err}
	}
	at, err := e.await(ctx, child, fmt.Sprintf("http://127.0.0.1:%d", port), log)
	if err != nil {
		_ = child.stop() // the reason is in err
		_ = log.file.Close()
		return place{}, err
	}
	e.starts = append(e.starts, e.opt.Now())
	e.mu.Lock()
	e.child, e.log = child, log
	e.mu.Unlock()
	return at, nil
}

// allowStart lets a dead engine be started again, but only once within a minute:
// one that keeps dying is a fault to be told. Called while the turn is held.
func (e *Engine) allowStart() error {
	now := e.opt.Now()
	kept := e.starts[:0]
	for _, at := range e.starts {
		if now.Sub(at) < time.Minute {
			kept = append(kept, at)
		}
	}
	e.starts = kept
	if len(e.starts) >= 2 {
		return backend.Errorf(backend.CodeUnavailable, "engine.start", "The bundled engine stopped twice within a minute. %s", e.ended).
			WithHint("Look into logs/engine.log; a smaller model may help. It is tried again in a minute.")
	}
	return nil
}

// await polls until the child answers with its version.
func (e *Engine) await(ctx context.Context, child *process, address string, log *childLog) (place, error) {
	const op = "engine.start"
	deadline := time.NewTimer(e.opt.Start)
	defer deadline.Stop()
	for {
		version, err := e.opt.API.VersionAt(ctx, address)
		if err == nil && older(version, Floor) {
			return place{}, tooOld(op, version, address)
		}
		if err == nil {
			return place{address: address, version: version, source: sourceBundled}, nil
		}
		select {
		case <-child.done:
			return place{}, &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "The bundled engine stopped while it started. " + child.ending(),
				Hint: "Look into logs/engine.log, or install Errata again; in a checkout: make engine.", Err: fmt.Errorf("its last words: %s", log.tail())}
		case <-deadline.C:
			return place{}, backend.Errorf(backend.CodeUnavailable, op, "The bundled engine did not answer within %s.", e.opt.Start).WithHint("Look into logs/engine.log.")
		case <-ctx.Done():
			return place{}, &backend.Error{Code: backend.CodeCancelled, Op: op, Message: "The start of the engine was stopped.", Err: ctx.Err()}
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// home keeps the engine's own key and history out of the user's home.
func (e *Engine) home() string { return filepath.Join(e.opt.Cache, "engine-home") }

// passed are the variables of ours that the engine may see; anything else, keys
// above all, stays here.
var passed = []string{"PATH", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "GGML_VK_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION", "XDG_RUNTIME_DIR",
	"OLLAMA_LLM_LIBRARY", "OLLAMA_GPU_OVERHEAD", "OLLAMA_LOAD_TIMEOUT", "SYSTEMROOT", "USERPROFILE"}

func (e *Engine) childEnv(program string, port int) []string {
	env := []string{
		fmt.Sprintf("OLLAMA_HOST=127.0.0.1:%d", port),
		"OLLAMA_MODELS=" + e.store(),
		"OLLAMA_NOPRUNE=1",
		"OLLAMA_NO_CLOUD=1",
		"OLLAMA_MAX_LOADED_MODELS=2", // v(N) beside v(N+1)
		"OLLAMA_NUM_PARALLEL=1",
		"GIN_MODE=release",
		// Wait a moment, then sleep, since other programs want the cores too. Active,
		// because the runner's changing threads make libgomp count more of them than
		// there are cores, and it then hardly waits at all: the 0.5B on two quiet cores
		// gave 16 tokens/s so, 25 with these two, and 23 without OpenMP.
		"OMP_WAIT_POLICY=active",
		"GOMP_SPINCOUNT=10000",
		"HOME=" + e.home(),
	}
	if dirs, _ := filepath.Glob(filepath.Join(filepath.Dir(program), "..", "lib", "ollama", "vulkan")); len(dirs) > 0 {
		env = append(env, "OLLAMA_VULKAN=1")
	}
	for _, name := range passed {
		if value := e.opt.Env(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

func diskError(op, message string, err error) error {
	hint := "Look whether the folder may be written."
	if strings.Contains(err.Error(), "no space left") {
		message, hint = "The disk is full. "+message, "Free some space and try again; nothing is lost."
	}
	return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: message, Hint: hint, Err: err}
}
