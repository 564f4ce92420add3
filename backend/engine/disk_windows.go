package engine

import (
	"syscall"

	"golang.org/x/sys/windows"
)

const killSignal = syscall.SIGKILL

// freeDisk gives the bytes a user may still write where dir lies.
func freeDisk(dir string) (int64, bool) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	var free uint64
	if windows.GetDiskFreeSpaceEx(path, &free, nil, nil) != nil {
		return 0, false
	}
	return int64(free), true
}
