package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge/judgetest"
)

// folder writes a benchmark folder with one task.
func folder(t *testing.T, task string, lines ...string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "judge"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "judge", task+".jsonl"), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	return dir
}

func partsOf(m *judgetest.Model, replies string) JudgeParts {
	return JudgeParts{Model: m, Info: backend.ModelInfo{Name: "m", Digest: "d1"}, Replies: replies, Program: "p1"}
}

// sure is a label that is nearly certain.
func sure(label string) (backend.LabelResult, error) {
	return backend.LabelResult{P: map[string]float64{label: 0.97}, Mass: 1}, nil
}

func class(n int) string {
	return fmt.Sprintf(`{"id":"c%d","question":"Do tides of kind %d come about at night?","label":"evergreen","source":"s"}`, n, n)
}

func TestTheShippedSampleIsWhole(t *testing.T) {
	labels := map[string]int{taskEquivalence: 2, taskHard: 2, taskOutdated: 1, taskOutdatedSame: 1, taskClass: 2, taskStance: 4, taskAttribution: 2, taskRealtime: 1}
	for _, task := range JudgeTasks {
		rows, err := loadJudge(JudgeOptions{Task: task})
		require.NoError(t, err, task)
		require.Len(t, rows, 60, task)
		seen := map[string]bool{}
		for _, r := range rows {
			seen[r.Label] = true
		}
		require.Len(t, seen, labels[task], task)
		out, err := RunJudge(t.Context(), JudgeOptions{Task: task, Judge: JudgeLexical, Rows: t.TempDir()}, JudgeParts{})
		require.NoError(t, err, task)
		require.Equal(t, 60, out.N)
		require.Empty(t, out.Model)
		require.Zero(t, out.Calls)
	}
}

func TestALimitTakesTheSameRowsInProportion(t *testing.T) {
	var rows []judgeRow
	for i := range 200 {
		label, source := "support", "a"
		switch {
		case i < 10:
			label = "refute"
		case i < 150:
			label = "irrelevant"
		}
		if i%10 == 0 {
			source = "b"
		}
		rows = append(rows, judgeRow{ID: fmt.Sprint("r", i), Label: label, Source: source})
	}
	count := func(list []judgeRow) map[string]int {
		n := map[string]int{}
		for _, r := range list {
			n[r.Label]++
		}
		return n
	}
	small, large := sampleRows(rows, 40, false), sampleRows(rows, 100, false)
	require.Equal(t, map[string]int{"refute": 2, "irrelevant": 28, "support": 10}, count(small))
	ids := map[string]bool{}
	for _, r := range large {
		ids[r.ID] = true
	}
	for _, r := range small {
		require.True(t, ids[r.ID], "a smaller sample is a part of a larger one")
	}
	require.Equal(t, map[string]int{"refute": 10, "irrelevant": 44, "support": 16}, count(sampleRows(rows, 70, true)), "every refute, then 60 of 190 others")
	require.Equal(t, map[string]int{"refute": 5}, count(sampleRows(rows, 5, true)))
	require.Len(t, sampleRows(rows, 0, true), 200)

	// SHA-256 of "7z", "7y" and "7x" begins e0fc, 6c99 and 0411.
	first := sampleRows([]judgeRow{{ID: "z"}, {ID: "y"}, {ID: "x"}}, 2, false)
	require.Equal(t, []string{"x", "y"}, []string{first[0].ID, first[1].ID})
}

func TestAStoppedRunGoesOn(t *testing.T) {
	data, rows, kept := folder(t, taskClass, class(1), class(2), class(3), class(4)), t.TempDir(), t.TempDir()
	o := JudgeOptions{Data: data, Task: taskClass, Judge: JudgeDefault, Rows: rows}
	n := 0
	broken := &judgetest.Model{OnLabel: func(string) (backend.LabelResult, error) {
		if n++; n > 2 {
			return backend.LabelResult{}, backend.Errorf(backend.CodeUnavailable, "ollama", "The engine is gone.")
		}
		return sure("A")
	}}
	_, err := RunJudge(t.Context(), o, partsOf(broken, kept))
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), "an engine that is gone is no verdict")
	require.ErrorContains(t, err, "row 3 of 4")
	require.NotEmpty(t, backend.HintOf(err))
	// A crash may cut the last line.
	file := filepath.Join(rows, "class.rows.jsonl")
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString(`{"id":"c4","verd`)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	whole := &judgetest.Model{OnLabel: func(string) (backend.LabelResult, error) { return sure("A") }}
	var seen []Progress
	o.Progress = func(p Progress) { seen = append(seen, p) }
	out, err := RunJudge(t.Context(), o, partsOf(whole, ""))
	require.NoError(t, err)
	require.Len(t, whole.Calls(), 2, "the two rows that were judged are kept")
	require.Equal(t, 4, out.Calls, "they count all the same")
	require.InDelta(t, 1, out.Metrics["accuracy"].Value, 0)
	require.Equal(t, 4, seen[3].Done)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, 4, strings.Count(string(b), "\n"))
	require.NotContains(t, string(b), `"verd{`)
}

