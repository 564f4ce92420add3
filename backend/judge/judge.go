package judge

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sort"
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
	failed    int                             // model calls that gave nothing usable
	modelUp   bool
	unsure    bool    // no rule knew the class
	surely    float64 // how probable the model holds that class, when it was asked
	firm      bool    // the claim is surely what the answer says
}

var errBudget = errors.New("the check used up its model calls")

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
	kept, flagged, aside := selectPassages(f, found.Passages, r.o.MaxPassages, r.now)
	onStep(Step{Name: StepRead, Count: len(kept)})
	readings, stopped := r.readAll(ctx, f, class, claim, answer, kept, onStep)
	onStep(Step{Name: StepCompare})
	e := evidence{form: f, class: class, claim: claim, readings: readings, kept: kept, flagged: flagged, aside: aside, now: r.now,
		found: len(found.Passages), stopped: stopped, unsure: r.unsure, modelFailed: r.failed > 0 && !r.modelUp}
	bySources := e.decide(v)
	r.withhold(ctx, f, readings, v)
	r.calibrate(v, bySources)
	if v.Reason == backend.ReasonLowConfidence && v.Withheld == "" && slices.ContainsFunc(readings, func(x reading) bool { return x.flipped }) {
		v.Reason = backend.ReasonOrder
	}
}

// openKind lets the claim say what kind of value is meant when the question does
// not: to "What is the record?" a time is a number. Only the kind is used.
func openKind(kind Kind, short string) Kind {
	if kind != KindOpen || short == "" || namesSomething(short) || len(tokens(short)) > 6 {
		return kind
	}
	switch {
	case len(findDates(short)) > 0:
		return KindDate
	case len(findQuantities(short)) > 0 && hasDigit(short):
		return KindNumber
	}
	return kind
}

// claim reads the short answer: rules, else one schema call.
func (r *run) claim(ctx context.Context, f form, class backend.Class, answer string) (backend.Claim, error) {
	if class == backend.ClassClock {
		r.firm = true
		return clockClaim(f, answer), nil
	}
	c, ok, firm := ruleClaim(f, answer)
	if ok && firm || statesNothing(answer) {
		r.firm = firm
		return c, nil
	}
	byModel, err := r.modelClaim(ctx, f, answer)
	if stops(err) != "" {
		return c, err
	}
	if err != nil || byModel.Short == "" {
		return c, nil //nolint:nilerr // the claim by rule stands without the model's
	}
	// Where rules and model agree nothing is in doubt; the model alone is
	// believed when its sentence speaks the question's words.
	agreed := false
	if ok {
		rel, _ := compare(f, c.Short, byModel.Short)
		agreed = rel == Same
	}
	if agreed {
		r.firm = true
		return c, nil // the rules keep the unit
	}
	r.firm = f.cover(termSet(byModel.Sentence), nil) >= 0.34
	return byModel, nil
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

// readAll reads the passages one by one, newest and most relevant first, and
// stops as soon as no further reading can change the outcome.
func (r *run) readAll(ctx context.Context, f form, class backend.Class, claim backend.Claim, answer string, kept []chosen, onStep func(Step)) ([]reading, backend.Reason) {
	order := append([]chosen{}, kept...)
	best := 0.0
	for _, c := range order {
		best = max(best, c.coverage)
	}
	rank := func(c chosen) int {
		switch {
		case c.Trusted() && c.coverage >= 0.85*best:
			return 0
		case c.Trusted():
			return 1
		}
		return 2
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := order[i], order[j]
		if rank(a) != rank(b) {
			return rank(a) < rank(b)
		}
		return rank(a) == 0 && older(b, a) && a.at != nil
	})
	var out []reading
	var judged *reading
	for i, c := range order {
		onStep(Step{Name: StepRead, Count: len(order), At: i + 1})
		got, ok, err := r.read(ctx, f, claim, c)
		if reason := stops(err); reason != "" {
			return out, reason
		}
		if !ok {
			continue
		}
		got.rel, got.tier = relate(f, claim, r.firm, answer, got)
		if got.rel != Same && got.other != "" && got.by == "model" {
			got, err = r.arbitrate(ctx, f, got)
			if reason := stops(err); reason != "" {
				return out, reason
			}
			got.rel, got.tier = relate(f, claim, r.firm, answer, got)
		}
		if err := r.settleOnce(ctx, f, claim, answer, &got, &judged); err != nil {
			return out, stops(err)
		}
		out = append(out, got)
		if settled(f, class, claim, out, order[i+1:]) && (i+1 == len(order) || !rivals(got.chosen, order[i+1]) && !r.confirms(f, out, order[i+1])) {
			break
		}
	}
	return out, ""
}

