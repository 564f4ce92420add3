package app

import (
	"log/slog"
	"os"
	"path/filepath"
)

// logLimit is where a log is moved aside, in bytes; one older log is kept.
const logLimit = 5 << 20

// openLog appends to logs/errata.log. Without a log file the program still runs.
func openLog(home string, level slog.Level) (*slog.Logger, func()) {
	path := filepath.Join(home, logsDir, "errata.log")
	if info, err := os.Stat(path); err == nil && info.Size() > logLimit {
		_ = os.Rename(path, path+".1")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return slog.New(slog.DiscardHandler), func() {}
	}
	if os.Getenv("ERRATA_DEBUG") != "" {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: level})), func() { _ = f.Close() }
}
