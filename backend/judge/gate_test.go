package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"
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
		class, sure, _ := gateRules(question, now)
		require.True(t, sure, question)
		require.Equal(t, want, class, question)
	}
}

// The wording varies on purpose; each class is met in several ways.
func TestTheGateKnowsEveryClass(t *testing.T) {
	for want, list := range gateQuestions {
		for _, q := range list {
			got, sure, share := gateRules(q, now)
			assert.Equal(t, want, got, "%s (%.2f)", q, share)
			assert.True(t, sure, q)
		}
	}
}

// A word of a lasting kind must not carry a question that changes.
func TestWhatChangesIsNeverCalledLasting(t *testing.T) {
	for _, q := range []string{
		"Where does Erling Haaland play?",
		"Where is Edward Snowden?",
		"What language is used most on GitHub?",
		"Which language models support Danish?",
		"How big is Apple's market cap?",
		"How high is inflation in Turkey?",
		"How long is the longest bridge in the world?",
		"What is the speed record for trains?",
		"Is the singer of Queen dead?",
		"How many tigers are left in India?",
		"How many people live on the island of Malta?",
		"Who scored the winning goal?",
		"Which film won best picture?",
		"Did Apple release a new watch?",
		"Which element was discovered last?",
		"Why are petrol prices rising?",
		"Is gold rising?",
		"What does a pint of beer cost in Dublin?",
		"How many dollars are in a pound?",
		"Which light bulbs are banned in the EU?",
		"Is it safe to travel to Egypt?",
		"How do I renew my Irish passport?",
		"How can I watch the Oscars?",
		"What is the distance of the current marathon record holder's last run?",
		"Which species was most recently declared extinct?",
		"Who is the oldest living person?",
		"Who holds the record over 1500 metres?",
		"At what level is the Russell 2000?",
		"Has Sweden joined the euro?",
		"Which planets have been found since 2019?",
		"When was the last eruption of Etna?",
		"When was the newest moon of Jupiter discovered?",
		"Who wrote the latest Bond song?",
		"Where was the king of Norway this week?",
		"The latest works of Banksy",
		"Do I need a visa for Japan?",
		"What is the name of the new Batman actor?",
		"Which country has the largest army?",
		"What is the fastest computer?",
		"Who coaches the Irish rugby team?",
	} {
		class, _, share := gateRules(q, now)
		assert.NotEqual(t, backend.ClassEvergreen, class, "%s (%.2f)", q, share)
		assert.True(t, class.Checkable(), "%s: %s", q, class)
	}
}

// Nothing shows how these behave, so that a model is asked.
func TestTheGateIsUnsure(t *testing.T) {
	for _, q := range []string{
		"Which planet has rings of ice?",
		"Does the clay of Larkstead shrink?",
		"Which dish is served there?",
		"What goes with fennel?",
		// The cues know English only; "die" is no death and "was" no past.
		"Wer ist die Präsidentin von Mexiko?",
		"Was kostet ein Gramm Gold?",
		"Wie heißt die Hauptstadt von Peru?",
		"Quel est le nom du maire de Lille ?",
		"¿Cuál es la capital de Chile?",
		"Wat is de hoogste berg van Nederland?",
		"法国的首都是哪里？",
		"誰がハムレットを書いたのか",
	} {
		class, sure, share := gateRules(q, now)
		assert.False(t, sure, "%s (%.2f)", q, share)
		assert.Equal(t, backend.ClassFast, class, q)
	}
}

func TestEveryCueIsToldAndFitted(t *testing.T) {
	_, list := GateCues()
	seen := map[string]bool{}
	for _, c := range list {
		require.NotEmpty(t, c.Doc, c.Name)
		require.False(t, seen[c.Name], c.Name)
		seen[c.Name] = true
		require.Contains(t, []float64{-2, -1, 0, 1}, c.Lean, c.Name)
		require.GreaterOrEqual(t, c.Weight*c.Lean, 0.0, "%s was fitted against what it leans to", c.Name)
	}
	require.LessOrEqual(t, len(list), 40)
	held, settled, _ := GateCuesOf("", now)
	require.Len(t, held, len(list))
	require.Equal(t, backend.ClassUnclear, settled)
}

// Cues for the reading of a question, where a wrong one would mislead in silence.
func TestReadAsked(t *testing.T) {
	tests := []struct {
		name, question string
		tense          tense
		year           int
		today          bool
	}{
		{"auxiliary", "Did Bach live in Leipzig?", past, 0, false},
		{"form", "Who wrote Faust?", past, 0, false},
		{"perfect", "What has she written?", perfect, 0, false},
		{"owned", "Which dog has three heads?", present, 0, false},
		{"heading", "Population of Peru", noVerb, 0, false},
		{"bare verb", "Which team leads the league?", present, 0, false},
		{"contracted", "What's the height of the dam?", present, 0, false},
		{"name with a verb in it", "Who is Wayne Rooney's agent at United?", present, 0, false},
		{"year", "Who was pope in 1503?", past, 1503, false},
		{"decade", "Which bands of the 1960s came from Hull?", past, 1960, false},
		{"year in words", "Who won it in nineteen eighty-four?", past, 2025, false},
		{"since a year", "Who has owned it since 1999?", perfect, 0, false},
		{"metres", "Who ran 1500 metres?", past, 0, false},
		{"number of a name", "Where is the Russell 2000?", present, 0, false},
		{"year to come", "Where are the games of 2032?", present, 2032, false},
		{"weekday", "Which shop burned down on Monday?", past, 0, true},
		{"last of a row", "Who was the last guest?", past, 0, true},
		{"last name", "What is her last name?", present, 0, false},
		{"duration", "How long did the war last?", past, 0, false},
		{"new place", "Is New York a state?", present, 0, false},
		{"curly apostrophe", "What’s new on this week’s menu?", present, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := readAsked(test.question, now)
			require.Equal(t, test.tense, a.tense)
			require.Equal(t, test.year, a.year)
			require.Equal(t, test.today, a.today)
		})
	}
}

func BenchmarkGateRules(b *testing.B) {
	var all []string
	for _, list := range gateQuestions {
		all = append(all, list...)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, q := range all {
			gateRules(q, now)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(all)), "µs/question")
}
