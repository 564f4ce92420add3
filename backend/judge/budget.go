package judge

import (
	"context"
	"errors"

	"errata/backend"
)

var errBudget = errors.New("the check used up its model calls")

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

// spare are those of them that no passage needs which is still to be read.
func (r *run) spare() int { return r.left() - r.ahead }

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
