package score

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"errata/backend"
)

// z95 is the 97.5 % quantile of the normal distribution.
const z95 = 1.959963984540054

// Wilson gives the 95 % score interval of k of n (Wilson 1927). Without
// observations it is all of [0, 1].
func Wilson(k, n int) (lo, hi float64) {
	if n <= 0 {
		return 0, 1
	}
	k = min(max(k, 0), n)
	p, m := float64(k)/float64(n), float64(n)
	centre := p + z95*z95/(2*m)
	half := z95 * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	d := 1 + z95*z95/m
	lo, hi = (centre-half)/d, (centre+half)/d
	if k == 0 {
		lo = 0
	}
	if k == n {
		hi = 1
	}
	return lo, hi
}

// ClopperPearson gives the exact interval of k of n at level 1-alpha (Clopper and
// Pearson 1934), by quantiles of the beta distribution. It never covers less than
// it says. An alpha outside ]0, 1[ means 0.05.
func ClopperPearson(k, n int, alpha float64) (lo, hi float64) {
	if n <= 0 {
		return 0, 1
	}
	if !(alpha > 0 && alpha < 1) {
		alpha = 0.05
	}
	k = min(max(k, 0), n)
	hi = 1
	if k > 0 {
		lo = mathext.InvRegIncBeta(float64(k), float64(n-k+1), alpha/2)
	}
	if k < n {
		hi = mathext.InvRegIncBeta(float64(k+1), float64(n-k), 1-alpha/2)
	}
	return lo, hi
}

// McNemar gives the exact two-sided p-value of a paired comparison in which b
// pairs changed one way and c the other (McNemar 1947; exact binomial form).
func McNemar(b, c int) float64 {
	b, c = max(b, 0), max(c, 0)
	n := b + c
	if n == 0 {
		return 1
	}
	var tail float64
	for i := range min(b, c) + 1 {
		tail += math.Exp(logChoose(n, i) - float64(n)*math.Ln2)
	}
	return math.Min(1, 2*tail)
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// share is k of n with its Wilson interval.
func share(k, n int) backend.Metric {
	m := backend.Metric{N: n}
	m.Lo, m.Hi = Wilson(k, n)
	if n > 0 {
		m.Value = float64(k) / float64(n)
	}
	return m
}

const resamples = 1000

// Bootstrap gives the 95 % percentile interval (Efron 1979) of a statistic of n
// observations, for figures that are no share of a count. statistic gets the
// indices of one resample. The draws are the same every time.
func Bootstrap(n int, statistic func(picked []int) float64) (lo, hi float64) {
	if n <= 0 {
		return 0, 1
	}
	draw := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // figures must repeat
	values, picked := make([]float64, resamples), make([]int, n)
	for i := range values {
		for k := range picked {
			picked[k] = draw.IntN(n)
		}
		values[i] = statistic(picked)
	}
	slices.Sort(values)
	return values[resamples/40-1], values[resamples-resamples/40]
}