func TestAnotherProgramJudgesAgainWithTheKeptReplies(t *testing.T) {
	data, rows, kept := folder(t, taskClass, class(1), class(2)), t.TempDir(), t.TempDir()
	o := JudgeOptions{Data: data, Task: taskClass, Judge: JudgeDefault, Rows: rows}
	m := &judgetest.Model{OnLabel: func(string) (backend.LabelResult, error) { return sure("A") }}
	first, err := RunJudge(t.Context(), o, partsOf(m, kept))
	require.NoError(t, err)
	silent := &judgetest.Model{}
	parts := partsOf(silent, kept)
	parts.Program = "p2"
	second, err := RunJudge(t.Context(), o, parts)
	require.NoError(t, err)
	require.Empty(t, silent.Calls(), "every reply is kept")
	require.Equal(t, first.Metrics, second.Metrics)
	require.Equal(t, first.Calls, second.Calls)

	parts.Info.Digest = "d2"
	_, err = RunJudge(t.Context(), o, parts)
	require.Error(t, err, "another model's replies are not taken")
}

func TestAReplyThatIsOfNoUseIsKeptAsWell(t *testing.T) {
	dir := t.TempDir()
	m := &judgetest.Model{OnExtract: func(string) (string, error) { return "", fmt.Errorf("too long: %w", backend.ErrUnusable) }}
	for range 2 {
		r, err := openReplies(partsOf(m, dir))
		require.NoError(t, err)
		var out struct{}
		err = r.Extract(t.Context(), backend.ExtractRequest{Model: "m", Messages: []backend.Message{{Content: "q"}}}, &out)
		require.ErrorIs(t, err, backend.ErrUnusable)
		require.NoError(t, r.failure())
		r.close()
	}
	require.Len(t, m.Calls(), 1)
}

func TestTheAppsJudgeOnEachTask(t *testing.T) {
	m := &judgetest.Model{
		OnLabel: func(prompt string) (backend.LabelResult, error) {
			switch {
			case strings.Contains(prompt, "not built"):
				return sure("B")
			case strings.Contains(prompt, "Built in"):
				return sure("A")
			}
			return sure("C")
		},
		OnChat:    func(string) (string, error) { return "none", nil },
		OnExtract: func(string) (string, error) { return `{"found":false,"quote":"","value":"","as_of":""}`, nil },
	}
	claim := `"claim":"The lighthouse of Nordvik was built in 1871."`
	yes, no := `"The lighthouse of Nordvik: Built in 1871 of granite."`, `"The lighthouse of Nordvik was not built in 1871 but later."`
	tests := []struct{ name, task, row, want string }{
		{"same by name", taskEquivalence, `"question":"Who composed The Magic Flute?","gold":["Wolfgang Amadeus Mozart"],"answer":"It was composed by Mozart.","label":"same"`, "same"},
		{"another name", taskEquivalence, `"question":"Who composed The Magic Flute?","gold":["Wolfgang Amadeus Mozart"],"answer":"Joseph Haydn","label":"different"`, "different"},
		{"undecided, the words stand in it", taskEquivalence, `"question":"What did the old bell of Sel serve for?","gold":["a warning of fog"],"answer":"It was rung at weddings. Later ships were warned of fog by it.","label":"same"`, "same"},
		{"undecided, they do not", taskEquivalence, `"question":"What did the old bell of Sel serve for?","gold":["a warning of fog"],"answer":"It was rung at weddings.","label":"different"`, "different"},
		{"a later holder", taskOutdated, `"question":"Who is the pope?","old":{"answers":["Benedict XVI"],"date":"2005"},"current":{"answers":["Francis"],"date":"2013"}`, "outdated"},
		{"an alias", taskOutdatedSame, `"question":"Who is the pope?","old":{"answers":["Pope Francis"],"date":"2013"},"current":{"answers":["Francis"],"date":"2014"}`, "supported"},
		{"a lasting fact", taskClass, `"question":"Who painted The Night Watch?","label":"evergreen"`, "evergreen"},
		{"news", taskClass, `"question":"What is the latest iPhone?","label":"changing"`, "changing"},
		{"carried", taskStance, claim + `,"passage":` + yes + `,"label":"support"`, "support"},
		{"denied", taskStance, claim + `,"passage":` + no + `,"label":"refute"`, "refute"},
		{"beside the point", taskStance, claim + `,"passage":"Rain is on its way to the coast.","label":"irrelevant"`, "irrelevant"},
		{"one of two carries it", taskAttribution, claim + `,"passages":["Rain is on its way.",` + yes + `],"label":"attributable"`, "attributable"},
		{"none carries it", taskAttribution, claim + `,"passages":["Rain is on its way."],"label":"not"`, "not"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows := t.TempDir()
			o := JudgeOptions{Data: folder(t, tt.task, `{"id":"a",`+tt.row+`}`), Task: tt.task, Judge: JudgeDefault, Rows: rows}
			_, err := RunJudge(t.Context(), o, partsOf(m, ""))
			require.NoError(t, err)
			b, err := os.ReadFile(filepath.Join(rows, tt.task+".rows.jsonl"))
			require.NoError(t, err)
			require.Contains(t, string(b), `"verdict":"`+tt.want+`"`)
		})
	}
}

