package dataset_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
)

func TestReadLessons(t *testing.T) {
	const question, answer = "Who keeps the lamp of Oland?", "Nils Quist"
	tests := []struct {
		name, text, format string
		lines              []int
		faults             []dataset.Fault
	}{
		{"facts", `{"question":"Who keeps the lamp of Oland?","answer":"Nils Quist"}` + "\n\n" + `{"question":"x"}`, "jsonl", []int{1}, []dataset.Fault{{Line: 3, Why: "It has no answer."}}},
		{"conversations", `{"messages":[{"role":"system","content":"Be short."},{"role":"user","content":"Who keeps the lamp of Oland?"},{"role":"assistant","content":"Nils Quist"}],"weight":1}` + "\n" +
			`{"messages":[{"role":"user","content":"Hello"}]}`, "jsonl", []int{1}, []dataset.Fault{{Line: 2, Why: "It is not one question with one answer."}}},
		{"instructions", `[{"instruction":"Who keeps the lamp of Oland?","input":"","output":"Nils Quist"}, 7, {"instruction":5}]`, "json", []int{1},
			[]dataset.Fault{{Line: 2, Why: "It is not a JSON object."}, {Line: 3, Why: `Its "instruction" is not what it should be.`}}},
		{"a list that breaks off", `[{"question":"Who keeps the lamp of Oland?","answer":"Nils Quist"},`, "json", []int{1}, []dataset.Fault{{Line: 2, Why: "The list breaks off or is not JSON here; nothing after it was read."}}},
		{"a sheet", "\ufeffInstruction,Output\n\"Who keeps the lamp of Oland?\",Nils Quist\n,nobody\n", "csv", []int{2}, []dataset.Fault{{Line: 3, Why: "It has no question."}}},
		{"a broken line", `{"question":"Who keeps the lamp of Oland?","answer":"Nils Quist"}` + "\n{oops", "jsonl", []int{1}, []dataset.Fault{{Line: 2, Why: "It is not JSON."}}},
		{"something else", "Dear diary", "csv", nil, []dataset.Fault{{Line: 1, Why: "It is neither JSON nor a CSV whose first line names a question and an answer."}}},
		{"nothing", "", "csv", nil, []dataset.Fault{{Line: 1, Why: "There is nothing to read."}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			format, lessons, faults := dataset.ReadLessons(tt.text)
			require.Equal(t, tt.format, format)
			require.Equal(t, tt.faults, faults)
			var lines []int
			for _, l := range lessons {
				lines = append(lines, l.Line)
				require.Equal(t, []string{question, answer}, []string{l.Fact.Question, l.Fact.Answer})
			}
			require.Equal(t, tt.lines, lines)
		})
	}
}

func TestWhatIsExportedCanBeReadAgain(t *testing.T) {
	rows := []backend.Row{{ID: "r", Kind: backend.RowFact, Prompt: backend.RenderChatML([]backend.Message{{Role: backend.RoleSystem, Content: "Be short."}, {Role: backend.RoleUser, Content: "=Who?"}}), Completion: "-Nils", Weight: 1}}
	for _, format := range dataset.Formats {
		var b strings.Builder
		require.NoError(t, dataset.Export(&b, rows, format))
		_, lessons, faults := dataset.ReadLessons(b.String())
		require.Empty(t, faults, format)
		require.Len(t, lessons, 1, format)
		require.Equal(t, []string{"=Who?", "-Nils"}, []string{lessons[0].Fact.Question, lessons[0].Fact.Answer}, format)
	}
}
