package engine

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// sweep ends the model runners of the bundled engine that an earlier end left
// behind: processes of this very program, started as a runner, whose parent is
// not this program any more.
func sweep(program string) {
	program, err := filepath.EvalSymlinks(program)
	if err != nil {
		return
	}
	exe := func(pid int) string {
		path, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(path, " (deleted)")
	}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || pid == os.Getpid() || exe(pid) != program {
			continue
		}
		args, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || !strings.Contains(string(args), "\x00runner\x00") {
			continue
		}
		stat, err := os.ReadFile(filepath.Join(dir, "stat"))
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest)
		if len(fields) < 2 {
			continue
		}
		if parent, err := strconv.Atoi(fields[1]); err == nil && exe(parent) != program {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may end by itself meanwhile
		}
	}
}