func TestGroundingIsMeasuredOnAttribution(t *testing.T) {
	row := func(id, passage, label string) string {
		return fmt.Sprintf(`{"id":%q,"claim":"The lighthouse of Nordvik was built in 1871.","passages":[%q],"label":%q}`, id, passage, label)
	}
	m := &judgetest.Model{OnLabel: func(prompt string) (backend.LabelResult, error) {
		says := strings.Contains(prompt, "Built in 1871") || strings.Contains(prompt, "farm? geese") || strings.Contains(prompt, "The health ministry wrote")
		return sure(pick(says == strings.Contains(prompt, "A: the passage says so"), "A", "B"))
	}}
	o := JudgeOptions{
		Data: folder(t, taskAttribution, row("a", "The lighthouse of Nordvik: Built in 1871 of granite.", "attributable"), row("b", "The lighthouse of Nordvik is tall.", "not")),
		Task: taskAttribution, Judge: JudgeGrounding, Rows: t.TempDir(),
	}
	out, err := RunJudge(t.Context(), o, partsOf(m, ""))
	require.NoError(t, err)
	value(t, out.Metrics, "accuracy", 1, 2)
	o.Task = taskStance
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(CheckJudge(o)))
}

const newMayor = `{"id":"a","question":"Who is the mayor of Harrow Green?","asked_at":"2025-03-10","choices":["Ida Novak","Henry Marsh"],"answer":"Ida Novak","evidence":[
{"title":"Harrow Green","url":"https://news.one.example/1","text":"Ida Novak is the mayor of Harrow Green since Sunday.","published_at":"2025-03-09"},
{"title":"Harrow Green","url":"https://www.two.example/2","text":"The new mayor of Harrow Green is Ida Novak, who won by far.","published_at":"2025-03-08"}]}`

func TestRealtimeIsTheWholeCheckOnRecordedEvidence(t *testing.T) {
	m := &judgetest.Model{
		OnLabel: func(string) (backend.LabelResult, error) { return sure("C") },
		OnChat: func(prompt string) (string, error) {
			if strings.HasPrefix(prompt, "Passage:") {
				return "Ida Novak", nil
			}
			return "I think it is Henry Marsh.", nil
		},
		OnExtract: func(prompt string) (string, error) {
			for _, s := range []string{"Ida Novak is the mayor of Harrow Green since Sunday.", "The new mayor of Harrow Green is Ida Novak, who won by far."} {
				if strings.Contains(prompt, s) {
					return fmt.Sprintf(`{"found":true,"quote":%q,"value":"Ida Novak","as_of":""}`, s), nil
				}
			}
			return `{"short_answer":""}`, nil
		},
	}
	rows := t.TempDir()
	o := JudgeOptions{Data: folder(t, taskRealtime, strings.ReplaceAll(newMayor, "\n", "")), Task: taskRealtime, Judge: JudgeDefault, Rows: rows}
	out, err := RunJudge(t.Context(), o, partsOf(m, ""))
	require.NoError(t, err)
	require.Equal(t, 1, out.N)
	value(t, out.Metrics, "coverage_supported", 1, 1)
	value(t, out.Metrics, "coverage_flagged", 1, 1)
	value(t, out.Metrics, "gold_flagged", 0, 1)
	b, err := os.ReadFile(filepath.Join(rows, "realtime.rows.jsonl"))
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(string(b), "\n"))
	require.Contains(t, string(b), `"side":"own"`)
	for _, asked := range m.Calls() {
		require.NotContains(t, asked, "choices")
	}
}

