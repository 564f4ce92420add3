package engine

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	logLimit = 5 << 20 // bytes of engine.log before it becomes engine.log.1
	tailSize = 2 << 10
)

// tailLog writes the engine's output to a file that is turned over at logLimit,
// and remembers the last of it for error messages.
type tailLog struct {
	mu   sync.Mutex
	path string // "" keeps no file
	file *os.File
	size int64
	last []byte
}

func (e *Engine) openLog() (*tailLog, error) {
	l := &tailLog{}
	if e.opt.Home == "" {
		return l, nil
	}
	dir := filepath.Join(e.opt.Home, "logs")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	l.path = filepath.Join(dir, "engine.log")
	return l, l.open()
}

func (l *tailLog) open() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	l.file, l.size = file, info.Size()
	return nil
}

// Write never fails: a full disk must not stop the engine.
func (l *tailLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = append(l.last, p...)
	if len(l.last) > tailSize {
		l.last = append([]byte(nil), l.last[len(l.last)-tailSize:]...)
	}
	if l.file == nil {
		return len(p), nil
	}
	if l.size > logLimit {
		_ = l.file.Close()
		_ = os.Rename(l.path, l.path+".1")
		l.file = nil
		if l.open() != nil {
			return len(p), nil
		}
	}
	n, _ := l.file.Write(p)
	l.size += int64(n)
	return len(p), nil
}

// Close gives the file back.
func (l *tailLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

func (l *tailLog) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(l.last)), "\n")
	if len(lines) > 6 {
		lines = lines[len(lines)-6:]
	}
	return strings.ToValidUTF8(strings.Join(lines, " | "), "")
}
