package train

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// Protocol is the version of the lines that trainer and Errata exchange.
const Protocol = 1

// Options says where things are. The zero value uses the folders of the user's
// cache and the times of DefaultTimes; Source is needed unless Python is set.
type Options struct {
	// Source holds errata_trainer/*.py, pyproject.toml and uv.lock.
	Source fs.FS
	// Checkout is a folder with the same files; it is run in place of Source.
	Checkout string
	// Cache is the folder for environments; empty means <user cache>/errata/trainer.
	Cache string
	// Python finds the interpreter; nil means ERRATA_TRAINER_PYTHON, else the one
	// that Setup or `make trainer` built under Cache.
	Python func() (string, error)
	// Home holds the lock file that keeps two trainings apart; empty means the
	// parent of a run's work folder.
	Home string
	// Logs is where stderr goes, a file a run; empty means logs in Home.
	Logs string
	// Env is added to the trainer's environment, as NAME=value.
	Env []string
	// Times are the deadlines; zero fields take those of DefaultTimes.
	Times Times
	// Now is the wall clock and Uptime a clock that only runs forward; both are
	// compared to tell a machine that slept from a trainer that hangs.
	Now    func() time.Time
	Uptime func() time.Duration
}

// Times are deadlines. Stop, Close and Interrupt are the rungs of the ladder:
// how long a trainer has after the stop message, after the end of its input and
// after the interrupt, before the next rung; the last one is the kill.
type Times struct {
	Tick      time.Duration // how often the heartbeat is looked at
	Stalled   time.Duration // silence that is reported
	Hung      time.Duration // silence that ends the run
	Save      time.Duration // after a stop message that asks for a checkpoint
	Stop      time.Duration
	Close     time.Duration
	Interrupt time.Duration
	Drain     time.Duration // to read what is left after the process ended
	Probe     time.Duration // for the import check of Ready
}

// DefaultTimes end a cancelled trainer within 13 s and give one that saves two minutes more.
func DefaultTimes() Times {
	return Times{
		Tick: time.Second, Stalled: time.Minute, Hung: 5 * time.Minute,
		Save: 2 * time.Minute, Stop: 6 * time.Second, Close: 4 * time.Second, Interrupt: 2 * time.Second,
		Drain: time.Second, Probe: time.Minute,
	}
}

// Local is the trainer on this machine. One run at a time.
type Local struct {
	options Options
	started time.Time

	mu      sync.Mutex
	current *run
	ready   string // the interpreter that passed the import check
}

// New makes a Local; nothing is started or looked for yet.
func New(o Options) *Local {
	d := DefaultTimes()
	for _, p := range []struct{ have, normal *time.Duration }{
		{&o.Times.Tick, &d.Tick}, {&o.Times.Stalled, &d.Stalled}, {&o.Times.Hung, &d.Hung},
		{&o.Times.Save, &d.Save}, {&o.Times.Stop, &d.Stop}, {&o.Times.Close, &d.Close},
		{&o.Times.Interrupt, &d.Interrupt}, {&o.Times.Drain, &d.Drain}, {&o.Times.Probe, &d.Probe},
	} {
		if *p.have <= 0 {
			*p.have = *p.normal
		}
	}
	l := &Local{options: o, started: time.Now()}
	if l.options.Now == nil {
		l.options.Now = time.Now
	}
	if l.options.Uptime == nil {
		l.options.Uptime = func() time.Duration { return time.Since(l.started) }
	}
	return l
}

func (l *Local) cache() (string, error) {
	if l.options.Cache != "" {
		return l.options.Cache, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "errata", "trainer"), nil
}

// interpreter is where a virtual environment keeps its Python.
func interpreter(venv string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(venv, "Scripts", "python.exe")
	}
	return filepath.Join(venv, "bin", "python")
}
