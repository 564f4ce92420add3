package train

import (
	"os"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"errata/backend"
)

// group is a job object that ends all its processes when its last handle
// closes, which the system does when Errata is no more.
type group struct{ job windows.Handle }

func newGroup() (*group, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, err
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))); err != nil {
		_ = windows.CloseHandle(job)
		return nil, err
	}
	return &group{job: job}, nil
}

func (g *group) prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
}

func (g *group) adopt(p *os.Process) error {
	var err error
	if e := p.WithHandle(func(h uintptr) { err = windows.AssignProcessToJobObject(g.job, windows.Handle(h)) }); e != nil {
		return e
	}
	return err
}

// interrupt does nothing: a program without a console cannot send one, and the
// stop message and the end of input came before.
func (g *group) interrupt() {}

func (g *group) kill() { _ = windows.TerminateJobObject(g.job, 1) }

func (g *group) end() {
	g.kill()
	_ = windows.CloseHandle(g.job)
}

func killed(error) bool { return false }

func lowerPriority(int) {}

// startTime identifies a process by its creation in 100 ns since 1601.
func startTime(pid int) (int64, bool) {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return 0, false
	}
	defer func() { _ = windows.CloseHandle(h) }()
	var code uint32
	if err := windows.GetExitCodeProcess(h, &code); err != nil || code != 259 { // STILL_ACTIVE of winbase.h
		return 0, false
	}
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(h, &created, &exited, &kernel, &user); err != nil {
		return 0, false
	}
	return int64(created.HighDateTime)<<32 | int64(created.LowDateTime), true
}

// Kill ends a trainer that an earlier start left behind. It ends nobody when pid
// is no longer that process; its children went with their job object.
func (l *Local) Kill(pid int, started int64) error {
	if pid < 2 {
		return backend.Errorf(backend.CodeInvalid, "train.kill", "%d is not a process that may be ended; nothing was done.", pid)
	}
	if !l.Alive(pid, started) {
		return nil
	}
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Kill()
	}
	return backend.Wrap(err, backend.CodeInternal, "train.kill", "The leftover trainer could not be ended.")
}
