package score

import (
	"cmp"
	"slices"

	"errata/backend"
)

// Observed is one verdict whose truth is known.
type Observed struct {
	Raw   float64 // confidence that the judge gave, 0 to 1
	Right bool
}

// CalibrationLevel is that of the one-sided bound on the error.
const CalibrationLevel = 0.95

// Calibrate fits the mapping of one kind of verdict and the threshold over which
// its error stays under target, a share. Too few observations to reach the target
// even without an error give neither.
func Calibrate(list []Observed, target float64) backend.CalibrationKind {
	out := backend.CalibrationKind{N: len(list), Bound: 1, Knots: []backend.CalibrationKnot{}}
	for _, o := range list {
		if !o.Right {
			out.Errors++
		}
	}
	if ErrorBound(0, len(list)) > target {
		return out
	}
	steps := stepsOf(list)
	out.Knots = isotonic(steps, len(list))
	kept, wrong := 0, 0
	for _, s := range slices.Backward(steps) {
		kept, wrong = kept+s.n, wrong+s.n-s.right
		if ErrorBound(0, kept) > target {
			continue // where the walk begins hangs on how many there are, not on how many are right
		}
		bound := ErrorBound(wrong, kept)
		if bound > target {
			break
		}
		out.Threshold, out.Kept, out.KeptErrors, out.Bound = &s.raw, kept, wrong, bound
	}
	return out
}

// ErrorBound is the exact one-sided 95 % upper bound on an error of which k of n
// were seen (Clopper and Pearson 1934).
func ErrorBound(k, n int) float64 {
	_, hi := ClopperPearson(k, n, 2*(1-CalibrationLevel))
	return hi
}

// step is all that was observed at one confidence.
type step struct {
	raw      float64
	n, right int
}

func stepsOf(list []Observed) []step {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Observed) int { return cmp.Compare(a.Raw, b.Raw) })
	var out []step
	for _, o := range list {
		if len(out) == 0 || out[len(out)-1].raw != o.Raw {
			out = append(out, step{raw: o.Raw})
		}
		s := &out[len(out)-1]
		s.n++
		if o.Right {
			s.right++
		}
	}
	return out
}

// isotonic is the rising curve nearest to the observations: neighbours that fall
// are pooled (Ayer et al. 1955). It is never surer than n observations allow.
func isotonic(steps []step, n int) []backend.CalibrationKnot {
	type block struct{ first, last, n, right int }
	var blocks []block
	for i, s := range steps {
		blocks = append(blocks, block{i, i, s.n, s.right})
		for len(blocks) > 1 {
			a, b := blocks[len(blocks)-2], blocks[len(blocks)-1]
			if a.right*b.n < b.right*a.n {
				break
			}
			blocks = append(blocks[:len(blocks)-2], block{a.first, b.last, a.n + b.n, a.right + b.right})
		}
	}
	out := []backend.CalibrationKnot{}
	least, most := 1/float64(n+2), float64(n+1)/float64(n+2)
	for _, b := range blocks {
		p := min(max(float64(b.right)/float64(b.n), least), most)
		out = append(out, backend.CalibrationKnot{Raw: steps[b.first].raw, P: p})
		if b.last > b.first {
			out = append(out, backend.CalibrationKnot{Raw: steps[b.last].raw, P: p})
		}
	}
	return out
}
