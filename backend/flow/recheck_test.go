package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

const day = 24 * time.Hour

// later lets time pass.
func (w *world) later(d time.Duration) {
	before := w.Now
	w.Now = func() time.Time { return before().Add(d) }
}

// approved is a taught fact about the mayor that expires after a while.
func (w *world) approved(t *testing.T, class backend.Class, expires time.Duration) backend.Fact {
	t.Helper()
	at := w.Now().Add(expires)
	f, err := w.AddFact(backend.Fact{Question: mayorQ, Answer: newMayor, OldAnswer: oldMayor, Class: class, ExpiresAt: &at}, true, "person")
	require.NoError(t, err)
	return f
}

func (w *world) recheckDue(t *testing.T) []flow.Rechecked {
	t.Helper()
	list, err := w.RecheckDue(t.Context())
	require.NoError(t, err)
	return list
}

func TestAFactWithAnExpiryIsCheckedAgainOnItsSchedule(t *testing.T) {
	w := calibrated(t, 0.95)
	f := w.approved(t, backend.ClassFast, 20*day)
	_, err := w.AddFact(backend.Fact{Question: "Who built the mill of Larkstead?", Answer: "Dora Vale"}, true, "person")
	require.NoError(t, err)
	require.Empty(t, w.recheckDue(t), "it was approved a moment ago")
	plan, err := w.RecheckPlan()
	require.NoError(t, err)
	require.Equal(t, 1, plan.Facts, "a fact without an expiry is never looked at again by itself")
	require.Zero(t, plan.Due)
	require.Equal(t, 7, plan.EveryDays)
	require.WithinDuration(t, *f.DecidedAt, plan.Next.Add(-7*day), time.Second)

	w.later(8 * day)
	list := w.recheckDue(t)
	require.Len(t, list, 1)
	require.Equal(t, backend.Supported, list[0].Verdict.Kind)
	require.Nil(t, list[0].Proposed)
	stored, err := w.store.Fact(f.ID)
	require.NoError(t, err)
	require.Equal(t, backend.Supported, stored.Checked.Kind)
	require.Empty(t, stored.Checked.Value)
	require.WithinDuration(t, w.Now().Add(30*day), *stored.ExpiresAt, time.Minute, "what a rule gave, a rule renews")
	require.Empty(t, w.recheckDue(t), "it was looked at a moment ago")
	verdicts, err := w.store.RecentVerdicts(10)
	require.NoError(t, err)
	require.Empty(t, verdicts, "a re-check is no answer of the model: it must not turn the cycle")
	_, err = w.Freeze(t.Context(), flow.FreezeInput{})
	require.NoError(t, err)
}

func TestWhatChangesSlowlyIsCheckedAgainToo(t *testing.T) {
	w := automatic(t, nil)
	v := w.checked(t)
	require.Equal(t, backend.ClassSlow, v.Class)
	w.later(25 * time.Hour)
	f := w.ruled(t)[0]
	require.WithinDuration(t, f.CreatedAt.AddDate(1, 0, 0), *f.ExpiresAt, 25*time.Hour)
	w.later(8 * day)
	w.sourcesSay(newMayor)
	require.Equal(t, backend.Supported, w.recheckDue(t)[0].Verdict.Kind)
	stored, err := w.store.Fact(f.ID)
	require.NoError(t, err)
	require.True(t, stored.ExpiresAt.After(*f.ExpiresAt), "what a rule gave, a rule renews")
	at := w.Now().AddDate(0, 2, 0)
	_, err = w.Edit(f.ID, backend.FactUpdate{ExpiresAt: &at})
	require.NoError(t, err)
	w.later(8 * day)
	w.sourcesSay("Cora Finch")
	list := w.recheckDue(t)
	require.NotNil(t, list[0].Proposed, "another mayor waits for a person")
	w.sourcesSay(newMayor)
	_, err = w.Recheck(t.Context(), []string{f.ID})
	require.NoError(t, err)
	stored, err = w.store.Fact(f.ID)
	require.NoError(t, err)
	require.True(t, at.Equal(*stored.ExpiresAt), "a person's expiry stands")
}

func TestAPersonsExpiryIsNotRenewed(t *testing.T) {
	w := calibrated(t, 0.95)
	f := w.approved(t, backend.ClassSlow, 20*day)
	w.later(8 * day)
	require.Equal(t, backend.Supported, w.recheckDue(t)[0].Verdict.Kind)
	stored, err := w.store.Fact(f.ID)
	require.NoError(t, err)
	require.True(t, f.ExpiresAt.Equal(*stored.ExpiresAt))
}

