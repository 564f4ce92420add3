package bench

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"errata/backend"
)

//go:embed sample
var sampleFiles embed.FS

// judgeRow is a row of any task; each task uses some of the fields.
type judgeRow struct {
	ID       string     `json:"id"`
	Label    string     `json:"label"`
	Source   string     `json:"source"`
	Question string     `json:"question"`
	Gold     []string   `json:"gold"`
	Answer   string     `json:"answer"` // equivalence: the judged one; realtime: the right one
	Claim    string     `json:"claim"`
	Passage  string     `json:"passage"`
	URL      string     `json:"url"`
	Passages []string   `json:"passages"`
	Old      datedValue `json:"old"`
	Current  datedValue `json:"current"`
	AskedAt  string     `json:"asked_at"`
	Choices  []string   `json:"choices"`
	Evidence []evidence `json:"evidence"`

	poison *poisonCase // of the poison task
	raw    []byte
}

type datedValue struct {
	Answers []string `json:"answers"`
	Date    string   `json:"date"`
}

type evidence struct {
	Title       string `json:"title"`
	URL         string `json:"url"`
	Text        string `json:"text"`
	PublishedAt string `json:"published_at"`
}

// loadJudge reads the rows that the options ask for, in the order in which they
// are judged.
func loadJudge(o JudgeOptions) ([]judgeRow, error) {
	if o.Task == TaskPoison {
		return poisonRows(o.Limit)
	}
	folder, err := judgeFolder(o.Data)
	if err != nil {
		return nil, err
	}
	raw, err := fs.ReadFile(folder, o.Task+".jsonl")
	if err != nil {
		return nil, &backend.Error{Code: backend.CodeNotFound, Op: "bench.judge", Message: "The benchmark folder has no judge/" + o.Task + ".jsonl that can be read.",
			Hint: "Give the folder that holds judge/, or leave --data out for the shipped sample.", Err: err}
	}
	rows, err := parseJudgeRows(raw, o.Task)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, backend.Errorf(backend.CodeInvalid, "bench.judge", "There is no row in %s.jsonl.", o.Task)
	}
	return sampleRows(rows, o.Limit, o.Task == taskStance), nil
}

func judgeFolder(data string) (fs.FS, error) {
	if data == "" {
		return fs.Sub(sampleFiles, "sample/judge")
	}
	dir := filepath.Join(data, "judge")
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, backend.Errorf(backend.CodeNotFound, "bench.judge", "There is no folder %s.", dir).
			WithHint("--data takes the folder that holds judge/TASK.jsonl; leave it out for the shipped sample.")
	}
	return os.DirFS(dir), nil
}

func parseJudgeRows(raw []byte, task string) ([]judgeRow, error) {
	var out []judgeRow
	seen := map[string]bool{}
	for n, line := range linesOf(raw) {
		var row judgeRow
		err := json.Unmarshal(line, &row)
		if err == nil {
			err = row.check(task)
		}
		if err == nil && seen[row.ID] {
			err = errors.New("its id stands twice")
		}
		if err != nil {
			return nil, backend.Errorf(backend.CodeInvalid, "bench.judge", "Line %d of %s.jsonl is no row of this task: %v.", n, task, err)
		}
		seen[row.ID] = true
		switch task { // what the file as a whole says of its rows
		case taskOutdated:
			row.Label = string(backend.Outdated)
		case taskOutdatedSame:
			row.Label = string(backend.Supported)
		}
		row.raw = slices.Clone(line)
		out = append(out, row)
	}
	return out, nil
}

// check says what a row of the task misses.
func (r judgeRow) check(task string) error {
	labels := map[string][]string{
		taskEquivalence: {"same", "different"}, taskHard: {"same", "different"}, taskClass: {"evergreen", "changing"},
		taskStance: {"support", "partial", "refute", "irrelevant"}, taskAttribution: {"attributable", "not"},
	}[task]
	has := func(ok bool, what string) error {
		if ok {
			return nil
		}
		return errors.New("it has no " + what)
	}
	list := []error{has(r.ID != "", "id"), has(labels == nil || slices.Contains(labels, r.Label), "known label")}
	switch task {
	case taskEquivalence, taskHard:
		list = append(list, has(r.Question != "", "question"), has(len(r.Gold) > 0, "gold answer"))
	case taskOutdated, taskOutdatedSame:
		list = append(list, has(r.Question != "", "question"), has(len(r.Old.Answers) > 0 && len(r.Current.Answers) > 0, "old and current answer"))
	case taskClass:
		list = append(list, has(r.Question != "", "question"))
	case taskStance:
		list = append(list, has(r.Claim != "" && r.Passage != "", "claim and passage"))
	case taskAttribution:
		list = append(list, has(r.Claim != "" && len(r.Passages) > 0, "claim and passages"))
	case taskRealtime:
		list = append(list, has(r.Question != "" && r.Answer != "" && len(r.wrongChoices()) > 0, "question, answer and wrong choice"), has(r.asked() != nil, "day on which it was asked"))
	}
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// draw is the place of a row in the order of all, the same everywhere.
func draw(id string) string {
	sum := sha256.Sum256([]byte("7" + id))
	return hex.EncodeToString(sum[:])
}

// sampleRows takes limit rows, 0 for all, those with the smallest hashes of each
// label and source in their natural proportion. For stance every refute comes
// first, because there are few.
func sampleRows(rows []judgeRow, limit int, refutesFirst bool) []judgeRow {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b judgeRow) int { return cmp.Compare(draw(a.ID), draw(b.ID)) })
	if limit <= 0 || limit >= len(rows) {
		return rows
	}
	var out []judgeRow
	if refutesFirst {
		rest := rows[:0:0]
		for _, r := range rows {
			if r.Label == "refute" && len(out) < limit {
				out = append(out, r)
			} else if r.Label != "refute" {
				rest = append(rest, r)
			}
		}
		rows = rest
	}
	quota := shares(rows, limit-len(out))
	for _, r := range rows {
		if s := r.stratum(); quota[s] > 0 {
			quota[s]--
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b judgeRow) int { return cmp.Compare(draw(a.ID), draw(b.ID)) })
	return out
}

func (r judgeRow) stratum() string { return r.Label + "\x00" + r.Source }

// shares deals limit out to the strata by the largest remainder.
func shares(rows []judgeRow, limit int) map[string]int {
	size := map[string]int{}
	var names []string
	for _, r := range rows {
		if size[r.stratum()]++; size[r.stratum()] == 1 {
			names = append(names, r.stratum())
		}
	}
	quota, left := map[string]int{}, limit
	for _, s := range names {
		quota[s] = limit * size[s] / len(rows)
		left -= quota[s]
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(limit*size[b]%len(rows), limit*size[a]%len(rows)), cmp.Compare(a, b))
	})
	for _, s := range names[:max(0, min(left, len(names)))] {
		quota[s]++
	}
	return quota
}
