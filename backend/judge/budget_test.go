package judge_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/evidence"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

// steps counts a model's calls by what they were for.
func steps(m *judgetest.Model) map[string]int {
	out := map[string]int{}
	for _, prompt := range m.Calls() {
		switch {
		case strings.Contains(prompt, "\nStatement: "):
			out["ground"]++
		case strings.Contains(prompt, "mean the same"):
			out["compare"]++
		case strings.Contains(prompt, "<<"):
			out["form"]++
		case strings.HasPrefix(prompt, "Passage:"):
			out["chat"]++
		case strings.Contains(prompt, "\nReply:"):
			out["claim"]++
		default:
			out["gate"]++
		}
	}
	return out
}

func TestSupportOfWhatNeverChangesTakesTwoCalls(t *testing.T) {
	tests := []struct {
		question, answer, value string
		passages                []backend.Passage
	}{
		{"What is the capital of France?", "The capital of France is Paris.", "Paris", []backend.Passage{
			web("1", "a.com", "Paris is the capital of France.", nil), web("2", "b.com", "The French capital Paris, in France, is big.", nil)}},
		{"Who wrote Romeo and Juliet?", "It was written by William Shakespeare.", "William Shakespeare", []backend.Passage{
			web("1", "britannica.com", "William Shakespeare wrote Romeo and Juliet early in his career.", nil), web("2", "b.com", "Romeo and Juliet was written by William Shakespeare.", nil)}},
		{"What is the chemical symbol of gold?", "Au", "Au", []backend.Passage{note("n", "Gold", "The chemical symbol of gold is Au.", at(2000))}},
		{"Who painted the Mona Lisa?", "The Mona Lisa was painted by Leonardo da Vinci.", "Leonardo da Vinci", []backend.Passage{
			web("1", "a.com", "The Mona Lisa was painted by Leonardo da Vinci.", nil), web("2", "b.com", "Leonardo da Vinci painted the Mona Lisa in Florence.", nil),
			web("3", "c.com", "The painter of the Mona Lisa is Leonardo da Vinci.", nil), web("4", "d.com", "In Milan, Leonardo da Vinci painted the Mona Lisa once more, some say.", nil),
			web("5", "e.com", "Visitors come for the Mona Lisa, which Leonardo da Vinci painted.", nil), web("6", "f.com", "The Mona Lisa, painted by Leonardo da Vinci, hangs in Paris.", nil)}},
		{"When did the Berlin Wall fall?", "The Berlin Wall fell on 9 November 1989.", "9 November 1989", []backend.Passage{
			web("1", "a.com", "The Berlin Wall did fall on 9 November 1989.", nil), web("2", "b.com", "On 9 November 1989 came the fall of the Berlin Wall, and people danced.", nil)}},
	}
	for _, tt := range tests {
		t.Run(tt.question, func(t *testing.T) {
			m := says(tt.value)
			v, err := newJudge(t, judge.Options{Model: m, Gather: gives(tt.passages...)}).Check(t.Context(), input(tt.question, tt.answer), nil)
			require.NoError(t, err)
			require.Equal(t, backend.Supported, v.Kind, "%s", v.Reason)
			require.LessOrEqual(t, v.Calls, 2, "%v", steps(m))
			require.Len(t, m.Calls(), v.Calls)
		})
	}
}

// The worst a check can meet: no rule knows the class or the claim, no form is
// filled rightly, and what the chat says cannot be compared by strings or types.
func TestNoVerdictTakesMoreThanFourteenCalls(t *testing.T) {
	const question = "What keeps the mouth of the harbour of Sel free?"
	var passages []backend.Passage
	for i := range 8 {
		passages = append(passages, web(fmt.Sprint(i), fmt.Sprintf("d%d.com", i), fmt.Sprintf("Report %s: what keeps the mouth of the harbour of Sel free is dredging by crew %d.", strings.Repeat("x", i+1), i), at(i+1)))
	}
	for _, form := range []string{"{", `{"found":true,"quote":"made up","value":"made up","as_of":""}`, `{"found":true,"quote":"dredging by crew","value":"dredging by crew","as_of":""}`} {
		for _, said := range []string{"none", "dredging by crew", "crew", "harbour"} {
			t.Run(form+said, func(t *testing.T) {
				m := reader(tells(0.4))
				m.OnExtract = func(string) (string, error) { return form, nil }
				m.OnChat = func(string) (string, error) { return said, nil }
				j := newJudge(t, judge.Options{Model: m, Gather: gives(passages...), Orders: &judge.Orders{}, Grounding: &judge.Grounding{}})
				_, err := j.SameValue(t.Context(), openQuestion, openAnswer, []string{openOther}) // the model is tried once, for all checks
				require.NoError(t, err)
				before := steps(m)
				v, err := j.Check(t.Context(), input(question, "Well, one hears that the tide and the men of the town have a hand in it, more or less."), nil)
				require.NoError(t, err)
				require.NotEmpty(t, v.Reason)
				require.LessOrEqual(t, v.Calls, 14)
				took := steps(m)
				total := 0
				for step, most := range map[string]int{"gate": 1, "claim": 1, "form": 6, "compare": 2, "chat": 14, "ground": 4} {
					require.LessOrEqual(t, took[step]-before[step], most, step)
					total += took[step] - before[step]
				}
				require.Equal(t, v.Calls, total)
			})
		}
	}
}

