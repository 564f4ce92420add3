package bench

import (
	"context"
	"crypto/sha256"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/score"
)

// GateFitOptions is what a person asks for.
type GateFitOptions struct {
	Data string // folder that holds judge/class.jsonl and judge/realtime.jsonl
	// Other also scores the half of the rows that nothing is fitted to. Each look at
	// it makes it a little less a test.
	Other bool
}

// GateFit is a fit of the gate's cues beside the weights that the program has.
type GateFit struct {
	Rows   int                       `json:"rows"` // that were fitted to
	Bias   GateWeight                `json:"bias"`
	Cues   []GateWeight              `json:"cues"`
	Fitted map[string]backend.Metric `json:"fitted"`          // of the rows that were fitted to, each by the fit without its fold
	Now    map[string]backend.Metric `json:"now"`             // of the same rows, by the program's weights
	Other  map[string]backend.Metric `json:"other,omitempty"` // of the other half, by the program's weights
}

// GateWeight is one cue: log-odds that the answer changes.
type GateWeight struct {
	Name     string  `json:"name"`
	Now      float64 `json:"now"`
	Fitted   float64 `json:"fitted"`
	Rows     int     `json:"rows"`
	Changing int     `json:"changing"`
}

// gateRidge shrinks a weight to its lean as strongly as a few rows could move it.
const gateRidge = 2

// gateRow is one question with what its cues say.
type gateRow struct {
	row     judgeRow
	changes bool
	held    []bool
	settled backend.Class
	foreign bool // in a language that the cues do not know
}

// FitGate fits the gate to half of the rows: those whose id has a SHA-256 that
// begins under 128. Questions of the news count as changing. No model is asked: what
// the gate would ask one about counts as fast, as it does where there is none.
func FitGate(ctx context.Context, o GateFitOptions) (GateFit, error) {
	var out GateFit
	if o.Data == "" {
		return out, backend.Errorf(backend.CodeInvalid, "bench.gate", "The rows that are shipped are too few to fit to.").
			WithHint("Give a folder of labelled rows: --data DIR, with judge/class.jsonl and judge/realtime.jsonl in it.")
	}
	var mine, other []gateRow
	for _, task := range []string{taskClass, taskRealtime} {
		rows, err := loadJudge(JudgeOptions{Data: o.Data, Task: task})
		if err != nil {
			return out, err
		}
		for _, r := range rows {
			if g := gateRowOf(r, task); sha256.Sum256([]byte(r.ID))[0] < 128 {
				mine = append(mine, g)
			} else {
				other = append(other, g)
			}
		}
	}
	out.Rows = len(mine)
	bias, cues := judge.GateCues()
	now := gateWeights{bias: bias}
	for _, c := range cues {
		now.cues = append(now.cues, c.Weight)
	}
	fitted := fitGate(mine, cues)
	out.Bias = GateWeight{Name: "(none)", Now: bias, Fitted: fitted.bias}
	for i, c := range cues {
		w := GateWeight{Name: c.Name, Now: c.Weight, Fitted: fitted.cues[i]}
		for _, r := range mine {
			if r.weighed() && r.held[i] {
				w.Rows++
				if r.changes {
					w.Changing++
				}
			}
		}
		out.Cues = append(out.Cues, w)
	}
	out.Now = gateMetrics(mine, func(gateRow) gateWeights { return now })
	var without [folds]gateWeights
	for f := range without {
		var rest []gateRow
		for _, r := range mine {
			if gateFold(r) != f {
				rest = append(rest, r)
			}
		}
		without[f] = fitGate(rest, cues)
	}
	out.Fitted = gateMetrics(mine, func(r gateRow) gateWeights { return without[gateFold(r)] })
	if o.Other {
		out.Other = gateMetrics(other, func(gateRow) gateWeights { return now })
	}
	return out, ctx.Err()
}

func (r gateRow) weighed() bool { return r.settled == "" && !r.foreign }

func gateRowOf(r judgeRow, task string) gateRow {
	day := benchDay
	if at := r.asked(); task == taskRealtime && at != nil {
		day = *at
	}
	g := gateRow{row: r, changes: task == taskRealtime || r.Label == "changing"}
	g.row.Label = pick(g.changes, "changing", "evergreen")
	var readable bool
	g.held, g.settled, readable = judge.GateCuesOf(r.Question, day)
	g.foreign = g.settled == "" && !readable
	return g
}

type gateWeights struct {
	bias float64
	cues []float64
}

func fitGate(rows []gateRow, cues []judge.GateCue) gateWeights {
	var held [][]bool
	var changes []bool
	for _, r := range rows {
		if r.weighed() {
			held, changes = append(held, r.held), append(changes, r.changes)
		}
	}
	var lean []float64
	for _, c := range cues {
		lean = append(lean, c.Lean)
	}
	var w gateWeights
	w.bias, w.cues = score.Logistic(held, changes, lean, gateRidge)
	return w
}

func gateFold(r gateRow) int { return int(sha256.Sum256([]byte("fold" + r.row.ID))[0]) % folds }

// says is the bench's label for a question under the weights; asks where a model
// would be asked.
func (w gateWeights) says(r gateRow) (label string, asks bool) {
	switch {
	case r.settled != "":
		return classLabel(r.settled), false
	case r.foreign:
		return classLabel(backend.ClassFast), true
	}
	odds := w.bias
	for i, held := range r.held {
		if held {
			odds += w.cues[i]
		}
	}
	lasts, sure := judge.GateLeans(odds)
	return pick(lasts, "evergreen", "changing"), !sure
}

// classLabel: whatever is no lasting fact may be answered otherwise another day.
func classLabel(c backend.Class) string {
	return pick(c == backend.ClassEvergreen || c == backend.ClassCreative, "evergreen", "changing")
}

func gateMetrics(rows []gateRow, weights func(gateRow) gateWeights) map[string]backend.Metric {
	var class, news []scored
	for _, r := range rows {
		label, asks := weights(r).says(r)
		s := scored{Judged{ID: r.row.ID, Verdict: label, Committed: !asks}, r.row}
		if r.row.asked() != nil {
			news = append(news, s)
		} else {
			class = append(class, s)
		}
	}
	changing := func(s scored) bool { return s.row.Label == "changing" }
	lasting := func(s scored) bool { return s.row.Label == "evergreen" }
	asks := func(s scored) bool { return !s.Committed }
	return map[string]backend.Metric{
		"macro_f1":                composite(class, macroF1("evergreen", "changing")),
		"accuracy":                share(class, always, correct),
		"changing_called_lasting": share(class, changing, isVerdict("evergreen")),
		"lasting_called_changing": share(class, lasting, isVerdict("changing")),
		"asks_a_model":            share(class, always, asks),
		"news_called_lasting":     share(news, always, isVerdict("evergreen")),
		"news_asks_a_model":       share(news, always, asks),
	}
}
