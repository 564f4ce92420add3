package engine

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a child with its whole process group.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it ended
	err  error         // how, once done is closed
}

// startProcess starts the program from a thread that lives as long as the child:
// the kernel's parent-death signal is tied to that thread, not to the program.
func startProcess(program string, args, env []string, output *os.File) (*process, error) {
	cmd := exec.Command(program, args...)
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = childAttributes()
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// ending says how the process ended.
func (p *process) ending() string {
	if p.alive() || p.err == nil {
		return "It ended by itself."
	}
	return "It ended with: " + p.err.Error() + "."
}

// stop asks the server to end, which ends its runners, and after five seconds
// ends whatever is left of the group.
func (p *process) stop() error {
	signalGroup(p.cmd.Process.Pid, syscall.SIGTERM)
	timer := time.NewTimer(5 * time.Second)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
	}
	signalGroup(p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
	return nil
}
