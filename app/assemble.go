package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"errata/app/api"
	"errata/app/web"
	"errata/backend"
	"errata/backend/bench"
	"errata/backend/bolt"
	"errata/backend/dataset"
	"errata/backend/engine"
	"errata/backend/flow"
	"errata/backend/library"
	"errata/backend/ollama"
	"errata/backend/secret"
	"errata/backend/train"
	"errata/backend/watch"
	"errata/build"
	"errata/trainer"
)

// Program is Errata, assembled: complete or not made.
type Program struct {
	Home  string
	API   *api.API
	Hub   *api.Hub
	Loop  *flow.Loop
	Store *bolt.Store
	Log   *slog.Logger
	Now   func() time.Time

	shared  shared
	options api.Options // what the API gets when it begins
	watcher *watch.Watcher
	library *library.Library
	secrets *secret.Store
	checkDB func(path string) error
	life    context.Context
	end     context.CancelFunc
	behind  sync.WaitGroup // what Background started
	broken  bool           // it stands in for one that could not be made
	fresh   bool           // the database was made by this start
	backups sync.Mutex     // one backup at a time
	control *web.Control   // nil when the socket could not be opened
	closers []func()       // run last to first
	// onRestart ends the door so that it starts again; nil where it cannot.
	onRestart func()
}

// shared are parts that know content by hash, so that a demo's home can use the
// same ones.
type shared struct {
	model  *ollama.Client
	engine *engine.Engine
	own    bool // these are to be closed with the Program
}

// runningOp is the operation of the error that says "this home is in use".
const runningOp = "home.lock"

func running(err error) bool {
	e, ok := err.(*backend.Error) //nolint:errorlint // made here, never wrapped
	return ok && e.Op == runningOp
}

// Assemble makes the one Program of a home. Vital are the home, its lock and the
// database; everything else may be missing and is then shown as missing.
func Assemble(ctx context.Context, c Config) (*Program, error) {
	p, err := assemble(ctx, c, shared{})
	if err == nil {
		p.backUpBehind()
	}
	return p, err
}

func assemble(ctx context.Context, c Config, sh shared) (*Program, error) {
	p, c, err := prepare(ctx, c, sh)
	if err != nil {
		return nil, err
	}
	if err := p.complete(c); err != nil {
		p.Close()
		return nil, err
	}
	api.Begin(p.life, p.API, p.options)
	return p, nil
}

// prepare makes a Program that holds the lock of its home and nothing more: the
// calls of its API wait until it is complete and the API has begun.
func prepare(ctx context.Context, c Config, sh shared) (*Program, Config, error) {
	c, err := c.filled()
	if err != nil {
		return nil, c, err
	}
	p := bareProgram(ctx, c.Home)
	p.Now, p.checkDB, p.shared = c.Now, c.CheckDB, sh
	if err := p.lock(c); err != nil {
		p.Close()
		return nil, c, err
	}
	return p, c, nil
}

// complete makes the parts and ties up what the last run left.
func (p *Program) complete(c Config) error {
	for _, part := range []func(Config) error{p.doPlanned, p.openStore, p.openEngine, p.openLibrary, p.assembleLoop, p.assembleAPI} {
		if err := part(c); err != nil {
			return err
		}
	}
	return p.Loop.Start(p.life)
}

