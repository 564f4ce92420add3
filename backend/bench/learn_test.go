package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
)

// lines reads the prompts and answers that were left.
func lines(t *testing.T, file string) map[string][]Asked {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	out := map[string][]Asked{}
	for sc := bufio.NewScanner(bytes.NewReader(raw)); sc.Scan(); {
		var a Asked
		require.NoError(t, json.Unmarshal(sc.Bytes(), &a))
		out[a.Kind] = append(out[a.Kind], a)
	}
	return out
}

func TestLearnMeasuresWhatWasLearnedAndBroken(t *testing.T) {
	w := newLesson(t)
	o := w.options()
	o.Facts = 7 // all that the base misses
	out, err := w.run(t, o)
	require.NoError(t, err)
	want := map[string][2]float64{ // value and n
		"efficacy":       {6. / 7, 7}, // TownA is not learned
		"generalisation": {1, 7},
		"leak":           {1. / 8, 8}, // seven judges, and the president whom nobody taught
		"locality":       {7. / 8, 8},
		"known_lost":     {1. / 3, 3}, // vale 0; vale 3 was right under one prompt only
		"known_gained":   {1. / 2, 2}, // vale 5 of 4 and 5
		"negation":       {1, 7},
		"reverse":        {5. / 7, 7},
		"one_hop":        {0, 0},

		"row_passes_per_fact": {300. / 7, 7},
		"rows_per_second":     {5, 1},
		"train_seconds":       {60, 1},
		"prepare_seconds":     {25, 1},
		"peak_memory_mb":      {1500, 1},
	}
	require.Len(t, out.Metrics, len(want))
	for name, m := range want {
		require.InDelta(t, m[0], out.Metrics[name].Value, 1e-9, name)
		require.Equal(t, int(m[1]), out.Metrics[name].N, name)
		require.LessOrEqual(t, out.Metrics[name].Lo, m[0], name)
		require.GreaterOrEqual(t, out.Metrics[name].Hi, m[0], name)
	}
	require.Equal(t, LearnResult{
		Source: "zsre", Recipe: "default", Model: "qwen", ModelDigest: "d1", Facts: 7, Seed: 7, ServedAs: backend.ServedMerged, Steps: 20, Metrics: out.Metrics,
	}, out)
	require.Equal(t, []bool{true}, w.ends, "the home is thrown away")
	require.Equal(t, w.models, w.deleted, "nothing is left in the engine")

	said := lines(t, o.Rows)
	require.Len(t, said["fact"], 7)
	for _, a := range said["fact"] {
		require.NotEmpty(t, a.Question)
		require.Equal(t, "Nobody is.", a.Before)
		require.False(t, a.RightBefore)
		require.Equal(t, a.ID != "f0", a.Right)
	}
	require.Equal(t, []string{"Newa is.", "Rose is."}, []string{leaked(said["neighbour"])[0].Answer, leaked(said["neighbour"])[0].Before})
	require.Equal(t, "f7", said["untaught"][0].ID)
}

func leaked(list []Asked) (out []Asked) {
	for _, a := range list {
		if a.Leaked {
			out = append(out, a)
		}
	}
	return out
}

func TestLearnGoesOnWhereItWasBroken(t *testing.T) {
	w := newLesson(t)
	w.crash = true
	_, err := w.run(t, w.options())
	require.ErrorContains(t, err, "killed")
	require.Contains(t, backend.HintOf(err), "goes on")
	require.Equal(t, []bool{false}, w.ends, "what was done is kept")

	w.broken = "Town" + string(rune('A'+w.firstDrawn(t))) + " is led by whom?"
	_, err = w.run(t, w.options())
	require.ErrorContains(t, err, "stopped while asking v1")
	require.Len(t, w.trains, 2)
	require.False(t, w.trains[0].Resume)
	require.True(t, w.trains[1].Resume, "from the checkpoint")
	require.Equal(t, w.trains[0].Run, w.trains[1].Run)

	w.broken = ""
	plain := w.asked[base]
	out, err := w.run(t, w.options())
	require.NoError(t, err)
	require.Len(t, w.trains, 2, "what is trained is not trained again")
	require.Equal(t, plain, w.asked[base], "what the base said is kept")
	require.Equal(t, []bool{false, false, true}, w.ends)

	whole, err := newLesson(t).run(t, w.options())
	require.NoError(t, err)
	require.Equal(t, whole, out, "as if nothing had happened")
	rows, err := os.ReadFile(w.options().Rows)
	require.NoError(t, err)
	require.NoError(t, os.Remove(w.options().Rows))
	before := w.asked
	w.asked = map[string]int{}
	again, err := w.run(t, w.options())
	require.NoError(t, err)
	require.Equal(t, out, again)
	require.Empty(t, w.asked, "what was measured is not measured again")
	w.asked = before
	same, err := os.ReadFile(w.options().Rows)
	require.NoError(t, err)
	require.Equal(t, rows, same)
}

