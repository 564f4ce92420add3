package engine

import "syscall"

// childAttributes ties the child to us. The parent-death signal is SIGTERM:
// the server then ends its model runners, which SIGKILL would leave behind.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

func signalGroup(pid int, signal syscall.Signal) {
	_ = syscall.Kill(-pid, signal) // the group may be gone, which is what is wanted
}
