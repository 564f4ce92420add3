package dataset

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"

	"errata/backend"
)

// WriteRows writes the trainer's JSONL: one backend.Row a line.
func WriteRows(w io.Writer, rows []backend.Row) error {
	return writeLines(w, rows, func(r backend.Row) (any, bool) { return r, true })
}

// WriteChatML exports the rows that other trainers can use, those with a
// completion, as {"messages": […], "text": …, "weight": …} a line.
func WriteChatML(w io.Writer, rows []backend.Row) error {
	return writeLines(w, rows, func(r backend.Row) (any, bool) {
		if r.Completion == "" {
			return nil, false
		}
		messages := append(messagesOf(r.Prompt), backend.Message{Role: backend.RoleAssistant, Content: r.Completion})
		return exported{Messages: messages, Text: r.Prompt + r.Completion + "<|im_end|>\n", Weight: r.Weight}, true
	})
}

type exported struct {
	Messages []backend.Message `json:"messages"`
	Text     string            `json:"text"`
	Weight   float64           `json:"weight"`
}

func writeLines(w io.Writer, rows []backend.Row, line func(backend.Row) (any, bool)) error {
	buffered := bufio.NewWriter(w)
	enc := json.NewEncoder(buffered)
	enc.SetEscapeHTML(false)
	for _, r := range rows {
		value, ok := line(r)
		if !ok {
			continue
		}
		if err := enc.Encode(value); err != nil {
			return backend.Wrap(err, backend.CodeUnavailable, "dataset.write", "The rows could not be written.")
		}
	}
	return backend.Wrap(buffered.Flush(), backend.CodeUnavailable, "dataset.write", "The rows could not be written.")
}

// messagesOf takes a rendered prompt apart again. Rows hold no template tokens of
// their own, so the turns are unambiguous.
func messagesOf(prompt string) []backend.Message {
	var out []backend.Message
	for _, turn := range strings.Split(prompt, "<|im_start|>") {
		role, content, ok := strings.Cut(turn, "\n")
		content, ended := strings.CutSuffix(content, "<|im_end|>\n")
		if ok && ended {
			out = append(out, backend.Message{Role: backend.Role(role), Content: content})
		}
	}
	return out
}
