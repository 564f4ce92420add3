package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/flow"
)

// LearnOptions is what a person asks for.
type LearnOptions struct {
	Data       string // folder that holds learn/facts.jsonl and learn/retention.jsonl
	Source     string // one of LearnSources
	Facts      int    // to teach in all
	Rounds     int    // trainings, each with its share of the facts; 0: one
	Model      string
	Recipe     string // default or original
	Seed       int
	MaxMinutes float64 // of each training; 0: until it ends by itself
	Retention  int     // retention questions to ask, the same ones everywhere; 0: all
	Rows       string  // file of the prompts and answers; empty: in bench/ of the home
	// Progress is told after each answer and step of a training; it may be nil.
	Progress func(Progress)
}

// LearnParts are what a measurement works with.
type LearnParts struct {
	JudgeParts
	Cells string // folder in which measurements that are not finished live
	// Open assembles a throw-away home in a folder, or opens the one that an earlier
	// call left there; close ends it and removes it when it is done with.
	Open func(ctx context.Context, home string) (loop *flow.Loop, end func(remove bool), err error)
}

// LearnResult is one cell of the table. Shares are fractions of 1.
type LearnResult struct {
	Source      string                    `json:"source"`
	Recipe      string                    `json:"recipe"`
	Model       string                    `json:"model"`
	ModelDigest string                    `json:"model_digest"`
	Facts       int                       `json:"facts"`
	Rounds      int                       `json:"rounds,omitempty"`
	Seed        int                       `json:"seed"`
	ServedAs    backend.ServedAs          `json:"served_as"`
	Steps       int                       `json:"steps"`
	GivenUp     int                       `json:"given_up"` // facts that the last training left to memory
	Metrics     map[string]backend.Metric `json:"metrics"`
}

// learning is one measurement on its way:
//
//	rows ─draw─> facts that the base misses ─teach─> version ─measure─> answers of both ─> metrics
type learning struct {
	ctx     context.Context //nolint:containedctx // lives for one call
	o       LearnOptions
	parts   LearnParts
	data    learnData
	cell    string // its folder
	system  string
	base    asking
	speaks  asking // who is being asked
	loop    *flow.Loop
	drawn   drawn
	asked   []Asked
	costs   []cost
	version backend.Version // the last one
	began   time.Time       // of the step that say tells of
	before  int             // replies that were made until then
}

// CheckLearn says what is wrong with the options, before anything is started.
func CheckLearn(o LearnOptions) error {
	_, _, err := checkLearn(o)
	return err
}

func checkLearn(o LearnOptions) (LearnOptions, learnData, error) {
	const op = "bench.learn"
	refuse := func(hint, format string, args ...any) (LearnOptions, learnData, error) {
		return o, learnData{}, backend.Errorf(backend.CodeInvalid, op, format, args...).WithHint(hint)
	}
	if o.Rounds == 0 {
		o.Rounds = 1
	}
	if o.Recipe == "" {
		o.Recipe = dataset.RecipeDefault
	}
	o.Source = strings.ToLower(o.Source)
	switch {
	case o.Data == "":
		return refuse("--data takes the folder that holds learn/facts.jsonl and learn/retention.jsonl.", "The benchmark's folder is not named.")
	case !slices.Contains(LearnSources, o.Source):
		return refuse("Sources: "+strings.Join(LearnSources, ", ")+".", "There is no source called %q.", o.Source)
	case o.Recipe != dataset.RecipeDefault && o.Recipe != dataset.RecipeOriginal:
		return refuse("Recipes: default, original.", "There is no recipe called %q.", o.Recipe)
	case o.Facts < 1:
		return refuse("Ask for at least --facts 1.", "Teaching %d facts makes no sense.", o.Facts)
	case o.Rounds < 1 || o.Rounds > o.Facts:
		return refuse("--facts counts those of all rounds: --facts 50 --rounds 5 teaches ten each.", "%s cannot be taught in %d rounds.", backend.Count(o.Facts, "fact"), o.Rounds)
	case o.MaxMinutes < 0 || o.Retention < 0:
		return refuse("Leave it out to have no limit.", "A limit below 0 makes no sense.")
	}
	data, err := loadLearn(o.Data, o.Source)
	if err == nil && o.Facts > len(data.rows) {
		return refuse(fmt.Sprintf("Ask for at most --facts %d.", len(data.rows)), "There are only %s of %s; %d cannot be drawn.", backend.Count(len(data.rows), "row"), o.Source, o.Facts)
	}
	return o, data, err
}

// RunLearn teaches facts and measures what was learned and what was broken. Stopped,
// it goes on where it was; finished, it gives the same figures again.
func RunLearn(ctx context.Context, o LearnOptions, parts LearnParts) (LearnResult, error) {
	o, data, err := checkLearn(o)
	if err != nil {
		return LearnResult{}, err
	}
	l := &learning{ctx: ctx, o: o, parts: parts, data: data, speaks: asking{replies: &replies{}}, cell: cellOf(o, parts, data), system: backend.SystemPrompt(LearnDay)}
	if out, ok := l.finished(); ok {
		return out, nil
	}
	if err := os.MkdirAll(l.cell, 0o700); err != nil {
		return LearnResult{}, l.unwritten(err)
	}
	kept, err := openReplies(parts.JudgeParts)
	if err != nil {
		return LearnResult{}, err
	}
	defer kept.close()
	l.base = asking{kept, parts.Info.ServedName()}
	l.speaks = l.base
	loop, end, err := parts.Open(ctx, filepath.Join(l.cell, "home"))
	if err != nil {
		return LearnResult{}, err
	}
	// What the base is asked for the rows is kept by its digest as well.
	l.loop, loop.Model = loop, kept
	out, err := l.measured()
	forgetServed(ctx, loop, time.Time{})
	end(err == nil)
	return out, err
}

