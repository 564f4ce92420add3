package app

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"errata/app/api"
	"errata/backend"
	"errata/backend/bolt"
)

// plannedName is the file in the home that says what the next start does before it
// opens anything; exportsDir holds what was exported.
const (
	plannedName = "next.json"
	exportsDir  = "exports"
)

// planned is what can only be done while nothing runs.
type planned struct {
	Restore string `json:"restore,omitempty"` // path of the backup to put in place
	Erase   bool   `json:"erase,omitempty"`
}

// keeper looks after the home of a Program for the API.
type keeper struct{ p *Program }

// Backup writes a verified copy of the database and says where.
func (k keeper) Backup(context.Context) (string, error) {
	return k.p.Store.Backup(filepath.Join(k.p.Home, backupsDir), k.p.Now())
}

// Backups lists the copies, newest first.
func (k keeper) Backups() ([]api.Backup, error) {
	ring, err := bolt.Backups(filepath.Join(k.p.Home, backupsDir))
	out := make([]api.Backup, len(ring))
	for i, b := range ring {
		out[i] = api.Backup(b)
	}
	return out, err
}

// Restore has the next start put a backup of the ring in place, after a look at it.
func (k keeper) Restore(_ context.Context, path string) error {
	ring, err := k.Backups()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(ring, func(b api.Backup) bool { return b.Path == path }) {
		return backend.Errorf(backend.CodeNotFound, "restore", "There is no backup %s; nothing was changed.", filepath.Base(path)).WithHint("Choose another backup.")
	}
	if err := k.p.checkDB(path); err != nil {
		return &backend.Error{Code: backend.CodeConflict, Op: "restore", Message: "That backup is damaged; nothing was changed.", Hint: "Choose another backup.", Err: err}
	}
	return k.plan(planned{Restore: path})
}

// Erase has the next start delete everything of this home.
func (k keeper) Erase() error { return k.plan(planned{Erase: true}) }

func (k keeper) plan(what planned) error {
	return replace(filepath.Join(k.p.Home, plannedName), func(b *bufio.Writer) error { return json.NewEncoder(b).Encode(what) })
}

// Restart ends this program, if its door can start it again; else the next start
// does what is planned.
func (k keeper) Restart() {
	if k.p.onRestart != nil {
		k.p.onRestart()
	}
}

// Export writes files into a ZIP file in the home; each is made when its turn comes.
func (k keeper) Export(ctx context.Context, files map[string]func() ([]byte, error)) (string, error) {
	dir := filepath.Join(k.p.Home, exportsDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", diskError("The folder for exports", err)
	}
	path := filepath.Join(dir, "errata-"+k.p.Now().Format("20060102-150405")+".zip")
	var made error
	err := replace(path, func(b *bufio.Writer) error {
		made = zipInto(ctx, b, files)
		return made
	})
	if made != nil {
		return "", made
	}
	return path, err
}

func zipInto(ctx context.Context, to io.Writer, files map[string]func() ([]byte, error)) error {
	z := zip.NewWriter(to)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := ctx.Err(); err != nil {
			return backend.Wrap(err, backend.CodeCancelled, "export", "The export was stopped; nothing was written.")
		}
		content, err := files[name]()
		if err != nil {
			return err
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Time{}})
		if err != nil {
			return err
		}
		if _, err := w.Write(content); err != nil {
			return err
		}
	}
	return z.Close()
}

// doPlanned does what was written down for this start. The note goes last, so that a
// crash on the way does it again.
func (p *Program) doPlanned(Config) error {
	path := filepath.Join(p.Home, plannedName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var what planned
	if err == nil {
		err = json.Unmarshal(b, &what)
	}
	if err != nil {
		p.Log.Warn("planned", "err", err) // a note that cannot be read plans nothing
		return os.Remove(path)
	}
	if what.Restore != "" {
		kept, err := bolt.Restore(what.Restore, filepath.Join(p.Home, dbName))
		if err != nil {
			_ = os.Remove(path) // what is there stays, and the next start opens it
			return err
		}
		p.Log.Info("restored", "backup", filepath.Base(what.Restore), "kept", filepath.Base(kept))
	}
	if what.Erase {
		if err := erase(p.Home); err != nil {
			return err
		}
	}
	return os.Remove(path)
}

// erase deletes what Errata keeps in a home, and nothing else that lies there: a home may
// be a folder that holds other things. The token of an open page and the log stay.
func erase(home string) error {
	ours := []string{incomingDir, adaptersDir, quarantine, libraryDir, documentsDir, backupsDir, runsDir, cacheDir, calibration, exportsDir, benchDir, pointerName}
	databases, err := filepath.Glob(filepath.Join(home, dbName+"*"))
	if err != nil {
		return err
	}
	for _, path := range databases {
		ours = append(ours, filepath.Base(path))
	}
	for _, name := range ours {
		if err := os.RemoveAll(filepath.Join(home, name)); err != nil {
			return diskError("The data folder", err)
		}
	}
	return makeHome(home)
}
