package judge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
)

// Where the model finds no value, a fresh sentence of a source with a name that states
// the answer supports it.
func TestASentenceThatStatesTheAnswerSupportsIt(t *testing.T) {
	const said = "Larkstead: mayor Ada Birch opened the new pool in front of two hundred children."
	tests := []struct {
		name  string
		pages []backend.Passage
		want  backend.VerdictKind
	}{
		{"a source with a name", []backend.Passage{web("1", "reuters.com", said, at(10))}, backend.Supported},
		{"one without", []backend.Passage{web("1", "larkstead-news.example", said, at(10))}, backend.NotEnoughEvidence},
		{"an old text", []backend.Passage{web("1", "reuters.com", said, at(45))}, backend.NotEnoughEvidence},
		{"no date", []backend.Passage{web("1", "reuters.com", said, nil)}, backend.NotEnoughEvidence},
		{"a question", []backend.Passage{web("1", "reuters.com", "Is Ada Birch still the mayor of Larkstead?", at(10))}, backend.NotEnoughEvidence},
		{"a not", []backend.Passage{web("1", "reuters.com", "Ada Birch is not the mayor of Larkstead any more.", at(10))}, backend.NotEnoughEvidence},
		{"what was before", []backend.Passage{web("1", "reuters.com", "The former mayor of Larkstead, Ada Birch, opened the pool.", at(10))}, backend.NotEnoughEvidence},
		{"one of several", []backend.Passage{web("1", "reuters.com", "The mayor of Larkstead met Jon Marsh, Ada Birch and Tom Quill.", at(10))}, backend.NotEnoughEvidence},
		{"the place of the report", []backend.Passage{web("1", "reuters.com", "ADA BIRCH — The mayor of Larkstead opened the pool.", at(10))}, backend.NotEnoughEvidence},
		{"another matter", []backend.Passage{web("1", "reuters.com", "The mayor of Larkstead was at the fair. Ada Birch sold eleven goats there.", at(10))}, backend.NotEnoughEvidence},
		{"another value that was read", []backend.Passage{web("1", "reuters.com", said, at(10)), web("2", "lemonde.fr", mayorVoss, at(4))}, backend.NotEnoughEvidence},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t, judge.Options{Model: reads("Casper Voss"), Gather: gives(tt.pages...)})
			v, err := j.Check(t.Context(), input(mayorQuestion, "The mayor of Larkstead is Ada Birch."), nil)
			require.NoError(t, err)
			require.Equal(t, tt.want, v.Kind, "%s %+v", v.Reason, v)
		})
	}
}

func TestWhoMayWinHasNotWon(t *testing.T) {
	check := func(says string) backend.VerdictKind {
		j := newJudge(t, judge.Options{Model: reads("Nobody Here"), Gather: gives(web("1", "reuters.com", says, at(3)))})
		v, err := j.Check(t.Context(), input("Who won the spring vote in Larkstead this week?", "Ada Birch"), nil)
		require.NoError(t, err)
		return v.Kind
	}
	require.Equal(t, backend.NotEnoughEvidence, check("The spring vote gives Larkstead the chance to send a fighter like Ada Birch to the county."))
	require.Equal(t, backend.Supported, check("The spring vote in Larkstead was won by Ada Birch with a wide margin."))
}

// A word that only begins a sentence is no second value, and a town is no state.
func TestTheKindThatIsAskedFor(t *testing.T) {
	const asked = "The autumn memorial for Ada Birch was held in which state this month?"
	check := func(answer string, model ...string) backend.Verdict {
		j := newJudge(t, judge.Options{Model: reads(model...), Gather: gives(
			web("1", "reuters.com", "Notably, the autumn memorial for Ada Birch was held in Larkstead this month, in the state of Oregon.", at(5)))})
		v, err := j.Check(t.Context(), input(asked, answer), nil)
		require.NoError(t, err)
		return v
	}
	require.Equal(t, backend.Supported, check("Oregon", "Oregon").Kind)
	require.NotEqual(t, backend.Contradicted, check("Oregon", "Larkstead").Kind)
	require.Equal(t, backend.Contradicted, check("Nevada", "Oregon").Kind)
	require.Equal(t, backend.NotEnoughEvidence, check("Nevada", "Larkstead").Kind)
}

func TestTheHeadlineSpeaksForASentenceThatSaysTheRest(t *testing.T) {
	check := func(title string) backend.Verdict {
		p := web("1", "reuters.com", "The Larkstead maker announced the Marsh Heron, a five seater, on Sunday.", at(3))
		p.Title = title
		j := newJudge(t, judge.Options{Model: reads("Marsh"), Gather: gives(p)})
		v, err := j.Check(t.Context(), input("Which Larkstead carmaker this week revealed the Heron, its first fully electric car?", "Marsh"), nil)
		require.NoError(t, err)
		return v
	}
	require.Equal(t, backend.Supported, check("First fully electric car revealed by carmaker").Kind)
	require.Equal(t, backend.NotEnoughEvidence, check("What to buy in the spring").Kind)
}
