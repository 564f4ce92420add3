package train

import "time"

// nap is how far two looks at the clock may lie apart, or wall clock and uptime
// may disagree, before the machine must have slept in between.
const nap = 30 * time.Second

// pulse measures how long a trainer has been silent while the machine was awake.
type pulse struct {
	last, seen time.Duration // uptime of the last sign of life and of the last look
	wall       time.Time
	told       bool
}

// look is called at every tick and says how long the silence has lasted. A
// machine that slept starts the count again: the wall clock ran on while the
// uptime stood still, or both ran on and nobody looked.
func (p *pulse) look(wall time.Time, up time.Duration) time.Duration {
	wall = wall.Round(0) // without its monotonic part, which stands still with uptime
	if !p.wall.IsZero() {
		awake := up - p.seen
		if awake > nap || wall.Sub(p.wall)-awake > nap {
			p.last, p.told = up, false
		}
	}
	p.wall, p.seen = wall, up
	return up - p.last
}

// beat notes a sign of life.
func (p *pulse) beat(up time.Duration) { p.last, p.told = up, false }
