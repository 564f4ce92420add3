package cli

import (
	"fmt"
	"io"

	"errata/backend"
	"errata/backend/bench"
)

type benchCalibrateCmd struct {
	Data     string  `required:"" type:"existingdir" help:"Folder that holds judge/realtime.jsonl."`
	Model    string  `help:"Model that fills the slots." default:"qwen2.5-coder:1.5b"`
	Judge    string  `help:"The judge that is fitted; only the app's own gives a confidence." enum:"default" default:"default"`
	Limit    int     `help:"Judge so many rows, the same ones everywhere; 0: all."`
	Target   float64 `default:"0.1" help:"Share of wrong verdicts that is let through, under an exact 95 % bound."`
	JSONFile string  `name:"json-file" placeholder:"FILE" help:"Where --json writes; calibrate.rows.jsonl goes beside it. Short: --json FILE, or --json - for stdout."`
}

// calibrated is a fit with where it is kept.
type calibrated struct {
	File string `json:"file"`
	backend.Calibration
}

// Run fits the judge's confidence; checks use it from then on.
func (c benchCalibrateCmd) Run(s *session) error {
	if s.doors.BenchCalibrate == nil {
		return backend.Errorf(backend.CodeUnavailable, "bench", "This build has no benchmark.")
	}
	rows, err := folderOf(c.JSONFile)
	if err != nil {
		return err
	}
	o := bench.CalibrateOptions{Data: c.Data, Model: c.Model, Judge: c.Judge, Limit: c.Limit, Target: c.Target, Rows: rows}
	progress, end := s.progress()
	o.Progress = progress
	defer end()
	file, fit, err := s.doors.BenchCalibrate(s.ctx, s.root.Home, o)
	if err != nil {
		return err
	}
	out := calibrated{File: file, Calibration: fit}
	return s.result(c.JSONFile, out, func(w io.Writer) { writeCalibration(w, out) })
}

func writeCalibration(w io.Writer, c calibrated) {
	fmt.Fprintf(w, "%s, prompts %s, %s; at most %.0f %% wrong\n", c.Model, c.PromptVersion, backend.Count(c.Rows, "row"), 100*c.TargetError)
	for _, kind := range []backend.VerdictKind{backend.Supported, backend.Outdated, backend.Contradicted} {
		k := c.Kinds[kind]
		fmt.Fprintf(w, "  %-13s %12s, %d wrong: ", kind, backend.Count(k.N, "verdict"), k.Errors)
		switch {
		case len(k.Knots) == 0:
			fmt.Fprintln(w, "too few to fit; it stays uncalibrated")
		case k.Threshold == nil:
			fmt.Fprintln(w, "wrong too often at every confidence; it is not given")
		default:
			fmt.Fprintf(w, "given from %.3f on, %d of %d wrong there (at most %.1f %%)\n", *k.Threshold, k.KeptErrors, k.Kept, 100*k.Bound)
		}
	}
	if c.ECEBefore.N > 0 {
		fmt.Fprintf(w, "  calibration error %.3f [%.3f, %.3f] before, %.3f [%.3f, %.3f] after, cross-fitted\n",
			c.ECEBefore.Value, c.ECEBefore.Lo, c.ECEBefore.Hi, c.ECEAfter.Value, c.ECEAfter.Lo, c.ECEAfter.Hi)
	}
	fmt.Fprintf(w, "kept in %s\n", c.File)
}
