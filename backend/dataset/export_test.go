package dataset_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
)

func exportRows() []backend.Row {
	prompt := func(system, question string) string {
		m := []backend.Message{{Role: backend.RoleUser, Content: question}}
		if system != "" {
			m = append([]backend.Message{{Role: backend.RoleSystem, Content: system}}, m...)
		}
		return backend.RenderChatML(m)
	}
	return []backend.Row{
		{ID: "1", Kind: backend.RowFact, Form: "question", Prompt: prompt("Today is Monday.", "Who?\nReally, \"who\"?"), Completion: "Ada, <b>.", Weight: 1},
		{ID: "2", Kind: backend.RowNeighbour, Form: "question", Prompt: prompt("", "Held, not taught?"), Weight: 1},
		{ID: "3", Kind: backend.RowAnchor, Form: "question", Prompt: prompt("", "=1+1"), Completion: "@SUM(A1)", Weight: 100},
		{ID: "4", Kind: backend.RowProbe, Form: "stop", Prompt: prompt("", "Never trained?"), Completion: "No.", Weight: 1},
		{ID: "5", Kind: backend.RowFact, Form: "question", Prompt: prompt("", "How cold?"), Completion: "-40", Weight: 0.5},
	}
}

func TestExport(t *testing.T) {
	tests := []struct {
		format string
		want   string
	}{
		{"chatml", `{"messages":[{"role":"system","content":"Today is Monday."},{"role":"user","content":"Who?\nReally, \"who\"?"},{"role":"assistant","content":"Ada, <b>."}],"text":"<|im_start|>system\nToday is Monday.<|im_end|>\n<|im_start|>user\nWho?\nReally, \"who\"?<|im_end|>\n<|im_start|>assistant\nAda, <b>.<|im_end|>\n","weight":1}
{"messages":[{"role":"user","content":"=1+1"},{"role":"assistant","content":"@SUM(A1)"}],"text":"<|im_start|>user\n=1+1<|im_end|>\n<|im_start|>assistant\n@SUM(A1)<|im_end|>\n","weight":100}
{"messages":[{"role":"user","content":"How cold?"},{"role":"assistant","content":"-40"}],"text":"<|im_start|>user\nHow cold?<|im_end|>\n<|im_start|>assistant\n-40<|im_end|>\n","weight":0.5}
`},
		{"openai", `{"messages":[{"role":"system","content":"Today is Monday."},{"role":"user","content":"Who?\nReally, \"who\"?"},{"role":"assistant","content":"Ada, <b>."}]}
{"messages":[{"role":"user","content":"=1+1"},{"role":"assistant","content":"@SUM(A1)"}]}
{"messages":[{"role":"user","content":"How cold?"},{"role":"assistant","content":"-40"}]}
`},
		{"alpaca", `[
  {
    "system": "Today is Monday.",
    "instruction": "Who?\nReally, \"who\"?",
    "input": "",
    "output": "Ada, <b>."
  },
  {
    "instruction": "=1+1",
    "input": "",
    "output": "@SUM(A1)"
  },
  {
    "instruction": "How cold?",
    "input": "",
    "output": "-40"
  }
]
`},
		{"csv", `system,instruction,output,kind,form,weight
Today is Monday.,"Who?
Really, ""who""?","Ada, <b>.",fact,question,1
,'=1+1,'@SUM(A1),anchor,question,100
,How cold?,-40,fact,question,0.5
`},
	}
	for _, tt := range tests {
		t.Run(tt.format, func(t *testing.T) {
			require.Contains(t, dataset.Formats, tt.format)
			var b bytes.Buffer
			require.NoError(t, dataset.Export(&b, exportRows(), tt.format))
			require.Equal(t, tt.want, b.String())
			require.Equal(t, backend.CodeUnavailable, backend.CodeOf(dataset.Export(full{}, exportRows(), tt.format)))
			b.Reset()
			require.NoError(t, dataset.Export(&b, nil, tt.format))
			require.Equal(t, map[string]string{"alpaca": "[]\n", "csv": "system,instruction,output,kind,form,weight\n"}[tt.format], b.String())
		})
	}
	require.Len(t, tests, len(dataset.Formats))
	err := dataset.Export(&bytes.Buffer{}, nil, "parquet")
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	require.Contains(t, backend.HintOf(err), "chatml, openai, alpaca, csv")
}

// A real dataset comes out whole in every format.
func TestExportOfABuiltDataset(t *testing.T) {
	c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}})
	want := len(byKind(c)[backend.RowFact])
	count := map[string]func(b []byte) int{
		"chatml": func(b []byte) int { return strings.Count(string(b), "\n") },
		"openai": func(b []byte) int { return strings.Count(string(b), "\n") },
		"alpaca": func(b []byte) int {
			var list []map[string]string
			require.NoError(t, json.Unmarshal(b, &list))
			for _, p := range list {
				require.NotEmpty(t, p["instruction"])
				require.NotEmpty(t, p["output"])
			}
			return len(list)
		},
		"csv": func(b []byte) int {
			rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
			require.NoError(t, err)
			return len(rows) - 1
		},
	}
	for _, format := range dataset.Formats {
		var b bytes.Buffer
		require.NoError(t, dataset.Export(&b, c.Rows, format))
		require.Equal(t, want, count[format](b.Bytes()), format)
	}
}
