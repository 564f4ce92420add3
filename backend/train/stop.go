package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"errata/backend"
)

// stop begins the ladder: message, end of input, interrupt, kill. A trainer that
// was asked to save goes on saving when another stop follows; only its time
// becomes that of a plain stop.
func (r *run) stop(why *Failure, save bool) {
	if r.rung > asked || (r.rung == asked && save) {
		return
	}
	if r.rung == working {
		r.verdict = why
		r.send(map[string]any{"cmd": "stop", "save": save})
	}
	r.rung = asked
	wait := r.times.Stop
	if save {
		wait = r.times.Save
	}
	r.next.Reset(wait)
}

// leave begins the ladder without the message: a trainer whose input ends unasked
// lets other machines go on with the run, and finds it again when it is resumed.
func (r *run) leave(why *Failure) {
	if r.rung != working {
		return
	}
	r.verdict = why
	r.rung = asked
	r.climb()
}

// climb takes the next rung.
func (r *run) climb() {
	switch r.rung {
	case asked:
		_ = r.input.Close()
		r.rung = closed
		r.next.Reset(r.times.Close)
	case closed:
		r.child.group.interrupt()
		r.rung = interrupted
		r.next.Reset(r.times.Interrupt)
	case interrupted:
		r.rung = slain
		r.child.group.kill()
	}
}

// slay goes straight to the last rung.
func (r *run) slay(why *Failure) {
	if r.rung == slain {
		return
	}
	if r.verdict == nil {
		r.verdict = why
	}
	r.rung = slain
	r.child.group.kill()
}

// send writes one line to the trainer. One that does not read is no error: the
// ladder deals with it.
func (r *run) send(message map[string]any) {
	line, err := json.Marshal(message)
	if err != nil {
		return
	}
	r.tee("> ", line)
	_ = r.input.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = r.input.Write(append(line, '\n'))
}

// proven looks whether the folder that the trainer named holds the manifest that
// it named. A folder that is gone was already taken in by the watcher, which
// proves every file of it.
func proven(artifact backend.TrainerEvent) error {
	var of struct {
		Path           string `json:"path"`
		ManifestSHA256 string `json:"manifest_sha256"`
	}
	if err := json.Unmarshal(artifact.Raw, &of); err != nil {
		return err
	}
	if !filepath.IsAbs(of.Path) {
		return fmt.Errorf("%q is not a full path", of.Path)
	}
	b, err := os.ReadFile(filepath.Join(of.Path, "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(of.Path); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return errors.New("its folder has no manifest")
	}
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != of.ManifestSHA256 {
		return errors.New("its manifest has another hash")
	}
	return nil
}
