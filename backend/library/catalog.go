package library

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"errata/backend"
)

// record is what is known of one file: enough to tell whether it changed.
type record struct {
	backend.Document
	ModTime   time.Time `json:"mod_time"`
	ScannedAt time.Time `json:"scanned_at"`
	SHA256    string    `json:"sha256,omitempty"`
	Passages  int       `json:"passages"`
}

// catalog is the file beside the index that lists its documents.
type catalog struct {
	Schema    int      `json:"schema"`
	Documents []record `json:"documents"`
}

const catalogSchema = 1

func (l *Library) catalogPath() string { return filepath.Join(l.dir, "documents.json") }

// readCatalog gives an empty list for a file that is missing, damaged or of
// another schema: every document is then read and indexed again, which loses
// nothing.
func readCatalog(path string) map[string]record {
	out := map[string]record{}
	data, err := os.ReadFile(path)
	if err != nil {
		return out
	}
	var c catalog
	if json.Unmarshal(data, &c) != nil || c.Schema != catalogSchema {
		return out
	}
	for _, r := range c.Documents {
		out[r.ID] = r
	}
	return out
}

// writeCatalog replaces the file in one step.
func (l *Library) writeCatalog() error {
	l.mu.RLock()
	c := catalog{Schema: catalogSchema, Documents: make([]record, 0, len(l.documents))}
	for _, r := range l.documents {
		c.Documents = append(c.Documents, r)
	}
	l.mu.RUnlock()
	data, err := json.Marshal(c)
	if err != nil {
		return backend.Wrap(err, backend.CodeInternal, "library.catalog", "The list of documents could not be encoded.")
	}
	err = replaceFile(l.catalogPath(), data)
	return backend.Wrap(err, backend.CodeUnavailable, "library.catalog", "The list of documents could not be written; the next scan reads all of them again.")
}

func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".documents-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
