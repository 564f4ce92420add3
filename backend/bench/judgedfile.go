package bench

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"errata/backend"
)

// judgedFile is TASK.rows.jsonl: a line for each verdict, added as soon as it is
// there. A line that another judge, model or program wrote is not taken over.
type judgedFile struct {
	path string
	have map[string][]Judged // by id and key
	file *os.File
}

// rowKey changes with all that a verdict depends on.
func rowKey(of JudgeResult, program string, row judgeRow) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(of.Judge), []byte(of.Model), []byte(of.ModelDigest), []byte(program), row.raw} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func openJudged(dir, task string) (*judgedFile, error) {
	f := &judgedFile{path: filepath.Join(dir, task+".rows.jsonl"), have: map[string][]Judged{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, f.failed(err)
	}
	raw, err := os.ReadFile(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, f.failed(err)
	}
	for _, line := range linesOf(raw) {
		var j Judged
		if json.Unmarshal(line, &j) == nil && j.ID != "" { // a line cut by a crash is judged again
			f.have[j.ID+" "+j.By] = append(f.have[j.ID+" "+j.By], j)
		}
	}
	if f.file, err = openAppend(f.path, raw); err != nil {
		return nil, f.failed(err)
	}
	return f, nil
}

// openAppend opens a file of lines whose last line may have been cut.
func openAppend(path string, raw []byte) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil && len(raw) > 0 && raw[len(raw)-1] != '\n' {
		_, err = file.WriteString("\n")
	}
	return file, err
}

func (f *judgedFile) of(id, by string) []Judged { return f.have[id+" "+by] }

func (f *judgedFile) add(lines []Judged) error {
	b, err := jsonLines(lines)
	if err == nil {
		_, err = f.file.Write(b)
	}
	return f.failed(err)
}

// finish leaves exactly the rows that were measured.
func (f *judgedFile) finish(all []Judged) error {
	b, err := jsonLines(all)
	if err == nil {
		err = WriteFile(f.path, b)
	}
	return f.failed(err)
}

func (f *judgedFile) close() { _ = f.file.Close() }

func (f *judgedFile) failed(err error) error {
	return backend.Wrap(err, backend.CodeUnavailable, "bench.judge", "The verdicts cannot be kept in "+f.path+".")
}

// linesOf gives the lines of a file that are not blank, with their numbers from 1.
func linesOf(raw []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		n := 0
		for line := range bytes.Lines(raw) {
			n++
			if line = bytes.TrimSpace(line); len(line) > 0 && !yield(n, line) {
				return
			}
		}
	}
}

func jsonLines[T any](lines []T) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// WriteFile writes a result whole or not at all.
func WriteFile(path string, b []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = temp.Write(b)
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}
