package api

import (
	"context"
	"fmt"
	"slices"

	"errata/backend"
	"errata/backend/dataset"
)

// Imported says what an import took, or would take, and which lines it left out.
type Imported struct {
	Format   string         `json:"format"` // jsonl, json or csv
	Facts    []backend.Fact `json:"facts"`
	Known    int            `json:"known"`    // lines whose question and answer stand in the queue already, or earlier in the file
	Problems []string       `json:"problems"` // "line 3: …"
}

// CheckFacts says what ImportFacts would do with a file, and changes nothing.
func (a *API) CheckFacts(text string) (Imported, error) {
	return call(a, "facts.check", func(context.Context) (Imported, error) { return a.lessons(text) })
}

// ImportFacts takes facts as JSON lines, a JSON list or CSV, in the formats that
// dataset.ReadLessons names. They enter the queue as proposed; a wrong line is named
// and skipped, what is known already is skipped, the rest is kept.
func (a *API) ImportFacts(text string) (Imported, error) {
	return call(a, "facts.import", func(context.Context) (Imported, error) {
		out, err := a.lessons(text)
		if err != nil {
			return out, err
		}
		out.Facts, err = a.o.Loop.AddFacts(out.Facts, "import")
		return out, err
	})
}

func (a *API) lessons(text string) (Imported, error) {
	out := Imported{Facts: []backend.Fact{}, Problems: []string{}}
	format, lessons, faults := dataset.ReadLessons(text)
	out.Format = format
	problems := map[int]string{}
	for _, f := range faults {
		problems[f.Line] = f.Why
	}
	earlier := map[string][]string{} // answers of the file by question
	last := 0
	for _, l := range lessons {
		last = max(last, l.Line)
		l.Fact.ProposedBy = "import"
		if err := l.Fact.Validate(); err != nil {
			problems[l.Line] = Sentence(err)
			continue
		}
		_, known, err := a.o.Loop.Standing(l.Fact.Question, l.Fact.Answer)
		if err != nil {
			return out, err
		}
		question := backend.Normal(l.Fact.Question)
		if known || slices.ContainsFunc(earlier[question], func(answer string) bool { return backend.SameAnswer(answer, l.Fact.Answer) }) {
			out.Known++
			continue
		}
		earlier[question] = append(earlier[question], l.Fact.Answer)
		out.Facts = append(out.Facts, l.Fact)
	}
	for _, f := range faults {
		last = max(last, f.Line)
	}
	for line := 1; line <= last; line++ {
		if why := problems[line]; why != "" {
			out.Problems = append(out.Problems, fmt.Sprintf("line %d: %s", line, why))
		}
	}
	return out, nil
}
