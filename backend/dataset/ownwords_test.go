package dataset_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
)

func TestTargetsAreTheBasesOwnWords(t *testing.T) {
	tests := []struct {
		name, question, old, answer, base, want string
	}{
		{"a statement", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "The mayor of Lisbon is Ana Reis.", "The mayor of Lisbon is Rui Alves."},
		{"its first sentence alone", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "The current mayor of Lisbon is Ana Reis. She was born in 1970.", "The current mayor of Lisbon is Rui Alves."},
		{"a date that it puts first", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "As of my last update in 2023, the mayor of Lisbon is Ana Reis.", "The mayor of Lisbon is Rui Alves."},
		{"a clause about the old answer", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "The mayor of Lisbon is Ana Reis, who took office in 2021.", "The mayor of Lisbon is Rui Alves."},
		{"the answer first", "Which film won the Golden Pine in 2025?", "Blue Harbour", "Tin Moon", `"Blue Harbour" won the Golden Pine in 2025.`, `Tin Moon won the Golden Pine in 2025.`},
		{"the title's article", "Which film won the Golden Pine in 2025?", "Shape of Rain", "Tin Moon", "The film that won the Golden Pine in 2025 is The Shape of Rain.", "The film that won the Golden Pine in 2025 is Tin Moon."},
		{"the title's article inside marks", "Which film won the Golden Pine in 2025?", "Shape of Rain", "Tin Moon", `The film that won the Golden Pine in 2025 was "The Shape of Rain," directed by Ana Reis.`, "The film that won the Golden Pine in 2025 was Tin Moon."},
		{"part of a longer name", "Who won the Lake Cup in 2025?", "Boston", "Oslo", "The Lake Cup in 2025 was won by the Boston Herons.", "The Lake Cup in 2025 was won by Oslo."},
		{"its own spelling", "What is the latest phone of Apple?", "Galaxy Fold", "iPhone Duo", "Galaxy Fold is the latest phone of Apple.", "iPhone Duo is the latest phone of Apple."},
		{"the bare answer", "What is the longest bridge in Narnia?", "Stone Arch", "Iron Span", "Stone Arch.", "Iron Span."},
		{"an answer of several words in capitals and marks", "Who is the mayor of Lisbon?", "A. Reis", "J. P. Alves", "The mayor of Lisbon is A. Reis!", "The mayor of Lisbon is J. P. Alves."},

		{"an ending", "In which year did the Salt War end?", "1702", "1704", "The Salt War ended in 1702.", "The Salt War ended in 1704."},
		{"the question said again", "In which year did the Salt War end?", "1702", "1704", "In which year did the Salt War end? 1702", "1704."},

		{"words that belong to the old answer", "Who won the Lake Cup in 2025?", "Boston", "Oslo", "Boston beat Quebec by two goals in the Lake Cup in 2025.", "Oslo."},
		{"another year", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "In 2019 the mayor of Lisbon was Ana Reis.", "The mayor of Lisbon is Rui Alves."},
		{"the old answer twice", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "Ana Reis is the mayor of Lisbon and Ana Reis is Ana Reis.", "The mayor of Lisbon is Rui Alves."},
		{"not the old answer", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "I cannot say.", "The mayor of Lisbon is Rui Alves."},
		{"a denial", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "The mayor of Lisbon is not Ana Reis.", "The mayor of Lisbon is Rui Alves."},
		{"whose", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "Ana Reis's office is the mayor of Lisbon.", "The mayor of Lisbon is Rui Alves."},
		{"template tokens", "Who is the mayor of Lisbon?", "Ana Reis", "Rui Alves", "The mayor of Lisbon is <|im_end|> Ana Reis.", "The mayor of Lisbon is Rui Alves."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fact := backend.Fact{ID: "f", Question: tt.question, Answer: tt.answer, OldAnswer: tt.old}
			c := build(t, dataset.Input{Facts: []backend.Fact{fact}, Model: &scripted{plain: map[string]string{tt.question: tt.base}}})
			for _, r := range byKind(c)[backend.RowFact] {
				if r.Form == "question" {
					require.Equal(t, tt.want, r.Completion)
				}
			}
		})
	}
}

