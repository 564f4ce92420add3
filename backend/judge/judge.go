package judge

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"errata/backend"
)

// Model is the port through which a model fills slots. Every call may be
// cancelled.
type Model interface {
	Label(ctx context.Context, req backend.LabelRequest) (backend.LabelResult, error)
	Extract(ctx context.Context, req backend.ExtractRequest, out any) error
	Chat(ctx context.Context, req backend.ChatRequest, onText func(piece string) error) (backend.ChatResult, error)
}

// Gather asks the evidence providers that are on.
type Gather func(ctx context.Context, search backend.Search) (backend.Found, error)

// Options of a Judge. Zero values give the defaults named; Model and Gather
// are required.
type Options struct {
	Model       Model
	ModelName   string // the engine's name for the model that labels
	Extractor   string // the same for the model that copies values out of texts, default ModelName
	Gather      Gather
	Now         func() time.Time
	NewID       func() string
	Orders      *Orders              // lets T3 compare what T1 and T2 cannot; nil: it is off
	Grounding   *Grounding           // lets a capable model withhold a rival; nil: it is off
	Calibration *backend.Calibration // of ModelName's model and PromptVersion; nil: verdicts stay uncalibrated
	Extracting  *backend.Calibration // the same of Extractor's model, where that is another one
	MaxPassages int                  // read at most, default 6
	MaxCalls    int                  // model calls at most, default 14
	MaxTime     time.Duration        // of one check, 0: only what ctx allows
}

// Judge checks answers. It holds no state between checks and may be used from
// several goroutines.
type Judge struct{ o Options }

// New fills in the defaults and refuses Options without a port.
func New(o Options) (*Judge, error) {
	if o.Model == nil || o.Gather == nil || o.Now == nil || o.NewID == nil {
		return nil, backend.Errorf(backend.CodeInvalid, "judge.new", "A judge needs a model, a way to gather evidence, a clock and ids.")
	}
	if o.Extractor == "" {
		o.Extractor = o.ModelName
	}
	if o.MaxPassages <= 0 {
		o.MaxPassages = 6
	}
	if o.MaxCalls <= 0 {
		o.MaxCalls = 14
	}
	return &Judge{o}, nil
}

// Input is what is checked. Model overrides both models of Options when set.
type Input struct {
	Question backend.Question
	Answer   backend.Answer
	Model    string
}

// The names of the steps, in their order.
const (
	StepGate    = "gate"
	StepClaim   = "claim"
	StepSearch  = "search"
	StepRead    = "read"
	StepCompare = "compare"
)

// Step tells a door how far a check is.
type Step struct {
	Name    string   `json:"name"`
	Text    string   `json:"text,omitempty"`    // claim: the short answer
	Queries []string `json:"queries,omitempty"` // search: the words that are sent
	Count   int      `json:"count,omitempty"`   // read: passages
	At      int      `json:"at,omitempty"`      // read: the passage that is being read, from 1
}

// run is one check.
type run struct {
	o         Options
	id        string
	model     string // that labels
	extractor string // that extracts
	now       time.Time
	calls     int
	asked     struct{ model, extractor bool } // who was called at all
	kept      int                             // calls that are left for grounding
	ahead     int                             // passages that are still to be read
	filled    map[string]filled               // forms of passages that were asked for in one go, nil before
	failed    int                             // model calls that gave nothing usable
	modelUp   bool
	unsure    bool    // no rule knew the class
	surely    float64 // how probable the model holds that class, when it was asked
	firm      bool    // the claim is surely what the answer says
}

// Check runs the pipeline. Every failure of a model or a provider, and a
// cancelled ctx, ends in a verdict with its reason; err is only set for input
// that no verdict can be given on. onStep may be nil.
func (j *Judge) Check(ctx context.Context, in Input, onStep func(Step)) (backend.Verdict, error) {
	start := j.o.Now()
	r := &run{o: j.o, id: j.o.NewID(), model: cmp.Or(in.Model, j.o.ModelName), extractor: cmp.Or(in.Model, j.o.Extractor), now: start}
	if r.o.Grounding != nil && r.o.MaxCalls > groundingCalls {
		r.kept = groundingCalls
	}
	if onStep == nil {
		onStep = func(Step) {}
	}
	if strings.TrimSpace(in.Question.Text) == "" {
		return backend.Verdict{}, backend.Errorf(backend.CodeInvalid, "judge.check", "There is no question to check the answer against.")
	}
	if j.o.MaxTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, j.o.MaxTime)
		defer cancel()
	}
	v := backend.Verdict{ID: r.id, AnswerID: in.Answer.ID, QuestionID: in.Question.ID, Question: in.Question.Text,
		Kind: backend.NotEnoughEvidence, Extractor: r.extractor, Judge: r.model, Clusters: []backend.Cluster{}, Passages: []backend.Passage{},
		Queries: []string{}, Providers: []string{}, CreatedAt: start}
	r.check(ctx, in, &v, onStep)
	if v.Kind == backend.NotEnoughEvidence && ctx.Err() != nil {
		v.Reason = stops(ctx.Err())
	}
	v.Calls, v.Took = r.calls, j.o.Now().Sub(start)
	v.Sentence = words(v, r.now)
	return v, nil
}