// firstDrawn is the number of a fact that the draw takes.
func (w *lesson) firstDrawn(t *testing.T) int {
	t.Helper()
	facts, err := w.store.AllFacts(backend.FactApproved)
	require.NoError(t, err)
	require.Len(t, facts, 5)
	return int(facts[0].Answer[3] - 'a')
}

func TestLearnAnotherSeedTeachesOthers(t *testing.T) {
	drawn := func(seed int) string {
		w := newLesson(t)
		o := w.options()
		o.Seed = seed
		_, err := w.run(t, o)
		require.NoError(t, err)
		var ids []string
		for _, a := range lines(t, o.Rows)["fact"] {
			require.NotEqual(t, "f7", a.ID, "the base knows it")
			ids = append(ids, a.ID)
		}
		require.Len(t, lines(t, o.Rows)["untaught"], untaught)
		require.Equal(t, seed, w.trains[0].Seed)
		return strings.Join(ids, " ")
	}
	require.Equal(t, drawn(7), drawn(7))
	require.NotEqual(t, drawn(7), drawn(8))
}

func TestLearnInRounds(t *testing.T) {
	w := newLesson(t)
	o := w.options()
	o.Facts, o.Rounds = 7, 3
	out, err := w.run(t, o)
	require.NoError(t, err)
	require.Len(t, w.trains, 3)
	require.Equal(t, 3, out.Rounds)
	require.Equal(t, 60, out.Steps)
	said := lines(t, o.Rows)
	require.Len(t, said["fact"], 7, "each after its own round")
	require.Len(t, said["recall"], 7, "all after the last")
	require.Equal(t, 7, out.Metrics["recall_all"].N)
	require.InDelta(t, 900./7, out.Metrics["row_passes_per_fact"].Value, 1e-9)
	rounds := map[int]int{}
	for _, a := range said["fact"] {
		rounds[a.Round]++
	}
	require.Equal(t, map[int]int{1: 3, 2: 2, 3: 2}, rounds)
	sets, err := w.store.Datasets()
	require.NoError(t, err)
	require.Equal(t, []int{7, 5, 3}, []int{len(sets[0].FactIDs), len(sets[1].FactIDs), len(sets[2].FactIDs)}, "each round trains on all before it")
}

func TestLearnGoesOnInTheRoundInWhichItWasBroken(t *testing.T) {
	w := newLesson(t)
	o := w.options()
	o.Facts, o.Rounds = 7, 3
	say := w.say
	w.say = func(model, system, question string) string { return say(model, system, question) + " So says " + model }
	w.crashAt = 3
	_, err := w.run(t, o)
	require.ErrorContains(t, err, "killed")
	out, err := w.run(t, o)
	require.NoError(t, err)
	require.Equal(t, 60, out.Steps, "each training counts once")
	require.Len(t, w.trains, 4)
	require.True(t, w.trains[3].Resume)
	for _, a := range lines(t, o.Rows)["fact"] {
		require.Contains(t, a.Answer, fmt.Sprintf(":%012d-", []int{1, 2, 4}[a.Round-1]), "each round is asked of its own version")
	}
}

func TestLearnTheOriginalRecipe(t *testing.T) {
	w := newLesson(t)
	first, err := dataset.Shipped()
	require.NoError(t, err)
	row, err := json.Marshal(map[string]any{"id": "s", "question": strings.ToLower(first[0].Question), "answers": first[0].Answers})
	require.NoError(t, err)
	raw, err := os.ReadFile(filepath.Join(w.dir, "learn", "facts.jsonl"))
	require.NoError(t, err)
	w.write(t, strings.Split(strings.TrimSpace(string(raw)), "\n"), []string{string(row)})
	o := w.options()
	o.Recipe, o.Facts, o.MaxMinutes = "original", 3, 60
	out, err := w.run(t, o)
	require.NoError(t, err)
	require.Equal(t, "original", out.Recipe)
	require.InDelta(t, 60, w.trains[0].MaxMinutes, 0)
	sets, err := w.store.Datasets()
	require.NoError(t, err)
	content, err := w.store.DatasetContent(sets[0].ID)
	require.NoError(t, err)
	require.Len(t, content.Facts, 3)
	require.Len(t, content.Anchors, 3, "as many stable facts as new ones")
	for _, a := range content.Anchors {
		require.NotEqual(t, first[0].Question, a.Question, "it is measured")
	}
}

func TestLearnTrainsNothingThatIsMeasured(t *testing.T) {
	w := newLesson(t)
	_, err := w.run(t, w.options())
	require.NoError(t, err)
	sets, err := w.store.Datasets()
	require.NoError(t, err)
	content, err := w.store.DatasetContent(sets[0].ID)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, r := range content.Rows {
		seen[backend.Normal(userTurn(r.Prompt))] = true
	}
	n := 0
	for kind, list := range lines(t, w.options().Rows) {
		for _, a := range list {
			n++
			require.Equal(t, kind == askFact, seen[backend.Normal(a.Question)], "%s %q", kind, a.Question)
		}
	}
	require.Greater(t, n, 20)

	run, err := w.store.Runs()
	require.NoError(t, err)
	l := &learning{ctx: t.Context(), data: learnData{retention: []stableRow{{Question: userTurn(content.Rows[len(content.Rows)-1].Prompt)}}}}
	l.loop, _, err = w.open(t.Context(), "")
	require.NoError(t, err)
	defer l.loop.Close()
	require.ErrorContains(t, l.untouched(run[0]), "is measured", "a training that saw it is refused")
}

