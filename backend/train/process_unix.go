//go:build unix

package train

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"errata/backend"
)

// guardScript leads the group; it ends the whole group when its input closes,
// which happens when Errata does it or when Errata is no more.
const guardScript = `trap "" HUP INT TERM; read -r _; kill -KILL 0`

// group is a process group. With a guard at its head its number cannot be
// given to anybody else before end has reaped the guard.
type group struct {
	id    int
	guard *exec.Cmd
	hold  io.Closer
}

func newGroup() (*group, error) {
	shell, err := exec.LookPath("/bin/sh")
	if err != nil {
		return &group{}, nil //nolint:nilerr // without a shell there is no guard, and the rest still ends the trainer
	}
	guard := exec.Command(shell, "-c", guardScript)
	guard.Dir = "/"
	guard.Env = []string{"PATH=/usr/bin:/bin"}
	guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	hold, err := guard.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := guard.Start(); err != nil {
		return nil, err
	}
	return &group{id: guard.Process.Pid, guard: guard, hold: hold}, nil
}

func (g *group) prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.id}
	dieWithParent(cmd.SysProcAttr)
}

func (g *group) adopt(p *os.Process) error {
	if g.id == 0 {
		g.id = p.Pid
	}
	return nil
}

func (g *group) interrupt() { g.signal(syscall.SIGINT) }

func (g *group) kill() { g.signal(syscall.SIGKILL) }

func (g *group) signal(s syscall.Signal) {
	if g.id > 1 {
		_ = syscall.Kill(-g.id, s)
	}
}

func (g *group) end() {
	g.kill()
	if g.guard != nil {
		_ = g.hold.Close()
		_ = g.guard.Wait()
	}
}

// killed says whether err tells of a process ended by SIGKILL.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// Kill ends the process group of a trainer that an earlier start left behind. It
// signals nobody when pid is no longer that process.
func (l *Local) Kill(pid int, startTime int64) error {
	if pid < 2 {
		return backend.Errorf(backend.CodeInvalid, "train.kill", "%d is not a process that may be ended; nothing was done.", pid)
	}
	if !l.Alive(pid, startTime) {
		return nil
	}
	target := pid
	if id, err := syscall.Getpgid(pid); err == nil && id > 1 && id != syscall.Getpgrp() {
		target = -id
	}
	if err := syscall.Kill(target, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return backend.Wrap(err, backend.CodeInternal, "train.kill", "The leftover trainer could not be ended.")
	}
	return l.gone(pid, startTime)
}

// gone waits until a killed process has left, two seconds at most.
func (l *Local) gone(pid int, startTime int64) error {
	for range 200 {
		if !l.Alive(pid, startTime) {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	e := backend.Errorf(backend.CodeInternal, "train.kill", "The leftover trainer (process %d) does not end.", pid)
	return e.WithHint("End it by hand, or restart the machine; no fact or version is affected.")
}
