package dataset_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
)

func TestSameInputSameDataset(t *testing.T) {
	in := dataset.Input{Facts: []backend.Fact{pmFact()}, Stable: shipped(t), Seed: 7, Now: now, ModelName: "m", BaseSHA256: "b"}
	model := func() *scripted {
		return &scripted{reword: "Who leads the UK as prime minister?", held: "Who is prime minister in the UK, mate?", answer: "It is Andy Burnham."}
	}
	in.Model = model()
	first := build(t, in)
	in.Model = model()
	second := build(t, in)
	require.Equal(t, first, second)
	require.Equal(t, dataset.Hash(first, "default"), dataset.Hash(second, "default"))
	in.Seed, in.Model = 8, model()
	require.NotEqual(t, dataset.Hash(first, "default"), dataset.Hash(build(t, in), "default"))

	parent := dataset.Freeze(nil, first, "d-1", in)
	require.Equal(t, "default", parent.Recipe)
	require.Len(t, parent.Hash, 64)
	require.Equal(t, len(first.Rows), parent.RowCount)
	require.Equal(t, []string{"f-pm"}, parent.FactIDs)
	require.Empty(t, parent.ParentID)
	sum := 0
	for _, n := range parent.Counts {
		sum += n
	}
	require.Equal(t, parent.RowCount, sum)
	child := dataset.Freeze(&parent, second, "d-2", in)
	require.Equal(t, "d-1", child.ParentID)
	require.Equal(t, parent.Hash, child.ParentHash)
}

func TestHash(t *testing.T) {
	content := func() backend.DatasetContent {
		return backend.DatasetContent{Facts: []backend.Fact{{ID: "f", Question: "q", Answer: "a"}}, Anchors: []backend.Anchor{{ID: "x", Question: "q", Answers: []string{"y"}}},
			Rows: []backend.Row{{ID: "r", Prompt: "p", Weight: 1}}, Probes: []backend.Probe{{ID: "p", Question: "q"}}}
	}
	base := dataset.Hash(content(), "default")
	require.Equal(t, "cd6b6b5dae058a4752e47f9850bd4b30ace6200be60bf65c3456fc3e96068e03", base, "a frozen dataset's hash never changes between versions of Errata")
	tests := []struct {
		name   string
		change func(*backend.DatasetContent)
		same   bool
	}{
		{"a decision", func(c *backend.DatasetContent) { c.Facts[0].DecidedBy, c.Facts[0].UpdatedAt = "me", now }, true},
		{"an answer", func(c *backend.DatasetContent) { c.Facts[0].Answer = "b" }, false},
		{"an alias", func(c *backend.DatasetContent) { c.Facts[0].Aliases = []string{"b"} }, false},
		{"an anchor", func(c *backend.DatasetContent) { c.Anchors[0].Answers[0] = "z" }, false},
		{"a row", func(c *backend.DatasetContent) { c.Rows[0].Weight = 2 }, false},
		{"a probe", func(c *backend.DatasetContent) { c.Probes[0].Accept = []string{"z"} }, false},
		{"empty for nil", func(c *backend.DatasetContent) { c.Facts[0].Aliases = []string{} }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := content()
			tt.change(&c)
			require.Equal(t, tt.same, base == dataset.Hash(c, "default"))
		})
	}
	require.NotEqual(t, base, dataset.Hash(content(), "original"))
	require.NotEmpty(t, dataset.Hash(backend.DatasetContent{}, ""))
}

func TestDiff(t *testing.T) {
	fact := func(id, q, a string) backend.Fact { return backend.Fact{ID: id, Question: q, Answer: a} }
	a := backend.DatasetContent{Facts: []backend.Fact{fact("1", "Who is the PM of the UK?", "X"), fact("2", "Who won?", "Y"), fact("3", "Gone?", "Z")}}
	b := backend.DatasetContent{Facts: []backend.Fact{fact("9", "Who is the current prime minister of Britain?", "W"), fact("2", "Who won?", "y"), fact("4", "New?", "N")}}
	d := dataset.Diff(a, b)
	require.Equal(t, []string{"4"}, ids(d.Added))
	require.Equal(t, []string{"9"}, ids(d.Changed))
	require.Equal(t, []string{"3"}, ids(d.Removed))
	empty := dataset.Diff(a, a)
	require.NotNil(t, empty.Added)
	require.Empty(t, empty.Added)
	require.Empty(t, empty.Changed)
	require.Empty(t, empty.Removed)
}

func ids(facts []backend.Fact) []string {
	out := []string{}
	for _, f := range facts {
		out = append(out, f.ID)
	}
	return out
}

func TestWrite(t *testing.T) {
	c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}})
	var rows, chat bytes.Buffer
	require.NoError(t, dataset.WriteRows(&rows, c.Rows))
	require.NoError(t, dataset.Export(&chat, c.Rows, "chatml"))
	lines := strings.Split(strings.TrimSpace(rows.String()), "\n")
	require.Len(t, lines, len(c.Rows))
	for i, line := range lines {
		var r backend.Row
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		require.Equal(t, c.Rows[i], r)
	}
	exported := strings.Split(strings.TrimSpace(chat.String()), "\n")
	require.Len(t, exported, len(byKind(c)[backend.RowFact]))
	for i, line := range exported {
		var got struct {
			Messages []backend.Message
			Text     string
		}
		require.NoError(t, json.Unmarshal([]byte(line), &got))
		last := len(got.Messages) - 1
		require.Equal(t, c.Rows[i].Prompt, backend.RenderChatML(got.Messages[:last]))
		require.Equal(t, backend.Message{Role: backend.RoleAssistant, Content: c.Rows[i].Completion}, got.Messages[last])
		require.Equal(t, c.Rows[i].Prompt+c.Rows[i].Completion+"<|im_end|>\n", got.Text)
	}
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(dataset.WriteRows(full{}, c.Rows)))
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestStableQuestions(t *testing.T) {
	all := shipped(t)
	require.GreaterOrEqual(t, len(all), 600)
	seen, ids := map[string]string{}, map[string]bool{}
	fields := map[string]int{}
	moving := regexp.MustCompile(`(?i)\b(current|currently|latest|newest|now|today|recent|recently|this year|so far|richest|most populous|20[12][0-9])\b`)
	for _, s := range all {
		key := backend.Normal(s.Question)
		require.Empty(t, seen[key], "%q and %q", seen[key], s.Question)
		seen[key] = s.Question
		require.False(t, ids[s.ID()])
		ids[s.ID()] = true
		require.NotEmpty(t, s.Answers, s.Question)
		for _, a := range s.Answers {
			require.NotEmpty(t, backend.Normal(a), "%q: %q", s.Question, a)
			require.NotContains(t, a, "<|")
		}
		require.True(t, strings.HasSuffix(s.Question, "?"), s.Question)
		require.NotRegexp(t, moving, strings.ReplaceAll(s.Question, "electric current", ""))
		fields[s.Field]++
	}
	require.GreaterOrEqual(t, len(fields), 9)
	shares := dataset.Split(all)
	require.Equal(t, len(all), len(shares.Anchors)+len(shares.Guards)+len(shares.Retention))
	for want, part := range map[int][]dataset.Stable{len(all) / 4: shares.Anchors, len(all)/4 + 1: shares.Guards, len(all) / 2: shares.Retention} {
		require.InDelta(t, want, len(part), float64(len(all))/12)
	}
	alone := dataset.Split(shares.Guards)
	require.Equal(t, shares.Guards, alone.Guards, "a question keeps its use whatever else is in the list")
}
