package app

import (
	"sync"
	"time"

	"errata/app/api"
)

// leave decides what becomes of the program when its window is closed. What goes on
// is never cut off without a word, and a program without a window ends by itself.
//
//	open ─ closed, nothing goes on ─> ended
//	  └── closed ─> asked ─ stay ─> open
//	                  ├─── end ──> ended
//	                  └─── hide, or closed again ─> hidden ─ started again ─> open
//	                                                  └─── nothing goes on ─> ended
type leave struct {
	work  func() api.Work
	ask   func(api.Work) // has the page ask its person
	alone func() bool    // whether nobody uses the program; from then on nobody can
	hide  func()
	show  func()
	quit  func()

	mu    sync.Mutex
	state leaveState
	quiet int // looks in a row at which nothing went on
}

type leaveState int

const (
	leaveOpen leaveState = iota
	leaveAsked
	leaveHidden
	leaveEnded
)

// A hidden program is looked at so often, and ends when nothing went on at two looks
// in a row: its page has a notice to show, and one piece of work may follow another.
const (
	hiddenLook  = 2 * time.Second
	hiddenQuiet = 2
)

// closing is told that the window is about to close, and keeps it with true. Closing
// a window that has asked already hides it: its page may be past asking.
func (l *leave) closing() (stay bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	work := l.work()
	if l.state == leaveEnded || !work.Any() {
		l.state = leaveEnded
		return false
	}
	switch l.state {
	case leaveOpen:
		l.state = leaveAsked
		l.ask(work)
	case leaveAsked:
		l.vanish()
	}
	return true
}

// decide carries out what a person answered.
func (l *leave) decide(how api.Leaving) {
	if how == api.LeaveEnded {
		l.end()
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.state != leaveAsked:
	case how == api.LeaveHidden:
		l.vanish()
	default:
		l.state = leaveOpen
	}
}

func (l *leave) vanish() {
	l.state, l.quiet = leaveHidden, 0
	l.hide()
}

// front brings the window to the front, wherever it was.
func (l *leave) front() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == leaveHidden {
		l.state = leaveOpen
	}
	l.show()
}

// end ends the program, whatever goes on.
func (l *leave) end() {
	l.mu.Lock()
	ended := l.state == leaveEnded
	l.state = leaveEnded
	l.mu.Unlock()
	if !ended {
		l.quit() // it may ask closing
	}
}

// look ends a hidden program once nothing goes on in it.
func (l *leave) look() {
	l.mu.Lock()
	if l.state != leaveHidden || l.work().Any() {
		l.quiet = 0
		l.mu.Unlock()
		return
	}
	l.quiet++
	over := l.quiet >= hiddenQuiet && l.alone()
	l.mu.Unlock()
	if over {
		l.end()
	}
}
