package train

import (
	"os/exec"
	"runtime"
)

// child is a started process together with the group of all that it starts.
type child struct {
	pid     int
	started int64
	done    chan struct{} // closed when the process has ended
	err     error         // of Wait, to be read after done
	group   *group
}

// spawn starts cmd in a group of its own. The process belongs to one locked OS
// thread that lives as long as it does, because the kernel's death signal is
// tied to the thread and not to the process (golang.org/issue/27505).
func spawn(cmd *exec.Cmd) (*child, error) {
	g, err := newGroup()
	if err != nil {
		return nil, err
	}
	g.prepare(cmd)
	c := &child{done: make(chan struct{}), group: g}
	up := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			if err = g.adopt(cmd.Process); err != nil {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}
		}
		up <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.done)
	}()
	if err := <-up; err != nil {
		g.end()
		return nil, err
	}
	c.pid = cmd.Process.Pid
	c.started, _ = startTime(c.pid)
	lowerPriority(c.pid)
	return c, nil
}

// end kills whatever is left of the group and waits for the process.
func (c *child) end() {
	c.group.kill()
	<-c.done
	c.group.end()
}
