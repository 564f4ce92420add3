// Package library makes the user's own documents searchable as evidence.
//
//	folders ──Scan──> page.Parse ──> passages ──> index (Bleve)
//	   └─fsnotify: a hint to Scan again               │
//	question ───────────────────────────────Search────┴──> []backend.Passage
//
// It never changes a document, never follows a link out of a folder, and sends
// nothing anywhere. The index is a cache: deleting it loses nothing but the time
// to build it again.
package library

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"

	"errata/backend"
)

// Provider is the name of the library among the providers of evidence.
const Provider = "library"

// Options of a library. The zero value works.
type Options struct {
	Now          func() time.Time    // nil: time.Now
	MaxDocuments int                 // files looked at; 0 means 200,000
	Rescan       time.Duration       // pause between scans while watching; 0 means 5 minutes
	Debounce     time.Duration       // quiet time after a change before a scan; 0 means 300 ms
	OnScan       func(Report, error) // told after each scan of Watch, may be nil
	OnProgress   func(Progress)      // told while a scan reads what is new or changed, may be nil
}

// Library is an open index with the folders it covers. It is safe for
// concurrent use; scans wait for each other, searches do not.
type Library struct {
	dir   string
	o     Options
	index bleve.Index

	scanning sync.Mutex // one scan at a time
	changed  chan struct{}

	mu        sync.RWMutex
	folders   []string
	documents map[string]record // by document id
	closed    bool
}

// Open opens the index under dir, or makes it. An index that cannot be read is
// set aside and built anew by the next Scan.
func Open(dir string, o Options) (*Library, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxDocuments == 0 {
		o.MaxDocuments = 200_000
	}
	if o.Rescan == 0 {
		o.Rescan = 5 * time.Minute
	}
	if o.Debounce == 0 {
		o.Debounce = 300 * time.Millisecond
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, backend.Wrap(err, backend.CodeInvalid, "library.open", "The library folder has no usable path.")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, backend.Wrap(err, backend.CodeUnavailable, "library.open", "The library folder could not be made.")
	}
	l := &Library{dir: dir, o: o, changed: make(chan struct{}, 1), documents: map[string]record{}}
	fresh, err := l.openIndex()
	if err != nil {
		return nil, err
	}
	if !fresh {
		l.documents = readCatalog(l.catalogPath())
	}
	return l, nil
}

// indexConfig makes a second program fail at once instead of waiting for ever
// for the lock of the first. Each index needs a map of its own: a new one writes its
// path into it, where the next one to be opened would find it.
func indexConfig() map[string]any { return map[string]any{"bolt_timeout": "2s"} }

// openIndex says fresh when it made a new, empty index.
func (l *Library) openIndex() (fresh bool, err error) {
	path := filepath.Join(l.dir, "index")
	l.index, err = bleve.OpenUsing(path, indexConfig())
	if err == nil {
		if v, err := l.index.GetInternal([]byte("layout")); err == nil && string(v) == layout {
			return false, nil
		}
		_ = l.index.Close()
	} else if strings.Contains(err.Error(), "timeout") {
		return false, &backend.Error{Code: backend.CodeConflict, Op: "library.open", Message: "The library is open in another program.", Hint: "Close the other Errata first.", Err: err}
	}
	if _, statErr := os.Lstat(path); statErr == nil {
		aside := path + ".damaged"
		_ = os.RemoveAll(aside)
		if err := os.Rename(path, aside); err != nil {
			return false, backend.Wrap(err, backend.CodeUnavailable, "library.open", "The index of the library is damaged and could not be set aside.")
		}
	}
	l.index, err = bleve.NewUsing(path, indexMapping(), bleve.Config.DefaultIndexType, bleve.Config.DefaultKVStore, indexConfig())
	if err == nil {
		err = l.index.SetInternal([]byte("layout"), []byte(layout))
	}
	if err != nil {
		return false, backend.Wrap(err, backend.CodeUnavailable, "library.open", "The index of the library could not be made.")
	}
	_ = os.Remove(l.catalogPath())
	_ = os.RemoveAll(path + ".damaged")
	return true, nil
}

// layout names the shape of the index and of the list beside it; another one is
// built anew.
const layout = "3"

