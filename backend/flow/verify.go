package flow

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/judge"
)

// Verify checks a stored answer against evidence, stores the verdict and keeps
// the cycle. Partial answers are never judged.
func (l *Loop) Verify(ctx context.Context, answerID string) (backend.Verdict, error) {
	answer, err := l.Store.Answer(answerID)
	if err != nil {
		return backend.Verdict{}, err
	}
	if answer.State != backend.AnswerComplete {
		return backend.Verdict{}, backend.Errorf(backend.CodeConflict, "verify", "This answer was interrupted; only complete answers are checked.").
			WithHint("Ask again, then check the new answer.")
	}
	question, err := l.Store.Question(answer.QuestionID)
	if err != nil {
		return backend.Verdict{}, err
	}
	verdict, err := l.Check(ctx, question, answer, func(s judge.Step) { l.emit("check.step", answerID, s) })
	if err != nil {
		return verdict, err
	}
	if ctx.Err() != nil {
		// A stopped check says nothing, and must not hide the verdict before it.
		return verdict, backend.Wrap(ctx.Err(), backend.CodeCancelled, "verify", "The check was stopped; nothing was stored.")
	}
	verdict.Imported = answer.Source == backend.SourceImported || answer.Other
	if err := l.Store.AddVerdict(verdict); err != nil {
		return verdict, err
	}
	l.emit("verdict.added", answerID, verdict)
	if verdict.Imported {
		return verdict, nil // what another model knows is neither ours to hold nor to count
	}
	l.propose(verdict)
	if err := l.keepAnchor(verdict); err != nil {
		return verdict, err
	}
	l.turnCycle()
	return verdict, nil
}

// Check judges a question and an answer without storing anything.
func (l *Loop) Check(ctx context.Context, q backend.Question, a backend.Answer, onStep func(judge.Step)) (backend.Verdict, error) {
	local, err := l.staysHere(q)
	if err != nil {
		return backend.Verdict{}, err
	}
	again := false
	if a.ID != "" {
		before, err := l.Store.VerdictsOf(a.ID)
		if err != nil {
			return backend.Verdict{}, err
		}
		again = len(before) > 0
	}
	return l.check(ctx, q, a, local, again, onStep)
}

// check is Check, which asks nobody outside this machine when it is local, and asks
// anew what an earlier check was told when it looks again.
func (l *Loop) check(ctx context.Context, q backend.Question, a backend.Answer, local, again bool, onStep func(judge.Step)) (backend.Verdict, error) {
	settings, err := l.Store.Settings()
	if err != nil {
		return backend.Verdict{}, err
	}
	extractor, judging, err := l.roles(ctx, settings)
	if err != nil {
		return backend.Verdict{}, err
	}
	on := settings.Providers
	if local || !settings.Confirmed {
		// Nothing may be sent before the first screen was confirmed, nor out of a chat
		// that stays here; what stays on this machine may be read.
		on = map[string]bool{"library": on["library"]}
	}
	// Without Orders and Grounding the labels that compare and that ground are off:
	// they judge nobody's answers before `errata bench judge` has shown what they add.
	j, err := judge.New(judge.Options{
		Model: l.Model, ModelName: judging.ServedName(), Extractor: extractor.ServedName(), Now: l.Now, NewID: l.NewID, Orders: judge.AppOrders(),
		Calibration: l.calibrationOf(judging), Extracting: l.calibrationOf(extractor),
		Gather: func(ctx context.Context, s backend.Search) (backend.Found, error) {
			s.Fresh = again
			return l.Evidence.Gather(ctx, s, on)
		},
	})
	if err != nil {
		return backend.Verdict{}, err
	}
	v, err := j.Check(ctx, judge.Input{Question: q, Answer: a}, onStep)
	if err != nil {
		return v, err
	}
	v.Local = local
	v.ExtractorTitle, v.JudgeTitle = cmp.Or(extractor.Title, extractor.Name), cmp.Or(judging.Title, judging.Name)
	// Where the answer came from explains it before any evidence does.
	v.Sentence = strings.TrimSpace(RecalledSentence(l.Recalled(a)) + " " + v.Sentence)
	return v, nil
}

// staysHere says whether the chat of a question keeps its checks on this machine.
func (l *Loop) staysHere(q backend.Question) (bool, error) {
	if q.ChatID == "" {
		return false, nil
	}
	c, err := l.Store.Chat(q.ChatID)
	return c.Manner.Local, err
}

