package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/judge"
)

// The judges that can be measured.
const (
	JudgeDefault  = "default"  // the app's own
	JudgeOriginal = "original" // one extraction, one YES or NO; anything but YES counts as outdated
	JudgeLexical  = "lexical"  // plain containment, without a model
	// JudgeGrounding is the label by which a rival is withheld, on attribution alone.
	JudgeGrounding = "grounding"

	// judgeAsApp is the default one with the label comparison only where the app
	// has it: what a calibration is fitted to.
	judgeAsApp = "default as in the app"
)

// The tasks, each a file of the benchmark folder's judge/.
const (
	taskEquivalence  = "equivalence"
	taskHard         = "equivalence_hard"
	taskOutdated     = "outdated"
	taskOutdatedSame = "outdated_same"
	taskClass        = "class"
	taskStance       = "stance"
	taskAttribution  = "attribution"
	taskRealtime     = "realtime"
)

// JudgeTasks are the names of the tasks, in the order of a table.
var JudgeTasks = []string{taskEquivalence, taskHard, taskOutdated, taskOutdatedSame, taskClass, taskStance, taskAttribution, taskRealtime}

// JudgeOptions is what a person asks for.
type JudgeOptions struct {
	Data  string // folder that holds judge/TASK.jsonl; empty: the shipped sample
	Task  string
	Model string
	Judge string
	Limit int    // rows at most; 0: all
	Rows  string // folder of TASK.rows.jsonl; empty: bench/ in the home
	// Progress is told after each row; it may be nil.
	Progress func(Progress)
}

// Progress says how far a measurement is.
type Progress struct {
	Task  string
	Done  int
	Total int
	Left  time.Duration // 0: not known yet
}

// JudgeParts are what a measurement works with. The lexical judge needs no model.
type JudgeParts struct {
	Model   judge.Model
	Info    backend.ModelInfo
	Replies string // folder in which replies of models are kept; empty: nowhere
	// Read gives what a search that finds these pages gives; only the poison task asks.
	Read    func(ctx context.Context, pages []backend.RecordedPage, s backend.Search) (backend.Found, error)
	Program string // what tells this program from another one: a row judged by another is judged again
}

// JudgeResult is one cell of the table. Shares are fractions of 1.
type JudgeResult struct {
	Task        string                    `json:"task"`
	Judge       string                    `json:"judge"`
	Model       string                    `json:"model"`
	ModelDigest string                    `json:"model_digest"`
	N           int                       `json:"n"`
	Seconds     float64                   `json:"seconds"` // of judging all rows; a kept reply counts with the time that it took
	Calls       int                       `json:"calls"`   // of the model
	Metrics     map[string]backend.Metric `json:"metrics"`
}

// Judged is a line of TASK.rows.jsonl.
type Judged struct {
	ID         string  `json:"id"`
	Side       string  `json:"side,omitempty"` // which answer was judged: gold, wrong or own; poison: truth, lie or other
	Verdict    string  `json:"verdict"`
	Reason     string  `json:"reason"`
	Confidence float64 `json:"confidence"`
	Committed  bool    `json:"committed"`         // false: the verdict was only taken because one had to be
	Flipped    bool    `json:"flipped,omitempty"` // the judge changed its mind with the order of the labels
	Tier       string  `json:"tier,omitempty"`
	Read       string  `json:"read,omitempty"`      // the value that was read, for a person who looks
	Rival      string  `json:"rival,omitempty"`     // poison: the value given as right
	Teachable  bool    `json:"teachable,omitempty"` // poison: a person would be offered it
	Seconds    float64 `json:"seconds"`
	Calls      int     `json:"calls"`
	By         string  `json:"by"` // hash of judge, model, program and row
}

// RunJudge measures one judge on one task. Stopped, it goes on where it was.
func RunJudge(ctx context.Context, o JudgeOptions, parts JudgeParts) (JudgeResult, error) {
	out, rows, all, err := measure(ctx, o, parts, o.Task)
	if err == nil {
		out.Metrics = judgeMetrics(o.Task, rows, all)
	}
	return out, err
}

// measure judges the rows that the options ask for and keeps the verdicts under
// the name given.
func measure(ctx context.Context, o JudgeOptions, parts JudgeParts, name string) (JudgeResult, []judgeRow, []Judged, error) {
	out := JudgeResult{Task: o.Task, Judge: o.Judge}
	fail := func(err error) (JudgeResult, []judgeRow, []Judged, error) { return out, nil, nil, err }
	if err := CheckJudge(o); err != nil {
		return fail(err)
	}
	rows, err := loadJudge(o)
	if err != nil {
		return fail(err)
	}
	measured := newUnderTest(o.Judge, parts)
	if o.Judge != JudgeLexical {
		if parts.Model == nil {
			return fail(backend.Errorf(backend.CodeInvalid, "bench.judge", "The judge %q needs a model.", o.Judge))
		}
		if o.Task == TaskPoison && parts.Read == nil {
			return fail(backend.Errorf(backend.CodeInternal, "bench.judge", "The pages of the poison suite cannot be read in this build."))
		}
		out.Model, out.ModelDigest = parts.Info.Name, parts.Info.Digest
	}
	replies, err := openReplies(parts)
	if err != nil {
		return fail(err)
	}
	defer replies.close()
	kept, err := openJudged(o.Rows, name)
	if err != nil {
		return fail(err)
	}
	defer kept.close()
	out.N = len(rows)
	all, err := judgeRows(ctx, o, rows, measured, replies, kept, out)
	if err != nil {
		return fail(err)
	}
	for _, j := range all {
		out.Seconds += j.Seconds
		out.Calls += j.Calls
	}
	return out, rows, all, kept.finish(all)
}

