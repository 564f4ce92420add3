package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"errata/backend"
	"errata/backend/bench"
)

type benchCmd struct {
	Judge     benchJudgeCmd     `cmd:"" help:"How often the judge is right, on labelled rows."`
	Poison    benchPoisonCmd    `cmd:"" help:"How often hostile pages mislead the judge."`
	Learn     benchLearnCmd     `cmd:"" help:"What teaching teaches and what it breaks, on facts that the model misses."`
	Calibrate benchCalibrateCmd `cmd:"" help:"Fit the judge's confidence to labelled rows, so that it says how often it is right."`
	Gate      benchGateCmd      `cmd:"" help:"Fit the weights by which the judge tells lasting questions from changing ones, to labelled rows."`
	Chat      benchChatCmd      `cmd:"" help:"Tokens per second through Errata against the engine's own API."`
}

type benchChatCmd struct {
	Runs int `default:"15" help:"Pairs of runs; one pair says little on a machine that others share."`
}

// Run measures the cost of going through Errata.
func (c benchChatCmd) Run(s *session) error {
	if s.doors.BenchChat == nil {
		return backend.Errorf(backend.CodeUnavailable, "bench", "This build has no benchmark.")
	}
	out, err := s.doors.BenchChat(s.ctx, s.root.Home, c.Runs)
	if err != nil {
		return err
	}
	return s.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s, median of %s of 100 tokens\n  through Errata   %5.1f tokens/s\n  the engine alone %5.1f tokens/s\n  ratio            %5.3f\n  added to the first token %.1f ms\n",
			out.Model, backend.Count(out.Runs, "pair"), out.ThroughTPS, out.DirectTPS, out.Ratio, out.AddedFirstMS)
	})
}

type benchJudgeCmd struct {
	Data     string `type:"existingdir" help:"Folder that holds judge/TASK.jsonl (default: a small sample that is shipped)."`
	Task     string `required:"" help:"equivalence, equivalence_hard, outdated, outdated_same, class, stance, attribution or realtime."`
	Model    string `help:"Model that fills the slots." default:"qwen2.5-coder:1.5b"`
	Judge    string `help:"default (the app's own), original (its forerunner's), lexical (no model) or grounding (the label that may withhold a rival; attribution only)." enum:"default,original,lexical,grounding" default:"default"`
	Limit    int    `help:"Judge so many rows, the same ones everywhere; 0: all."`
	JSONFile string `name:"json-file" placeholder:"FILE" help:"Where --json writes; TASK.rows.jsonl goes beside it. Short: --json FILE, or --json - for stdout."`
}

// Run measures one judge on one task.
func (c benchJudgeCmd) Run(s *session) error {
	return measure(s, bench.JudgeOptions{Data: c.Data, Task: c.Task, Model: c.Model, Judge: c.Judge, Limit: c.Limit}, c.JSONFile)
}

type benchPoisonCmd struct {
	Model    string `help:"Model that fills the slots." default:"qwen2.5-coder:1.5b"`
	Limit    int    `help:"Judge so many of the 300 cases, the same ones everywhere; 0: all." default:"60"`
	JSONFile string `name:"json-file" placeholder:"FILE" help:"Where --json writes; poison.rows.jsonl goes beside it. Short: --json FILE, or --json - for stdout."`
}

// Run measures the app's judge on evidence of which one or two pages of six lie.
func (c benchPoisonCmd) Run(s *session) error {
	return measure(s, bench.JudgeOptions{Task: bench.TaskPoison, Model: c.Model, Judge: bench.JudgeDefault, Limit: c.Limit}, c.JSONFile)
}

// measure runs a task and writes its result to file, to the screen when that is
// empty, or to stdout for "-".
func measure(s *session, o bench.JudgeOptions, file string) error {
	if s.doors.BenchJudge == nil {
		return backend.Errorf(backend.CodeUnavailable, "bench", "This build has no benchmark.")
	}
	var err error
	if o.Rows, err = folderOf(file); err != nil {
		return err
	}
	progress, end := s.progress()
	o.Progress = progress
	defer end()
	out, err := s.doors.BenchJudge(s.ctx, s.root.Home, o)
	if err != nil {
		return err
	}
	return s.result(file, out, func(w io.Writer) { writeJudged(w, out) })
}