// ofChatHere says whether the chat of a verdict, if it is still there, keeps its
// checks on this machine.
func (l *Loop) ofChatHere(v backend.Verdict) (local bool, err error) {
	q, err := l.Store.Question(v.QuestionID)
	if err == nil {
		local, err = l.staysHere(q)
	}
	if backend.CodeOf(err) == backend.CodeNotFound {
		err = nil
	}
	return local, err
}

// keepAnchor makes an anchor candidate of a supported answer. One that can change
// serves while its check is fresh: without it, holding the neighbours of a taught
// office made the 0.5B forget a president that it had named rightly.
func (l *Loop) keepAnchor(v backend.Verdict) error {
	if v.Kind != backend.Supported || v.Class == backend.ClassClock || v.Claim.Short == "" {
		return nil
	}
	anchors, err := l.Store.Anchors()
	if err != nil {
		return err
	}
	for _, a := range anchors {
		if backend.Normal(a.Question) == backend.Normal(v.Question) {
			return nil
		}
	}
	return l.Store.AddAnchor(backend.Anchor{
		ID: l.NewID(), Question: v.Question, Answers: []string{v.Claim.Short}, Source: backend.AnchorSupported, Class: v.Class, VerdictID: v.ID, CreatedAt: l.Now(),
	})
}

// Cycle counts the last ten checked answers since a training began: those before
// it led to that training.
func (l *Loop) Cycle() (backend.Cycle, error) {
	verdicts, err := l.verdictsSinceRun()
	return backend.CycleOf(verdicts), err
}

// verdictsSinceRun gives the newest verdicts back to the last run, newest first.
func (l *Loop) verdictsSinceRun() ([]backend.Verdict, error) {
	recent, err := l.Store.RecentVerdicts(10 * backend.CycleLength)
	if err != nil {
		return nil, err
	}
	runs, err := l.Store.Runs()
	if err != nil || len(runs) == 0 {
		return recent, err
	}
	return newerThan(recent, runs[0].CreatedAt), nil
}

// newerThan gives the verdicts after a time; they stand newest first.
func newerThan(verdicts []backend.Verdict, at time.Time) []backend.Verdict {
	end := slices.IndexFunc(verdicts, func(v backend.Verdict) bool { return !v.CreatedAt.After(at) })
	if end < 0 {
		return verdicts
	}
	return verdicts[:end]
}

// turnCycle proposes or starts a training when too few of the last ten checked
// answers were right and there is something approved to teach. It is an extra of
// a check, which its failure must not fail.
func (l *Loop) turnCycle() {
	start, err := l.proposed()
	if err != nil {
		l.Log.Error("cycle", "err", err)
		return
	}
	if start == nil {
		return
	}
	// Freezing asks the model for minutes; the check has its verdict.
	l.work.Go(func() {
		if _, err := l.Train(l.life, *start); err != nil && l.life.Err() == nil {
			l.Log.Error("cycle: no training was started", "err", err)
		}
	})
}

// proposed tells the doors of the cycle and says what is to be trained at once,
// nil for nothing. The same ten answers are acted on once.
func (l *Loop) proposed() (*TrainInput, error) {
	verdicts, err := l.verdictsSinceRun()
	if err != nil {
		return nil, err
	}
	cycle := backend.CycleOf(verdicts)
	l.emit("cycle.changed", "", cycle)
	if !cycle.Due {
		return nil, nil
	}
	settings, err := l.Store.Settings()
	if err != nil || settings.Training == "never" {
		return nil, err
	}
	facts, err := l.Store.AllFacts(backend.FactApproved)
	if err != nil || len(facts) == 0 {
		return nil, err
	}
	l.mu.Lock()
	again := backend.CycleOf(newerThan(verdicts, l.turned)).Checked < backend.CycleLength
	if !again {
		l.turned = verdicts[0].CreatedAt
	}
	l.mu.Unlock()
	if again {
		return nil, nil
	}
	if settings.Training != "start" {
		l.emit("training.proposed", "", cycle)
		return nil, nil
	}
	return &TrainInput{Model: settings.Model, byRule: settings.Automatic()}, nil
}

// Rate keeps a person's agreement or disagreement with a verdict.
func (l *Loop) Rate(verdictID string, agree bool, note string) error {
	if _, err := l.Store.Verdict(verdictID); err != nil {
		return err
	}
	if len(note) > 4000 {
		return backend.Errorf(backend.CodeInvalid, "rate", "A note may have 4,000 bytes.")
	}
	r := backend.Rating{VerdictID: verdictID, Agree: agree, Note: strings.TrimSpace(note), CreatedAt: l.Now()}
	if err := l.Store.PutRating(r); err != nil {
		return err
	}
	l.emit("rating.added", verdictID, r)
	return nil
}
