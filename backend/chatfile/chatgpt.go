package chatfile

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// gptChat is an element of ChatGPT's conversations.json.
type gptChat struct {
	ConversationID words                      `json:"conversation_id"`
	ID             words                      `json:"id"`
	Title          words                      `json:"title"`
	CreateTime     moment                     `json:"create_time"`
	UpdateTime     moment                     `json:"update_time"`
	Model          words                      `json:"default_model_slug"`
	CurrentNode    words                      `json:"current_node"`
	Mapping        map[string]json.RawMessage `json:"mapping"`
}

type gptNode struct {
	Message  *gptMessage `json:"message"`
	Parent   words       `json:"parent"`
	Children []string    `json:"children"`
}

type gptMessage struct {
	Author struct {
		Role words `json:"role"`
	} `json:"author"`
	CreateTime moment `json:"create_time"`
	Status     words  `json:"status"`
	Recipient  words  `json:"recipient"`
	Content    struct {
		Type     words             `json:"content_type"`
		Parts    []json.RawMessage `json:"parts"`
		Text     words             `json:"text"`
		Language words             `json:"language"`
	} `json:"content"`
	Metadata struct {
		Hidden      bool  `json:"is_visually_hidden_from_conversation"`
		Model       words `json:"model_slug"`
		Attachments []struct {
			Name words `json:"name"`
			Type words `json:"mime_type"`
		} `json:"attachments"`
	} `json:"metadata"`
}

func (f *file) chatGPT(raw []byte) error {
	var c gptChat
	if err := json.Unmarshal(raw, &c); err != nil {
		return bad("It is not a chat as ChatGPT exports them.", err)
	}
	f.product, f.id, f.title, f.model, f.current = "ChatGPT", string(c.ConversationID), string(c.Title), string(c.Model), string(c.CurrentNode)
	if f.id == "" {
		f.id = string(c.ID)
	}
	f.from, f.to = f.time(c.CreateTime), f.time(c.UpdateTime)
	nodes := map[string]gptNode{}
	for _, id := range sortedKeys(c.Mapping) {
		var n gptNode
		if err := json.Unmarshal(c.Mapping[id], &n); err != nil {
			f.unread++
			n.Message = nil // what follows it keeps its place
		}
		nodes[id] = n
	}
	order := map[string]int{}
	for _, n := range nodes {
		for i, child := range n.Children {
			order[child] = i
		}
	}
	for _, id := range sortedKeys(c.Mapping) {
		m := message{id: id, parent: string(nodes[id].Parent), order: order[id]}
		if g := nodes[id].Message; g != nil {
			m.at, m.model = f.time(g.CreateTime), string(g.Metadata.Model)
			m.role, m.text = f.gptText(g)
			if g.Status == "in_progress" {
				m.broken = "ChatGPT had not finished it."
			}
		}
		f.messages = append(f.messages, m)
	}
	return nil
}

// gptText says what of a message a person saw, and as what.
func (f *file) gptText(g *gptMessage) (role, string) {
	text := f.gptParts(g)
	left := func(what string) (role, string) {
		if text != "" {
			f.left(what)
		}
		return passed, ""
	}
	kind := string(g.Content.Type)
	switch {
	case g.Author.Role == "system":
		return left("system prompts")
	case kind == "user_editable_context" || kind == "model_editable_context":
		f.left("custom instructions")
		return passed, ""
	case g.Metadata.Hidden:
		return left("hidden messages")
	case kind == "thoughts" || kind == "reasoning_recap":
		f.left("notes of reasoning")
		return passed, ""
	case text == "":
		return passed, ""
	case g.Author.Role == "user":
		return asked, text
	case g.Author.Role == "tool" && kind == "execution_output":
		return answered, fenced("", text)
	case g.Author.Role == "tool" && kind == "multimodal_text" && strings.Contains(text, imageMark):
		return answered, text
	case g.Author.Role == "tool":
		return left("tool outputs")
	case g.Author.Role != "assistant":
		return left("messages of other roles")
	case g.Recipient == "python":
		return answered, fenced("python", text)
	case g.Recipient != "" && g.Recipient != "all":
		return left("tool calls")
	case kind == "code":
		return answered, fenced(string(g.Content.Language), text)
	}
	return answered, text
}

// The marks that stand for what is not in the file.
const (
	imageMark = "[image]"
	audioMark = "[recording]"
)

// gptParts is the text of a message, with a mark for what is not in the file.
func (f *file) gptParts(g *gptMessage) string {
	var out []string
	add := func(text string) {
		if text = strings.TrimSpace(citation.ReplaceAllString(text, "")); text != "" {
			out = append(out, text)
		}
	}
	add(string(g.Content.Text))
	for _, raw := range g.Content.Parts {
		var part struct {
			Type words `json:"content_type"`
			Text words `json:"text"`
		}
		var text string
		switch {
		case json.Unmarshal(raw, &text) == nil:
			add(text)
		case json.Unmarshal(raw, &part) != nil:
		case part.Text != "":
			add(string(part.Text))
		case part.Type == "image_asset_pointer":
			f.left("images")
			add(imageMark)
		case strings.Contains(string(part.Type), "audio"):
			f.left("recordings")
			add(audioMark)
		}
	}
	for _, a := range g.Metadata.Attachments {
		if slices.Contains(out, imageMark) && (a.Type == "" || strings.HasPrefix(string(a.Type), "image/")) {
			continue // the part said so already
		}
		f.left("attached files")
		add("[file: " + oneLine(string(a.Name)) + "]")
	}
	return strings.Join(out, "\n\n")
}

// citation is a mark that ChatGPT's page turns into a link; its target is not in
// the text.
var citation = regexp.MustCompile(`\x{E200}(?:file)?cite\x{E202}[^\x{E201}]*\x{E201}|【[0-9:]+†[^】]*】`)

// fenced is text as a code block that nothing in it can end.
func fenced(language, text string) string {
	mark := "```"
	for strings.Contains(text, mark) {
		mark += "`"
	}
	if !plainName.MatchString(language) {
		language = ""
	}
	return mark + language + "\n" + text + "\n" + mark
}

var plainName = regexp.MustCompile(`^[a-z0-9+#-]{1,20}$`)
