package chatfile

import (
	"encoding/json"
	"time"

	"errata/backend"
)

// Formats are the formats of an export.
var Formats = []string{"markdown", "json"}

// Export is a chat as it is written.
type Export struct {
	Format string       `json:"format"` // ExportFormat
	At     time.Time    `json:"exported_at"`
	Chat   backend.Chat `json:"chat"`
	Shown  []string     `json:"shown"` // questions and answers of the branch that is shown, in its order
	Turns  []Turn       `json:"turns"` // all branches, oldest first
}

// ExportFormat names what an Export looks like.
const ExportFormat = "errata.chat/1"

// Turn is a question with its answers and all that was found out about them.
type Turn struct {
	Question backend.Question             `json:"question"`
	Answers  []backend.Answer             `json:"answers"`
	Verdicts map[string][]backend.Verdict `json:"verdicts"` // by answer, oldest first
	Ratings  map[string]backend.Rating    `json:"ratings"`  // by verdict
}

// Link is one turn of a branch; Answer is nil when the question has none.
type Link struct {
	Turn   Turn
	Answer *backend.Answer
}

// NewExport makes an Export. leaf is the last question or answer that is shown;
// without one the newest branch is.
func NewExport(c backend.Chat, turns []Turn, leaf string, now time.Time) Export {
	e := Export{Format: ExportFormat, At: now, Chat: c, Shown: []string{}, Turns: turns}
	for _, l := range branch(turns, leaf) {
		e.Shown = append(e.Shown, l.Turn.Question.ID)
		if l.Answer != nil {
			e.Shown = append(e.Shown, l.Answer.ID)
		}
	}
	return e
}

// JSON is everything.
func (e Export) JSON() (string, error) {
	b, err := json.MarshalIndent(e, "", "  ")
	return string(b) + "\n", err
}

// branch is the line to a leaf, or the newest one.
func branch(turns []Turn, leaf string) []Link {
	if back := lineTo(turns, leaf); back != nil {
		return back
	}
	var line []Link
	seen := map[string]bool{}
	for parent := ""; ; {
		i := -1
		for k, t := range turns {
			if t.Question.ParentID == parent {
				i = k // siblings stand oldest first
			}
		}
		if i < 0 || seen[turns[i].Question.ID] {
			return line
		}
		seen[turns[i].Question.ID] = true
		l := Link{Turn: turns[i]}
		if n := len(l.Turn.Answers); n > 0 {
			l.Answer = &l.Turn.Answers[n-1]
		}
		line = append(line, l)
		if l.Answer == nil {
			return line
		}
		parent = l.Answer.ID
	}
}

// lineTo goes from a question or answer back to the beginning; nil when the chat
// does not have it.
func lineTo(turns []Turn, leaf string) []Link {
	var line []Link
	for len(line) <= len(turns) {
		l, ok := linkOf(turns, leaf)
		if !ok {
			return nil
		}
		line = append([]Link{l}, line...)
		if leaf = l.Turn.Question.ParentID; leaf == "" {
			return line
		}
	}
	return nil // a circle
}

func linkOf(turns []Turn, id string) (Link, bool) {
	for _, t := range turns {
		if t.Question.ID == id {
			return Link{Turn: t}, true
		}
		for i := range t.Answers {
			if t.Answers[i].ID == id {
				return Link{Turn: t, Answer: &t.Answers[i]}, true
			}
		}
	}
	return Link{}, false
}
