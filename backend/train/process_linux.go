package train

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"syscall"
)

func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }

// niceness of the trainer: it takes what chats leave over.
const niceness = 19

// lowerPriority makes the trainer the first to go when memory runs out, so that
// the desktop stays, and the last to get a core, so that a chat is not held up.
func lowerPriority(pid int) {
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, pid, niceness) // before it has threads; they inherit
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid), []byte("800"), 0o600)
}

// startTime identifies a process: field 22 of /proc/<pid>/stat, its start in
// ticks since boot, hashed with the boot's own id, so that neither a recycled
// pid nor a reboot can pass for it. A zombie counts as gone.
func startTime(pid int) (int64, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The name in field 2 may hold spaces and brackets: count from its last ')'.
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 {
		return 0, false
	}
	fields := bytes.Fields(stat[end+1:])
	if len(fields) < 20 || len(fields[0]) != 1 || fields[0][0] == 'Z' || fields[0][0] == 'X' {
		return 0, false
	}
	ticks, err := strconv.ParseUint(string(fields[19]), 10, 64)
	if err != nil {
		return 0, false
	}
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s:%d", bytes.TrimSpace(boot), ticks)
	return int64(h.Sum64() & (1<<52 - 1)), true // exact as a JSON number too
}
