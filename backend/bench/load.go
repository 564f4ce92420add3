package bench

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/page"
)

//go:embed demo
var shipped embed.FS

// Question of a demo set. Answers and Neighbours are read by scoring alone.
type Question struct {
	Q          string   `json:"q"`
	Kind       string   `json:"kind"` // "known" or "new"
	Answers    []string `json:"answers"`
	Neighbours []string `json:"neighbours"`
}

// Set is a demo's questions with the dated notes that are its only evidence.
type Set struct {
	Questions []Question
	Notes     map[string][]byte // by file name
	AsOf      time.Time         // the newest published date of the notes: the demo's clock
}

// LoadDemo reads a set; an empty questions file or notes folder means the shipped one.
func LoadDemo(questions, notes string) (Set, error) {
	var set Set
	var raw []byte
	var err error
	if questions == "" {
		raw, err = shipped.ReadFile("demo/questions.jsonl")
	} else {
		raw, err = os.ReadFile(questions)
	}
	if err != nil {
		return set, backend.Wrap(err, backend.CodeNotFound, "demo", "The questions cannot be read.")
	}
	if set.Questions, err = parseQuestions(raw); err != nil {
		return set, err
	}
	var folder fs.FS
	if notes == "" {
		if folder, err = fs.Sub(shipped, "demo/notes"); err != nil {
			return set, err
		}
	} else {
		folder = os.DirFS(notes)
	}
	set.Notes, set.AsOf, err = readNotes(folder)
	return set, err
}

func parseQuestions(raw []byte) ([]Question, error) {
	var out []Question
	for n, line := range linesOf(raw) {
		var q Question
		if err := json.Unmarshal(line, &q); err != nil {
			return nil, backend.Errorf(backend.CodeInvalid, "demo", "Line %d of the questions is not a JSON object: %v.", n, err)
		}
		if err := backend.ValidateQuestion(q.Q); err != nil {
			return nil, backend.Wrap(err, backend.CodeInvalid, "demo", fmt.Sprintf("Line %d of the questions is wrong.", n))
		}
		if (q.Kind != "known" && q.Kind != "new") || len(q.Answers) == 0 {
			return nil, backend.Errorf(backend.CodeInvalid, "demo", `Line %d of the questions needs kind "known" or "new" and at least one answer.`, n)
		}
		out = append(out, q)
	}
	if len(out) == 0 {
		return nil, backend.Errorf(backend.CodeInvalid, "demo", "There is no question in the file.")
	}
	return out, nil
}

func readNotes(folder fs.FS) (map[string][]byte, time.Time, error) {
	notes := map[string][]byte{}
	var asOf time.Time
	err := fs.WalkDir(folder, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".md") {
			return err
		}
		b, err := fs.ReadFile(folder, path)
		if err != nil {
			return err
		}
		note, err := page.Parse(b, page.Options{Name: path}) // as the library will read it
		if err != nil {
			return backend.Wrap(err, backend.CodeInvalid, "demo", fmt.Sprintf("The note %s cannot be read.", path))
		}
		if note.Published == nil {
			return backend.Errorf(backend.CodeInvalid, "demo", "The note %s has no date that can be read.", path).
				WithHint("Its front matter needs `published: YYYY-MM-DD`.")
		}
		if note.Published.After(asOf) {
			asOf = *note.Published
		}
		notes[strings.ReplaceAll(path, "/", "-")] = b
		return nil
	})
	if err == nil && len(notes) == 0 {
		err = backend.Errorf(backend.CodeInvalid, "demo", "There is no Markdown note in the folder.")
	}
	return notes, asOf, err
}
