package app

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"errata/app/api"
	"errata/app/cli"
	"errata/app/window"
	"errata/backend"
	"errata/build"
	"errata/frontend"
)

// openWindow opens the desktop's window, or brings back the one of this home.
func openWindow(ctx context.Context, home string) error {
	switch {
	case !window.Available:
		return backend.Errorf(backend.CodeUnavailable, cli.NoWindowOp, "This build has no window.")
	case !window.Display():
		return backend.Errorf(backend.CodeUnavailable, cli.NoWindowOp, "There is no display to open a window on.")
	}
	dir, err := HomeDir(home)
	if err != nil {
		return err
	}
	for began := time.Now(); ; time.Sleep(partingLook) {
		p, c, err := prepare(ctx, Config{Home: dir, Door: "window"}, shared{})
		if err == nil {
			return p.showWindow(ctx, func() error { return p.complete(c) })
		}
		if !running(err) {
			// Who pressed an icon sees no standard error: the window says what is wrong.
			return bareProgram(ctx, dir).showWindow(ctx, func() error { return err })
		}
		reached, err := bringBack(ctx, dir)
		if err == nil {
			fmt.Fprintln(os.Stderr, "Errata is open already; its window was brought to the front.")
			return nil
		}
		if ctx.Err() != nil || time.Since(began) > patience(reached) {
			return err
		}
	}
}

// A program that ends may still save the checkpoint of a training, out of reach; a
// start waits for it. One that answers without having a window is a command.
const (
	partingLimit = 15 * time.Second
	partingLook  = 200 * time.Millisecond
)

func patience(reached bool) time.Duration {
	if reached {
		return endingLimit
	}
	return partingLimit
}

// bringBack has the Errata that runs on a home show its window.
func bringBack(ctx context.Context, home string) (reached bool, err error) {
	remote, err := dialControl(ctx, home)
	if err != nil {
		return false, backend.Wrap(err, backend.CodeConflict, "window", "Errata is already open.")
	}
	defer remote.close()
	return true, remote.Call(ctx, "ShowWindow", nil)
}

// showWindow opens the window at once and completes the Program beside it, because the
// look at the database may take as long as the window does. Calls of the page wait.
func (p *Program) showWindow(ctx context.Context, complete func() error) error {
	var again atomic.Bool
	shown, closed := make(chan context.Context, 1), make(chan struct{})
	leave := p.leave()
	var making sync.WaitGroup
	making.Go(func() {
		if err := complete(); err != nil {
			p.breakDown("window", err)
		} else {
			p.backUpBehind()
		}
		select {
		case ctx := <-shown:
			p.options.Desktop = window.Desktop(ctx)
			p.options.Leave, p.options.Show = leave.decide, leave.front
			p.onRestart = func() {
				again.Store(true)
				time.AfterFunc(restartAfter, leave.end)
			}
			api.Begin(p.life, p.API, p.options)
			p.Background()
			p.every(hiddenLook, leave.look)
		case <-closed:
		}
	})
	err := window.Open(window.Options{
		API: p.API, Events: p.Hub.Listen, UI: frontend.FS, Icon: build.Icon, Log: p.Log,
		Ready: func(opened context.Context) {
			leave.hide, leave.show, leave.quit = func() { window.Hide(opened) }, func() { window.Show(opened) }, func() { window.Quit(opened) }
			context.AfterFunc(ctx, leave.end) // at once if it was stopped before the window could hear of it
			shown <- opened
		},
		Closing: leave.closing,
	})
	close(closed)
	making.Wait()
	p.Close()
	if err == nil && again.Load() {
		return startAgain()
	}
	return err
}

// leave is what decides about the end of the program's window.
func (p *Program) leave() *leave {
	return &leave{
		work: func() api.Work { return api.WorkOf(p.API) },
		ask:  func(w api.Work) { p.Hub.Emit(backend.Event{At: p.Now(), Topic: "window.closing", Data: w}) },
		alone: func() bool {
			if p.control == nil {
				return true
			}
			alone, _ := p.control.Shut()
			return alone
		},
	}
}

// startAgain starts this program as it was started, beside the one that ends.
func startAgain() error {
	exe, err := os.Executable()
	if err == nil {
		err = exec.Command(exe, os.Args[1:]...).Start() //nolint:gosec // our own binary with our own arguments
	}
	return backend.Wrap(err, backend.CodeUnavailable, "restart", "Errata ended, but could not start itself again.")
}
