package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"errata/backend"
	"errata/backend/bolt"
)

// checkFlag is how this binary is started to look at a database. A damaged bbolt
// file can end the process that opens it, so the look happens in another one.
const checkFlag = "--check-db"

// checkOp is the operation of the error that says "this database is damaged".
const checkOp = "check"

// checkLimit is how long the look may take.
const checkLimit = 5 * time.Second

// checkDB is the child: exit code 0 for a sound file, 1 with the damage on stderr.
func checkDB(path string, stderr io.Writer) int {
	if err := bolt.Check(path); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// lookInChild is the look before a start. One that takes too long says nothing
// about the file: a big one may need minutes on a slow disk.
func lookInChild(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), checkLimit)
	defer cancel()
	err := checkInChild(ctx, path)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// checkInChild runs this binary with --check-db until ctx ends.
func checkInChild(ctx context.Context, path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, exe, checkFlag, path).CombinedOutput()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return backend.Wrap(ctx.Err(), backend.CodeCancelled, "check", "The look at the database was stopped.")
	}
	return damagedDB(path, errors.New(firstOf(string(out))))
}

// damagedDB names the next step, for this home. Whatever finds the damage says so:
// the look before the start, or the opening after a look that took too long.
func damagedDB(path string, cause error) error {
	return &backend.Error{
		Code: backend.CodeUnavailable, Op: checkOp, Message: "The database " + path + " is damaged. It was not opened and not changed.",
		Hint: "`errata --restore --home " + quoted(filepath.Dir(path)) + "` puts the newest good backup in its place and keeps the damaged file beside it.",
		Err:  cause,
	}
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("/._-+:\\", r)
	}) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

func firstOf(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	var e struct {
		Message string `json:"message"`
	}
	if json.Unmarshal([]byte(s), &e) == nil && e.Message != "" {
		return e.Message
	}
	return s
}