func (r *run) check(ctx context.Context, in Input, v *backend.Verdict, onStep func(Step)) {
	if in.Answer.State == backend.AnswerInterrupted || in.Answer.State == backend.AnswerStreaming {
		v.Reason = backend.ReasonInterrupted
		return
	}
	onStep(Step{Name: StepGate})
	f := parseQuestion(clip(strings.ToValidUTF8(in.Question.Text, " "), 4000))
	class, err := r.gate(ctx, f.Text)
	v.Class = class
	if err != nil {
		v.Reason = stops(err)
		return
	}
	if !class.Checkable() {
		v.Kind, v.Reason = backend.NotCheckable, backend.ReasonNotFactual
		if class == backend.ClassUnclear {
			v.Kind, v.Reason = backend.NotEnoughEvidence, backend.ReasonAmbiguous
		}
		return
	}
	answer := strings.ToValidUTF8(in.Answer.Text, " ")
	claim, err := r.claim(ctx, f, class, answer)
	claim.ID, claim.AnswerID = r.o.NewID(), in.Answer.ID
	v.Claim = claim
	if err != nil {
		v.Reason = stops(err)
		return
	}
	onStep(Step{Name: StepClaim, Text: claim.Short})
	if !f.version {
		f.Kind = openKind(f.Kind, claim.Short)
	}
	if class == backend.ClassClock {
		r.checkClock(f, v, onStep)
		return
	}
	found, reason := r.gather(ctx, f, class, v, onStep)
	if reason != "" {
		v.Reason = reason
		return
	}
	kept, flagged, aside := selectPassages(f, class, found.Passages, r.o.MaxPassages, r.now)
	onStep(Step{Name: StepRead, Count: len(kept)})
	readings, stopped := r.readAll(ctx, f, class, claim, answer, kept, onStep)
	onStep(Step{Name: StepCompare})
	if stopped == "" {
		readings = r.namings(f, class, claim, answer, kept, readings)
	}
	e := evidence{form: f, class: class, claim: claim, readings: readings, kept: kept, flagged: flagged, aside: aside, now: r.now,
		found: len(found.Passages), stopped: stopped, unsure: r.unsure, modelFailed: r.failed > 0 && !r.modelUp}
	r.readTwice(ctx, &e)
	bySources := e.decide(v)
	r.withhold(ctx, f, readings, v)
	r.calibrate(v, bySources)
	if v.Reason == backend.ReasonLowConfidence && v.Withheld == "" && slices.ContainsFunc(readings, func(x reading) bool { return x.flipped }) {
		v.Reason = backend.ReasonOrder
	}
}

func (r *run) gather(ctx context.Context, f form, class backend.Class, v *backend.Verdict, onStep func(Step)) (backend.Found, backend.Reason) {
	search := backend.Search{Question: f.Text, Queries: queries(f, class, r.now), Class: class, Now: r.now, Limit: 8}
	onStep(Step{Name: StepSearch, Queries: search.Queries})
	found, err := r.o.Gather(ctx, search)
	v.Queries = append(v.Queries, found.Sent...)
	v.Providers = append(v.Providers, found.Asked...)
	v.Failures = found.Failures
	offline := len(found.Failures) > 0
	for _, failure := range found.Failures {
		offline = offline && failure.Offline
	}
	switch {
	case ctx.Err() != nil:
		return found, stops(ctx.Err())
	case err != nil && stops(err) != "":
		return found, stops(err)
	case len(found.Passages) > 0:
		return found, ""
	case offline:
		return found, backend.ReasonOffline
	case err == nil && len(found.Asked) == 0:
		return found, backend.ReasonProvidersOff
	}
	return found, backend.ReasonNoResults
}
