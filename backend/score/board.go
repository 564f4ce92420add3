package score

import (
	"slices"

	"errata/backend"
)

// Mark is one cell of the scoreboard.
type Mark string

// A fact is filled when its question and at least half of its rewordings are
// right, half when only one of the two is, hollow when neither is, kept when its
// training gave it up so that memory answers, and blank in a version that was not
// asked.
const (
	Filled Mark = "filled"
	Half   Mark = "half"
	Hollow Mark = "hollow"
	Kept   Mark = "kept"
	Blank  Mark = "blank"
)

// Column is one version of the board.
type Column struct {
	Results []backend.ProbeResult
	GivenUp []string // ids of facts that its training let go of
}

// Cell is one fact in one version.
type Cell struct {
	Mark   Mark   `json:"mark"`
	Answer string `json:"answer"` // to the fact's own question
}

// Line is one fact across versions, in the order of the columns. Taught and Lost are
// columns, -1 for none: where it was first asked, and from where on it is hollow
// although an earlier version recalled it.
type Line struct {
	FactID   string `json:"fact_id"`
	Question string `json:"question"`
	Cells    []Cell `json:"cells"`
	Taught   int    `json:"taught"`
	Lost     int    `json:"lost"`
}

// Board marks every fact that a column was asked in each of them, columns from the
// oldest version to the newest. Facts of the newest come first.
func Board(columns []Column) []Line {
	lines := []Line{}
	seen := map[string]bool{}
	for _, c := range slices.Backward(columns) {
		for _, r := range c.Results {
			if r.Probe.Kind == kindFact && !seen[r.Probe.FactID] {
				seen[r.Probe.FactID] = true
				lines = append(lines, line(r.Probe, columns))
			}
		}
	}
	return lines
}

func line(p backend.Probe, columns []Column) Line {
	l := Line{FactID: p.FactID, Question: p.Question, Cells: make([]Cell, 0, len(columns)), Taught: -1, Lost: -1}
	recalled := false
	for i, c := range columns {
		cell := cellOf(p.FactID, c)
		l.Cells = append(l.Cells, cell)
		if cell.Mark != Blank && l.Taught < 0 {
			l.Taught = i
		}
		switch cell.Mark {
		case Filled, Half, Kept:
			recalled, l.Lost = true, -1
		case Hollow:
			if recalled && l.Lost < 0 {
				l.Lost = i
			}
		}
	}
	return l
}

func cellOf(id string, c Column) Cell {
	cell := Cell{Mark: mark(id, c.Results)}
	if cell.Mark != Blank && slices.Contains(c.GivenUp, id) {
		cell.Mark = Kept
	}
	for _, r := range c.Results {
		if r.Probe.Kind == kindFact && r.Probe.FactID == id {
			cell.Answer = r.Answer
			break
		}
	}
	return cell
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
		return r.Probe.Kind != kindNeighbour && slices.Contains(givenUp, r.Probe.FactID)
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
