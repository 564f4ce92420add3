//go:build !windows

package engine

import "syscall"

const killSignal = syscall.SIGKILL

// freeDisk gives the bytes a user may still write where dir lies.
func freeDisk(dir string) (int64, bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true //nolint:unconvert // the type differs between systems
}
