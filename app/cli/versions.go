package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"errata/backend"
	"errata/backend/flow"
)

type versionsCmd struct {
	List     versionsListCmd     `cmd:"" help:"List versions."`
	Score    versionsScoreCmd    `cmd:"" help:"Ask a version all probes of its dataset."`
	Compare  versionsCompareCmd  `cmd:"" help:"Ask two versions the same prompts."`
	Promote  versionsPromoteCmd  `cmd:"" help:"Make a version current without losing a chat."`
	Rollback versionsRollbackCmd `cmd:"" help:"Go back to the version before."`
	Serve    versionsServeCmd    `cmd:"" help:"Make a version ready in the engine, as adapter or merged."`
	Export   versionsExportCmd   `cmd:"" help:"Write a version for other programs, or say where its files are."`
	Note     versionsNoteCmd     `cmd:"" help:"Keep a note on a version."`
	Delete   versionsDeleteCmd   `cmd:"" help:"Delete the weights of a version that does not answer."`
	Arrivals versionsArrivalsCmd `cmd:"" help:"What turned up in incoming/ and is not ours."`
	Import   versionsImportCmd   `cmd:"" help:"Register an adapter that is not ours."`
	Discard  versionsDiscardCmd  `cmd:"" help:"Delete an arrival."`
}

type versionsListCmd struct{}

// Run lists versions.
func (versionsListCmd) Run(s *session) error {
	return show(s, "Versions", func(w io.Writer, all []backend.Version) {
		if len(all) == 0 {
			fmt.Fprintln(w, "Only the base. `errata train` makes a version of the approved facts.")
		}
		t := tabwriter.NewWriter(w, 2, 2, 2, ' ', 0)
		for _, v := range all {
			gate := "not scored"
			if v.Gate != nil {
				gate = map[bool]string{true: "gate passed", false: "gate failed"}[v.Gate.Passed]
			}
			if n := len(v.GivenUpFactIDs); n > 0 {
				gate += ", " + backend.Count(n, "fact") + " in memory alone"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", v.Name(), v.State, v.Model, v.AdapterID[:min(12, len(v.AdapterID))], v.ServedAs, gate)
		}
		_ = t.Flush()
	})
}

// onVersion finds a version by name and calls a method on it.
func onVersion[T any](s *session, name, method string, text func(io.Writer, T), args func(v backend.Version) []any) error {
	return s.with(func(c Caller) error {
		v, err := get[backend.Version](s, c, "FindVersion", name)
		if err != nil {
			return err
		}
		out, err := get[T](s, c, method, args(v)...)
		if err != nil {
			return err
		}
		return s.print(out, func(w io.Writer) { text(w, out) })
	})
}

type versionsScoreCmd struct {
	Version string `arg:"" help:"v3, an id, or the start of its adapter's hash."`
}

// Run scores a version.
func (c versionsScoreCmd) Run(s *session) error {
	return onVersion(s, c.Version, "Score", func(w io.Writer, card backend.Scorecard) {
		for _, name := range slices.Sorted(maps.Keys(card.Metrics)) {
			m := card.Metrics[name]
			fmt.Fprintf(w, "%-16s %5.1f %%  (%.1f to %.1f, n = %d)\n", name, 100*m.Value, 100*m.Lo, 100*m.Hi, m.N)
		}
	}, func(v backend.Version) []any { return []any{RequestID, v.ID} })
}

type versionsCompareCmd struct {
	A      string   `arg:"" help:"base, v1, …"`
	B      string   `arg:"" help:"v2, …"`
	Prompt []string `help:"Ask this instead of the probes."`
}

// Run compares two versions.
func (c versionsCompareCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		in := flow.CompareInput{Prompts: c.Prompt}
		if err := nameVersion(s, caller, c.A, &in.A); err != nil {
			return err
		}
		if err := nameVersion(s, caller, c.B, &in.B); err != nil {
			return err
		}
		out, err := get[backend.Comparison](s, caller, "Compare", RequestID, in)
		if err != nil {
			return err
		}
		return s.print(out, func(w io.Writer) {
			if out.Paired != nil {
				fmt.Fprintln(w, out.Paired.Words)
			}
			for _, p := range out.Prompts {
				mark := " "
				if p.A != p.B {
					mark = "≠"
				}
				fmt.Fprintf(w, "%s %s\n    %s: %s\n    %s: %s\n", mark, p.Question, out.A.VersionName, p.A, out.B.VersionName, p.B)
			}
		})
	})
}

type versionsPromoteCmd struct {
	Version string `arg:"" help:"v3, an id, or the start of its adapter's hash."`
	Force   bool   `help:"Promote it although its gate did not pass."`
}

// Run promotes a version.
func (c versionsPromoteCmd) Run(s *session) error {
	return onVersion(s, c.Version, "Promote", writeCurrent, func(v backend.Version) []any {
		return []any{RequestID, flow.PromoteInput{VersionID: v.ID, Force: c.Force}}
	})
}

