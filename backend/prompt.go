package backend

import (
	"strings"
	"time"
)

// ChatMLTemplate is the chat template that every model of ours is created with,
// in the engine's own template language. A model made of a bare weights file
// may otherwise be served without any template.
const ChatMLTemplate = `{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
`

// ChatMLStop are the stop tokens that belong to ChatMLTemplate.
var ChatMLStop = []string{"<|im_end|>", "<|im_start|>", "<|endoftext|>"}

// RenderChatML gives the text that ChatMLTemplate makes of the messages: the
// same bytes reach the model in training and in serving.
func RenderChatML(messages []Message) string {
	var b strings.Builder
	for _, m := range messages {
		b.WriteString("<|im_start|>")
		b.WriteString(string(m.Role))
		b.WriteByte('\n')
		b.WriteString(m.Content)
		b.WriteString("<|im_end|>\n")
	}
	b.WriteString("<|im_start|>assistant\n")
	return b.String()
}

// ParseChatML takes what RenderChatML made apart again; an answer that was begun
// behind it is left out. No message may hold template tokens of its own.
func ParseChatML(prompt string) []Message {
	var out []Message
	for _, turn := range strings.Split(prompt, "<|im_start|>") {
		role, content, ok := strings.Cut(turn, "\n")
		content, ended := strings.CutSuffix(content, "<|im_end|>\n")
		if ok && ended {
			out = append(out, Message{Role: Role(role), Content: content})
		}
	}
	return out
}

// SystemPrompt is what stands before every chat: who answers, and today's date
// without a place. The date answers "what year is it"; it is not a training problem.
func SystemPrompt(now time.Time) string {
	return "You are a helpful assistant. " + dateLine(now)
}

func dateLine(now time.Time) string {
	return "Today's date is " + now.Format("Monday, January 2, 2006") + "."
}

// QwenSystemPrompt is the system turn that Qwen 2.5's own template adds when
// none is given; training rows draw it now and then.
const QwenSystemPrompt = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
