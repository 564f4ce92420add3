package score

import "math"

// Logistic fits the log-odds of yes to features that hold or do not, by penalised
// maximum likelihood (ridge regression of le Cessie and van Houwelingen 1992,
// Newton's method): a bias, and a weight for each feature. A weight is shrunk
// towards its prior as if ridge / variance observations had shown that; features
// that were never seen keep the prior. ridge has to be over 0.
func Logistic(held [][]bool, yes []bool, prior []float64, ridge float64) (bias float64, weights []float64) {
	d := len(prior) + 1
	at, to := make([]float64, d), append([]float64{0}, prior...)
	for range newtonSteps {
		step := newtonStep(held, yes, at, to, ridge)
		longest := 0.0
		for j := range at {
			at[j] += step[j]
			longest = max(longest, math.Abs(step[j]))
		}
		if longest < 1e-9 {
			break
		}
	}
	return at[0], at[1:]
}

const (
	newtonSteps = 50
	// biasRidge keeps the bias finite where all answers are the same.
	biasRidge = 0.01
)

// newtonStep solves H step = g for the penalised likelihood at a point.
func newtonStep(held [][]bool, yes []bool, at, to []float64, ridge float64) []float64 {
	d := len(at)
	h, g := make([][]float64, d), make([]float64, d)
	for j := range h {
		h[j] = make([]float64, d)
		r := ridge
		if j == 0 {
			r = biasRidge
		}
		h[j][j], g[j] = r, r*(to[j]-at[j])
	}
	for i, row := range held {
		on, odds := []int{0}, at[0]
		for j, holds := range row {
			if holds {
				on, odds = append(on, j+1), odds+at[j+1]
			}
		}
		p := probability(odds)
		miss := -p
		if yes[i] {
			miss = 1 - p
		}
		for _, j := range on {
			g[j] += miss
			for _, k := range on {
				h[j][k] += p * (1 - p)
			}
		}
	}
	return solve(h, g)
}

// probability undoes log-odds.
func probability(log float64) float64 { return 1 / (1 + math.Exp(-log)) }

// solve is Gaussian elimination without pivots, for a positive definite matrix; it
// overwrites its arguments.
func solve(m [][]float64, v []float64) []float64 {
	for c := range m {
		for r := c + 1; r < len(m); r++ {
			f := m[r][c] / m[c][c]
			for k := c; k < len(m); k++ {
				m[r][k] -= f * m[c][k]
			}
			v[r] -= f * v[c]
		}
	}
	for c := len(m) - 1; c >= 0; c-- {
		for k := c + 1; k < len(m); k++ {
			v[c] -= m[c][k] * v[k]
		}
		v[c] /= m[c][c]
	}
	return v
}
