package judge

import (
	"context"
	"sync"

	"errata/backend"
)

// trials remembers which models passed a trial of their labels. The zero value
// knows none yet; several goroutines may use it.
type trials struct {
	mu     sync.Mutex
	passed map[string]bool
}

// of tries a model once; a failure of the trial itself is not remembered.
func (t *trials) of(model string, try func() (bool, error)) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if passed, known := t.passed[model]; known {
		return passed, nil
	}
	passed, err := try()
	if err != nil {
		return false, err
	}
	if t.passed == nil {
		t.passed = map[string]bool{}
	}
	t.passed[model] = passed
	return passed, nil
}

// labelled is a question that is shown with its label.
type labelled struct{ question, label string }

// labelMessages is a talk in which each question gets one letter; the last waits for it.
func labelMessages(system string, shown []labelled, question string) []backend.Message {
	out := []backend.Message{{Role: backend.RoleSystem, Content: system}}
	for _, s := range shown {
		out = append(out, backend.Message{Role: backend.RoleUser, Content: s.question}, backend.Message{Role: backend.RoleAssistant, Content: s.label})
	}
	return append(out, backend.Message{Role: backend.RoleUser, Content: question})
}

// plainPart is a text as it may stand in a question, at most n bytes of it.
func plainPart(s string, n int) string { return squeeze(backend.Unmarked(clip(s, n))) }

// either picks one of two words.
func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// probe asks outside of the check's budget: what it learns serves all checks.
func (r *run) probe(ctx context.Context, req backend.LabelRequest) (backend.LabelResult, error) {
	req.Model, r.asked.model = r.model, true
	return r.o.Model.Label(ctx, req)
}
