package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"errata/backend"
	"errata/backend/bench"
)

type benchGateCmd struct {
	Data     string `required:"" type:"existingdir" help:"Folder that holds judge/class.jsonl and judge/realtime.jsonl."`
	Other    bool   `help:"Also score the half of the rows that nothing is fitted to; each look makes it less of a test."`
	JSONFile string `name:"json-file" placeholder:"FILE" help:"Where --json writes. Short: --json FILE, or --json - for stdout."`
}

// Run fits the weights of the gate's cues; the table in the program is changed by hand.
func (c benchGateCmd) Run(s *session) error {
	out, err := bench.FitGate(s.ctx, bench.GateFitOptions{Data: c.Data, Other: c.Other})
	if err != nil {
		return err
	}
	return s.result(c.JSONFile, out, func(w io.Writer) { writeGateFit(w, out) })
}

func writeGateFit(w io.Writer, f bench.GateFit) {
	fmt.Fprintf(w, "log-odds that an answer changes, fitted to %s\n", backend.Count(f.Rows, "row"))
	fmt.Fprintf(w, "  %-24s %7s %7s %5s %9s\n", "cue", "now", "fitted", "rows", "changing")
	for _, c := range append([]bench.GateWeight{f.Bias}, f.Cues...) {
		fmt.Fprintf(w, "  %-24s %7.2f %7.2f %5d %9d\n", c.Name, c.Now, c.Fitted, c.Rows, c.Changing)
	}
	for _, part := range []struct {
		title   string
		metrics map[string]backend.Metric
	}{{"these rows, each by the fit without its fold", f.Fitted}, {"these rows, by the weights of the program", f.Now}, {"the other half, by the weights of the program", f.Other}} {
		if len(part.metrics) == 0 {
			continue
		}
		fmt.Fprintln(w, part.title)
		for _, name := range slices.Sorted(maps.Keys(part.metrics)) {
			m := part.metrics[name]
			fmt.Fprintf(w, "  %-24s %6.3f [%.3f, %.3f]  n=%d\n", name, m.Value, m.Lo, m.Hi, m.N)
		}
	}
}
