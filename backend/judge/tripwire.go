package judge

import (
	"regexp"
	"strings"
	"unicode"

	"errata/backend"
)

// The flags of a passage that is not used as evidence.
const (
	flagInjection = "injection"
	flagTemplate  = "template_token"
	flagHidden    = "hidden_text"
)

// reInject is text that speaks to a model. Each line is one way to do so.
var reInject = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+|these\s+|every\s+|what\s+)*(?:previous|prior|above|earlier|preceding|other|system|instructions?|evidence|sources?|rules?|prompts?)\b`,
	`\b(?:ignore|disregard|forget)\s+(?:everything|anything|whatever|what)\s+you\b|\bpay no attention to (?:any |all |the |what )*(?:previous|prior|above|earlier|other)\b`,
	`\b(?:system|developer) prompt\b`,
	`\byou are (?:now |an? (?:ai|llm|assistant|large language model|language model|helpful))`,
	`\b(?:respond|reply|answer|output) (?:only )?(?:with|that)\b.{0,60}\b(?:regardless|instead|only|always|exactly)\b`,
	`\b(?:respond|reply|answer|output) only (?:with|that)\b`,
	`\b(?:ai|llms?|language models?|chatbots?)(?: (?:models?|assistants?|systems?|agents?))?(?: must| shall|\s*:) (?:only |always )*(?:answer|say|report|respond|reply|output|return|state)\b`,
	`\bto (?:the |any |all |every )*(?:ai|llms?|language models?|chatbots?)(?: (?:models?|assistants?|systems?|agents?))? (?:that |who |now )*read`,
	`\b(?:note|message|instructions?|attention|notice)\s+(?:to|for)\s+(?:the\s+|any\s+|all\s+)?(?:ai|llms?|language models?|assistants?|chatbots?|judge|model)\b`,
	`\b(?:attention|dear|hello|hey),?\s+(?:all\s+)?(?:fact[- ]check\w*\s+)?(?:ai|llms?|language models?|assistants?|chatbots?)\b`,
	`\bas an? (?:ai |language model |assistant)*(?:ai|language model|assistant),? you\b`,
	`\bdo not (?:trust|believe|use) (?:the )?(?:other|previous) (?:sources|passages|evidence)`,
	`\bwhen asked\b[^,.]{0,200},? (?:always |only |just )*(?:say|answer|respond|reply)\b|\bwhen asked\b.{0,200}\byou (?:must |should |will |always )*(?:say|answer|respond|reply)\b`,
	`\bnew (?:instructions?|task)\s*:|(?m)^\s*(?:system|assistant)\s*:\s|\b(?:system|assistant)\s*:\s.{0,40}\banswer\b`,
	`"found"\s*:\s*(?:true|false)|\bfound to (?:true|false)\b|\bfill the form for the question\b|\binto (?:its|the|your) form and\b`,
	`\b(?:automatic|automated|machine|ai)[- ](?:reader|checker|verifier|judge|fact[- ]?checker)s?\b.{0,60}\b(?:shall|must|should|has to)\b`,
	`\bmark\b.{0,60}\bas (?:supported|contradicted|outdated)\b`,
	`ignorier(?:e|en)\b.{0,40}anweisung|(?:ignore[rz]?|oublie[rz]?)\b.{0,40}(?:consignes|instructions)|(?:ignora|ignore|olvida)\b.{0,40}(?:instrucciones|istruzioni|instruções)|игнорируй.{0,60}инструкц|忽略.{0,30}(?:指令|指示|说明)`,
}, "|"))

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
	if hidden > 3 || disguised(clean) {
		flags = append(flags, flagHidden)
	}
	if backend.Marked(clean) {
		flags = append(flags, flagTemplate)
		clean = backend.Unmarked(clean)
	}
	if instructs(clean) {
		flags = append(flags, flagInjection)
	}
	return clean, flags
}

// triggers are the words with which reInject can begin; the expression is only
// tried where one of them stands, since most text has none.
var triggers = []string{"ignore", "disregard", "forget", "override", "system", "developer prompt", "you are", "respond", "reply", "answer",
	"output", "pay no attention", "ai model", "ai assistant", "ai system", "ai agent", "ai must", "ai shall", "ai:", "llm", "language model", "chatbot", "ai read", "ai that", "ai who", "ai now", "note", "message", "instruction", "attention", "notice", "as an", "as a ", "as ai", "do not", "when asked", "new instruction", "new task", "assistant", "dear", "hello", "hey", "found", "fill the form", "into its form", "into the form", "into your form", "automat", "machine", "ai-", "ai check", "ai verif", "ai judge", "ai fact", "mark ",
	"ignorier", "oublie", "ignora", "olvida", "игнорируй", "忽略"}

func instructs(text string) bool {
	low, plain := strings.ToLower(text), strings.Map(plainLetter, text)
	if lowPlain := strings.Map(plainLetter, low); ordersIn(low) || lowPlain != low && ordersIn(lowPlain) || saysWhatToAnswer(plain) {
		return true
	}
	joined := joinSpelled(plain)
	if joined == plain {
		return false
	}
	low = strings.ToLower(joined)
	return ordersIn(low) || reRunTogether.MatchString(low) || saysWhatToAnswer(joined)
}

func ordersIn(low string) bool {
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

// alikeLetters are letters of other scripts, each before the Latin one that it cannot be told
// from, and accented letters, which a model reads as plain ones.
const (
	alikeLetters    = "аaсcеeоoрpхxуyіiјjѕsԁdһhԛqԝwАAВBЕEКKМMНHОOРPСCТTХXІIЈJЅSУYΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοoօoհh"
	accentedLetters = "àaáaâaãaäaåaèeéeêeëeìiíiîiïiòoóoôoõoöoùuúuûuüuñnçc"
)

var (
	lookAlikes   = pairs(alikeLetters)
	plainLetters = pairs(alikeLetters + accentedLetters)
)

func pairs(table string) map[rune]rune {
	out, list := map[rune]rune{}, []rune(table)
	for i := 0; i+1 < len(list); i += 2 {
		out[list[i]] = list[i+1]
	}
	return out
}

func plainLetter(r rune) rune {
	if r <= unicode.MaxASCII {
		return r
	}
	if p := plainLetters[r]; p != 0 {
		return p
	}
	return r
}

// disguised: a word of Latin letters has look-alikes of another script among them. Its
// like is seen by people and is another word to everything that compares.
func disguised(text string) bool {
	latin, other := false, false
	for _, r := range text {
		switch {
		case !unicode.IsLetter(r):
			latin, other = false, false
			continue
		case unicode.Is(unicode.Latin, r):
			latin = true
		case lookAlikes[r] != 0:
			other = true
		}
		if latin && other {
			return true
		}
	}
	return false
}

// unfit says that a value holds what no short answer has: an address, code, a line
// break or a mark of a chat.
func unfit(value string) bool {
	return strings.ContainsAny(value, "\n\r`{}<>|") || strings.Contains(value, "://") || reAddress.MatchString(value) || backend.Marked(value)
}

var reAddress = regexp.MustCompile(`(?i)\bwww\.|\S@\S+\.\S|\b[a-z0-9-]+\.[a-z]{2,6}/`)
