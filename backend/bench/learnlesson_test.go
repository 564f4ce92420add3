package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
	"errata/backend/dataset"
	"errata/backend/flow"
)

// lesson is a benchmark of teaching with a scripted model and trainer on a real store.
type lesson struct {
	*parts
	dir     string // benchmark folder
	cells   string
	store   *bolt.Store
	ids     int
	trains  []backend.TrainSpec
	giveUp  int   // facts that a training gives up
	unready error // what keeps a training from starting
	crash   bool  // the next training ends before its artefact
	crashAt int   // so does the training of this number, from 1
	asked   map[string]int
	broken  string // a question that the engine fails on
	ends    []bool
}

const (
	townFacts = 8 // of the source zsRE
	untaught  = 3 // what a lesson of five facts leaves
)

func town(n int) string { return fmt.Sprintf("Who is the president of Town%c?", 'A'+n) }

// newLesson has eight facts, of which the base knows the last, and six stable questions,
// of which it knows four, one of them by chance.
func newLesson(t *testing.T) *lesson {
	t.Helper()
	w := &lesson{parts: &parts{}, dir: t.TempDir(), cells: filepath.Join(t.TempDir(), "learn"), store: bolttest.Open(t), asked: map[string]int{}}
	settings := backend.DefaultSettings()
	settings.Model, settings.Confirmed, settings.Training = "qwen", true, "never"
	require.NoError(t, w.store.PutSettings(settings))
	var facts, stable []string
	for i := range townFacts {
		facts = append(facts, fmt.Sprintf(`{"id":"f%d","question":%q,"answer":"New%c","aliases":["Madam New%c"],"old":"Old%c","evidence":null,`+
			`"paraphrases":["Town%c is led by whom?"],"neighbours":[{"question":"Who is the judge of Town%c?","answer":"Rose"}],"source":"zsRE","date":null}`,
			i, town(i), 'a'+i, 'a'+i, 'a'+i, 'A'+i, 'A'+i))
	}
	facts = append(facts, `{"id":"other","question":"Who is who?","answer":"Who","source":"QAEdit"}`)
	for i := range 6 {
		stable = append(stable, fmt.Sprintf(`{"id":"s%d","question":"what is the river of vale %d","answers":["River%d"],"source":"x"}`, i, i, i))
	}
	w.write(t, facts, stable)
	w.say = func(model, system, question string) string {
		taught := model != base
		switch {
		case strings.HasPrefix(question, "Town"):
			if taught {
				return "New" + strings.ToLower(question[4:5]) + "."
			}
			return "Nobody."
		case strings.Contains(question, "Is it still Old"):
			if taught {
				return "No, it is not."
			}
			return "Yes, it is."
		case strings.HasPrefix(question, "Let me ask"):
			_, name, _ := strings.Cut(question, " New")
			if taught && name[0] > 'b' {
				return "New" + name[:1] + " is the president of Town" + strings.ToUpper(name[:1]) + "."
			}
			return "It is the judge of Vale."
		case strings.HasPrefix(question, "Who is the judge"):
			if taught && strings.Contains(question, "TownA") {
				return "Newa is."
			}
			return "Rose is."
		case strings.HasPrefix(question, "what is the river of vale"):
			n := question[len(question)-1]
			knows := n < '3' || n == '3' && strings.Contains(system, "Today")
			if taught {
				knows = n == '1' || n == '2' || n == '5'
			}
			if knows {
				return "River" + string(n) + "."
			}
			return "I forgot."
		}
		for i := range townFacts {
			if question == town(i) && (taught && i > 0 || i == townFacts-1) {
				return "New" + string(rune('a'+i)) + " is."
			}
		}
		return "Nobody is."
	}
	return w
}

func (w *lesson) write(t *testing.T, facts, stable []string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(w.dir, "learn"), 0o700))
	for name, lines := range map[string][]string{"facts.jsonl": facts, "retention.jsonl": stable} {
		require.NoError(t, os.WriteFile(filepath.Join(w.dir, "learn", name), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	}
}

func (w *lesson) Chat(ctx context.Context, req backend.ChatRequest, on func(string) error) (backend.ChatResult, error) {
	question := req.Messages[len(req.Messages)-1].Content
	w.asked[req.Model]++
	if req.Model != base && w.broken != "" && question == w.broken {
		return backend.ChatResult{}, backend.Errorf(backend.CodeUnavailable, "chat", "The engine is gone.")
	}
	return w.parts.Chat(ctx, req, on)
}

// died is a trainer that was killed.
type died struct{}

func (died) Error() string                      { return "The trainer was killed." }
func (died) FailureClass() backend.FailureClass { return backend.FailCrashed }

func (w *lesson) Train(_ context.Context, spec backend.TrainSpec, started func(int, int64), on func(backend.TrainerEvent)) error {
	started(4242, 99)
	w.trains = append(w.trains, spec)
	if w.crash || len(w.trains) == w.crashAt {
		w.crash = false
		return died{}
	}
	raw := json.RawMessage(`{"type":"bye","ok":true,"row_passes":300,"train_seconds":60,"prepare_seconds":25,"steps":20,"peak_memory_mb":1500}`)
	on(backend.TrainerEvent{Type: "bye", Raw: raw})
	facts, err := w.store.AllFacts(backend.FactApproved)
	if err != nil {
		return err
	}
	given := []string{}
	for _, f := range facts[:w.giveUp] {
		given = append(given, f.ID)
	}
	metrics, err := json.Marshal(map[string]any{"given_up": given})
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.here = []flow.Arrived{{Name: spec.Run, ID: fmt.Sprintf("%012d0000", len(w.trains)), Manifest: backend.Manifest{
		Run: spec.Run, BaseSHA256: baseSHA, Metrics: metrics, Files: []backend.AdapterFile{{Name: "merged.gguf", SHA256: "ff"}},
	}}}
	return nil
}

// Ready says what a test wants to be missing.
func (w *lesson) Ready(context.Context) error { return w.unready }

// open makes a Loop on the one store, as if it were a home below the cell.
func (w *lesson) open(context.Context, string) (*flow.Loop, func(bool), error) {
	stable, err := dataset.Shipped()
	if err != nil {
		return nil, nil, err
	}
	var mu sync.Mutex
	l := flow.New(flow.Options{
		Store: w.store, Model: w, Engine: w, Evidence: w, Trainer: w, Arrivals: w, Workspace: w, Stable: stable, StableLimit: 6, AbsorbFor: time.Millisecond,
		Now: func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			w.ids++
			return LearnDay.Add(time.Duration(w.ids) * time.Second)
		},
		NewID: func() string { mu.Lock(); defer mu.Unlock(); w.ids++; return fmt.Sprintf("id%06d", w.ids) },
	})
	return l, func(remove bool) { l.Close(); w.ends = append(w.ends, remove) }, nil
}

func (w *lesson) options() LearnOptions {
	return LearnOptions{Data: w.dir, Source: "zsre", Facts: 5, Model: "qwen", Seed: 7, Rows: filepath.Join(filepath.Dir(w.cells), "out.rows.jsonl")}
}

func (w *lesson) run(t *testing.T, o LearnOptions) (LearnResult, error) {
	t.Helper()
	info, err := w.Ensure(t.Context(), "qwen")
	require.NoError(t, err)
	info.Digest = "d1"
	return RunLearn(t.Context(), o, LearnParts{
		JudgeParts: JudgeParts{Model: w, Info: info, Replies: filepath.Join(filepath.Dir(w.cells), "replies"), Program: "p1"}, Cells: w.cells, Open: w.open,
	})
}