func writeCurrent(w io.Writer, v backend.Version) {
	fmt.Fprintf(w, "%s of %s is current, served as %s\n", v.Name(), v.Model, v.ServedAs)
}

type versionsRollbackCmd struct{}

// Run goes back to the version before.
func (versionsRollbackCmd) Run(s *session) error { return show(s, "Rollback", writeCurrent, RequestID) }

type versionsServeCmd struct {
	Version string `arg:"" help:"v3, an id, or the start of its adapter's hash."`
	As      string `help:"adapter, merged, or what fits." enum:",adapter,merged" default:""`
}

// Run makes a version ready.
func (c versionsServeCmd) Run(s *session) error {
	return onVersion(s, c.Version, "ServeVersion", func(w io.Writer, v backend.Version) {
		fmt.Fprintf(w, "%s is served as %s: %s\n", v.Name(), v.ServedAs, v.EngineName)
	}, func(v backend.Version) []any { return []any{RequestID, v.ID, c.As} })
}

type versionsExportCmd struct {
	Version string `arg:"" help:"v3, an id, or the start of its adapter's hash."`
	To      string `type:"path" help:"Folder to write it into, instead of saying where its files are."`
	Merged  bool   `help:"Write the merged weights too."`
}

// Run writes a version for other programs, or prints its folder and files.
func (c versionsExportCmd) Run(s *session) error {
	if c.To != "" {
		return onVersion(s, c.Version, "ExportVersion", func(w io.Writer, out flow.Exported) {
			fmt.Fprintln(w, out.Folder)
			for _, name := range out.Files {
				fmt.Fprintln(w, " ", name)
			}
		}, func(v backend.Version) []any {
			return []any{RequestID, flow.ExportInput{VersionID: v.ID, Merged: c.Merged, Folder: c.To}}
		})
	}
	return onVersion(s, c.Version, "AdapterOf", func(w io.Writer, a backend.Adapter) {
		fmt.Fprintln(w, a.Dir)
		for _, f := range a.Manifest.Files {
			fmt.Fprintf(w, "  %-24s %9d bytes  %s\n", f.Name, f.Size, f.SHA256)
		}
	}, func(v backend.Version) []any { return []any{v.ID} })
}

type versionsNoteCmd struct {
	Version string `arg:"" help:"v3, an id, or the start of its adapter's hash."`
	Note    string `arg:"" help:"The note; an empty one takes it away."`
}

// Run keeps a note on a version.
func (c versionsNoteCmd) Run(s *session) error {
	return onVersion(s, c.Version, "NoteVersion", func(w io.Writer, v backend.Version) { fmt.Fprintf(w, "%s: %s\n", v.Name(), v.Note) },
		func(v backend.Version) []any { return []any{v.ID, c.Note} })
}

type versionsDeleteCmd struct {
	Version string `arg:"" help:"v3, an id, or the start of its adapter's hash."`
	Sure    bool   `required:"" help:"Its weights are gone for good; its results stay."`
}

// Run deletes the weights of a version.
func (c versionsDeleteCmd) Run(s *session) error {
	return onVersion(s, c.Version, "DeleteVersion", func(w io.Writer, v backend.Version) { fmt.Fprintf(w, "the weights of %s are deleted\n", v.Name()) },
		func(v backend.Version) []any { return []any{v.ID} })
}

type versionsArrivalsCmd struct{}

// Run lists arrivals.
func (versionsArrivalsCmd) Run(s *session) error {
	return show(s, "Arrivals", func(w io.Writer, all []backend.Arrival) {
		if len(all) == 0 {
			fmt.Fprintln(w, "Nothing has arrived.")
		}
		for _, a := range all {
			fmt.Fprintf(w, "%s  %s  %s\n    %s\n", a.ID, a.State, a.Name, a.Reason)
		}
	})
}

type versionsImportCmd struct {
	ID string `arg:"" help:"Id of the arrival."`
}

// Run imports a stranger.
func (c versionsImportCmd) Run(s *session) error {
	return show(s, "ImportArrival", func(w io.Writer, v backend.Version) { fmt.Fprintf(w, "registered as %s\n", v.Name()) }, c.ID)
}

type versionsDiscardCmd struct {
	ID string `arg:"" help:"Id of the arrival."`
}

// Run deletes an arrival.
func (c versionsDiscardCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		if err := caller.Call(s.ctx, "DiscardArrival", nil, c.ID); err != nil {
			return err
		}
		done := struct {
			Discarded string `json:"discarded"`
		}{c.ID}
		return s.print(done, func(w io.Writer) { fmt.Fprintln(w, done.Discarded, "is deleted") })
	})
}

// detached keeps values but not the end of a context: stopping must still work
// after Ctrl-C.
func detached(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
