package judge

import (
	"regexp"
	"strings"
	"unicode"
)

// The flags of a passage that is not used as evidence.
const (
	flagInjection = "injection"
	flagTemplate  = "template_token"
	flagHidden    = "hidden_text"
)

var (
	reTemplate = regexp.MustCompile(`(?i)<\|[a-z_]{2,24}\|>|\[/?INST\]|<</?SYS>>|</?s>\s*\[|<start_of_turn>|<end_of_turn>|\bim_(?:start|end)\b`)
	reInject   = regexp.MustCompile(`(?i)\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+|these\s+|every\s+)*(?:previous|prior|above|earlier|preceding|other|system|instructions?|evidence|sources?|rules?|prompts?)\b|\b(?:system|developer) prompt\b|\byou are (?:now |an? (?:ai|assistant|language model|helpful))|\b(?:respond|reply|answer|output) (?:only )?(?:with|that)\b.{0,60}\b(?:regardless|instead|only|always|exactly)\b|\b(?:note|message|instructions?|attention|notice)\s+(?:to|for)\s+(?:the\s+|any\s+|all\s+)?(?:ai|llms?|language models?|assistants?|chatbots?|judge|model)\b|\bas an? (?:ai|language model|assistant),? you (?:must|should|will)|\bdo not (?:trust|believe|use) (?:the )?(?:other|previous) (?:sources|passages|evidence)|\bwhen asked\b.{0,60}\b(?:say|answer|respond|reply)\b|\bnew instructions?\s*:|(?m)^\s*(?:system|assistant)\s*:\s`)
)

// sanitise makes a text safe to show to a model and says what was wrong with
// it. Text without a flag keeps every visible character, so that a quote of the
// result is a quote of the original up to white space.
func sanitise(text string) (clean string, flags []string) {
	hidden := 0
	clean = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u00ad' || r == '\ufeff': // soft hyphen and byte order mark are harmless
			return -1
		case r == unicode.ReplacementChar:
			return ' '
		case r >= 0xE0000 && r <= 0xE007F, r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			hidden += 4
			return -1
		case r >= '\u200b' && r <= '\u200f', r == '\u2060':
			hidden++
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	if hidden > 3 {
		flags = append(flags, flagHidden)
	}
	if reTemplate.MatchString(clean) {
		flags = append(flags, flagTemplate)
		clean = stripTemplate(clean)
	}
	if instructs(clean) {
		flags = append(flags, flagInjection)
	}
	return clean, flags
}

// triggers are the words with which reInject can begin; the expression is only
// tried where one of them stands, since most text has none.
var triggers = []string{"ignore", "disregard", "forget", "override", "system", "developer prompt", "you are", "respond", "reply", "answer",
	"output", "note", "message", "instruction", "attention", "notice", "as an", "as a ", "as ai", "do not", "when asked", "new instruction", "assistant"}

func instructs(text string) bool {
	low := strings.ToLower(text)
	for _, trigger := range triggers {
		for from := 0; ; {
			i := strings.Index(low[from:], trigger)
			if i < 0 {
				break
			}
			i += from
			if reInject.MatchString(strings.ToValidUTF8(low[max(0, i-8):min(len(low), i+240)], " ")) {
				return true
			}
			from = i + len(trigger)
		}
	}
	return false
}

// stripTemplate removes the tokens that structure a chat.
func stripTemplate(s string) string { return reTemplate.ReplaceAllString(s, " ") }
