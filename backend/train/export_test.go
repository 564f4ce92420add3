package train

import (
	"io"
	"time"

	"errata/backend"
)

// Pulse lets tests drive the heartbeat's clock.
type Pulse struct{ p pulse }

func (p *Pulse) Look(wall time.Time, up time.Duration) time.Duration { return p.p.look(wall, up) }
func (p *Pulse) Beat(up time.Duration)                               { p.p.beat(up) }

func StartTime(pid int) (int64, bool)                      { return startTime(pid) }
func ReadLines(r io.Reader, put func([]byte) bool)         { readLines(r, put) }
func Decode(line []byte) (backend.TrainerEvent, bool)      { return decode(line) }
func ClassOfLog(tail string) (backend.FailureClass, bool)  { return classOfLog(tail) }
func SetupEnvironment(ours []string) []string              { return setupEnvironment(ours) }
func (l *Local) Environment(source string, n int) []string { return l.environment(source, n) }
func (l *Local) Place() (string, error)                    { p, e := l.place(); return p, asError(e) }
func (l *Local) Interpreter() (string, error)              { p, e := l.python(); return p, asError(e) }
func (l *Local) SourceDir() (string, error)                { return l.source() }

func asError(e *backend.Error) error {
	if e == nil {
		return nil
	}
	return e
}