func TestMovedEvidenceBlocksADatasetUntilAPersonDecides(t *testing.T) {
	for name, calibration := range map[string]bool{"calibrated": true, "uncalibrated": false} {
		t.Run(name, func(t *testing.T) {
			w := calibrated(t, 0.95)
			if !calibration {
				w.Calibration = nil
			}
			f := w.approved(t, backend.ClassFast, 20*day)
			w.sourcesSay("Cora Finch")
			w.later(8 * day)
			w.sourcesSay("Cora Finch")
			list := w.recheckDue(t)
			require.Len(t, list, 1)
			p := list[0].Proposed
			require.NotNil(t, p)
			require.Equal(t, backend.FactProposed, p.State)
			require.Equal(t, "recheck", p.ProposedBy)
			require.Equal(t, f.ID, p.Disputes)
			require.Equal(t, "Cora Finch", p.Answer)
			require.Equal(t, newMayor, p.OldAnswer)
			require.Len(t, p.Passages, 2)
			require.Equal(t, "Cora Finch", list[0].Fact.Checked.Value)
			require.Equal(t, backend.FactApproved, list[0].Fact.State, "nothing is decided for a person")

			_, err := w.Freeze(t.Context(), flow.FreezeInput{})
			require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
			require.ErrorContains(t, err, "Cora Finch")
			require.Contains(t, backend.HintOf(err), "Review")
			plan, err := w.RecheckPlan()
			require.NoError(t, err)
			require.Equal(t, 1, plan.Disputed)

			w.later(8 * day)
			w.sourcesSay("Cora Finch")
			require.Equal(t, p.ID, w.recheckDue(t)[0].Proposed.ID, "one question to a person is enough")

			_, err = w.Reject(p.ID, "person") // the old answer stays
			require.NoError(t, err)
			_, err = w.Freeze(t.Context(), flow.FreezeInput{})
			require.NoError(t, err)
			w.later(8 * day)
			w.sourcesSay("Cora Finch")
			require.Nil(t, w.recheckDue(t)[0].Proposed, "what a person rejected is not asked again")

			_, err = w.Undo(p.ID)
			require.NoError(t, err)
			_, err = w.Freeze(t.Context(), flow.FreezeInput{})
			require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
			_, err = w.Approve(p.ID, "person") // the new answer takes its place
			require.NoError(t, err)
			d, err := w.Freeze(t.Context(), flow.FreezeInput{})
			require.NoError(t, err)
			require.Equal(t, []string{p.ID}, d.FactIDs)
		})
	}
}

func TestAnApprovedFactEditedToTheNewAnswerIsNotDisputed(t *testing.T) {
	w := calibrated(t, 0.95)
	f := w.approved(t, backend.ClassFast, 20*day)
	w.sourcesSay("Cora Finch")
	_, err := w.Recheck(t.Context(), []string{f.ID})
	require.NoError(t, err)
	answer := "Cora Finch"
	_, err = w.Edit(f.ID, backend.FactUpdate{Answer: &answer})
	require.NoError(t, err)
	_, err = w.Freeze(t.Context(), flow.FreezeInput{})
	require.NoError(t, err)
}

func TestWhatWasNotLookedAtStaysDue(t *testing.T) {
	w := calibrated(t, 0.95)
	w.approved(t, backend.ClassFast, 20*day)
	w.later(8 * day)
	settings, err := w.store.Settings()
	require.NoError(t, err)
	settings.Recheck = "paused"
	require.NoError(t, w.store.PutSettings(settings))
	require.Empty(t, w.recheckDue(t), "paused")
	settings.Recheck, settings.RecheckDays = "on", 30
	require.NoError(t, w.store.PutSettings(settings))
	require.Empty(t, w.recheckDue(t), "every 30 days")
	settings.RecheckDays = 0
	require.NoError(t, w.store.PutSettings(settings))
	require.NoError(t, w.store.AddRun(backend.Run{ID: "r", Model: "qwen", State: backend.RunRequested, CreatedAt: w.Now()}))
	require.Empty(t, w.recheckDue(t), "a training needs the machine")
	_, err = w.store.ChangeRun("r", func(r *backend.Run) error { r.State = backend.RunCancelled; return nil })
	require.NoError(t, err)

	w.Evidence = nobody{}
	list := w.recheckDue(t)
	require.Len(t, list, 1)
	require.Equal(t, backend.ReasonProvidersOff, list[0].Verdict.Reason)
	require.Nil(t, list[0].Fact.Checked)
	w.sourcesSay(newMayor)
	require.Equal(t, backend.Supported, w.recheckDue(t)[0].Verdict.Kind, "nobody had been asked")
}

