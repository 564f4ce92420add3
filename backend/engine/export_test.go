//go:build unix

package engine

// What the tests in package engine_test look at from inside.
var (
	Older       = older
	HostAddress = hostAddress
	ReadList    = readList
	LogLimit    = logLimit
)

// Pid of the bundled engine, 0 when none runs.
func (e *Engine) Pid() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.child == nil {
		return 0
	}
	return e.child.cmd.Process.Pid
}

// TendLog looks at the size of the log now.
func (e *Engine) TendLog() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.log.turnOver()
}
