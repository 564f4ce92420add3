// Package judgetest holds a scripted model for tests of packages that check
// answers. It never talks to an engine; what it was asked is kept.
//
//	test ──script──> Model <──Label, Extract, Chat── judge
package judgetest

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"errata/backend"
)

// Model answers from its functions. A nil function fails with CodeUnavailable.
// It may be used from several goroutines.
type Model struct {
	// OnExtract gives the JSON text of a reply to the last user message.
	OnExtract func(prompt string) (string, error)
	OnChat    func(prompt string) (string, error)
	OnLabel   func(prompt string) (backend.LabelResult, error)

	mu    sync.Mutex
	calls []string
}

// Calls gives the last user message of every call so far.
func (m *Model) Calls() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string{}, m.calls...)
}

func (m *Model) asked(ctx context.Context, messages []backend.Message) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	last := ""
	if len(messages) > 0 {
		last = messages[len(messages)-1].Content
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, last)
	return last, nil
}

var errOff = backend.Errorf(backend.CodeUnavailable, "judgetest", "This scripted model does not answer.")

// Label implements the port.
func (m *Model) Label(ctx context.Context, req backend.LabelRequest) (backend.LabelResult, error) {
	prompt, err := m.asked(ctx, req.Messages)
	if err != nil || m.OnLabel == nil {
		return backend.LabelResult{}, firstError(err)
	}
	return m.OnLabel(prompt)
}

// Extract implements the port; JSON that does not parse is CodeInvalid.
func (m *Model) Extract(ctx context.Context, req backend.ExtractRequest, out any) error {
	prompt, err := m.asked(ctx, req.Messages)
	if err != nil || m.OnExtract == nil {
		return firstError(err)
	}
	text, err := m.OnExtract(prompt)
	if err != nil {
		return err
	}
	return backend.Wrap(json.Unmarshal([]byte(text), out), backend.CodeInvalid, "judgetest.extract", "The model's JSON could not be read.")
}

// Chat implements the port and streams the reply word by word.
func (m *Model) Chat(ctx context.Context, req backend.ChatRequest, onText func(string) error) (backend.ChatResult, error) {
	prompt, err := m.asked(ctx, req.Messages)
	if err != nil || m.OnChat == nil {
		return backend.ChatResult{}, firstError(err)
	}
	text, err := m.OnChat(prompt)
	if err != nil {
		return backend.ChatResult{}, err
	}
	for _, piece := range strings.SplitAfter(text, " ") {
		if err := onText(piece); err != nil {
			return backend.ChatResult{Text: text}, err
		}
	}
	return backend.ChatResult{Text: text, Done: true, DoneReason: "stop"}, nil
}

func firstError(err error) error {
	if err != nil {
		return err
	}
	return errOff
}
