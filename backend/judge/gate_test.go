package judge

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

// What was said of things to come has been said; how they come out has not.
func TestAnnouncementsAreNews(t *testing.T) {
	for question, want := range map[string]backend.Class{
		"Which ferry line announced that it will close two ports?":            backend.ClassFast,
		"Which lake did the council say yesterday it will drain?":             backend.ClassPrediction,
		"Who said this week that the pool will open again?":                   backend.ClassFast,
		"Which prize announced its 2027 jury?":                                backend.ClassFast,
		"Which team announced it will win the cup?":                           backend.ClassPrediction,
		"Who will win the next election in Larkstead?":                        backend.ClassPrediction,
		"Which bridge in Larkstead collapsed on Tuesday?":                     backend.ClassFast,
		"How long was the speech that the mayor of Larkstead gave on Monday?": backend.ClassFast,
		"How long was the first speech of the mayor of Larkstead?":            backend.ClassEvergreen,
	} {
		class, sure := gateRules(question, now)
		require.True(t, sure, question)
		require.Equal(t, want, class, question)
	}
}
