package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

type askCmd struct {
	Question []string `arg:"" help:"The question."`
	Version  string   `name:"use" help:"Version to ask: base, v3 (default: the current one)."`
	NoMemory bool     `help:"Answer from the weights alone."`
	Check    bool     `help:"Check the answer afterwards."`
	Chat     string   `help:"Go on in this chat (its id)."`
}

// Run streams the answer to stdout.
func (c askCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		in := flow.AskInput{Text: strings.Join(c.Question, " "), ChatID: c.Chat}
		if c.NoMemory {
			off := false
			in.Memory = &off
		}
		if err := nameVersion(s, caller, c.Version, &in.Version); err != nil {
			return err
		}
		if in.ChatID != "" {
			view, err := get[api.ChatView](s, caller, "Chat", in.ChatID)
			if err != nil {
				return err
			}
			in.ParentID = lastAnswer(view)
		}
		asked, err := s.stream(caller, in)
		if err != nil {
			return err
		}
		out := struct {
			flow.Asked
			Verdict *backend.Verdict `json:"verdict,omitempty"`
		}{Asked: asked}
		if c.Check {
			if err := s.sayLocal(caller); err != nil {
				return err
			}
			v, err := get[backend.Verdict](s, caller, "Check", RequestID, asked.Answer.ID)
			if err != nil {
				return err
			}
			out.Verdict = &v
		}
		return s.print(out, func(w io.Writer) {
			a := asked.Answer
			fmt.Fprintf(w, "\n\n%s · %.0f tokens/s · from %s\n", a.VersionName, a.TokensPerSecond, a.Source)
			writeRecalled(w, asked.Memory)
			if out.Verdict != nil {
				writeVerdict(w, *out.Verdict)
			}
		})
	})
}

// lastAnswer is the newest complete answer of a chat, which the next question
// follows; without it the model would see nothing of the chat.
func lastAnswer(view api.ChatView) string {
	var last backend.Answer
	for _, turn := range view.Turns {
		for _, a := range turn.Answers {
			if a.State == backend.AnswerComplete && !a.CreatedAt.Before(last.CreatedAt) {
				last = a
			}
		}
	}
	return last.ID
}

// stream asks and, without --json, writes the text as it comes.
func (s *session) stream(c Caller, in flow.AskInput) (flow.Asked, error) {
	events, stop := c.Events()
	written := make(chan struct{})
	go func() {
		defer close(written)
		for e := range events {
			if e.Topic == "answer.text" && e.ID == RequestID && !s.root.JSON {
				fmt.Fprint(s.io.Out, pieceOf(e))
			}
		}
	}()
	asked, err := get[flow.Asked](s, c, "Ask", RequestID, in)
	stop()
	<-written
	return asked, err
}

func pieceOf(e backend.Event) string {
	if p, ok := e.Data.(api.TextPiece); ok {
		return p.Text
	}
	raw, err := json.Marshal(e.Data)
	if err != nil {
		return ""
	}
	var p api.TextPiece
	if json.Unmarshal(raw, &p) != nil {
		return ""
	}
	return p.Text
}

// nameVersion turns "v3" into an id; "base" and "" stay.
func nameVersion(s *session, c Caller, name string, into *string) error {
	if name == "" || name == flow.BaseVersion {
		*into = name
		return nil
	}
	v, err := get[backend.Version](s, c, "FindVersion", name)
	*into = v.ID
	return err
}

type checkCmd struct {
	Question string `required:"" help:"The question that was asked."`
	Answer   string `required:"" help:"The answer to check."`
}

// Run prints the verdict for a given answer.
func (c checkCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		if err := s.sayLocal(caller); err != nil {
			return err
		}
		return showFrom(s, caller, "CheckText", writeVerdict, RequestID, c.Question, c.Answer)
	})
}

// sayLocal says that a check sends nothing, where nobody has agreed to it yet.
func (s *session) sayLocal(c Caller) error {
	settings, err := get[backend.Settings](s, c, "Settings")
	if err != nil || settings.Confirmed || s.root.Quiet {
		return err
	}
	fmt.Fprintln(s.io.Err, "note: only your own documents are read. To search online too, agree on the first screen, or run: errata settings set '{\"confirmed\": true}'")
	return nil
}

func writeVerdict(w io.Writer, v backend.Verdict) {
	fmt.Fprintf(w, "\n%s (%s)\n%s\n", strings.ReplaceAll(string(v.Kind), "_", " "), strings.ReplaceAll(string(v.Reason), "_", " "), v.Sentence)
	if v.RivalValue != "" {
		fmt.Fprintf(w, "  model says     %s\n  evidence says  %s\n", v.Claim.Short, v.RivalValue)
	}
	for _, p := range v.Passages {
		if p.Quote == "" {
			continue
		}
		fmt.Fprintf(w, "  “%s”\n    %s\n", p.Quote, source(p))
	}
	if unreached := v.Unreached(); len(unreached) > 0 {
		fmt.Fprintf(w, "  not reached: %s; what is here was read without it\n", strings.Join(unreached, ", "))
	}
	switch {
	case !v.Counts():
	case !v.Calibrated:
		fmt.Fprintf(w, "  (uncalibrated: confidence not yet fitted for %s)\n", cmp.Or(v.JudgedBy(), "this model"))
	case v.Withheld == "":
		fmt.Fprintf(w, "  (of such verdicts %.0f in 100 are right)\n", 100*v.Confidence)
	}
}

// writeRecalled says which approved facts an answer was given, and their ground.
func writeRecalled(w io.Writer, list []flow.Recalled) {
	if sentence := flow.RecalledSentence(list); sentence != "" {
		fmt.Fprintln(w, sentence)
	}
	said := slices.ContainsFunc(list, func(r flow.Recalled) bool { return r.Said })
	for _, r := range list {
		if said && !r.Said {
			continue // it was given as well, but did not give the answer
		}
		f := r.Fact
		state := string(f.State)
		if f.DecidedAt != nil {
			state += " " + day(f.DecidedAt)
		}
		fmt.Fprintf(w, "  %s %s (%s)\n", f.Question, f.Answer, state)
		for _, p := range f.Passages {
			if p.Quote != "" {
				fmt.Fprintf(w, "  “%s”\n    %s\n", p.Quote, source(p))
			}
		}
	}
}

// source says where a passage stands: a note by its title and, where it names
// one, its source. A date that is only the time of its file is told as such.
func source(p backend.Passage) string {
	date := day(p.PublishedAt)
	if p.DateSource == "file" {
		date = "file changed " + date
	}
	place := p.Domain
	if p.Provider == "library" {
		place = "your document"
		if p.Domain != "library" {
			place = p.URL + ", " + place
		}
	}
	if p.Title != "" {
		place = p.Title + ", " + place
	}
	return place + ", " + date
}

// day is a date as it is printed, also one that is not known.
func day(t *time.Time) string {
	if t == nil {
		return "no date"
	}
	return t.Format(time.DateOnly)
}
