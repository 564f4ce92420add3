package flow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/flow"
)

// automatic is a calibrated world that may approve by rule.
func automatic(t *testing.T, change func(*backend.Settings)) *world {
	t.Helper()
	w := calibrated(t, 0.95)
	w.set(t, func(s *backend.Settings) {
		s.Approval = "automatic"
		if change != nil {
			change(s)
		}
	})
	return w
}

func (w *world) set(t *testing.T, change func(*backend.Settings)) {
	t.Helper()
	s, err := w.store.Settings()
	require.NoError(t, err)
	change(&s)
	require.NoError(t, w.store.PutSettings(s))
}

// proposal is the one fact of the queue.
func (w *world) proposal(t *testing.T) backend.Fact {
	t.Helper()
	facts, err := w.store.AllFacts("")
	require.NoError(t, err)
	require.NotEmpty(t, facts)
	return facts[0]
}

func (w *world) ruled(t *testing.T) []backend.Fact {
	t.Helper()
	facts, err := w.ApproveDue()
	require.NoError(t, err)
	return facts
}

func TestARuleApprovesAfterTheWaitAndSaysSo(t *testing.T) {
	w := automatic(t, func(s *backend.Settings) { s.ApprovalHours = 48 })
	w.checked(t)
	require.Empty(t, w.ruled(t))
	plan, err := w.RulePlan()
	require.NoError(t, err)
	require.Len(t, plan.Waiting, 1)
	f := w.proposal(t)
	require.Equal(t, f.ID, plan.Waiting[0].FactID)
	require.Equal(t, f.CreatedAt.Add(48*time.Hour), plan.Waiting[0].At)
	require.Equal(t, 10, plan.Left)

	w.later(47 * time.Hour)
	require.Empty(t, w.ruled(t))
	w.later(time.Hour)
	require.Len(t, w.ruled(t), 1)
	f, err = w.store.Fact(f.ID)
	require.NoError(t, err)
	require.Equal(t, backend.FactApproved, f.State)
	require.Equal(t, backend.ByRule, f.DecidedBy)
	require.NotNil(t, f.DecidedAt)
	require.Equal(t, backend.RuleTwoSources, f.Rule.Name)
	require.Equal(t, []string{"larkstead-news.com", "apnews.com"}, f.Rule.Domains)
	require.Equal(t, 48, f.Rule.WaitHours)
	require.InDelta(t, 0.95, f.Rule.Confidence, 1e-9)
	require.NotEmpty(t, f.Rule.Calibration)
	require.Equal(t, 1, w.heard("facts.ruled"))

	f, err = w.Undo(f.ID)
	require.NoError(t, err)
	require.Equal(t, backend.FactProposed, f.State)
	require.Nil(t, f.Rule)
	w.later(100 * time.Hour)
	require.Empty(t, w.ruled(t), "what a person took back is left to persons")
	f, err = w.Approve(f.ID, "person")
	require.NoError(t, err)
	require.Equal(t, "person", f.DecidedBy)
	require.Nil(t, f.Rule)
}