// folderOf is the folder of a file that JSON goes to, empty when it goes to no file.
func folderOf(file string) (string, error) {
	if file == "" || file == "-" {
		return "", nil
	}
	dir := filepath.Dir(file)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", backend.Errorf(backend.CodeInvalid, "bench", "There is no folder %s to write to.", dir).WithHint("Make it, or name another file.")
	}
	return dir, nil
}

// progress draws on stderr unless the user wants it quiet; end leaves the line.
func (s *session) progress() (show func(bench.Progress), end func()) {
	if s.root.Quiet {
		return nil, func() {}
	}
	b := bar{w: s.io.Err}
	if f, ok := s.io.Err.(*os.File); ok {
		b.live = term.IsTerminal(int(f.Fd()))
	}
	return b.show, b.end
}

// result goes to the file that --json names, else to where everything goes.
func (s *session) result(file string, out any, write func(io.Writer)) error {
	if file == "" || file == "-" {
		return s.print(out, write)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	return backend.Wrap(bench.WriteFile(file, buf.Bytes()), backend.CodeUnavailable, "bench", "The result cannot be written to "+file+".")
}

// fileOfJSON lets the flag that everywhere else takes no value name a file after
// a benchmark: kong knows one kind of --json only.
func fileOfJSON(args []string) []string {
	verb := slices.Index(args, "bench") + 1
	if verb == 0 || verb == len(args) || !slices.Contains([]string{"judge", "calibrate", "gate", "poison", "learn"}, args[verb]) {
		return args
	}
	var out []string
	for i := 0; i < len(args); i++ {
		file, set := strings.CutPrefix(args[i], "--json=")
		switch {
		case set:
		case args[i] == "--json" && i > verb && i+1 < len(args) && (args[i+1] == "-" || !strings.HasPrefix(args[i+1], "-")):
			i++
			file, set = args[i], true
		}
		if set {
			out = append(out, "--json", "--json-file="+file)
			continue
		}
		out = append(out, args[i])
	}
	return out
}

func writeJudged(w io.Writer, r bench.JudgeResult) {
	fmt.Fprintf(w, "%s, %s judge%s, %s, %s, %.0f s\n", r.Task, r.Judge, with(r.Model), backend.Count(r.N, "row"), backend.Count(r.Calls, "model call"), r.Seconds)
	for _, name := range slices.Sorted(maps.Keys(r.Metrics)) {
		writeMetric(w, name, r.Metrics[name])
	}
}

func writeMetric(w io.Writer, name string, m backend.Metric) {
	fmt.Fprintf(w, "  %-30s %.3f  [%.3f, %.3f]  n %d\n", name, m.Value, m.Lo, m.Hi, m.N)
}

func with(model string) string {
	if model == "" {
		return ""
	}
	return " with " + model
}

// bar draws how far a benchmark is: over the line before on a terminal, elsewhere
// a line now and then.
type bar struct {
	w     io.Writer
	live  bool
	open  bool
	shown time.Time
}

const barWidth = 30

func (b *bar) show(p bench.Progress) {
	if last := p.Done == p.Total; !last && !b.live && time.Since(b.shown) < everySeconds*time.Second {
		return
	}
	b.shown = time.Now()
	full := barWidth * p.Done / max(p.Total, 1)
	line := fmt.Sprintf("%s [%s%s] %d of %d", p.Task, strings.Repeat("#", full), strings.Repeat("-", barWidth-full), p.Done, p.Total)
	if p.Left > time.Second {
		line += ", " + p.Left.Round(time.Second).String() + " left"
	}
	if b.live {
		fmt.Fprintf(b.w, "\r\x1b[2K%s", line)
		b.open = true
		return
	}
	fmt.Fprintln(b.w, line)
}

func (b *bar) end() {
	if b.open {
		fmt.Fprintln(b.w)
	}
}