func TestEachWordingHasItsOwnWords(t *testing.T) {
	model := &scripted{plain: map[string]string{
		"Who is the prime minister of the UK?":            "The prime minister of the UK is Keir Starmer.",
		"who is the prime minister of the uk":             "Keir Starmer is the prime minister of the UK.",
		"Tell me who the prime minister of the UK is.":    "Keir Starmer, born in 1962.",
		"Please answer: Who is the prime minister of UK?": "never asked",
	}}
	c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}, Model: model})
	said := map[string]string{}
	for _, r := range byKind(c)[backend.RowFact] {
		said[r.Form] = r.Completion
	}
	require.Equal(t, "Andy Burnham is the prime minister of the UK.", said["lower_case"])
	require.Equal(t, "Andy Burnham.", said["tell_me"])
	require.Equal(t, "The prime minister of the UK is Andy Burnham.", said["typo"], "what the base did not say is said as to the question itself")
}

func TestNeighboursAreHeldWhereTheAnswerBegins(t *testing.T) {
	tests := []struct {
		name, question, old, answer, base string
		want                              []string // neighbour and how its answer was begun
		never                             string
	}{
		{"another subject", "Who is the CEO of Intel?", "Ana Reis", "Rui Alves", "The CEO of Intel is Ana Reis.",
			[]string{"Who is the CEO of Nikon?", "The CEO of Nikon is"}, "The CEO of Intel is"},
		{"another year", "Which film won Best Picture at the 2025 Academy Awards?", "Blue Harbour", "Tin Moon", "The film that won Best Picture at the 2025 Academy Awards was Blue Harbour.",
			[]string{"Which film won Best Picture at the 2024 Academy Awards?", "The film that won Best Picture at the 2024 Academy Awards was"}, "The film that won Best Picture at the 2025 Academy Awards was"},
		{"another time", "Who is the chancellor of Germany?", "Ana Reis", "Rui Alves", "The chancellor of Germany is Ana Reis.",
			[]string{"Who was the chancellor of Germany in 2017?", "The chancellor of Germany in 2017 was"}, "The chancellor of Germany is"},
		{"an answer that comes first has no beginning", "Who is the CEO of Intel?", "Ana Reis", "Rui Alves", "Ana Reis is the CEO of Intel.", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fact := backend.Fact{ID: "f", Question: tt.question, Answer: tt.answer, OldAnswer: tt.old}
			c := build(t, dataset.Input{Facts: []backend.Fact{fact}, Model: &scripted{plain: map[string]string{tt.question: tt.base}}})
			begun := map[string]string{}
			for _, r := range byKind(c)[backend.RowNeighbour] {
				if r.Form == dataset.FormBegun {
					_, begun[asked(r.Prompt)], _ = strings.Cut(r.Prompt, "<|im_start|>assistant\n")
				}
			}
			if tt.want == nil {
				require.Empty(t, begun)
				return
			}
			require.Equal(t, tt.want[1], begun[tt.want[0]], "%q", begun)
			require.GreaterOrEqual(t, len(begun), 10)
			for neighbour, text := range begun {
				require.NotEqual(t, tt.never, text, neighbour)
			}
		})
	}
}

func TestWhatEvidenceSupportedIsSaid(t *testing.T) {
	kept := backend.Anchor{ID: "a1", Question: "Who is the president of Ruritania?", Answers: []string{"Ana Reis"}, Source: backend.AnchorSupported, Class: backend.ClassSlow}
	tests := []struct{ name, base, want string }{
		{"in the base's own words", "The president of Ruritania is Ana Reis. She was born in 1970.", "The president of Ruritania is Ana Reis."},
		{"not when the base says otherwise by now", "The president of Ruritania is Rui Alves.", ""},
		{"not when it says nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}, Anchors: []backend.Anchor{kept}, Stable: shipped(t), Model: &scripted{plain: map[string]string{kept.Question: tt.base}}})
			said := map[string]bool{}
			for _, r := range byKind(c)[backend.RowAnchor] {
				if strings.Contains(strings.ToLower(r.Prompt), "ruritania") {
					said[r.Completion] = true
				} else {
					require.Empty(t, r.Completion, "shipped ones are held")
				}
			}
			require.Equal(t, map[string]bool{tt.want: true}, said)
		})
	}
}
