package score_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend/score"
)

// counts repeats a row with so many of each answer.
func counts(held []bool, yes, no int, rows *[][]bool, answers *[]bool) {
	for i := range yes + no {
		*rows, *answers = append(*rows, held), append(*answers, i < yes)
	}
}

func TestLogistic(t *testing.T) {
	var rows [][]bool
	var answers []bool
	counts([]bool{false, false}, 20, 60, &rows, &answers) // odds 1:3
	counts([]bool{true, false}, 60, 20, &rows, &answers)  // odds 3:1
	bias, weights := score.Logistic(rows, answers, []float64{0, -1}, 1e-6)
	require.InDelta(t, math.Log(1.0/3), bias, 1e-3)
	require.InDelta(t, math.Log(9), weights[0], 1e-3, "the odds ratio")
	require.InDelta(t, -1, weights[1], 1e-9, "what was never seen keeps its prior")

	t.Run("a strong ridge keeps the priors", func(t *testing.T) {
		_, weights := score.Logistic(rows, answers, []float64{-2, 1}, 1e6)
		require.InDelta(t, -2, weights[0], 1e-3)
	})
	t.Run("rows that one feature parts stay finite", func(t *testing.T) {
		_, weights := score.Logistic([][]bool{{true}, {true}, {false}, {false}}, []bool{true, true, false, false}, []float64{0}, 1)
		require.Greater(t, weights[0], 0.0)
		require.Less(t, weights[0], 5.0)
	})
	t.Run("without rows", func(t *testing.T) {
		bias, weights := score.Logistic(nil, nil, []float64{0.5}, 2)
		require.InDelta(t, 0, bias, 1e-9)
		require.InDelta(t, 0.5, weights[0], 1e-9)
	})
}
