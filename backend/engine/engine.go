package engine

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"errata/backend"
)

// Progress is told the stage ("parts", "join", "check", "pull", "upload",
// "create") and how many of its bytes are done; total is 0 where unknown.
type Progress = func(stage string, done, total int64)

// API is what the engine's HTTP API offers; *ollama.Client satisfies it.
type API interface {
	VersionAt(ctx context.Context, address string) (string, error)
	List(ctx context.Context) ([]backend.ModelInfo, error)
	Show(ctx context.Context, name string) (backend.ServedModel, error)
	Has(ctx context.Context, name string) (bool, error)
	CreateBase(ctx context.Context, name, path, sha256 string, progress func(stage string, done, total int64)) error
	CreateMerged(ctx context.Context, name, path, sha256 string) error
	CreateAdapter(ctx context.Context, name, base, path, sha256 string) error
	Pull(ctx context.Context, name string, progress func(stage string, done, total int64)) error
	Warm(ctx context.Context, name string) error
	Unload(ctx context.Context, name string) error
	Loaded(ctx context.Context) ([]string, error)
	GPUShare(ctx context.Context) (int, error)
	Delete(ctx context.Context, name string) error
}

// Options of an Engine. API and Models are needed.
type Options struct {
	// API talks to whatever Address returns.
	API    API
	Models []byte // models.toml

	Home  string // ERRATA_HOME; engine.log goes to its logs folder; "" = the cache
	Cache string // "" = ERRATA_CACHE, else errata in the user's cache folder
	Exe   string // this program; "" = os.Executable

	Env       func(string) string // "" = os.Getenv
	Now       func() time.Time    // nil = time.Now
	Start     time.Duration       // longest start of the bundled engine, 0 = 30 s
	Python    string              // "" = python3
	MemInfo   string              // "" = /proc/meminfo
	GPUMemory func(ctx context.Context) (free int64, ok bool)
}

// Engine is the one the user has or the bundled one. It is safe for concurrent use.
type Engine struct {
	opt  Options
	list []Listed

	turn   chan struct{} // held while an engine is looked for or started
	starts []time.Time   // of the bundled engine; under turn
	ended  string        // how it ended last; under turn

	mu    sync.Mutex
	found place
	child *process
	log   *childLog                    // of child
	ready map[string]backend.ModelInfo // by address and model
	takes map[string]bool              // adapters, by address and version

	installing sync.Mutex
}

// place is an engine that answered.
type place struct {
	address, version, source string
	seen                     time.Time
}

// New reads the list of models and looks for nothing yet. CodeInvalid when the
// list is wrong.
func New(opt Options) (*Engine, error) {
	list, err := readList(opt.Models)
	if err != nil {
		return nil, err
	}
	if opt.API == nil {
		return nil, backend.Errorf(backend.CodeInternal, "engine.new", "No API was given.")
	}
	if opt.Env == nil {
		opt.Env = os.Getenv
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Start <= 0 {
		opt.Start = 30 * time.Second
	}
	if opt.Python == "" {
		opt.Python = "python3"
	}
	if opt.MemInfo == "" {
		opt.MemInfo = "/proc/meminfo"
	}
	if opt.GPUMemory == nil {
		opt.GPUMemory = nvidiaFree
	}
	if opt.Cache == "" {
		opt.Cache = opt.Env("ERRATA_CACHE")
	}
	if opt.Cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, &backend.Error{Code: backend.CodeUnavailable, Op: "engine.new", Message: "This user has no cache folder.", Hint: "Set ERRATA_CACHE to a folder.", Err: err}
		}
		opt.Cache = filepath.Join(user, "errata")
	}
	if opt.Exe == "" {
		if exe, err := os.Executable(); err == nil {
			opt.Exe = exe
		}
	}
	return &Engine{
		opt: opt, list: list, turn: make(chan struct{}, 1),
		ready: map[string]backend.ModelInfo{}, takes: map[string]bool{},
	}, nil
}

// Close stops the bundled engine if it was started, with its model runners.
func (e *Engine) Close() error {
	e.turn <- struct{}{}
	defer func() { <-e.turn }()
	e.mu.Lock()
	child, log := e.child, e.log
	e.child, e.log, e.found = nil, nil, place{}
	e.mu.Unlock()
	e.starts = nil
	if child == nil {
		return nil
	}
	_ = log.file.Close()
	return child.stop()
}

// Status says which engine answers and what it can do.
func (e *Engine) Status(ctx context.Context) (backend.EngineStatus, error) {
	at, err := e.place(ctx)
	if err != nil {
		return backend.EngineStatus{GPUShare: -1}, err
	}
	status := backend.EngineStatus{Address: at.address, Version: at.version, Source: at.source, GPUShare: -1}
	if status.Adapters, err = e.takesAdapters(ctx, at); err != nil {
		return status, err
	}
	status.GPUShare, err = e.opt.API.GPUShare(ctx)
	return status, err
}