func (c Config) filled() (Config, error) {
	home, err := HomeDir(c.Home)
	if err != nil {
		return c, err
	}
	c.Home = home
	if err := makeHome(home); err != nil {
		return c, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewID == nil {
		c.NewID = newID(c.Now)
	}
	if c.CheckDB == nil {
		c.CheckDB = lookInChild
	}
	return c, nil
}

// newID makes ids that sort by time: 12 hex digits of milliseconds, 12 of chance.
func newID(now func() time.Time) func() string {
	return func() string {
		var b [6]byte
		_, _ = rand.Read(b[:]) // never fails
		return fmt.Sprintf("%012x%s", now().UnixMilli(), hex.EncodeToString(b[:]))
	}
}

func (p *Program) lock(c Config) error {
	if c.Log != nil {
		p.Log = c.Log
	} else {
		log, closeLog := openLog(p.Home, c.Level)
		p.Log = log
		p.closers = append(p.closers, closeLog)
	}
	unlock, err := lockHome(p.Home)
	if err != nil {
		return err
	}
	p.closers = append(p.closers, unlock)
	_ = os.Remove(filepath.Join(p.Home, addressName)) // a leftover of a crash: we hold the lock
	return nil
}

func (p *Program) openStore(c Config) error {
	path := filepath.Join(p.Home, dbName)
	_, err := os.Stat(path)
	p.fresh = errors.Is(err, fs.ErrNotExist)
	if err := c.CheckDB(path); err != nil {
		return err
	}
	store, err := bolt.Open(path, bolt.Options{App: "errata " + version, Now: c.Now, BackupDir: filepath.Join(p.Home, backupsDir), Verify: c.CheckDB})
	if backend.CodeOf(err) == backend.CodeInternal {
		return damagedDB(path, err)
	}
	if err != nil {
		return err
	}
	p.Store = store
	p.closers = append(p.closers, func() { _ = store.Close() })
	return nil
}

func (p *Program) openEngine(Config) error {
	if p.shared.engine != nil {
		return nil
	}
	var e *engine.Engine
	client := ollama.New(ollama.Options{Address: func(ctx context.Context) (string, error) { return e.Address(ctx) }})
	e, err := engine.New(engine.Options{API: client, Models: build.Models, Home: p.Home})
	if err != nil {
		return err
	}
	p.shared = shared{model: client, engine: e, own: true}
	p.closers = append(p.closers, func() { _ = e.Close() })
	return nil
}

func (p *Program) openLibrary(c Config) error {
	l, err := library.Open(filepath.Join(p.Home, libraryDir), library.Options{Now: c.Now, OnScan: p.libraryScanned, OnProgress: p.libraryRead})
	if err != nil {
		return err
	}
	p.library = l
	p.closers = append(p.closers, func() { _ = l.Close() })
	s, err := p.Store.Settings()
	if err != nil {
		return err
	}
	return l.SetFolders(s.LibraryFolders)
}

func (p *Program) assembleLoop(c Config) error {
	stable, err := dataset.Shipped()
	if err != nil {
		return err
	}
	p.secrets = secret.New(secret.Options{})
	p.watcher = watch.New(watch.Options{
		Incoming: filepath.Join(p.Home, incomingDir), Adapters: filepath.Join(p.Home, adaptersDir), Quarantine: filepath.Join(p.Home, quarantine), Now: c.Now,
	})
	found, err := p.gatherer(c)
	if err != nil {
		return err
	}
	p.Loop = flow.New(flow.Options{
		Store: p.Store, Model: p.shared.model, Engine: p.shared.engine,
		Evidence: found,
		Trainer:  train.New(train.Options{Source: trainer.FS, Home: p.Home, Logs: filepath.Join(p.Home, logsDir)}),
		Arrivals: p.watcher, Workspace: workspace{p.Home},
		Calibration: func(digest, promptVersion string) (*backend.Calibration, error) {
			return bench.LoadCalibration(filepath.Join(p.Home, calibration), digest, promptVersion)
		},
		Now: c.Now, NewID: c.NewID, Emit: p.Hub.Emit, Log: p.Log, Stable: stable, StableLimit: c.StableLimit,
	})
	p.closers = append(p.closers, p.Loop.Close)
	return nil
}

func (p *Program) assembleAPI(c Config) error {
	local := p.Loop.Trainer.(*train.Local) //nolint:forcetypeassert // made above
	p.options = api.Options{
		Loop: p.Loop, Hub: p.Hub, Library: documents{p.library, p.Home}, Secrets: secrets{p.secrets}, Models: p.shared.engine, Trainer: local,
		Machine: lookAtMachine(p.Home), Desktop: api.Desktop{Open: c.Open}, Keep: keeper{p},
		Throwaway: p.throwaway, Behind: p.behind.Go, Home: p.Home, Version: version, Door: c.Door, Log: p.Log,
	}
	control := web.Socket(p.API, p.Hub)
	stop, err := listenControl(p.Home, control)
	if err != nil {
		// Without it only a second command beside this one does not work.
		p.Log.Warn("control socket", "err", err)
		return nil
	}
	p.control = control
	p.closers = append(p.closers, stop)
	return nil
}

// Finish is Close for a Program that was made for one command: other commands
// may be calling through it by then, and it ends when they do, or when ctx does.
func (p *Program) Finish(ctx context.Context, onWait func()) {
	if p.control != nil {
		p.control.Drain(ctx, onWait)
	}
	p.Close()
}

// Close ends everything, last opened first.
func (p *Program) Close() {
	p.end()
	p.behind.Wait()
	p.letGo()
}

// letGo closes the parts and gives the home free.
func (p *Program) letGo() {
	for i := len(p.closers) - 1; i >= 0; i-- {
		p.closers[i]()
	}
	p.closers = nil
}
