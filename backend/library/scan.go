package library

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"

	"errata/backend"
	"errata/backend/page"
)

// Report says what a scan found.
type Report struct {
	Seen       int      `json:"seen"`
	Added      int      `json:"added"`
	Changed    int      `json:"changed"`
	Removed    int      `json:"removed"`
	Unchanged  int      `json:"unchanged"`
	Unreadable int      `json:"unreadable"`
	Problems   []string `json:"problems"` // folders that could not be read; what they held stays indexed
}

// Progress is how far a scan is: files looked at, of those that there are.
type Progress struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

// tellEvery is how many files a scan looks at between two notices.
const tellEvery = 25

// racy is the age under which a modification time proves nothing: a file can
// change twice within one tick of a file system's clock.
const racy = 2 * time.Second

// saveEvery is how many changed documents a scan handles between two saves of
// its progress.
const saveEvery = 500

// Scan brings the index up to date with the folders. Only files whose size,
// time or content changed are read again. A cancelled scan keeps what it did.
func (l *Library) Scan(ctx context.Context) (Report, error) {
	l.scanning.Lock()
	defer l.scanning.Unlock()
	if l.isClosed() {
		return Report{}, errClosed
	}
	s := &scan{l: l, seen: map[string]bool{}, report: Report{Problems: []string{}}}
	for _, folder := range l.Folders() {
		if err := s.folder(ctx, folder); err != nil {
			return s.report, errors.Join(err, s.save())
		}
	}
	if err := s.removeMissing(ctx); err != nil {
		return s.report, errors.Join(err, s.save())
	}
	return s.report, s.save()
}

// scan is the state of one Scan.
type scan struct {
	l       *Library
	seen    map[string]bool // ids of files that are there
	kept    []string        // folders whose files could not be listed
	report  Report
	batch   *bleve.Batch
	pending []record // read, but not yet written with the batch
	unsaved int
	total   int  // files that there are
	reads   bool // something was new or changed, so that progress is told
}

// countFiles says how many files a scan will look at, for its progress.
func (l *Library) countFiles(ctx context.Context) (n int) {
	if l.o.OnProgress == nil {
		return 0
	}
	for _, folder := range l.Folders() {
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil || n >= l.o.MaxDocuments:
				return fs.SkipAll
			case err != nil:
				return nil //nolint:nilerr // the scan names it
			case path != folder && l.passesOver(path, d):
				if d.IsDir() {
					return fs.SkipDir
				}
			case !d.IsDir() && readable(d.Name()):
				n++
			}
			return nil
		})
	}
	return n
}

// passesOver says what in a folder is nobody's document: hidden files and the
// library's own.
func (l *Library) passesOver(path string, d fs.DirEntry) bool {
	return strings.HasPrefix(d.Name(), ".") || d.IsDir() && within(l.dir, path)
}

// tell says how far the scan is. One that finds everything as it was says nothing.
func (s *scan) tell() {
	if s.l.o.OnProgress != nil && s.reads && (s.report.Seen%tellEvery == 1 || s.report.Seen >= s.total) {
		s.l.o.OnProgress(Progress{Done: s.report.Seen, Total: max(s.total, s.report.Seen)})
	}
}

func (s *scan) save() error {
	if err := s.flush(); err != nil {
		return err
	}
	if s.unsaved == 0 {
		return nil
	}
	s.unsaved = 0
	return s.l.writeCatalog()
}

// folder walks one folder. os.Root keeps every opened file inside it, also when
// a link is swapped in between looking and opening.
func (s *scan) folder(ctx context.Context, folder string) error {
	if info, err := os.Lstat(folder); err == nil && info.Mode().IsRegular() {
		return s.single(ctx, folder, info)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		s.keep(folder, err)
		return cancelled(ctx, "library.scan")
	}
	defer root.Close() //nolint:errcheck // only read from
	return fs.WalkDir(root.FS(), ".", func(rel string, d fs.DirEntry, err error) error {
		if stop := cancelled(ctx, "library.scan"); stop != nil {
			return stop
		}
		path := filepath.Join(folder, filepath.FromSlash(rel))
		if err != nil {
			s.keep(path, err)
			return nil
		}
		if rel != "." && s.l.passesOver(path, d) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || !readable(d.Name()) {
			return nil
		}
		if s.report.Seen >= s.l.o.MaxDocuments {
			s.report.Problems = append(s.report.Problems, fmt.Sprintf("More than %d files: the rest was left out.", s.l.o.MaxDocuments))
			s.kept = append(s.kept, folder)
			return fs.SkipAll
		}
		return s.file(ctx, root, rel, path, d)
	})
}

// single reads a file that was named by itself.
func (s *scan) single(ctx context.Context, path string, info fs.FileInfo) error {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		s.keep(path, err)
		return cancelled(ctx, "library.scan")
	}
	defer root.Close() //nolint:errcheck // only read from
	return s.file(ctx, root, filepath.Base(path), path, fs.FileInfoToDirEntry(info))
}