func TestNoRuleApprovesWhatAPersonMustDecide(t *testing.T) {
	answer := "Cora Finch"
	tests := map[string]func(t *testing.T, w *world, v backend.Verdict, f backend.Fact){
		"the policy is person": func(t *testing.T, w *world, _ backend.Verdict, _ backend.Fact) {
			w.set(t, func(s *backend.Settings) { s.Approval = "person" })
		},
		"the policy was chosen just now": func(t *testing.T, w *world, _ backend.Verdict, _ backend.Fact) {
			since := w.Now().Add(24 * time.Hour)
			w.set(t, func(s *backend.Settings) { s.AutomaticSince = &since })
		},
		"a person rejected it": func(t *testing.T, w *world, _ backend.Verdict, f backend.Fact) {
			_, err := w.Reject(f.ID, "person")
			require.NoError(t, err)
		},
		"a person took a rejection back": func(t *testing.T, w *world, _ backend.Verdict, f backend.Fact) {
			_, err := w.Reject(f.ID, "person")
			require.NoError(t, err)
			_, err = w.Undo(f.ID)
			require.NoError(t, err)
		},
		"a person edited it": func(t *testing.T, w *world, _ backend.Verdict, f backend.Fact) {
			_, err := w.Edit(f.ID, backend.FactUpdate{Answer: &answer})
			require.NoError(t, err)
		},
		"a person disagreed with the verdict": func(t *testing.T, w *world, v backend.Verdict, _ backend.Fact) {
			require.NoError(t, w.Rate(v.ID, false, ""))
		},
		"a person approved another answer": func(t *testing.T, w *world, _ backend.Verdict, _ backend.Fact) {
			_, err := w.AddFact(backend.Fact{Question: mayorQ, Answer: answer}, true, "person")
			require.NoError(t, err)
		},
		"it speaks against an approved fact": func(t *testing.T, w *world, _ backend.Verdict, f backend.Fact) {
			_, err := w.store.ChangeFact(f.ID, func(f *backend.Fact) error { f.Disputes = "other"; return nil })
			require.NoError(t, err)
		},
		"a later check finds what the model said": func(t *testing.T, w *world, v backend.Verdict, _ backend.Fact) {
			w.sourcesSay(oldMayor)
			again, err := w.Verify(t.Context(), v.AnswerID)
			require.NoError(t, err)
			require.Equal(t, backend.Supported, again.Kind)
		},
		"a later check finds nothing": func(t *testing.T, w *world, v backend.Verdict, _ backend.Fact) {
			w.Evidence = noEvidence{}
			_, err := w.Verify(t.Context(), v.AnswerID)
			require.NoError(t, err)
		},
		"another answer waits too": func(t *testing.T, w *world, v backend.Verdict, _ backend.Fact) {
			w.sourcesSay("Cora Finch")
			w.checked(t)
		},
		"it changes within weeks": func(t *testing.T, w *world, _ backend.Verdict, f backend.Fact) {
			_, err := w.store.ChangeFact(f.ID, func(f *backend.Fact) error { f.Class = backend.ClassFast; return nil })
			require.NoError(t, err)
		},
		"another program proposed it": func(t *testing.T, w *world, _ backend.Verdict, f backend.Fact) {
			_, err := w.store.ChangeFact(f.ID, func(f *backend.Fact) error { f.ProposedBy = "api"; return nil })
			require.NoError(t, err)
		},
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			w := automatic(t, nil)
			v := w.checked(t)
			prepare(t, w, v, w.proposal(t))
			w.later(25 * time.Hour)
			require.Empty(t, w.ruled(t))
		})
	}
	t.Run("a rule approved another answer", func(t *testing.T) {
		w := automatic(t, nil)
		w.checked(t)
		w.later(25 * time.Hour)
		require.Len(t, w.ruled(t), 1)
		w.sourcesSay(answer)
		w.checked(t)
		w.later(25 * time.Hour)
		require.Empty(t, w.ruled(t), "what one rule taught no other rule takes back")
	})
	t.Run("nobody knows its sources", func(t *testing.T) {
		w := automatic(t, nil)
		w.domainsSay(newMayor, "larkstead-news.com", "valley-post.com")
		w.checked(t)
		require.Equal(t, backend.FactProposed, w.proposal(t).State, "a person may still approve it")
		w.later(25 * time.Hour)
		require.Empty(t, w.ruled(t))
	})
	t.Run("a person proposed it", func(t *testing.T) {
		w := automatic(t, nil)
		w.Calibration = nil
		v := w.checked(t)
		_, err := w.Teach(v.ID, backend.FactUpdate{}, false, "person")
		require.NoError(t, err)
		w.later(25 * time.Hour)
		require.Empty(t, w.ruled(t))
	})
}

func TestARuleApprovesTenFactsATraining(t *testing.T) {
	w := automatic(t, nil)
	passages := []backend.Passage{{ID: "a", Domain: "a.com", Supports: "rival"}, {ID: "b", Domain: "b.com", Supports: "rival"}}
	for i := range 13 {
		v := backend.Verdict{ID: w.NewID(), Question: fmt.Sprintf("Who is the mayor of place %d?", i), Kind: backend.Contradicted, RivalValue: newMayor, Class: backend.ClassSlow,
			Calibrated: true, Confidence: 0.95, Calibration: "c", Passages: passages, Clusters: []backend.Cluster{{Value: newMayor, Domains: []string{"a.com", "b.com"}, Strong: backend.KnownFrom}}, CreatedAt: w.Now()}
		require.NoError(t, w.store.AddVerdict(v))
		_, err := w.Teach(v.ID, backend.FactUpdate{}, false, "verdict")
		require.NoError(t, err)
	}
	w.later(25 * time.Hour)
	first := w.ruled(t)
	require.Len(t, first, 10)
	require.Empty(t, w.ruled(t), "the others wait for a training")
	_, err := w.Undo(first[0].ID)
	require.NoError(t, err)
	require.Len(t, w.ruled(t), 1, "what was taken back makes room")
	require.NoError(t, w.store.AddRun(backend.Run{ID: "f", Model: "qwen", State: backend.RunFailed, CreatedAt: w.Now()}))
	require.Empty(t, w.ruled(t), "the next training teaches the ten that the failed one was to teach")
	require.NoError(t, w.store.AddRun(backend.Run{ID: "r", Model: "qwen", State: backend.RunFinished, CreatedAt: w.Now()}))
	require.Len(t, w.ruled(t), 2)
}