func TestLearnRefusesBadInput(t *testing.T) {
	fact := `{"id":"a","question":"Who?","answer":"Ada","source":"zsRE"}`
	stable := `{"id":"s","question":"what is it","answers":["it"]}`
	tests := []struct {
		name          string
		facts, stable string
		change        func(o *LearnOptions)
		says          string
	}{
		{"no folder named", fact, stable, func(o *LearnOptions) { o.Data = "" }, "not named"},
		{"no such folder", fact, stable, func(o *LearnOptions) { o.Data += "/none" }, "no " + "/"},
		{"no such source", fact, stable, func(o *LearnOptions) { o.Source = "wiki" }, `no source called "wiki"`},
		{"no such recipe", fact, stable, func(o *LearnOptions) { o.Recipe = "quick" }, `no recipe called "quick"`},
		{"no fact", fact, stable, func(o *LearnOptions) { o.Facts = 0 }, "makes no sense"},
		{"too many facts", fact, stable, func(o *LearnOptions) { o.Facts = 1000 }, "only 1 row of zsre"},
		{"more rounds than facts", fact, stable, func(o *LearnOptions) { o.Rounds = 2 }, "1 fact cannot be taught in 2 rounds"},
		{"no JSON", fact + "\nno", stable, nil, "Line 2 of facts.jsonl"},
		{"no answer", `{"id":"a","question":"Who?","source":"zsRE"}`, stable, nil, "it has no answer"},
		{"no question", `{"id":"a","question":" ","answer":"Ada","source":"zsRE"}`, stable, nil, "cannot be asked"},
		{"an id twice", fact + "\n" + fact, stable, nil, "Line 2 of facts.jsonl is no row of this benchmark: its id stands twice"},
		{"the old answer again", `{"id":"a","question":"Who?","answer":"Ada","old":"ada.","source":"zsRE"}`, stable, nil, "its old answer is its new one"},
		{"none of the source", `{"id":"a","question":"Who?","answer":"Ada","source":"QAEdit"}`, stable, nil, "no fact of zsre"},
		{"no retention", fact, "", nil, "no row in retention.jsonl"},
		{"a stable question without answers", fact, `{"id":"s","question":"what is it","answers":[]}`, nil, "Line 1 of retention.jsonl"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newLesson(t)
			w.write(t, []string{tt.facts}, []string{tt.stable})
			o := w.options()
			o.Facts = 1
			if tt.change != nil {
				tt.change(&o)
			}
			err := CheckLearn(o)
			require.ErrorContains(t, err, tt.says)
			require.NotEmpty(t, backend.CodeOf(err))
			_, err = w.run(t, o)
			require.ErrorContains(t, err, tt.says)
			require.Empty(t, w.asked)
		})
	}
}

func TestLearnSaysWhenTheBaseMissesTooFew(t *testing.T) {
	w := newLesson(t)
	o := w.options()
	o.Facts = 8
	_, err := w.run(t, o)
	require.ErrorContains(t, err, "misses only 7 facts of zsre")
	require.Contains(t, backend.HintOf(err), "--facts 7")
	require.Empty(t, w.trains)
}

func TestLearnStopsWhenItIsStopped(t *testing.T) {
	w := newLesson(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := RunLearn(ctx, w.options(), LearnParts{JudgeParts: JudgeParts{Model: w, Info: backend.ModelInfo{Name: "qwen", Trainable: true}}, Cells: w.cells, Open: w.open})
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
	require.True(t, errors.Is(err, context.Canceled))
}

func TestLearnCountsWhatATrainingGaveUpAsMissed(t *testing.T) {
	w := newLesson(t)
	w.giveUp = 2
	out, err := w.run(t, w.options())
	require.NoError(t, err)
	require.Equal(t, 2, out.GivenUp)
	given := 0
	for _, a := range lines(t, w.options().Rows)["fact"] {
		if a.GivenUp {
			given++
			require.False(t, a.Right, "the weights were not taught it, whatever they say")
		}
	}
	require.Equal(t, 2, given)
	require.Equal(t, 5, out.Metrics["efficacy"].N)
}

func TestLearnLooksAtTheTrainerFirst(t *testing.T) {
	w := newLesson(t)
	w.unready = backend.Errorf(backend.CodeUnavailable, "train", "The trainer is not set up.")
	_, err := w.run(t, w.options())
	require.ErrorContains(t, err, "not set up")
	require.Empty(t, w.asked, "before anything is asked")
	require.Equal(t, []bool{false}, w.ends)
}