func indexMapping() mapping.IndexMapping {
	stored := bleve.NewTextFieldMapping()
	stored.Index, stored.Store, stored.IncludeInAll, stored.IncludeTermVectors, stored.DocValues = false, true, false, false, false

	english := bleve.NewTextFieldMapping()
	english.Analyzer, english.Store, english.IncludeInAll, english.IncludeTermVectors, english.DocValues = "en", false, false, false, false
	key := bleve.NewKeywordFieldMapping()
	key.Store, key.IncludeInAll, key.DocValues = false, false, false

	passage := bleve.NewDocumentStaticMapping()
	passage.AddFieldMappingsAt(fieldDocument, key)
	passage.AddFieldMappingsAt(fieldTitle, english)
	passage.AddFieldMappingsAt(fieldAll, english)
	passage.AddFieldMappingsAt(fieldRecord, stored)

	m := bleve.NewIndexMapping()
	m.DefaultMapping = passage
	m.DefaultAnalyzer = "en"
	m.ScoringModel = "bm25"
	return m
}

// The fields of a passage in the index.
const (
	fieldDocument = "document" // id of its document
	fieldTitle    = "title"
	fieldAll      = "all"    // title and text, what is searched
	fieldRecord   = "record" // the passage as JSON
)

// SetFolders says which folders make the library. Documents of folders that are
// no longer named leave the index with the next Scan.
func (l *Library) SetFolders(folders []string) error {
	var clean []string
	for _, f := range folders {
		if strings.TrimSpace(f) == "" {
			continue
		}
		abs, err := filepath.Abs(f)
		if err != nil {
			return backend.Wrap(err, backend.CodeInvalid, "library.folders", "A folder of the library has no usable path; the folders were not changed.")
		}
		if real, err := filepath.EvalSymlinks(abs); err == nil {
			abs = real
		}
		if !slices.Contains(clean, abs) {
			clean = append(clean, abs)
		}
	}
	slices.Sort(clean)
	var outer []string // a folder inside another one is already covered
	for _, f := range clean {
		if !slices.ContainsFunc(outer, func(o string) bool { return within(o, f) }) {
			outer = append(outer, f)
		}
	}
	l.mu.Lock()
	l.folders = outer
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default:
	}
	return nil
}

// Folder gives the whole path of a folder or a single file that a person names, with
// ~ for the home. CodeInvalid for an empty or relative path, a file of a kind that is
// not read, and what is not there.
func Folder(path string) (string, error) {
	const op = "library.folder"
	path = strings.TrimSpace(path)
	if home, err := os.UserHomeDir(); err == nil && (path == "~" || strings.HasPrefix(path, "~/")) {
		path = filepath.Join(home, path[1:])
	}
	if path == "" || !filepath.IsAbs(path) {
		return "", backend.Errorf(backend.CodeInvalid, op, "%q is not a whole path; the folders were not changed.", path).WithHint("Write it from the root: /home/me/notes, or ~/notes.")
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", backend.Errorf(backend.CodeInvalid, op, "There is nothing at %s; the folders were not changed.", path).WithHint("Look whether the path is right.")
	case !info.IsDir() && !(info.Mode().IsRegular() && readable(filepath.Base(path))):
		return "", backend.Errorf(backend.CodeInvalid, op, "%s is of a kind that is not read; the folders were not changed.", path).WithHint("Text, Markdown, HTML and PDF files are read.")
	}
	return filepath.Clean(path), nil
}

// Folders returns the folders that make the library.
func (l *Library) Folders() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Clone(l.folders)
}

// Documents lists every file of the library by path, unreadable ones with their
// reason.
func (l *Library) Documents() []backend.Document {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make([]backend.Document, 0, len(l.documents))
	for _, r := range l.documents {
		out = append(out, r.Document)
	}
	slices.SortFunc(out, func(a, b backend.Document) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// Close ends the use of the index. It waits for a running scan, so cancel that
// first.
func (l *Library) Close() error {
	l.scanning.Lock()
	defer l.scanning.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	return backend.Wrap(l.index.Close(), backend.CodeInternal, "library.close", "The index of the library was not closed properly.")
}

func (l *Library) isClosed() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.closed
}

var errClosed = backend.Errorf(backend.CodeConflict, "library", "The library is closed.")

// documentID is the SHA-256 of the path.
func documentID(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:])
}

// within says whether path is folder or lies in it.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func cancelled(ctx context.Context, op string) error {
	if err := ctx.Err(); err != nil {
		return backend.Wrap(err, backend.CodeCancelled, op, "The library was stopped; what was indexed so far is kept.")
	}
	return nil
}

func isCancelled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