func TestOnlyApprovedFactsAreCheckedAgain(t *testing.T) {
	w := calibrated(t, 0.95)
	f, err := w.AddFact(backend.Fact{Question: mayorQ, Answer: newMayor}, false, "person")
	require.NoError(t, err)
	_, err = w.Recheck(t.Context(), []string{f.ID})
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	require.NotEmpty(t, backend.HintOf(err))
	_, err = w.Recheck(t.Context(), []string{"none"})
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
	_, err = w.Approve(f.ID, "person")
	require.NoError(t, err)
	list, err := w.Recheck(t.Context(), []string{f.ID})
	require.NoError(t, err)
	require.Equal(t, backend.Supported, list[0].Fact.Checked.Kind, "a fact without an expiry is checked when a person asks")
}

// asking is evidence that tells which providers it was to ask.
type asking struct {
	noEvidence
	asked *map[string]bool
}

func (a asking) Gather(ctx context.Context, s backend.Search, on map[string]bool) (backend.Found, error) {
	*a.asked = on
	return a.noEvidence.Gather(ctx, s, on)
}

// asks gives the providers that the next check is to ask.
func (w *world) asks() *map[string]bool {
	var on map[string]bool
	said, _ := w.Evidence.(noEvidence)
	w.Evidence = asking{said, &on}
	return &on
}

func TestWhatWasTaughtInAChatThatStaysHereIsCheckedAgainHere(t *testing.T) {
	switched := func(t *testing.T, w *world, v backend.Verdict, local bool) {
		t.Helper()
		q, err := w.store.Question(v.QuestionID)
		require.NoError(t, err)
		_, err = w.store.ChangeChat(q.ChatID, func(c *backend.Chat) error { c.Manner.Local = local; return nil })
		require.NoError(t, err)
	}
	for _, tt := range []struct {
		name           string
		checked, later bool // whether the chat stays here at the check, and when it is taught
		web            bool
	}{{"always", true, true, false}, {"at the check", true, false, false}, {"since the check", false, true, false}, {"never", false, false, true}} {
		t.Run(tt.name, func(t *testing.T) {
			w := calibrated(t, 0.5) // proposes nothing by itself
			off := false
			asked, err := w.Ask(t.Context(), flow.AskInput{Text: mayorQ, Memory: &off, Manner: &backend.Manner{Local: tt.checked}}, nil)
			require.NoError(t, err)
			v, err := w.Verify(t.Context(), asked.Answer.ID)
			require.NoError(t, err)
			require.Equal(t, tt.checked, v.Local)
			switched(t, w, v, tt.later)
			f, err := w.Teach(v.ID, backend.FactUpdate{}, true, "person")
			require.NoError(t, err)
			switched(t, w, v, false)
			aliases := []string{"A. Birch"}
			_, err = w.Edit(f.ID, backend.FactUpdate{Aliases: &aliases})
			require.NoError(t, err)

			w.sourcesSay("Cora Finch")
			on := w.asks()
			list, err := w.Recheck(t.Context(), []string{f.ID})
			require.NoError(t, err)
			require.True(t, (*on)["library"])
			require.Equal(t, tt.web, (*on)["wikipedia"])
			rival := list[0].Proposed
			require.NotNil(t, rival)
			require.Equal(t, !tt.web, rival.Local, "what takes its place stays here too")
		})
	}
}

func TestAFactThatStaysHereWaitsWhileNothingIsReadHere(t *testing.T) {
	w := calibrated(t, 0.95)
	at := w.Now().Add(20 * day)
	_, err := w.AddFact(backend.Fact{Question: mayorQ, Answer: newMayor, Class: backend.ClassFast, ExpiresAt: &at, Local: true}, true, "person")
	require.NoError(t, err)
	w.later(8 * day)
	settings, err := w.store.Settings()
	require.NoError(t, err)
	settings.Providers["library"] = false
	require.NoError(t, w.store.PutSettings(settings))
	require.Empty(t, w.recheckDue(t), "it must not keep the others from their turn")
	settings.Providers["library"] = true
	require.NoError(t, w.store.PutSettings(settings))
	require.Len(t, w.recheckDue(t), 1)
}

// asks notes which searches may not be answered from what was found before.
type asks struct {
	noEvidence
	fresh *[]bool
}

func (a asks) Gather(ctx context.Context, s backend.Search, on map[string]bool) (backend.Found, error) {
	*a.fresh = append(*a.fresh, s.Fresh)
	return a.noEvidence.Gather(ctx, s, on)
}

func TestASecondLookDoesNotReadWhatTheFirstFound(t *testing.T) {
	w := calibrated(t, 0.95)
	var fresh []bool
	w.Evidence = asks{noEvidence{}, &fresh}
	v := w.checked(t)
	_, err := w.Verify(t.Context(), v.AnswerID)
	require.NoError(t, err)
	f := w.approved(t, backend.ClassSlow, 20*day)
	_, err = w.Recheck(t.Context(), []string{f.ID})
	require.NoError(t, err)
	require.Equal(t, []bool{false, true, true}, fresh)
}
