package backend

// Cycle looks at the last ten answers judged supported, outdated or contradicted.
type Cycle struct {
	Checked int  `json:"checked"` // at most CycleLength
	Right   int  `json:"right"`
	Due     bool `json:"due"` // ten were checked and eight or fewer were right
}

// CycleLength is how many checked answers make a cycle, CycleEnough how many
// right ones still propose a training.
const (
	CycleLength = 10
	CycleEnough = 8
)

// CycleOf counts the newest CycleLength verdicts that count, newest first. Those on
// imported answers say nothing of our model.
func CycleOf(verdicts []Verdict) Cycle {
	var c Cycle
	for _, v := range verdicts {
		if !v.Counts() || v.Imported {
			continue
		}
		c.Checked++
		if v.Kind == Supported {
			c.Right++
		}
		if c.Checked == CycleLength {
			break
		}
	}
	c.Due = c.Checked == CycleLength && c.Right <= CycleEnough
	return c
}