func (s *scan) keep(path string, err error) {
	s.kept = append(s.kept, path)
	s.report.Problems = append(s.report.Problems, fmt.Sprintf("%s could not be read (%s); what was indexed of it is kept.", path, why(err)))
}

// readable says whether the ending of the name is one that is read.
func readable(name string) bool {
	_, ok := page.KindOf("", name)
	return ok
}

func (s *scan) file(ctx context.Context, root *os.Root, rel, path string, d fs.DirEntry) error {
	id := documentID(path)
	s.seen[id] = true
	s.report.Seen++
	defer s.tell()
	s.l.mu.RLock()
	old, known := s.l.documents[id]
	s.l.mu.RUnlock()

	now := s.l.o.Now()
	r := record{Document: backend.Document{ID: id, Path: path, Title: titleOf(path), Status: "indexed"}, ScannedAt: now}
	if d.Type()&fs.ModeSymlink != 0 {
		return s.unreadable(r, old, known, "It is a link; add the folder it leads to instead.")
	}
	info, err := d.Info()
	if err != nil {
		return s.unreadable(r, old, known, why(err))
	}
	if !info.Mode().IsRegular() {
		return s.unreadable(r, old, known, "It is not a file.")
	}
	r.Bytes, r.ModTime = info.Size(), info.ModTime()
	// What could not be opened has no sum and is tried again: the right to read it
	// changes neither size nor time.
	if known && old.SHA256 != "" && old.Bytes == r.Bytes && old.ModTime.Equal(r.ModTime) && old.ScannedAt.Sub(old.ModTime) > racy {
		s.count(old)
		return nil
	}
	if r.Bytes > page.MaxPDF {
		return s.unreadable(r, old, known, fmt.Sprintf("It has %.1f MiB; at most %d MiB are read.", float64(r.Bytes)/(1<<20), page.MaxPDF>>20))
	}
	data, err := readFile(root, rel)
	if err != nil {
		return s.unreadable(r, old, known, why(err))
	}
	if !s.reads { // most scans find nothing new, and need no second walk
		s.reads, s.total = true, s.l.countFiles(ctx)
	}
	sum := sha256.Sum256(data)
	r.SHA256 = hex.EncodeToString(sum[:])
	if known && old.SHA256 == r.SHA256 {
		r.Title, r.Status, r.Reason, r.Passages, r.PublishedAt = old.Title, old.Status, old.Reason, old.Passages, old.PublishedAt
		s.put(r)
		s.count(r)
		return nil
	}
	p, err := page.Parse(data, page.Options{Name: path, Now: now, ModTime: r.ModTime})
	if err != nil {
		return s.unreadable(r, old, known, sentence(err))
	}
	if p.Title != "" {
		r.Title = p.Title
	}
	if p.DateSource != page.DateFile {
		r.PublishedAt = p.Published
	}
	if r.Passages, err = s.store(ctx, r, p); err != nil {
		s.batch, s.pending = nil, nil // a half-filled batch must not be written
		return err
	}
	s.pending = append(s.pending, r)
	if known {
		s.report.Changed++
	} else {
		s.report.Added++
	}
	if s.batch.Size() < batchSize {
		return nil
	}
	if err := s.flush(); err != nil {
		return err
	}
	return s.progress()
}

func readFile(root *os.Root, rel string) ([]byte, error) {
	f, err := root.Open(rel)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read from
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	var b bytes.Buffer
	_, err = io.Copy(&b, io.LimitReader(f, page.MaxPDF+1))
	return b.Bytes(), err
}

func (s *scan) count(r record) {
	if r.Status == "indexed" {
		s.report.Unchanged++
	} else {
		s.report.Unreadable++
	}
}

func (s *scan) put(r record) {
	s.l.mu.Lock()
	s.l.documents[r.ID] = r
	s.l.mu.Unlock()
	s.unsaved++
}

func (s *scan) progress() error {
	if s.unsaved < saveEvery {
		return nil
	}
	return s.save()
}

// unreadable lists a file with its reason and takes what an earlier state of it
// said out of the index: nobody can check that any more.
func (s *scan) unreadable(r, old record, known bool, reason string) error {
	s.report.Unreadable++
	r.Status, r.Reason = "unreadable", reason
	if known && old.Status == r.Status && old.Reason == reason && old.Bytes == r.Bytes && old.ModTime.Equal(r.ModTime) && old.SHA256 == r.SHA256 {
		return nil // the list says so already, and need not be written again at each scan
	}
	if known && old.Passages > 0 {
		if err := s.l.drop(r.ID); err != nil {
			return err
		}
	}
	s.put(r)
	return s.progress()
}