// measured walks the whole way. What a training needs is looked at before the base is
// asked for an hour.
func (l *learning) measured() (LearnResult, error) {
	if !l.parts.Info.Trainable {
		return LearnResult{}, backend.Errorf(backend.CodeConflict, "bench.learn", "%s cannot be trained.", l.parts.Info.Name).
			WithHint("Take a model of the family qwen2 or llama whose weights file Errata can read.")
	}
	if err := l.loop.Trainer.Ready(l.ctx); err != nil {
		return LearnResult{}, err
	}
	for _, step := range []func() error{l.draw, l.prepare, l.measure} {
		if err := step(); err != nil {
			return LearnResult{}, err
		}
	}
	return l.finish()
}

// cellOf is the folder of one measurement: by all that its figures depend on.
func cellOf(o LearnOptions, parts LearnParts, data learnData) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d|%d|%s|%s|%d|%g|%d|%s|%s|%s",
		o.Source, o.Facts, o.Rounds, o.Model, o.Recipe, o.Seed, o.MaxMinutes, o.Retention, parts.Info.Digest, parts.Program, data.hash))
	return filepath.Join(parts.Cells, fmt.Sprintf("%s-%d-%s", o.Source, o.Facts, hex.EncodeToString(sum[:6])))
}

const (
	cellResult = "result.json"
	cellRows   = "rows.jsonl"
)

// finish counts, and leaves result and rows in the cell and the rows where they were
// asked for.
func (l *learning) finish() (LearnResult, error) {
	out := LearnResult{
		Source: l.o.Source, Recipe: l.o.Recipe, Model: l.parts.Info.Name, ModelDigest: l.parts.Info.Digest, Facts: l.o.Facts, Seed: l.o.Seed,
		ServedAs: l.version.ServedAs, Steps: total(l.costs).Steps, Metrics: learnMetrics(l.asked, l.costs, l.o.Facts),
	}
	if l.o.Rounds > 1 {
		out.Rounds = l.o.Rounds
	}
	for _, f := range l.drawn.facts {
		if slices.Contains(l.version.GivenUpFactIDs, f.fact.ID) {
			out.GivenUp++
		}
	}
	rows, err := jsonLines(l.asked)
	if err != nil {
		return out, err
	}
	result, err := json.Marshal(out)
	if err != nil {
		return out, err
	}
	err = errors.Join(WriteFile(l.rowsFile(), rows), WriteFile(filepath.Join(l.cell, cellRows), rows))
	if err == nil { // last, because it says that all is there
		err = WriteFile(filepath.Join(l.cell, cellResult), result)
	}
	return out, l.unwritten(err)
}

// finished gives what an earlier call of the same measurement ended with.
func (l *learning) finished() (out LearnResult, ok bool) {
	result, err := os.ReadFile(filepath.Join(l.cell, cellResult))
	if err != nil || json.Unmarshal(result, &out) != nil {
		return out, false
	}
	rows, err := os.ReadFile(filepath.Join(l.cell, cellRows))
	if err != nil || WriteFile(l.rowsFile(), rows) != nil {
		return out, false
	}
	l.say("measured before; to measure again remove "+l.cell+";", 1, 1)
	return out, true
}

func (l *learning) rowsFile() string {
	if l.o.Rows != "" {
		return l.o.Rows
	}
	return filepath.Join(filepath.Dir(l.parts.Cells), "learn-"+filepath.Base(l.cell)+".rows.jsonl")
}

func (l *learning) unwritten(err error) error {
	return backend.Wrap(err, backend.CodeUnavailable, "bench.learn", "The answers cannot be kept in "+l.cell+".")
}

// say tells how far a step is, and how long it still takes at the pace so far.
func (l *learning) say(task string, done, total int) {
	if l.o.Progress == nil {
		return
	}
	p := Progress{Task: task, Done: done, Total: total}
	if made := l.speaks.made - l.before; done <= 1 {
		l.began, l.before = time.Now(), l.speaks.made
	} else if made > 0 {
		p.Left = time.Since(l.began) / time.Duration(made) * time.Duration(total-done)
	}
	l.o.Progress(p)
}

// stopped says where a measurement was broken off, and why.
func (l *learning) stopped(err error, what string) error {
	out := &backend.Error{Code: backend.CodeOf(err), Op: "bench.learn", Hint: backend.HintOf(err), Err: err}
	var why *backend.Error
	switch {
	case l.ctx.Err() != nil:
		out.Code, out.Hint, out.Message = backend.CodeCancelled, "", "The benchmark was stopped while "+what+"; what was done is kept."
	case errors.As(err, &why):
		out.Message = "The benchmark stopped while " + what + ": " + why.Message + " What was done is kept."
	default:
		out.Message = "The benchmark stopped while " + what + "; what was done is kept."
	}
	if out.Hint == "" {
		out.Hint = "Run the same command again: it goes on from there."
	}
	return out
}
