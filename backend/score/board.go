package score

import (
	"slices"

	"errata/backend"
)

// Mark is one cell of the scoreboard.
type Mark string

// A fact is filled when its question and at least half of its rewordings are
// right, half when only one of the two is, hollow when neither is, and blank in a
// version that was not asked.
const (
	Filled Mark = "filled"
	Half   Mark = "half"
	Hollow Mark = "hollow"
	Blank  Mark = "blank"
)

// Line is one fact across versions, in the order of the cards.
type Line struct {
	FactID string `json:"fact_id"`
	Marks  []Mark `json:"marks"`
}

// Board marks each fact in each scorecard.
func Board(factIDs []string, cards []backend.Scorecard) []Line {
	lines := make([]Line, 0, len(factIDs))
	for _, id := range factIDs {
		line := Line{FactID: id, Marks: make([]Mark, 0, len(cards))}
		for _, card := range cards {
			line.Marks = append(line.Marks, mark(id, card.Results))
		}
		lines = append(lines, line)
	}
	return lines
}

func mark(id string, results []backend.ProbeResult) Mark {
	var asked, reworded, right int
	known := false
	for _, r := range results {
		if r.Probe.FactID != id {
			continue
		}
		switch r.Probe.Kind {
		case kindFact:
			asked++
			known = known || r.Right
		case kindParaphrase:
			reworded++
			if r.Right {
				right++
			}
		}
	}
	spread := 2*right >= reworded
	switch {
	case asked+reworded == 0:
		return Blank
	case known && spread:
		return Filled
	case known || spread && reworded > 0:
		return Half
	}
	return Hollow
}

// Taught leaves out what was asked of facts that the training gave up: the weights
// are not meant to answer them. Their neighbours stay.
func Taught(results []backend.ProbeResult, givenUp []string) []backend.ProbeResult {
	return slices.DeleteFunc(slices.Clone(results), func(r backend.ProbeResult) bool {
		return (r.Probe.Kind == kindFact || r.Probe.Kind == kindParaphrase) && slices.Contains(givenUp, r.Probe.FactID)
	})
}

// Recalled lists the facts that the weights alone answered.
func Recalled(results []backend.ProbeResult) []string {
	ids := []string{}
	seen := map[string]bool{}
	for _, r := range results {
		if r.Probe.Kind == kindFact && r.Right && !seen[r.Probe.FactID] {
			seen[r.Probe.FactID] = true
			ids = append(ids, r.Probe.FactID)
		}
	}
	return ids
}
