package judge_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend/judge"
)

// What prompts begin with is read once only while prompts of one kind follow each other.
func TestAllFormsAreAskedForBeforeOtherQuestions(t *testing.T) {
	m := says()
	m.OnExtract = func(string) (string, error) {
		return `{"found":true,"quote":"nothing of it","value":"nobody","as_of":""}`, nil
	}
	j := newJudge(t, judge.Options{Model: m, Gather: gives(
		web("p1", "a.example", "Keir Starmer has been Prime Minister of the United Kingdom since 2024.", at(3)),
		web("p2", "b.example", "The Prime Minister of the United Kingdom, Keir Starmer, was in Bonn.", at(4)),
		web("p3", "c.example", "In Leeds the United Kingdom's Prime Minister Keir Starmer opened a bridge.", at(5)),
	)})
	var steps []int
	_, err := j.Check(t.Context(), input(pmQuestion, "The prime minister is Rishi Sunak."), func(s judge.Step) {
		if s.Name == judge.StepRead && s.At > 0 {
			steps = append(steps, s.At)
		}
	})
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 3}, steps)
	kinds := ""
	for _, prompt := range m.Calls() {
		switch {
		case strings.Contains(prompt, "Fill the form"):
			kinds += "f"
		case strings.HasPrefix(prompt, "Passage: "):
			kinds += "p"
		}
	}
	require.Equal(t, "fffppp", kinds)
}