// removeMissing drops documents that are gone, but not those of folders that
// could not be read: a disk that is not plugged in is no deletion.
func (s *scan) removeMissing(ctx context.Context) error {
	var gone []string
	s.l.mu.RLock()
	for id, r := range s.l.documents {
		if s.seen[id] {
			continue
		}
		held := false
		for _, k := range s.kept {
			held = held || within(k, r.Path)
		}
		if !held {
			gone = append(gone, id)
		}
	}
	s.l.mu.RUnlock()
	for _, id := range gone {
		if err := cancelled(ctx, "library.scan"); err != nil {
			return err
		}
		if err := s.l.drop(id); err != nil {
			return err
		}
		s.l.mu.Lock()
		delete(s.l.documents, id)
		s.l.mu.Unlock()
		s.unsaved++
		s.report.Removed++
	}
	return nil
}

// stored is a passage as the index keeps it.
type stored struct {
	Title      string     `json:"title"`
	Text       string     `json:"text"`
	URL        string     `json:"url"`
	Published  *time.Time `json:"published,omitempty"`
	DateSource string     `json:"date_source"`
	Flags      []string   `json:"flags,omitempty"`
	Number     int        `json:"number"`
	Document   string     `json:"document"`
}

// batchSize is how many passages are written at once: a batch costs a few
// milliseconds whatever it holds.
const batchSize = 500

// store replaces the passages of a document; they are written with the batch.
func (s *scan) store(ctx context.Context, r record, p page.Page) (int, error) {
	if s.batch == nil {
		s.batch = s.l.index.NewBatch()
	}
	batch := s.batch
	if err := s.l.dropInto(batch, r.ID); err != nil {
		return 0, err
	}
	address := r.Path
	if page.Domain(p.SourceURL) != "" {
		address = p.SourceURL
	}
	pieces := page.Passages(p.Text)
	for i, text := range pieces {
		if i%1000 == 0 {
			if err := cancelled(ctx, "library.scan"); err != nil {
				return 0, err
			}
		}
		body, err := json.Marshal(stored{Title: r.Title, Text: text, URL: address, Published: p.Published, DateSource: p.DateSource, Flags: p.Flags, Number: i, Document: r.ID})
		if err != nil {
			return 0, backend.Wrap(err, backend.CodeInternal, "library.index", "A passage could not be encoded.")
		}
		err = batch.Index(fmt.Sprintf("%s:%06d", r.ID, i), map[string]any{
			fieldDocument: r.ID, fieldTitle: r.Title, fieldAll: r.Title + "\n" + text, fieldRecord: string(body),
		})
		if err != nil {
			return 0, backend.Wrap(err, backend.CodeInternal, "library.index", "A passage could not be indexed.")
		}
	}
	return len(pieces), nil
}

// flush writes the batch and only then lists its documents as indexed.
func (s *scan) flush() error {
	if s.batch == nil {
		return nil
	}
	batch := s.batch
	s.batch = nil
	if err := s.l.index.Batch(batch); err != nil {
		s.pending = nil
		return backend.Wrap(err, backend.CodeUnavailable, "library.index", "The index of the library could not be written.")
	}
	for _, r := range s.pending {
		s.put(r)
	}
	s.pending = nil
	return nil
}

func (l *Library) drop(id string) error {
	batch := l.index.NewBatch()
	if err := l.dropInto(batch, id); err != nil {
		return err
	}
	return backend.Wrap(l.index.Batch(batch), backend.CodeUnavailable, "library.index", "The index of the library could not be written.")
}

// dropInto deletes every passage of a document by searching for them, so that
// an index that ran ahead of its list of documents heals.
func (l *Library) dropInto(batch *bleve.Batch, id string) error {
	q := bleve.NewTermQuery(id)
	q.SetField(fieldDocument)
	count, err := l.index.DocCount()
	if err == nil && count > 0 {
		var res *bleve.SearchResult
		res, err = l.index.Search(bleve.NewSearchRequestOptions(q, int(min(count, 1_000_000)), 0, false))
		if err == nil {
			for _, hit := range res.Hits {
				batch.Delete(hit.ID)
			}
		}
	}
	return backend.Wrap(err, backend.CodeInternal, "library.index", "The index of the library could not be searched.")
}

func titleOf(path string) string {
	base := filepath.Base(path)
	return strings.TrimSpace(strings.NewReplacer("_", " ", "-", " ").Replace(strings.TrimSuffix(base, filepath.Ext(base))))
}

// why makes one short reason of an error of the file system.
func why(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "No permission to read it."
	case errors.Is(err, fs.ErrNotExist):
		return "It is not there."
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func sentence(err error) string {
	var e *backend.Error
	if errors.As(err, &e) {
		if e.Hint != "" {
			return e.Message + " " + e.Hint
		}
		return e.Message
	}
	return err.Error()
}
