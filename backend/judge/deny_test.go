package judge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

func labelled(label string) backend.LabelResult {
	return backend.LabelResult{P: map[string]float64{label: 1}, Mass: 1}
}

func TestAStatementIsDeniedWithoutAModel(t *testing.T) {
	tests := []struct{ name, statement, passage string }{
		{"another count of the same things", "Between 1960 and 1975, Norbury won three county cups.", "The club was founded in Norbury. Between 1960 and 1975 they won four county cups and two league shields."},
		{"another day of what happens once", "Ada Fenn was born on February 3, 1871.", "Ada Fenn was born in Selby on December 3, 1871."},
		{"a year of what happens once", "The bridge at Larkstead was opened in 1902.", "After two winters of work the bridge at Larkstead was opened in 1911."},
		{"the same with a not", "Goats can climb the wall of Sel.", "Sheep and goats graze there, but goats cannot climb the wall of Sel."},
		{"the other way round", "Basalt is harder than granite.", "In this test granite was the weaker one. Granite is harder than basalt only in old tables. So granite is harder than basalt."},
		{"a word that is turned round", "The licence of the Larkstead market can be extended.", "The Larkstead market has a non-extendable licence of ten years."},
		{"another holder of the office", "Ada Fenn was the 12th mayor of Larkstead.", "Jon Marsh was the 12th mayor of Larkstead and a baker."},
		{"another county", "The village of Sel with its two mills is in the North Pell County.", "The village of Sel, known for its two mills, is a part of the Hallow County."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &judgetest.Model{}
			got, err := newJudge(t, judge.Options{Model: m, Gather: gives()}).Statement(t.Context(), tt.statement, []backend.Passage{web("p1", "a.example", tt.passage, at(3))})
			require.NoError(t, err)
			require.Equal(t, judge.Different, got.Relation)
			require.Equal(t, backend.TierTyped, got.Tier)
			require.Empty(t, m.Calls())
		})
	}
}

func TestAStatementIsNotDeniedByAnotherMatter(t *testing.T) {
	tests := []struct{ name, statement, passage string }{
		{"the same count further on", "Norbury won three county cups.", "Norbury won four county cups, says the fan page. In fact Norbury won three county cups."},
		{"other years", "Between 1960 and 1975, Norbury won three county cups.", "Norbury won nine county cups in all."},
		{"other things", "Norbury won three county cups in 1960.", "Norbury won four league shields in 1960."},
		{"a count that may hold the other", "Norbury won three county cups in 1960.", "Norbury won more than two county cups in 1960."},
		{"what may come again", "Norbury won the county cup in 1960.", "Norbury won the county cup in 1975."},
		{"another person's birth", "Ada Fenn was born on February 3, 1871.", "Jon Marsh was born on December 3, 1871."},
		{"a not of something else", "Goats can climb the wall of Sel.", "Goats that are not tired can graze, and climb the wall of Sel."},
		{"a question", "Basalt is harder than granite.", "Is granite harder than basalt?"},
		{"the office of another town", "Ada Fenn was the 12th mayor of Larkstead.", "Jon Marsh was the 12th mayor of Selby."},
		{"somebody beside the holder", "Ada Fenn was the 12th mayor of Larkstead.", "Jon Marsh met the 12th mayor of Larkstead."},
		{"a word that only looks turned round", "The committee can prove the case of Larkstead.", "The committee can improve the case of Larkstead."},
		{"a day of the same year", "Ada Fenn was born in 1871.", "Ada Fenn was born on December 3, 1871."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &judgetest.Model{OnLabel: func(string) (backend.LabelResult, error) { return labelled("C"), nil }}
			got, err := newJudge(t, judge.Options{Model: m, Gather: gives()}).Statement(t.Context(), tt.statement, []backend.Passage{web("p1", "a.example", tt.passage, at(3))})
			require.NoError(t, err)
			require.NotEqual(t, judge.Different, got.Relation)
		})
	}
}

func TestAYesNoQuestionIsAnsweredByAFigure(t *testing.T) {
	m := &judgetest.Model{
		OnExtract: func(string) (string, error) { return `{"short_answer":"Yes"}`, nil },
		OnLabel:   func(string) (backend.LabelResult, error) { return labelled("A"), nil }, // a small model says yes to all
	}
	found := note("p1", "Norbury", "Between 1960 and 1975 Norbury won four county cups.", at(3))
	v, err := newJudge(t, judge.Options{Model: m, Gather: gives(found)}).Check(t.Context(), input("Did Norbury win three county cups between 1960 and 1975?", "Yes, Norbury won three county cups between 1960 and 1975."), nil)
	require.NoError(t, err)
	require.Equal(t, backend.Contradicted, v.Kind)
	require.Contains(t, v.Passages[0].Quote, "four county cups")
}
