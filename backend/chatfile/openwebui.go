package chatfile

import (
	"encoding/json"
	"fmt"
	"strings"
)

// webuiChat is an element of the list that Open WebUI exports. Older ones are the
// inner chat alone.
type webuiChat struct {
	ID        words  `json:"id"`
	Title     words  `json:"title"`
	Pinned    bool   `json:"pinned"`
	CreatedAt moment `json:"created_at"`
	UpdatedAt moment `json:"updated_at"`
	Chat      struct {
		ID        words    `json:"id"`
		Title     words    `json:"title"`
		Models    []string `json:"models"`
		System    words    `json:"system"`
		Timestamp moment   `json:"timestamp"`
		Params    struct {
			System words `json:"system"`
		} `json:"params"`
		History struct {
			CurrentID words                      `json:"currentId"`
			Messages  map[string]json.RawMessage `json:"messages"`
		} `json:"history"`
		Messages []json.RawMessage `json:"messages"` // the branch that was shown; all there is in the oldest files
	} `json:"chat"`
}

type webuiMessage struct {
	Parent    words           `json:"parentId"`
	Children  []string        `json:"childrenIds"`
	Role      words           `json:"role"`
	Content   json.RawMessage `json:"content"`
	Model     words           `json:"model"`
	ModelName words           `json:"modelName"`
	Timestamp moment          `json:"timestamp"`
	Done      *bool           `json:"done"`
	Error     json.RawMessage `json:"error"`
	Files     []struct {
		Type words `json:"type"`
		Name words `json:"name"`
	} `json:"files"`
}

func (f *file) openWebUI(raw []byte) error {
	var c webuiChat
	if err := json.Unmarshal(raw, &c); err != nil {
		return bad("It is not a chat as Open WebUI exports them.", err)
	}
	f.product, f.id, f.title, f.pinned, f.current = "Open WebUI", string(c.ID), string(c.Chat.Title), c.Pinned, string(c.Chat.History.CurrentID)
	if f.id == "" {
		f.id = string(c.Chat.ID)
	}
	if f.title == "" {
		f.title = string(c.Title)
	}
	if len(c.Chat.Models) > 0 {
		f.model = c.Chat.Models[0]
	}
	if c.Chat.System+c.Chat.Params.System != "" {
		f.left("system prompts")
	}
	if f.from, f.to = f.time(c.CreatedAt), f.time(c.UpdatedAt); f.from.IsZero() {
		f.from = f.time(c.Chat.Timestamp)
	}
	order := map[string]int{}
	for _, id := range sortedKeys(c.Chat.History.Messages) {
		children := f.webuiMessage(id, c.Chat.History.Messages[id])
		for i, child := range children {
			order[child] = i
		}
	}
	for i := range f.messages {
		f.messages[i].order = order[f.messages[i].id]
	}
	if len(f.messages) > 0 {
		return nil
	}
	for i, raw := range c.Chat.Messages {
		f.webuiMessage(fmt.Sprint(i), raw)
		f.messages[i].parent = ""
		if i > 0 {
			f.messages[i].parent = fmt.Sprint(i - 1)
		}
	}
	return nil
}

// webuiMessage takes one message and says which ones follow it.
func (f *file) webuiMessage(id string, raw json.RawMessage) []string {
	var w webuiMessage
	if err := json.Unmarshal(raw, &w); err != nil {
		f.unread++
		f.messages = append(f.messages, message{id: id, parent: string(w.Parent)}) // what follows it keeps its place
		return w.Children
	}
	m := message{id: id, parent: string(w.Parent), at: f.time(w.Timestamp), model: string(w.ModelName), text: f.webuiText(&w)}
	if m.model == "" {
		m.model = string(w.Model)
	}
	switch {
	case w.Role == "user" && m.text != "":
		m.role = asked
	case w.Role == "assistant":
		m.role = answered
		if m.broken = failure(w.Error); m.broken == "" && w.Done != nil && !*w.Done {
			m.broken = "Open WebUI had not finished it."
		}
		if m.text == "" && m.broken == "" {
			m.role = passed
		}
	case w.Role == "system" && m.text != "":
		f.left("system prompts")
	case m.text != "":
		f.left("messages of other roles")
	}
	f.messages = append(f.messages, m)
	return w.Children
}

func (f *file) webuiText(w *webuiMessage) string {
	var out []string
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, text)
		}
	}
	var text string
	var parts []struct{ Text words }
	switch {
	case json.Unmarshal(w.Content, &text) == nil:
		add(text)
	case json.Unmarshal(w.Content, &parts) == nil:
		for _, p := range parts {
			add(string(p.Text))
		}
	}
	for _, file := range w.Files {
		if file.Type == "image" {
			f.left("images")
			add(imageMark)
			continue
		}
		f.left("attached files")
		add("[file: " + oneLine(string(file.Name)) + "]")
	}
	return strings.Join(out, "\n\n")
}

// failure is what stands in place of an answer that did not come.
func failure(raw json.RawMessage) string {
	var text words
	var inside struct{ Content words }
	if json.Unmarshal(raw, &text) == nil && text == "" {
		_ = json.Unmarshal(raw, &inside) // true, or nothing that says more
		text = inside.Content
	}
	switch {
	case text != "":
		return cut(oneLine(string(text)), 300)
	case len(raw) > 0 && string(raw) != "null" && string(raw) != "false":
		return "It failed in Open WebUI."
	}
	return ""
}
