package engine

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	logLimit = 5 << 20 // bytes of engine.log before its content goes to engine.log.1
	tailSize = 2 << 10
)

// childLog is the file that the child writes its output to by itself. It is no
// pipe to us: a pipe that breaks when we are killed would kill the server
// before it has ended its model runners.
type childLog struct {
	file    *os.File
	from    int64 // where this child's output begins
	checked time.Time
}

func (e *Engine) openLog() (*childLog, error) {
	dir := e.home()
	if e.opt.Home != "" {
		dir = filepath.Join(e.opt.Home, "logs")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, "engine.log"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	l := &childLog{file: file}
	l.turnOver()
	if info, err := file.Stat(); err == nil {
		l.from = info.Size()
	}
	return l, nil
}

// turnOver moves a log that has grown too long to engine.log.1. The child keeps
// the file open for appending, so it goes on at its new beginning; a line
// written in between may be lost, which a log can bear.
func (l *childLog) turnOver() {
	info, err := l.file.Stat()
	if err != nil || info.Size() <= logLimit {
		return
	}
	old, err := os.OpenFile(l.file.Name()+".1", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer old.Close() //nolint:errcheck // a log
	if _, err := io.Copy(old, io.NewSectionReader(l.file, 0, info.Size())); err == nil && l.file.Truncate(0) == nil {
		l.from = 0
	}
}

// tend looks at the size once a minute.
func (l *childLog) tend(now time.Time) {
	if now.Sub(l.checked) >= time.Minute {
		l.checked = now
		l.turnOver()
	}
}

// tail gives the child's last words.
func (l *childLog) tail() string {
	info, err := l.file.Stat()
	if err != nil {
		return ""
	}
	b := make([]byte, min(tailSize, max(0, info.Size()-l.from)))
	n, _ := l.file.ReadAt(b, info.Size()-int64(len(b)))
	lines := strings.Split(strings.TrimSpace(string(b[:n])), "\n")
	if len(lines) > 6 {
		lines = lines[len(lines)-6:]
	}
	return strings.ToValidUTF8(strings.Join(lines, " | "), "")
}
