package bench

import (
	"context"
	"regexp"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/judge"
)

// lexicalJudge is the plain rule that a model has to beat: one text contains the
// other's words or it does not.
type lexicalJudge struct{}

// reCue are words of questions whose answer changes.
var reCue = regexp.MustCompile(`(?i)\b(?:current|currently|latest|newest|recent|recently|today|now|this (?:year|month|week|season)|still|last|next|new)\b`)

func (lexicalJudge) judge(_ context.Context, _ judge.Model, task string, row judgeRow) ([]Judged, error) {
	switch task {
	case taskClass:
		return one(pick(reCue.MatchString(row.Question), "changing", "evergreen"), true), nil
	case taskOutdated, taskOutdatedSame:
		return one(pick(containEither(row.Old.Answers[0], row.Current.Answers), string(backend.Supported), string(backend.Outdated)), true), nil
	case taskStance:
		return one(pick(containsWords(row.Passage, row.Claim), "support", "irrelevant"), true), nil
	case taskAttribution:
		return one(pick(containsWords(strings.Join(row.Passages, "\n"), row.Claim), "attributable", "not"), true), nil
	case taskRealtime:
		return lexicalRealtime(row), nil
	}
	return one(containment(row), true), nil
}

// containment says "same" when a gold answer stands in the answer.
func containment(row judgeRow) string {
	return pick(backend.MentionsAny(row.Answer, row.Gold), "same", "different")
}

func containEither(value string, others []string) bool {
	for _, o := range others {
		if backend.Mentions(value, o) || backend.Mentions(o, value) {
			return true
		}
	}
	return false
}

// containsWords: every word of the statement that is longer than three letters or
// a number stands in the text.
func containsWords(text, statement string) bool {
	for _, w := range strings.Fields(backend.Normal(statement)) {
		if (len(w) > 3 || strings.ContainsAny(w, "0123456789")) && !backend.Mentions(text, w) {
			return false
		}
	}
	return true
}

// lexicalRealtime sees the choices: the one that most texts of the last week name
// is taken for the answer. Without one nothing is said.
func lexicalRealtime(row judgeRow) []Judged {
	named := map[string]int{}
	for _, e := range row.Evidence {
		day, err := time.Parse(time.DateOnly, e.PublishedAt)
		if err != nil || row.asked().Sub(day) > 8*24*time.Hour {
			continue
		}
		for _, c := range row.Choices {
			if backend.Mentions(e.Title+"\n"+e.Text, c) {
				named[c]++
			}
		}
	}
	best, tie := "", false
	for _, c := range row.Choices {
		switch {
		case named[c] == 0:
		case named[c] > named[best]:
			best, tie = c, false
		case named[c] == named[best]:
			tie = true
		}
	}
	var out []Judged
	for _, s := range row.sides("")[:2] {
		j := Judged{Side: s.name, Verdict: string(backend.NotEnoughEvidence)}
		if best != "" && !tie {
			j.Verdict, j.Committed = pick(s.answer == best, string(backend.Supported), string(backend.Contradicted)), true
		}
		out = append(out, j)
	}
	return out
}