// deaf is a provider that does not hear that a search was stopped.
type deaf struct{ evidence.Provider }

func (deaf) Name() string  { return "deaf" }
func (deaf) Title() string { return "Deaf" }
func (deaf) Local() bool   { return true }
func (deaf) Search(context.Context, backend.Search) ([]backend.Passage, error) {
	select {}
}

// blocking gives judges that wait for ever in one of their steps; begun is closed
// when they do.
func blocking(t testing.TB, step string) (j *judge.Judge, begun chan struct{}, question, answer string) {
	begun = make(chan struct{})
	var once sync.Once
	wait := func(ctx context.Context) error {
		once.Do(func() { close(begun) })
		<-ctx.Done()
		return ctx.Err()
	}
	m := &waiting{Model: says("Keir Starmer"), step: step, wait: wait}
	gather := gives(web("1", "a.com", starmer, at(1)), web("2", "b.com", starmer2, at(2)))
	switch step {
	case "provider":
		gather = func(ctx context.Context, _ backend.Search) (backend.Found, error) { return backend.Found{}, wait(ctx) }
	case "deaf provider":
		g := evidence.New([]evidence.Provider{deaf{}}, evidence.Options{})
		gather = func(ctx context.Context, s backend.Search) (backend.Found, error) {
			once.Do(func() { close(begun) })
			return g.Gather(ctx, s, map[string]bool{"deaf": true})
		}
	}
	question, answer = pmQuestion, "It is Keir Starmer."
	if step == "label" {
		question = "Does the clay of Larkstead shrink?"
	}
	return newJudge(t, judge.Options{Model: m, Gather: gather}), begun, question, answer
}

// waiting is a model that waits in one kind of call.
type waiting struct {
	*judgetest.Model
	step string
	wait func(context.Context) error
}

func (w *waiting) Label(ctx context.Context, req backend.LabelRequest) (backend.LabelResult, error) {
	if w.step == "label" {
		return backend.LabelResult{}, w.wait(ctx)
	}
	return w.Model.Label(ctx, req)
}

func (w *waiting) Extract(ctx context.Context, req backend.ExtractRequest, out any) error {
	switch w.step {
	case "extract":
		return w.wait(ctx)
	case "chat":
		return backend.Errorf(backend.CodeUnavailable, "test", "no form")
	}
	return w.Model.Extract(ctx, req, out)
}

func (w *waiting) Chat(ctx context.Context, req backend.ChatRequest, onText func(string) error) (backend.ChatResult, error) {
	if w.step == "chat" {
		return backend.ChatResult{}, w.wait(ctx)
	}
	return w.Model.Chat(ctx, req, onText)
}

var blockingSteps = []string{"label", "extract", "chat", "provider", "deaf provider"}

func TestACheckThatIsCancelledReturns(t *testing.T) {
	for _, step := range blockingSteps {
		t.Run(step, func(t *testing.T) {
			j, begun, question, answer := blocking(t, step)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan backend.Verdict, 1)
			go func() {
				v, err := j.Check(ctx, input(question, answer), nil)
				if err == nil {
					done <- v
				}
			}()
			<-begun
			cancel()
			select {
			case v := <-done:
				require.Equal(t, backend.NotEnoughEvidence, v.Kind)
				require.Equal(t, backend.ReasonCancelled, v.Reason)
			case <-time.After(time.Minute):
				t.Fatal("the check goes on after it was cancelled")
			}
		})
	}
}

// BenchmarkCancel measures from the cancel to the verdict; the budget is 200 ms.
func BenchmarkCancel(b *testing.B) {
	for _, step := range blockingSteps {
		b.Run(step, func(b *testing.B) {
			var took time.Duration
			for b.Loop() {
				j, begun, question, answer := blocking(b, step)
				ctx, cancel := context.WithCancel(b.Context())
				done := make(chan struct{})
				go func() {
					_, _ = j.Check(ctx, input(question, answer), nil)
					close(done)
				}()
				<-begun
				start := time.Now()
				cancel()
				<-done
				took += time.Since(start)
			}
			b.ReportMetric(float64(took.Microseconds())/1000/float64(b.N), "ms/cancel")
		})
	}
}

// The second way of reading one passage leaves the first way to the others.
func TestNoPassageIsLeftUnreadForASecondLookAtAnother(t *testing.T) {
	var pages []backend.Passage
	for i, does := range []string{"rose", "spoke", "left", "wrote"} {
		pages = append(pages, web(fmt.Sprint(i), fmt.Sprintf("d%d.example", i), fmt.Sprintf("The mayor of Larkstead, Ada Birch, %s in room %d.", does, i), at(3)))
	}
	said := 0
	model := says("Ada Birch")
	finds := model.OnExtract
	model.OnExtract = func(prompt string) (string, error) {
		if said++; said <= 2 {
			return `{"found":false,"quote":"","value":"","as_of":""}`, nil
		}
		return finds(prompt)
	}
	j := newJudge(t, judge.Options{Model: model, Gather: gives(pages...), MaxCalls: 4})
	v, err := j.Check(t.Context(), input(mayorQuestion, "The mayor of Larkstead is Tom Quill."), nil)
	require.NoError(t, err)
	require.Equal(t, backend.Contradicted, v.Kind, "%s: four calls are one for each of four passages", v.Reason)
	require.Equal(t, 4, v.Calls)
}
