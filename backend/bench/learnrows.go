package bench

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"errata/backend"
)

// LearnSources are the sources of facts that can be taught.
var LearnSources = []string{"wikibigedit", "realtimeqa", "qaedit", "zsre", "counterfact"}

// learnRow is a row of learn/facts.jsonl.
type learnRow struct {
	ID          string     `json:"id"`
	Question    string     `json:"question"`
	Answer      string     `json:"answer"`
	Aliases     []string   `json:"aliases"`
	Old         string     `json:"old"`
	Evidence    string     `json:"evidence"`
	Paraphrases []string   `json:"paraphrases"`
	Neighbours  []answered `json:"neighbours"`
	Source      string     `json:"source"`
}

// answered is a question that is not taught, with its true answer.
type answered struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// stableRow is a row of learn/retention.jsonl.
type stableRow struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Answers  []string `json:"answers"`
}

// learnData is what a benchmark of teaching reads.
type learnData struct {
	rows      []learnRow // of the source that was asked for
	retention []stableRow
	hash      string // of both files
}

// loadLearn reads the two files of a benchmark folder.
func loadLearn(data, source string) (learnData, error) {
	var out learnData
	sums := sha256.New()
	err := readLines(data, "facts.jsonl", sums.Write, func(r learnRow) (string, error) {
		if strings.EqualFold(r.Source, source) {
			out.rows = append(out.rows, r)
		}
		return r.ID, r.check()
	})
	if err != nil {
		return out, err
	}
	err = readLines(data, "retention.jsonl", sums.Write, func(r stableRow) (string, error) {
		out.retention = append(out.retention, r)
		return r.ID, r.check()
	})
	if err != nil {
		return out, err
	}
	out.hash = hex.EncodeToString(sums.Sum(nil))
	if len(out.rows) == 0 {
		return out, backend.Errorf(backend.CodeInvalid, "bench.learn", "There is no fact of %s in facts.jsonl.", source)
	}
	return out, nil
}

// readLines gives each row of a file of learn/ to take, which says its id and what
// is wrong with it.
func readLines[T any](data, name string, sum func([]byte) (int, error), take func(T) (id string, err error)) error {
	const op = "bench.learn"
	path := filepath.Join(data, "learn", name)
	raw, err := os.ReadFile(path) //nolint:gosec // the folder is the user's choice
	if err != nil {
		return &backend.Error{Code: backend.CodeNotFound, Op: op, Message: "There is no " + path + " that can be read.",
			Hint: "--data takes the folder that holds learn/facts.jsonl and learn/retention.jsonl.", Err: err}
	}
	_, _ = sum(raw) // a hash never fails
	seen := map[string]bool{}
	for n, line := range linesOf(raw) {
		var row T
		err := json.Unmarshal(line, &row)
		if err == nil {
			var id string
			if id, err = take(row); err == nil && seen[id] {
				err = errors.New("its id stands twice")
			}
			seen[id] = true
		}
		if err != nil {
			return backend.Errorf(backend.CodeInvalid, op, "Line %d of %s is no row of this benchmark: %v.", n, name, err)
		}
	}
	if len(seen) == 0 {
		return backend.Errorf(backend.CodeInvalid, op, "There is no row in %s.", name)
	}
	return nil
}

// check says what a row misses.
func (r learnRow) check() error {
	switch {
	case r.ID == "":
		return errors.New("it has no id")
	case r.Answer == "":
		return errors.New("it has no answer")
	case r.Source == "":
		return errors.New("it has no source")
	case r.Old != "" && backend.Normal(r.Old) == backend.Normal(r.Answer):
		return errors.New("its old answer is its new one")
	}
	texts := append([]string{r.Question}, r.Paraphrases...)
	for _, n := range r.Neighbours {
		texts = append(texts, n.Question)
		if n.Answer == "" {
			return errors.New("a neighbour has no answer")
		}
	}
	return checkQuestions(texts...)
}

func (r stableRow) check() error {
	switch {
	case r.ID == "":
		return errors.New("it has no id")
	case len(r.Answers) == 0 || slices.Contains(r.Answers, ""):
		return errors.New("it has no answer")
	}
	return checkQuestions(r.Question)
}

func checkQuestions(texts ...string) error {
	for _, text := range texts {
		if err := backend.ValidateQuestion(text); err != nil {
			return fmt.Errorf("a question of it cannot be asked: %w", err)
		}
	}
	return nil
}

// truth is what a row's question was answered with before anything was taught: the
// answers of some sources are invented.
func (r learnRow) truth() string {
	if r.Old != "" {
		return r.Old
	}
	return r.Answer
}

// accept are the names of the new answer.
func (r learnRow) accept() []string { return append([]string{r.Answer}, r.Aliases...) }

// teachable says whether Errata would take the row as a fact at all.
func (r learnRow) teachable() bool {
	if backend.Normal(r.Answer) == "" || strings.Contains(r.Question+strings.Join(r.accept(), " ")+r.Old, "<|") {
		return false
	}
	return backend.Fact{Question: r.Question, Answer: r.Answer, OldAnswer: r.Old}.Validate() == nil
}
