//go:build !linux && !windows

package engine

import "syscall"

func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func signalGroup(pid int, signal syscall.Signal) {
	_ = syscall.Kill(-pid, signal) // the group may be gone, which is what is wanted
}