// learns makes the scripted trainer leave an adapter, and its version know the mayor.
func (w *world) learns(right bool) {
	stable, err := dataset.Shipped()
	if err != nil {
		panic(err)
	}
	known := map[string]string{}
	for _, s := range stable {
		known[s.Question] = s.Answers[0]
	}
	w.Stable, w.StableLimit = stable, 120
	w.engine.say = func(model string, m []backend.Message) string {
		q := m[len(m)-1].Content
		switch {
		case strings.HasPrefix(q, "Passage:"):
			return "none"
		case known[q] != "":
			return known[q]
		case strings.Contains(strings.ToLower(q), "mayor") && strings.Contains(q, "Larkstead") && !strings.Contains(q, " in 19") && model != "qwen-test" && right:
			return "The mayor of Larkstead is " + newMayor + "."
		case q == mayorQ:
			return mayorSays
		}
		return "I cannot say."
	}
	w.trainer.train = func(_ context.Context, spec backend.TrainSpec, _ func(backend.TrainerEvent)) error {
		w.arrivals.put(flow.Arrived{Name: spec.Run, ID: "adapter1", Manifest: backend.Manifest{Run: spec.Run, BaseSHA256: baseSHA}}, true)
		return nil
	}
}

func TestTheWholeLoopWithoutAClick(t *testing.T) {
	for name, right := range map[string]bool{"the version passes its gate": true, "the version learned nothing": false} {
		t.Run(name, func(t *testing.T) {
			w := automatic(t, func(s *backend.Settings) { s.Training = "start" })
			w.learns(right)
			for range backend.CycleLength {
				require.Equal(t, backend.Contradicted, w.checked(t).Kind)
			}
			w.Tend(t.Context())
			runs, err := w.store.Runs()
			require.NoError(t, err)
			require.Empty(t, runs, "a person has a day to decide")

			w.later(25 * time.Hour)
			w.Tend(t.Context())
			_, _ = w.WaitRun(t.Context(), "")
			runs, err = w.store.Runs()
			require.NoError(t, err)
			require.Len(t, runs, 1)
			require.True(t, runs[0].ByRule)
			require.Equal(t, backend.RunFinished, runs[0].State, runs[0].Message)
			f := w.proposal(t)
			require.Equal(t, backend.FactApproved, f.State)
			require.Equal(t, backend.ByRule, f.DecidedBy)
			v, err := w.store.Version(runs[0].VersionID)
			require.NoError(t, err)
			require.NotNil(t, v.Gate)

			off := false
			asked, err := w.Ask(t.Context(), flow.AskInput{Text: mayorQ, Memory: &off}, nil)
			require.NoError(t, err)
			if !right {
				require.Equal(t, backend.VersionCandidate, v.State)
				require.False(t, v.Gate.Passed)
				require.Equal(t, mayorSays, asked.Answer.Text)
				return
			}
			require.True(t, v.Gate.Passed, "%+v", v.Gate.Checks)
			require.Equal(t, backend.VersionCurrent, v.State)
			require.Contains(t, v.Note, "by rule")
			require.Contains(t, asked.Answer.Text, newMayor)
			checked, err := w.Verify(t.Context(), asked.Answer.ID)
			require.NoError(t, err)
			require.Equal(t, backend.Supported, checked.Kind)

			_, err = w.Rollback(t.Context(), "") // and all of it can be taken back
			require.NoError(t, err)
			_, err = w.Undo(f.ID)
			require.NoError(t, err)
		})
	}
}

func TestAVersionThatWasLeftIsFinishedAtTheNextLook(t *testing.T) {
	w := automatic(t, nil)
	w.learns(true)
	_, err := w.AddFact(backend.Fact{Question: mayorQ, Answer: newMayor, OldAnswer: oldMayor}, true, "person")
	require.NoError(t, err)
	d, err := w.Freeze(t.Context(), flow.FreezeInput{})
	require.NoError(t, err)
	for _, byRule := range []bool{false, true} {
		id := fmt.Sprint("run", byRule)
		require.NoError(t, w.store.AddRun(backend.Run{ID: id, DatasetID: d.ID, Model: "qwen", BaseSHA256: baseSHA, State: backend.RunFinished, ByRule: byRule, CreatedAt: w.Now()}))
		v := w.absorbed(t, id, id, backend.Manifest{})
		w.Tend(t.Context())
		v, err = w.store.Version(v.ID)
		require.NoError(t, err)
		require.Equal(t, byRule, v.State == backend.VersionCurrent, "a version that a person trained waits for a person")
	}
}
