package flow

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"errata/backend"
	"errata/backend/score"
)

// Scoreboard is every fact in every scored version, from the oldest to the newest.
type Scoreboard struct {
	Columns []BoardColumn `json:"columns"`
	Lines   []score.Line  `json:"lines"`
}

// BoardColumn names a version of the scoreboard.
type BoardColumn struct {
	VersionID string               `json:"version_id"`
	Name      string               `json:"name"`
	State     backend.VersionState `json:"state"`
}

// Scoreboard marks each fact in each version by its newest scorecard.
func (l *Loop) Scoreboard() (Scoreboard, error) {
	board := Scoreboard{Columns: []BoardColumn{}, Lines: []score.Line{}}
	versions, err := l.Store.Versions()
	if err != nil {
		return board, err
	}
	columns := []score.Column{}
	for _, v := range slices.Backward(versions) {
		card, scored, err := l.Store.ScorecardOf(v.ID)
		if err != nil {
			return board, err
		}
		if scored {
			board.Columns = append(board.Columns, BoardColumn{VersionID: v.ID, Name: v.Name(), State: v.State})
			columns = append(columns, score.Column{Results: card.Results, GivenUp: v.GivenUpFactIDs})
		}
	}
	board.Lines = score.Board(columns)
	return board, nil
}

// NoteVersion keeps a person's words on a version; empty ones take them away.
func (l *Loop) NoteVersion(versionID, note string) (backend.Version, error) {
	note = strings.TrimSpace(note)
	if len(note) > 2000 {
		return backend.Version{}, backend.Errorf(backend.CodeInvalid, "version.note", "A note may have 2,000 bytes; nothing was changed.")
	}
	v, err := l.Store.ChangeVersion(versionID, func(v *backend.Version) error { v.Note = note; return nil })
	if err == nil {
		l.emit("version.changed", v.ID, v)
	}
	return v, err
}

func deleted(v backend.Version) error {
	return backend.Errorf(backend.CodeConflict, "version", "The weights of %s were deleted.", v.Name()).WithHint("Train its dataset again.")
}

// DeleteVersion deletes the weights of a version that does not answer: its adapter and
// what the engine made of it. Its number, gate and results stay.
func (l *Loop) DeleteVersion(ctx context.Context, versionID string) (backend.Version, error) {
	l.swap.Lock()
	defer l.swap.Unlock()
	v, err := l.Store.Version(versionID)
	if err != nil {
		return v, err
	}
	switch v.State {
	case backend.VersionDeleted:
		return v, deleted(v)
	case backend.VersionCurrent:
		return v, backend.Errorf(backend.CodeConflict, "version.delete", "%s answers now, so it was not deleted.", v.Name()).WithHint("Promote another version or roll back first.")
	}
	// The record first: a version without its weights must not be offered.
	v, err = l.Store.ChangeVersion(versionID, func(v *backend.Version) error {
		v.State, v.EngineName, v.ServedAs = backend.VersionDeleted, "", ""
		return nil
	})
	if err != nil {
		return v, err
	}
	l.emit("version.changed", v.ID, v)
	for _, as := range []backend.ServedAs{backend.ServedMerged, backend.ServedAdapter} {
		name := backend.EngineName(v.Model, v.AdapterID, as)
		if there, err := l.Engine.Has(ctx, name); err != nil || !there {
			continue // the engine's store is a cache: what stays there is never asked
		}
		if err := l.Engine.Delete(ctx, name); err != nil {
			l.Log.Warn("delete version", "model", name, "err", err)
		}
	}
	l.letGo(v.RunID, mergedName(v))
	return v, l.Arrivals.Remove(v.AdapterID)
}

// ExportInput says what of a version goes where.
type ExportInput struct {
	VersionID string `json:"version_id"`
	Merged    bool   `json:"merged"` // the merged weights too, as large as the base
	Folder    string `json:"folder"` // an absolute path; the export becomes a folder in it
}

// ExportFile is one file to copy, proven by its SHA-256.
type ExportFile struct {
	From, Name, SHA256 string
}

// Exported says where a version was written.
type Exported struct {
	Folder string   `json:"folder"`
	Files  []string `json:"files"`
}

// ExportVersion writes a version for other programs: its adapter's files, a Modelfile
// for Ollama and, when asked, the merged weights.
func (l *Loop) ExportVersion(ctx context.Context, in ExportInput) (Exported, error) {
	out := Exported{Files: []string{}}
	v, err := l.Store.Version(in.VersionID)
	if err != nil {
		return out, err
	}
	if v.State == backend.VersionDeleted {
		return out, deleted(v)
	}
	if !filepath.IsAbs(in.Folder) {
		return out, backend.Errorf(backend.CodeInvalid, "version.export", "%q is not a full path; nothing was written.", in.Folder).WithHint("Begin at the root of the disk.")
	}
	adapter, err := l.Store.Adapter(v.AdapterID)
	if err != nil {
		return out, err
	}
	if continued(adapter) && !in.Merged {
		return out, backend.Errorf(backend.CodeConflict, "version.export", "%s went on from the version before it; its adapter alone, on the plain base, is another model.", v.Name()).
			WithHint("Export it with its merged weights.")
	}
	files := []ExportFile{}
	for _, f := range adapter.Manifest.Files {
		if f.Name != mergedFile {
			files = append(files, ExportFile{filepath.Join(adapter.Dir, f.Name), f.Name, f.SHA256})
		}
	}
	if in.Merged {
		path, sha, err := l.merged(ctx, v, adapter)
		if err != nil {
			return out, err
		}
		files = append(files, ExportFile{path, mergedFile, sha})
	}
	out.Folder = filepath.Join(in.Folder, fmt.Sprintf("errata-%s-%s", v.Name(), v.AdapterID[:min(8, len(v.AdapterID))]))
	if err := l.Workspace.Export(ctx, out.Folder, files, "Modelfile", modelfile(v, in.Merged)); err != nil {
		return out, err
	}
	for _, f := range files {
		out.Files = append(out.Files, f.Name)
	}
	out.Files = append(out.Files, "Modelfile")
	return out, nil
}

// modelfile makes the same model with `ollama create` that Errata serves.
func modelfile(v backend.Version, merged bool) string {
	var b strings.Builder
	if merged {
		b.WriteString("FROM ./" + mergedFile + "\n")
	} else {
		b.WriteString("# Ollama takes adapters up to version 0.34.0; later ones need the merged weights.\n")
		b.WriteString("FROM " + v.Model + "\nADAPTER ./" + adapterFile + "\n")
	}
	b.WriteString("TEMPLATE \"\"\"" + backend.ChatMLTemplate + "\"\"\"\n")
	for _, stop := range backend.ChatMLStop {
		fmt.Fprintf(&b, "PARAMETER stop %q\n", stop)
	}
	return b.String()
}
