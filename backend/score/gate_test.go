package score_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/score"
)

func TestGate(t *testing.T) {
	all := map[string]bool{"old1": true, "old2": true, "new1": true, "new2": true}
	tests := []struct {
		name    string
		card    backend.Scorecard
		earlier []string
		failed  []string
		checks  int
	}{
		{"all well", card(all, 2), []string{"old1", "old2"}, nil, 6},
		{"first version", card(all, 0), nil, nil, 5},
		{"a new fact is missed", card(map[string]bool{"old1": true, "old2": true, "new1": true}, 0), []string{"old1", "old2"}, []string{score.Efficacy}, 6},
		{"an earlier fact is lost", card(map[string]bool{"old1": true, "new1": true, "new2": true}, 0), []string{"old1", "old2"}, []string{score.Earlier}, 6},
		{"leaks", card(all, 3), []string{"old1"}, []string{score.Leak}, 6},
		{"only earlier facts", card(all, 0), []string{"old1", "old2", "new1", "new2"}, nil, 5},
		{"nothing measured", backend.Scorecard{}, nil, []string{score.Efficacy, score.Generalisation, score.Leak, score.Locality, score.Lost}, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := score.Gate(tt.card.Results, tt.earlier)
			require.Len(t, g.Checks, tt.checks)
			var failed []string
			for _, c := range g.Checks {
				require.NotEmpty(t, c.Words)
				if !c.Passed {
					failed = append(failed, c.Name)
				}
			}
			require.Equal(t, tt.failed, failed)
			require.Equal(t, len(tt.failed) == 0, g.Passed)
		})
	}
	g := score.Gate(card(all, 2).Results, nil)
	require.Equal(t, "Similar questions wrongly answered with a taught answer: 2 of 20 (10%, between 1% and 32%), which leaves the 2% that are asked at most possible.", g.Checks[2].Words)
}

// measured is a card of facts that were all learned, with so many of each kind.
func measured(reworded, rewordings, leaked, neighbours, lost, known int) (out []backend.ProbeResult) {
	for i := range 4 {
		out = append(out, result("fact", fmt.Sprint("f", i), fmt.Sprint("f", i), true))
	}
	for i := range rewordings {
		out = append(out, result("paraphrase", fmt.Sprint("p", i), "f0", i < reworded))
	}
	for i := range neighbours {
		r := result("neighbour", fmt.Sprint("n", i), "f0", i >= leaked)
		r.Leaked = i < leaked
		out = append(out, r)
	}
	for i := range known {
		out = append(out, result("retention", fmt.Sprint("k", i), "", i >= lost))
	}
	return out
}

func TestTheGateKnowsHowMuchWasAsked(t *testing.T) {
	tests := []struct {
		name    string
		results []backend.ProbeResult
		failed  string
		words   string
	}{
		{"a good demo", measured(12, 15, 1, 20, 1, 15), "", ""},
		{"a good demo of the 1.5B", measured(15, 15, 0, 18, 0, 48), "", ""},
		{"the demo of the 0.5B", measured(13, 15, 1, 20, 2, 27), "", ""},
		{"few questions, plain damage", measured(15, 15, 0, 20, 3, 15), score.Lost,
			"Things known before and answered wrongly now: 3 of 15 (20%, between 4% and 48%), which rules out the 2% that are asked at most."},
		{"many questions rule out what few would let pass", measured(15, 15, 0, 20, 13, 200), score.Lost,
			"Things known before and answered wrongly now: 13 of 200 (6%, between 4% and 11%), which rules out the 2% that are asked at most."},
		{"many questions, within what chance gives", measured(15, 15, 0, 20, 6, 200), "", ""},
		{"leaks", measured(15, 15, 6, 60, 0, 15), score.Leak, ""},
		{"leaks within what few questions bear", measured(15, 15, 2, 15, 0, 15), score.Leak,
			"Similar questions wrongly answered with a taught answer: 2 of 15 (13%, between 2% and 40%), more than the 10% that few questions excuse."},
		{"rewordings", measured(6, 10, 0, 20, 0, 15), score.Generalisation, ""},
		{"few rewordings", measured(2, 3, 0, 20, 0, 15), score.Generalisation,
			"Facts answered right when asked in other words: 2 of 3 (67%, between 9% and 99%), less than the 70% that few questions excuse."},
		{"many rewordings", measured(78, 100, 0, 20, 0, 15), score.Generalisation,
			"Facts answered right when asked in other words: 78 of 100 (78%, between 69% and 86%), which rules out the 90% that are asked."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := score.Gate(tt.results, nil)
			require.Equal(t, tt.failed == "", g.Passed, "%+v", g.Checks)
			for _, c := range g.Checks {
				require.Equal(t, c.Name != tt.failed, c.Passed, c.Words)
				if c.Name == tt.failed && tt.words != "" {
					require.Equal(t, tt.words, c.Words)
				}
			}
		})
	}
	both := append(measured(15, 15, 0, 20, 0, 15), result("negation", "n", "f0", false), result("reverse", "r", "f0", false))
	g := score.Gate(both, nil)
	require.True(t, g.Passed, "what is shown beside decides nothing")
	require.Equal(t, []string{score.Negation, score.Reverse}, []string{g.Beside[0].Name, g.Beside[1].Name})
}

func TestFactsGivenUpAreNotAskedOfTheWeights(t *testing.T) {
	c := card(map[string]bool{"old1": true, "old2": true, "new1": true}, 1)
	require.False(t, score.Gate(c.Results, nil).Passed)
	taught := score.Taught(c.Results, []string{"new2"})
	g := score.Gate(taught, nil)
	require.True(t, g.Passed, "%+v", g.Checks)
	require.Equal(t, 3, g.Checks[0].Metric.N)
	require.Equal(t, 20, g.Checks[2].Metric.N, "their neighbours must be right all the same")
	require.Equal(t, []string{"old1", "old2", "new1"}, score.Recalled(taught))
	none := score.Taught(c.Results, []string{"old1", "old2", "new1", "new2"})
	require.False(t, score.Gate(none, nil).Passed, "a version that was taught nothing is no version")
}