// confirms: a first document that says otherwise of what happened once is confirmed
// by a second one that fits, since the newer of two is not the better there.
func (r *run) confirms(f form, list []reading, next chosen) bool {
	return len(list) == 1 && list[0].rel == Different && f.happenedOnce(r.now) && next.Trusted() && next.coverage >= 0.85*list[0].coverage
}

// rivals: another trusted passage of the same day that fits the question as well.
func rivals(a, b chosen) bool {
	return a.Trusted() && b.Trusted() && sameDay(a.at, b.at) && b.coverage >= 0.95*a.coverage && b.score >= 0.85*a.score
}

// settled: a trusted passage, newest first, that was compared decides; for a
// question that never changes so does good support without a rival, read or not.
func settled(f form, class backend.Class, claim backend.Claim, list []reading, rest []chosen) bool {
	last := list[len(list)-1]
	if claim.Short != "" && last.Trusted() && last.rel != Unknown && last.coverage >= 0.6 {
		return true
	}
	if class != backend.ClassEvergreen {
		return false
	}
	domains := map[string]bool{}
	strong := false
	for _, x := range list {
		if x.rel != Same {
			return false
		}
		domains[source(x.Passage)] = true
		strong = strong || reputation(x.Passage) >= 0.6
	}
	return strong || len(domains) >= 2 && len(dissent(f, last.value, rest)) == 0
}

// stops gives the reason when an error must end the check.
func stops(err error) backend.Reason {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errBudget), errors.Is(err, context.DeadlineExceeded):
		return backend.ReasonBudget
	case errors.Is(err, context.Canceled), backend.CodeOf(err) == backend.CodeCancelled:
		return backend.ReasonCancelled
	}
	return ""
}

func (r *run) spend(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.left() < 1 {
		return errBudget
	}
	r.calls++
	return nil
}

// left is how many calls of the model may still be made.
func (r *run) left() int { return r.o.MaxCalls - r.kept - r.calls }

func (r *run) settle(err error) error {
	if err != nil {
		r.failed++
	} else {
		r.modelUp = true
	}
	return err
}

func (r *run) extract(ctx context.Context, req backend.ExtractRequest, out any) error {
	if err := r.spend(ctx); err != nil {
		return err
	}
	req.Model, r.asked.extractor = r.extractor, true
	return r.settle(r.o.Model.Extract(ctx, req, out))
}

func (r *run) label(ctx context.Context, req backend.LabelRequest) (backend.LabelResult, error) {
	if err := r.spend(ctx); err != nil {
		return backend.LabelResult{}, err
	}
	req.Model, r.asked.model = r.model, true
	res, err := r.o.Model.Label(ctx, req)
	return res, r.settle(err)
}

// chat returns the text of a finished generation; one cut by its length counts.
func (r *run) chat(ctx context.Context, req backend.ChatRequest) (string, error) {
	if err := r.spend(ctx); err != nil {
		return "", err
	}
	req.Model, r.asked.extractor = r.extractor, true
	res, err := r.o.Model.Chat(ctx, req, func(string) error { return nil })
	if err == nil && !res.Done {
		err = backend.Errorf(backend.CodeUnavailable, "judge.chat", "The model's reply broke off.")
	}
	return res.Text, r.settle(err)
}
