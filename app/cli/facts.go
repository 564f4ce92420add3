package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

type factsCmd struct {
	List    factsListCmd    `cmd:"" help:"List facts, newest first."`
	Add     factsAddCmd     `cmd:"" help:"Put a fact into Review by hand."`
	Approve factsApproveCmd `cmd:"" help:"Approve facts: known at once, from memory; a training moves them into the weights."`
	Reject  factsRejectCmd  `cmd:"" help:"Reject facts."`
	Undo    factsUndoCmd    `cmd:"" help:"Take the last decision on facts back."`
	Edit    factsEditCmd    `cmd:"" help:"Change a fact."`
	Recheck factsRecheckCmd `cmd:"" help:"Look at the evidence of approved facts again."`
	Import  factsImportCmd  `cmd:"" help:"Import facts from JSON lines."`
	Export  factsExportCmd  `cmd:"" help:"Export facts as JSON lines."`
}

type factsListCmd struct {
	State string `help:"proposed, approved, rejected, superseded or expired." enum:",proposed,approved,rejected,superseded,expired" default:""`
	Query string `help:"Words that the fact must have."`
	Limit int    `default:"50" help:"At most so many."`
}

// Run lists facts.
func (c factsListCmd) Run(s *session) error {
	return show(s, "Facts", writeFacts, backend.FactFilter{State: backend.FactState(c.State), Query: c.Query, Limit: c.Limit})
}

func writeFacts(w io.Writer, facts []backend.Fact) {
	if len(facts) == 0 {
		fmt.Fprintln(w, "No facts. `errata facts add` proposes one.")
		return
	}
	t := tabwriter.NewWriter(w, 2, 2, 2, ' ', 0)
	for _, f := range facts {
		old := ""
		if f.OldAnswer != "" {
			old = " (was " + f.OldAnswer + ")"
		}
		state, ground := string(f.State), ""
		if f.Rule != nil {
			state += " by rule"
			ground = "  [" + f.Rule.Words() + "; `errata facts undo` takes it back]"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s%s%s\n", f.ID, state, f.Question, f.Answer, old, ground)
	}
	_ = t.Flush()
}

func writeFact(w io.Writer, f backend.Fact) { writeFacts(w, []backend.Fact{f}) }

type factsAddCmd struct {
	Question string   `required:"" help:"The question."`
	Answer   string   `required:"" help:"The new answer."`
	Old      string   `help:"The answer that is no longer right."`
	Alias    []string `help:"Another way to write the answer."`
	Approve  bool     `help:"Approve it at once: known from memory, before any training."`
}

// Run adds a fact.
func (c factsAddCmd) Run(s *session) error {
	return show(s, "AddFact", writeFact, backend.Fact{Question: c.Question, Answer: c.Answer, OldAnswer: c.Old, Aliases: c.Alias, ProposedBy: "person"}, c.Approve)
}

type factsApproveCmd struct {
	ID []string `arg:"" help:"Ids of the facts."`
}

// Run approves facts.
func (c factsApproveCmd) Run(s *session) error { return s.decide("ApproveFact", c.ID) }

type factsRejectCmd struct {
	ID []string `arg:"" help:"Ids of the facts."`
}

// Run rejects facts.
func (c factsRejectCmd) Run(s *session) error { return s.decide("RejectFact", c.ID) }

type factsUndoCmd struct {
	ID []string `arg:"" help:"Ids of the facts."`
}

// Run takes decisions back.
func (c factsUndoCmd) Run(s *session) error { return s.decide("UndoFact", c.ID) }

// decide calls a method for each id and stops at the first that fails.
func (s *session) decide(method string, ids []string) error {
	return s.with(func(c Caller) error {
		facts := []backend.Fact{}
		for _, id := range ids {
			f, err := get[backend.Fact](s, c, method, id)
			if err != nil {
				return err
			}
			facts = append(facts, f)
		}
		return s.print(facts, func(w io.Writer) { writeFacts(w, facts) })
	})
}

type factsEditCmd struct {
	ID       string  `arg:"" help:"Id of the fact."`
	Question *string `help:"Another question."`
	Answer   *string `help:"Another answer."`
	Old      *string `help:"Another old answer."`
}

// Run changes a fact.
func (c factsEditCmd) Run(s *session) error {
	return show(s, "EditFact", writeFact, c.ID, backend.FactUpdate{Question: c.Question, Answer: c.Answer, OldAnswer: c.Old})
}

type factsRecheckCmd struct {
	ID []string `arg:"" optional:"" help:"Ids of approved facts; without one, those with an expiry that are due."`
}

// Run looks at the evidence of facts again.
func (c factsRecheckCmd) Run(s *session) error {
	return show(s, "RecheckFacts", writeRechecked, RequestID, append([]string{}, c.ID...))
}

func writeRechecked(w io.Writer, list []flow.Rechecked) {
	if len(list) == 0 {
		fmt.Fprintln(w, "No fact is due. Name one to check it all the same.")
		return
	}
	for _, r := range list {
		fmt.Fprintf(w, "%s  %s  %s\n  %s: %s\n", r.Fact.ID, r.Fact.Question, r.Fact.Answer, strings.ReplaceAll(string(r.Verdict.Kind), "_", " "), r.Verdict.Sentence)
		if r.Proposed != nil {
			fmt.Fprintf(w, "  the evidence has moved to %q; decide: errata facts approve %s, or reject it to keep the old answer\n", r.Proposed.Answer, r.Proposed.ID)
		}
	}
}

type factsImportCmd struct {
	File string `arg:"" help:"JSON lines, a JSON list or CSV with question and answer, or rows as datasets are exported; - reads stdin."`
}

// Run imports facts.
func (c factsImportCmd) Run(s *session) error {
	var raw []byte
	var err error
	if c.File == "-" {
		raw, err = io.ReadAll(io.LimitReader(s.io.In, 64<<20))
	} else {
		raw, err = os.ReadFile(c.File)
	}
	if err != nil {
		return backend.Wrap(err, backend.CodeNotFound, "facts.import", "The file cannot be read.")
	}
	return s.with(func(caller Caller) error {
		v, err := get[api.Imported](s, caller, "ImportFacts", string(raw))
		if err != nil {
			return err
		}
		if len(v.Facts) == 0 && v.Known == 0 {
			for _, p := range v.Problems {
				fmt.Fprintln(s.io.Err, " ", p)
			}
			return backend.Errorf(backend.CodeNotFound, "facts.import", "No fact was imported; lines that could not be read: %d.", len(v.Problems)).
				WithHint(`Each line is a JSON object: {"question": "…", "answer": "…"}`)
		}
		return s.print(v, func(w io.Writer) {
			fmt.Fprintf(w, "%s put into Review, %s skipped\n", backend.Count(len(v.Facts), "fact"), backend.Count(len(v.Problems), "line"))
			for _, p := range v.Problems {
				fmt.Fprintln(w, " ", p)
			}
		})
	})
}

type factsExportCmd struct {
	State string `help:"Only facts in this state." enum:",proposed,approved,rejected,superseded,expired" default:""`
}

// Run exports facts.
func (c factsExportCmd) Run(s *session) error { return s.dump("ExportFacts", c.State) }

// dump writes a text result as it is: it has its format already.
func (s *session) dump(method string, args ...any) error {
	return s.with(func(c Caller) error {
		text, err := get[string](s, c, method, args...)
		if err == nil {
			_, err = io.WriteString(s.io.Out, text)
		}
		return err
	})
}
