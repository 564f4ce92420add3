package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"errata/backend"
)

// line is the shape that all progress events share once decoded.
type line struct {
	What  string `json:"what"`
	Stage string `json:"stage"`
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
}

// showProgress writes what happens to stderr: one line that is rewritten on a
// terminal, a line now and then elsewhere.
func showProgress(w io.Writer, events <-chan backend.Event) {
	p := newProgress(w)
	for e := range events {
		if text := describe(e); text != "" {
			p.show(e.Topic, text)
		}
	}
	p.end()
}

type progress struct {
	w     io.Writer
	live  bool
	open  bool
	last  time.Time
	topic string
}

func newProgress(w io.Writer) *progress {
	p := progress{w: w}
	if f, ok := w.(*os.File); ok {
		p.live = term.IsTerminal(int(f.Fd()))
	}
	return &p
}

// eachIsNews are the kinds of progress of which no line is left out.
var eachIsNews = []string{"demo.progress", "check.step"}

// everySeconds bounds how often one kind of progress is written without a terminal.
const everySeconds = 5

func (p *progress) show(topic, text string) {
	if p.live {
		fmt.Fprintf(p.w, "\r\x1b[2K%s", text)
		p.open = true
		return
	}
	if topic == p.topic && time.Since(p.last) < everySeconds*time.Second && !slices.Contains(eachIsNews, topic) {
		return
	}
	p.topic, p.last = topic, time.Now()
	fmt.Fprintln(p.w, text)
}

func (p *progress) end() {
	if p.open {
		fmt.Fprintln(p.w)
	}
}

func describe(e backend.Event) string {
	raw, err := json.Marshal(e.Data)
	if err != nil {
		return ""
	}
	topic := e.Topic
	if topic != "demo.progress" {
		topic = strings.TrimPrefix(topic, backend.DemoTopic)
	}
	switch topic {
	case "demo.progress", "trainer.setup", "answer.waiting":
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
	case "dataset.progress", "score.progress", "compare.progress", "model.progress":
		var l line
		if json.Unmarshal(raw, &l) == nil {
			return count(l)
		}
	case "check.step":
		var s step
		if json.Unmarshal(raw, &s) == nil {
			return describeStep(s)
		}
	case "run.changed":
		var r backend.Run
		if json.Unmarshal(raw, &r) == nil {
			return describeRun(r)
		}
	}
	return ""
}

func count(l line) string {
	what := l.What
	if what == "" {
		what = l.Stage
	}
	if l.Total <= 0 {
		return what
	}
	if l.Total > 1e6 {
		return fmt.Sprintf("%s  %d of %d MB", what, l.Done/1e6, l.Total/1e6)
	}
	return fmt.Sprintf("%s  %d of %d", what, l.Done, l.Total)
}

// step is how far a check is.
type step struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	At    int    `json:"at"`
}

func describeStep(s step) string {
	switch s.Name {
	case "gate":
		return "checking: reading the question"
	case "claim":
		return "checking: reading the claim"
	case "search":
		return "checking: searching"
	case "read":
		if s.At > 0 {
			return fmt.Sprintf("checking: reading passage %d of %d", s.At, s.Count)
		}
		return "checking: reading " + backend.Count(s.Count, "passage")
	}
	return "checking: comparing"
}

func describeRun(r backend.Run) string {
	p := r.Progress
	if r.State.Over() {
		return strings.TrimSpace("training " + string(r.State) + " " + r.Message)
	}
	if p.Step == 0 {
		return "training: " + p.Stage
	}
	return fmt.Sprintf("training  step %d of %d  loss %.3f  drift %.3f  %s  %.1f rows/s  %s left",
		p.Step, p.Total, p.Loss, p.KL, learnedOf(p), p.RowsPerSecond, (time.Duration(p.ETA) * time.Second).String())
}

// learnedOf counts the facts that the weights say and those that memory alone answers.
func learnedOf(p backend.RunProgress) string {
	text := fmt.Sprintf("%d of %s learned", p.Learned, backend.Count(p.Facts, "fact"))
	if p.GivenUp > 0 {
		text += ", " + backend.Count(p.GivenUp, "fact") + " in memory alone"
	}
	return text
}