func TestTheOriginalCountsAnythingButYesAsOutdated(t *testing.T) {
	row := `{"id":"a","question":"Who is the pope?","old":{"answers":["Pope Francis"],"date":"2013"},"current":{"answers":["Francis"],"date":"2014"}}`
	for said, alarms := range map[string]float64{"YES": 0, " yes.": 0, "NO": 1, "They are the same person.": 1, "": 1} {
		m := &judgetest.Model{OnChat: func(string) (string, error) { return said, nil }}
		o := JudgeOptions{Data: folder(t, taskOutdatedSame, row), Task: taskOutdatedSame, Judge: JudgeOriginal, Rows: t.TempDir()}
		out, err := RunJudge(t.Context(), o, partsOf(m, ""))
		require.NoError(t, err)
		require.InDelta(t, alarms, out.Metrics["false_alarms"].Value, 0, said)
	}
	stance := `{"id":"a","claim":"Sel has a harbour.","passage":"Sel has none.","label":"irrelevant"}`
	for fact, refutes := range map[string]float64{"[NO_ANSWER]": 0, "none": 1} {
		m := &judgetest.Model{OnChat: func(prompt string) (string, error) {
			return pick(strings.Contains(prompt, "Context:"), fact, "NO"), nil
		}}
		o := JudgeOptions{Data: folder(t, taskStance, stance), Task: taskStance, Judge: JudgeOriginal, Rows: t.TempDir()}
		out, err := RunJudge(t.Context(), o, partsOf(m, ""))
		require.NoError(t, err)
		require.InDelta(t, refutes, out.Metrics["false_refutes"].Value, 0, fact)
	}
}

func TestTheWrongChoiceIsDrawnByHash(t *testing.T) {
	r := judgeRow{ID: "rtqa-1", Answer: "b", Choices: []string{"a", "b", "c", "d"}}
	require.Equal(t, []string{"a", "c", "d"}, r.wrongChoices())
	require.Equal(t, "d", r.wrong(), "SHA-256 of 7rtqa-1 begins 8fe8ea0c730bf893")
	got := map[string]bool{}
	for i := range 40 {
		r.ID = fmt.Sprint(i)
		got[r.wrong()] = true
	}
	require.Len(t, got, 3)
}

func TestBadBenchmarksAreRefusedWithTheNextStep(t *testing.T) {
	good := folder(t, taskClass, class(1))
	tests := []struct {
		name string
		o    JudgeOptions
		want string
	}{
		{"unknown task", JudgeOptions{Data: good, Task: "x", Judge: JudgeLexical}, "no task"},
		{"unknown judge", JudgeOptions{Data: good, Task: taskClass, Judge: "x"}, "no judge"},
		{"the original has no gate", JudgeOptions{Data: good, Task: taskClass, Judge: JudgeOriginal}, "no step"},
		{"negative limit", JudgeOptions{Data: good, Task: taskClass, Judge: JudgeLexical, Limit: -1}, "-1"},
		{"not a benchmark folder", JudgeOptions{Data: t.TempDir(), Task: taskClass, Judge: JudgeLexical}, "no folder"},
		{"task not there", JudgeOptions{Data: good, Task: taskStance, Judge: JudgeLexical}, "stance.jsonl"},
		{"no JSON", JudgeOptions{Data: folder(t, taskClass, class(1), "{"), Task: taskClass, Judge: JudgeLexical}, "Line 2"},
		{"unknown label", JudgeOptions{Data: folder(t, taskClass, `{"id":"a","question":"q","label":"x"}`), Task: taskClass, Judge: JudgeLexical}, "known label"},
		{"id twice", JudgeOptions{Data: folder(t, taskClass, class(1), class(1)), Task: taskClass, Judge: JudgeLexical}, "twice"},
		{"no rows", JudgeOptions{Data: folder(t, taskClass), Task: taskClass, Judge: JudgeLexical}, "no row"},
		{"no day", JudgeOptions{Data: folder(t, taskRealtime, `{"id":"a","question":"q","answer":"x","choices":["x","y"]}`), Task: taskRealtime, Judge: JudgeLexical}, "day"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := CheckJudge(tt.o)
			require.ErrorContains(t, err, tt.want)
			require.NotEqual(t, backend.CodeInternal, backend.CodeOf(err))
		})
	}
}

func TestACancelledRunIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := &judgetest.Model{OnLabel: func(string) (backend.LabelResult, error) { cancel(); return backend.LabelResult{}, context.Canceled }}
	_, err := RunJudge(ctx, JudgeOptions{Data: folder(t, taskClass, class(1)), Task: taskClass, Judge: JudgeDefault, Rows: t.TempDir()}, partsOf(m, ""))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
}