// CheckJudge says what is wrong with the options, before anything is started.
func CheckJudge(o JudgeOptions) error {
	const op = "bench.judge"
	switch {
	case o.Task == TaskPoison && o.Judge != JudgeDefault:
		return backend.Errorf(backend.CodeInvalid, op, "Hostile pages are for the app's own judge only.").WithHint("Leave --judge out.")
	case !slices.Contains(JudgeTasks, o.Task) && o.Task != TaskPoison:
		return backend.Errorf(backend.CodeInvalid, op, "There is no task called %q.", o.Task).WithHint("Tasks: " + strings.Join(JudgeTasks, ", ") + ".")
	case newUnderTest(o.Judge, JudgeParts{}) == nil:
		return backend.Errorf(backend.CodeInvalid, op, "There is no judge called %q.", o.Judge).WithHint("Judges: default, original, lexical, grounding.")
	case o.Judge == JudgeGrounding && o.Task != taskAttribution:
		return backend.Errorf(backend.CodeInvalid, op, "Grounding says whether a passage carries a statement, which is the task attribution.").WithHint("Measure it with --task attribution.")
	case o.Judge == JudgeOriginal && o.Task == taskClass:
		return backend.Errorf(backend.CodeInvalid, op, "The original judge has no step that classes questions.").WithHint("Measure it on another task.")
	case o.Limit < 0:
		return backend.Errorf(backend.CodeInvalid, op, "A limit of %d rows makes no sense.", o.Limit).WithHint("Leave --limit out to judge all rows.")
	}
	_, err := loadJudge(o)
	return err
}

// judgeRows judges what is not kept from an earlier run of the same judge, model
// and program.
func judgeRows(ctx context.Context, o JudgeOptions, rows []judgeRow, t underTest, replies *replies, kept *judgedFile, of JudgeResult) ([]Judged, error) {
	began, judgedNow := time.Now(), 0
	var all []Judged
	for i, row := range rows {
		by := rowKey(of, replies.program, row)
		lines := kept.of(row.ID, by)
		if lines == nil {
			replies.begin()
			started := time.Now()
			var err error
			if lines, err = t.judge(ctx, replies, o.Task, row); err == nil {
				err = replies.failure()
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return nil, stopped(err, o.Task, i, len(rows))
			}
			calls, waited, took := replies.spent()
			for k := range lines {
				lines[k].ID, lines[k].By = row.ID, by
			}
			lines[0].Calls, lines[0].Seconds = calls, (time.Since(started) - waited + took).Seconds()
			if err := kept.add(lines); err != nil {
				return nil, err
			}
			judgedNow++
		}
		all = append(all, lines...)
		if o.Progress != nil {
			p := Progress{Task: o.Task, Done: i + 1, Total: len(rows)}
			if judgedNow > 0 {
				p.Left = time.Since(began) / time.Duration(judgedNow) * time.Duration(len(rows)-i-1)
			}
			o.Progress(p)
		}
	}
	return all, nil
}

func stopped(err error, task string, done, total int) error {
	code := backend.CodeOf(err)
	if code == backend.CodeInternal {
		code = backend.CodeCancelled
	}
	hint := backend.HintOf(err)
	if hint == "" {
		hint = "Run the same command again: it goes on from there."
	}
	return &backend.Error{Code: code, Op: "bench.judge", Message: fmt.Sprintf("The benchmark %s stopped at row %d of %d; what was judged is kept.", task, done+1, total), Hint: hint, Err: err}
}

// underTest is a judge that is measured.
type underTest interface {
	judge(ctx context.Context, model judge.Model, task string, row judgeRow) ([]Judged, error)
}

func newUnderTest(name string, parts JudgeParts) underTest {
	switch name {
	case JudgeDefault:
		return appJudge{served: parts.Info.ServedName(), orders: &judge.Orders{}, read: parts.Read}
	case judgeAsApp:
		return appJudge{served: parts.Info.ServedName(), orders: judge.AppOrders()}
	case JudgeGrounding:
		return appJudge{served: parts.Info.ServedName(), grounding: &judge.Grounding{}}
	case JudgeOriginal:
		return originalJudge{served: parts.Info.ServedName()}
	case JudgeLexical:
		return lexicalJudge{}
	}
	return nil
}

// one is the common result of a row: a single verdict.
func one(verdict string, committed bool) []Judged {
	return []Judged{{Verdict: verdict, Committed: committed}}
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
