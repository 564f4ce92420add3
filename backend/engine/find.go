package engine

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"errata/backend"
)

// Floor is the oldest Ollama that serves: its API gives log probabilities and
// structured output for chats.
const Floor = "0.24.0"

const (
	sourceEnv     = "env"
	sourceRunning = "running"
	sourceBundled = "bundled"

	defaultAddress = "http://127.0.0.1:11434"
	recheck        = 5 * time.Second // how long an engine of the user's is believed to be there
)

// Address gives the engine's address, finding or starting one when needed.
// CodeUnavailable when there is none; the hint names the next step.
func (e *Engine) Address(ctx context.Context) (string, error) {
	at, err := e.place(ctx)
	return at.address, err
}

func (e *Engine) place(ctx context.Context) (place, error) {
	if at, ok := e.known(); ok {
		return at, nil
	}
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return place{}, &backend.Error{Code: backend.CodeCancelled, Op: "engine.find", Message: "The search for an engine was stopped.", Err: ctx.Err()}
	}
	if at, ok := e.known(); ok {
		return at, nil
	}
	at, err := e.find(ctx)
	if err != nil {
		return place{}, err
	}
	at.seen = e.opt.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	if at.address != e.found.address || at.version != e.found.version {
		clear(e.ready)
	}
	e.found = at
	return at, nil
}

// known gives the engine found before, if it can still be believed to be there.
func (e *Engine) known() (place, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.found.address == "":
		return place{}, false
	case e.found.source == sourceBundled:
		if e.log != nil {
			e.log.tend(e.opt.Now())
		}
		return e.found, e.child != nil && e.child.alive()
	}
	return e.found, e.opt.Now().Sub(e.found.seen) < recheck
}

// find goes through the places in their order.
func (e *Engine) find(ctx context.Context) (place, error) {
	const op = "engine.find"
	choice := e.opt.Env("ERRATA_ENGINE")
	if choice == sourceBundled || strings.ContainsAny(choice, `/\`) {
		return e.bundled(ctx)
	}
	if host := e.opt.Env("OLLAMA_HOST"); host != "" {
		address, err := hostAddress(host)
		if err != nil {
			return place{}, err
		}
		version, err := e.opt.API.VersionAt(ctx, address)
		if err != nil {
			return place{}, &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "No Ollama answers at OLLAMA_HOST (" + address + ").",
				Hint: "Start it, or unset OLLAMA_HOST to use the bundled engine.", Err: err}
		}
		if older(version, Floor) {
			return place{}, tooOld(op, version, address)
		}
		return place{address: address, version: version, source: sourceEnv}, nil
	}
	version, err := e.opt.API.VersionAt(ctx, defaultAddress)
	if ctx.Err() != nil {
		return place{}, &backend.Error{Code: backend.CodeCancelled, Op: op, Message: "The search for an engine was stopped.", Err: ctx.Err()}
	}
	if err == nil && !older(version, Floor) {
		return place{address: defaultAddress, version: version, source: sourceRunning}, nil
	}
	at, bundledErr := e.bundled(ctx)
	if bundledErr != nil && err == nil && backend.CodeOf(bundledErr) == backend.CodeNotFound {
		return place{}, tooOld(op, version, defaultAddress)
	}
	return at, bundledErr
}

func tooOld(op, version, address string) error {
	return backend.Errorf(backend.CodeUnavailable, op, "The Ollama at %s is version %s; Errata needs %s or newer.", address, version, Floor).
		WithHint("Update Ollama, or use the bundled engine: ERRATA_ENGINE=bundled.")
}

// hostAddress reads OLLAMA_HOST as Ollama does: scheme and port may be missing,
// and an address to listen on everywhere is reached on this machine.
func hostAddress(host string) (string, error) {
	bad := backend.Errorf(backend.CodeInvalid, "engine.find", "OLLAMA_HOST is %q, which is not an address.", host).
		WithHint("Write it like 127.0.0.1:11434, or unset it.")
	text := strings.TrimSpace(host)
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return "", bad
	}
	name, port := u.Hostname(), u.Port()
	if port == "" {
		port = map[string]string{"http": "11434", "https": "443"}[u.Scheme]
		if strings.HasPrefix(strings.TrimSpace(host), "http://") {
			port = "80"
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", bad
	}
	if ip := net.ParseIP(name); name == "" || ip != nil && ip.IsUnspecified() {
		name = "127.0.0.1"
	}
	return u.Scheme + "://" + net.JoinHostPort(name, port) + strings.TrimRight(u.Path, "/"), nil
}

// older compares versions like 0.24.0 by their numbers; a version without any,
// which a self-made build has, counts as oldest.
func older(version, floor string) bool {
	a, b := numbers(version), numbers(floor)
	for i := range b {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

func numbers(version string) (n [3]int) {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "-")
	for i, part := range strings.SplitN(version, ".", 4) {
		if i == 3 {
			break
		}
		n[i], _ = strconv.Atoi(part)
	}
	return n
}

// program finds the bundled engine's binary. CodeNotFound when there is none.
func (e *Engine) program() (string, error) {
	choice := e.opt.Env("ERRATA_ENGINE")
	var tried []string
	try := func(path string) bool {
		tried = append(tried, path)
		info, err := os.Stat(path)
		return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
	}
	if strings.ContainsAny(choice, `/\`) {
		for _, path := range []string{choice, filepath.Join(choice, "bin", "ollama")} {
			if try(path) {
				return filepath.Abs(path)
			}
		}
		return "", backend.Errorf(backend.CodeNotFound, "engine.find", "ERRATA_ENGINE names %s, and no program is there.", choice)
	}
	var dirs []string
	if dir := e.opt.Env("ERRATA_ENGINE_DIR"); dir != "" {
		dirs = append(dirs, dir)
	}
	if e.opt.Exe != "" {
		bin := filepath.Dir(e.opt.Exe)
		if real, err := filepath.EvalSymlinks(e.opt.Exe); err == nil {
			bin = filepath.Dir(real)
		}
		dirs = append(dirs, filepath.Join(bin, "..", "lib", "errata", "engine"), filepath.Join(bin, "..", "cache", "engine"))
	}
	dirs = append(dirs, e.cachedEngines()...)
	for _, dir := range dirs {
		if path := filepath.Join(dir, "bin", "ollama"); try(path) {
			return filepath.Abs(path)
		}
	}
	return "", backend.Errorf(backend.CodeNotFound, "engine.find", "No engine was found on this machine.").
		WithHint("Install Ollama 0.24 or newer from ollama.com, or Errata's package, which brings one; in a checkout: make engine.")
}

// cachedEngines lists the engines in the cache, the newest first.
func (e *Engine) cachedEngines() []string {
	dirs, _ := filepath.Glob(filepath.Join(e.opt.Cache, "engine", "[^.]*"))
	age := func(dir string) time.Time {
		info, err := os.Stat(filepath.Join(dir, "bin", "ollama"))
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	sort.SliceStable(dirs, func(i, j int) bool { return age(dirs[i]).After(age(dirs[j])) })
	return dirs
}
