package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"errata/backend"
)

// version is set when the binary is linked.
var version = "dev"

// Config says where a Program lives and lets tests take parts out of its hands.
// The zero value is the real thing.
type Config struct {
	Home  string // all data; empty: ERRATA_HOME, else the XDG data folder
	Door  string
	Now   func() time.Time
	NewID func() string
	Log   *slog.Logger
	Level slog.Level

	StableLimit int // stable questions tried on a new base; 0: as the loop does

	// CheckDB looks at the database in a process of its own before it is opened;
	// nil runs this binary with --check-db.
	CheckDB func(path string) error
	Open    func(url string) error // opens a link; nil where the door cannot
}

// Names inside the home.
const (
	dbName       = "errata.db"
	lockName     = "errata.lock"
	socketName   = "errata.sock"
	pointerName  = "_latest_model_config.json"
	incomingDir  = "incoming"
	adaptersDir  = "adapters"
	quarantine   = "quarantine"
	libraryDir   = "library"
	documentsDir = "documents"
	logsDir      = "logs"
	backupsDir   = "backups"
	runsDir      = "runs"
	cacheDir     = "training-cache" // what all trainings share
	calibration  = "calibration"
)

// HomeDir is the folder of all data: what was asked for, ERRATA_HOME, or errata in
// the user's data folder.
func HomeDir(asked string) (string, error) {
	for _, dir := range []string{asked, os.Getenv("ERRATA_HOME")} {
		if dir != "" {
			return filepath.Abs(dir)
		}
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "errata"), nil
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return "", &backend.Error{Code: backend.CodeUnavailable, Op: "home", Message: "This user has no home folder.", Hint: "Set ERRATA_HOME to a folder.", Err: err}
	}
	return filepath.Join(user, ".local", "share", "errata"), nil
}

// makeHome makes the folders of a home, for its owner only.
func makeHome(home string) error {
	for _, dir := range []string{"", incomingDir, adaptersDir, quarantine, libraryDir, logsDir, backupsDir, runsDir} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o700); err != nil {
			return &backend.Error{Code: backend.CodeUnavailable, Op: "home", Message: "The data folder " + home + " cannot be made.", Hint: "Choose another one with --home or ERRATA_HOME.", Err: err}
		}
	}
	return nil
}
