package train

import (
	"syscall"

	"golang.org/x/sys/unix"
)

func dieWithParent(*syscall.SysProcAttr) {}

func lowerPriority(int) {}

// startTime identifies a process by its start in microseconds of Unix time.
func startTime(pid int) (int64, bool) {
	p, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil || int(p.Proc.P_pid) != pid || p.Proc.P_stat == 5 { // 5 is SZOMB of sys/proc.h
		return 0, false
	}
	t := p.Proc.P_starttime
	return t.Sec*1e6 + int64(t.Usec), true
}
