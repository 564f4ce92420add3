package judge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

func TestValuesThatOnlyLookAlikeAreNotTheSame(t *testing.T) {
	const country, war, money = "Which country is it?", "Which war was it?", "How much did it earn?"
	tests := []struct {
		name, question, a, b string
		want                 judge.Relation
	}{
		{"a first name that is a verb", who, "Will Ashby", "Sam Ashby", judge.Different},
		{"a last name that is a verb", who, "Ellis May", "Ellis Rowan", judge.Different},
		{"the same with such a name", who, "Theresa May", "Theresa Mary May", judge.Same},
		{"a first and a second king", "Who is the king?", "Charles I", "Charles II", judge.Different},
		{"a first king without his number", "Who is the king?", "King Charles", "Charles I", judge.Same},
		{"the first war and the second", war, "World War II", "World War I", judge.Different},
		{"the first war in words", war, "World War I", "the First World War", judge.Same},
		{"the second war in words", war, "World War I", "the Second World War", judge.Different},
		{"the second war in digits", war, "World War 2", "World War II", judge.Same},
		{"two countries one letter apart", country, "Ireland", "Iceland", judge.Different},
		{"a slip in a country", country, "Quenbiar", "Quenbia", judge.Same},
		{"last names two letters apart", who, "Otto Bern", "Otto Berner", judge.Unknown},
		{"a slip in a long name", who, "Mohammed Saleem", "Mohamed Saleem", judge.Same},
		{"a slip in a short name", who, "Jon Ashby", "John Ashby", judge.Unknown},
		{"a person whose name begins another's", who, "Martin Luther King Jr.", "Martin Luther", judge.Unknown},
		{"two middle initials", who, "George W. Bush", "George H. W. Bush", judge.Unknown},
		{"one middle initial", who, "George Bush", "George W. Bush", judge.Same},
		{"millions by a letter", many, "about 68 million", "68m", judge.Same},
		{"thousands by a letter", many, "90,000", "90k", judge.Same},
		{"other thousands by a letter", many, "70,000", "90k", judge.Unknown},
		{"metres stay metres", tall, "68 metres", "68m", judge.Same},
		{"other metres", tall, "80 metres", "68m", judge.Different},
		{"billions of dollars by a letter", money, "$391B", "$391 billion", judge.Same},
		{"other billions of dollars", money, "$391B", "$2 billion", judge.Different},
		{"trillions", money, "£2.5tn", "£2.5 trillion", judge.Same},
		{"millions of dollars by a letter", money, "$4.5m", "$4.5 million", judge.Same},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := judge.Compare(tt.question, tt.a, tt.b)
			require.Equal(t, tt.want.String(), got.String())
			got, _ = judge.Compare(tt.question, tt.b, tt.a)
			require.Equal(t, tt.want.String(), got.String(), "the other way round")
		})
	}
}

// One fresh note is read by rules, without a model.
func TestWhatOnlyLooksAlikeDecidesNothing(t *testing.T) {
	tests := []struct {
		name, question, answer, note string
		not                          backend.VerdictKind
	}{
		{"another singer of that last name", "Who sang the song of the harbour?", "Will Ashby sang the song of the harbour.", "The song of the harbour was sung by Sam Ashby.", backend.Supported},
		{"the other war", "Which war ended in November 1918?", "World War II ended in November 1918.", "World War I ended on 11 November 1918.", backend.Supported},
		{"the other island", "Which country's capital is Reykjavik?", "Ireland", "Reykjavik is the capital of Iceland.", backend.Supported},
		{"a name that goes on", "Who wrote the Ninety-five Theses?", "Martin Luther King Jr. wrote the Ninety-five Theses.", "The Ninety-five Theses were written by Martin Luther.", backend.Supported},
		{"a population by a letter", "What is the population of France?", "The population of France is about 68 million.", "France has a population of 68m.", backend.Contradicted},
		{"indeed further on, of what is not so", "Is Pluto a planet?", "Pluto was given another class in 2006. Indeed, it is a dwarf planet now.", "Pluto is a planet.", backend.Supported},
		{"no before a noun", "Can visitors enter Larkstead without a pass?", "No pass is required for visitors of Larkstead.", "Yes, visitors can enter Larkstead without a pass.", backend.Contradicted},
		{"indeed further on", "Is Pluto a planet?", "Pluto was given another class in 2006. Indeed, it is a dwarf planet now.", "No, Pluto is not a planet.", backend.Contradicted},
		{"a wrong weekday beside the right date", "What day of the week is it today?", "Today is Monday, 20 November 2026.", "", backend.Supported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t, judge.Options{Model: &judgetest.Model{}, Gather: gives(note("n", "Note", tt.note, at(3)))})
			v, err := j.Check(t.Context(), input(tt.question, tt.answer), nil)
			require.NoError(t, err)
			require.NotEqual(t, string(tt.not), string(v.Kind), "%s: %+v", v.Reason, v.Claim)
		})
	}
}

func TestYesAndNoAreReadWhereTheyAnswer(t *testing.T) {
	for answer, want := range map[string]string{
		"No pass is required.":                      "",
		"True love is the theme.":                   "",
		"Not all of it.":                            "",
		"It was moved. Indeed, it is a museum now.": "",
		"No.":                          "no",
		"No, it closed in 2019.":       "no",
		"No it is not.":                "no",
		"No longer.":                   "no",
		"Not anymore.":                 "no",
		"Yes the gates are open.":      "yes",
		"Indeed, it is.":               "yes",
		"Let me see. Yes, it is open.": "yes",
		"Correct!":                     "yes",
		"I am not sure about that, but no: it shut.": "",
	} {
		j := newJudge(t, judge.Options{Model: &judgetest.Model{}, Gather: gives(note("n", "Note", "It is open.", at(3)))})
		v, err := j.Check(t.Context(), input(yes, answer), nil)
		require.NoError(t, err)
		require.Equal(t, want, v.Claim.Short, answer)
	}
}
