package train

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"errata/backend"
)

// job is a program that runs to its end and is watched by its output alone.
type job struct {
	name string
	args []string
	dir  string
	env  []string
	line func(string) // each line of both outputs; may be nil
}

// tool runs a job in a group of its own and returns the last lines that it
// printed. Cancelling ctx kills the group and gives the cause of ctx.
func (l *Local) tool(ctx context.Context, j job) (last string, err error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	cmd := exec.Command(j.name, j.args...)
	cmd.Dir, cmd.Env = j.dir, j.env
	output, end, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer func() { _ = output.Close() }()
	cmd.Stdout, cmd.Stderr = end, end
	c, err := spawn(cmd)
	_ = end.Close()
	if err != nil {
		return "", err
	}
	var lines []string
	read := make(chan struct{})
	go func() {
		defer close(read)
		readLines(output, func(line []byte) bool {
			text := strings.ToValidUTF8(string(line), "\uFFFD")
			if j.line != nil {
				j.line(text)
			}
			if lines = append(lines, text); len(lines) > tailLines {
				lines = lines[1:]
			}
			return true
		})
	}()
	select {
	case <-c.done:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	c.end()
	if err == nil {
		err = c.err
	}
	_ = output.SetReadDeadline(l.later())
	<-read
	return strings.Join(lines, "\n"), err
}

// Merge rebuilds the merged weights file of an adapter at out, whole or not at all,
// and gives its SHA-256.
func (l *Local) Merge(ctx context.Context, baseGGUF, adapterDir, out string) (sum string, err error) {
	const op = "train.merge"
	python, missing := l.python()
	if missing != nil {
		return "", missing
	}
	source, err := l.source()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o700); err != nil {
		return "", backend.Wrap(err, backend.CodeUnavailable, op, "The folder for the merged model cannot be made.")
	}
	room, err := os.MkdirTemp(filepath.Dir(out), ".merge-")
	if err != nil {
		return "", backend.Wrap(err, backend.CodeUnavailable, op, "The folder for the merged model cannot be written.")
	}
	defer func() { _ = os.RemoveAll(room) }()
	part := filepath.Join(room, filepath.Base(out))
	args := []string{"-m", "errata_trainer", "merge", "--base", baseGGUF, "--adapter", adapterDir, "--out", part}
	log, err := l.tool(ctx, job{name: python, args: args, dir: room, env: l.environment(source, 0)})
	if err == nil {
		sum, err = digest(part)
	}
	if err == nil {
		err = os.Rename(part, out)
	}
	if err == nil {
		return sum, nil
	}
	if ctx.Err() != nil {
		return "", backend.Wrap(ctx.Err(), backend.CodeCancelled, op, "The merge was stopped; the adapter is unchanged.")
	}
	class, ok := classOfLog(log)
	switch {
	case ok:
	case killed(err):
		class = backend.FailOOMHost
	default:
		class = backend.FailCrashed
	}
	message := "The merged model could not be written."
	if class != backend.FailCrashed {
		message += " " + classes[class].message
	}
	return "", fail(class, message, "", quote(err, log, "the trainer's output"))
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
