package dataset

import "strings"

// reworder makes one wording, or "" when the question lacks the part it needs.
type reworder struct {
	name string
	make func(q question) string
}

func whole(name, before, after string, lower bool) reworder {
	return reworder{name, func(q question) string {
		text := q.text
		if lower {
			text = lowerFirst(text)
		}
		return before + text + after
	}}
}

func embedded(name, before, after string) reworder {
	return reworder{name, func(q question) string {
		if q.embed == "" {
			return ""
		}
		return before + q.embed + after
	}}
}

// The three lists never share a wording: what is trained, what stops the
// training, and what is scored.
var (
	trainForms = []reworder{
		embedded("tell_me", "Tell me ", "."),
		embedded("do_you_know", "Do you know ", "?"),
		{"name_it", func(q question) string {
			if q.np == "" {
				return ""
			}
			return "Name " + q.np + "."
		}},
		whole("quick", "Quick question: ", "", true),
		whole("please", "Please answer: ", "", false),
		embedded("can_you", "Can you tell me ", "?"),
		whole("briefly", "", " Please answer briefly.", false),
		{"today", func(q question) string {
			if q.verb != "is" && q.verb != "are" || strings.Contains(strings.ToLower(q.text), "today") {
				return ""
			}
			return strings.TrimSuffix(q.text, "?") + " today?"
		}},
		whole("like_to_know", "I would like to know: ", "", true),
		whole("labelled", "Question: ", "", false),
		whole("just", "Just a short answer: ", "", true),
		whole("so", "So, ", "", true),
		whole("anyone", "I have a question for you. ", "", false),
	}
	stopForms = []reworder{
		embedded("wonder", "I wonder ", "."),
		whole("hello", "Hello! ", "", false),
		whole("check", "One thing I want to check: ", "", true),
	}
	heldForms = []reworder{
		embedded("let_me_know", "Could you let me know ", "?"),
		whole("friend", "My friend asked me: ", "", true),
		embedded("forgotten", "I have forgotten ", ". Can you help?"),
		{"phrase", func(q question) string {
			if q.np == "" {
				return ""
			}
			return capitalise(q.np) + "?"
		}},
		whole("few_words", "In a few words: ", "", true),
		whole("remember", "Help me remember: ", "", true),
		whole("quiz", "This came up in a quiz: ", "", true),
	}
)

// The same three lists for a question that is the beginning of a sentence.
var (
	openTrainForms = []reworder{
		whole("finish", "Finish this sentence: ", "", false),
		whole("complete", "Complete: ", "", false),
		whole("dots", "", " ...", false),
		whole("ends", "How does this sentence end? ", "", false),
		whole("rest", "Fill in the rest: ", "", false),
		whole("right_words", "Add the right words: ", "", false),
		whole("next", "Which words come next? ", "", false),
		whole("fact", "A fact: ", "", false),
		whole("say", "Please say how this goes on: ", "", false),
	}
	openStopForms = []reworder{
		whole("could_you", "Could you complete this? ", "", false),
		whole("end_it", "End it correctly: ", "", false),
	}
	openHeldForms = []reworder{
		whole("please_finish", "Please finish my sentence: ", "", false),
		whole("blank", "", " ___", false),
		whole("last_words", "I forgot the last words: ", "", false),
		whole("know_end", "Do you know the end of this? ", "", false),
		whole("quiz_end", "A quiz wants this completed: ", "", false),
	}
)

func (q question) trainForms() []reworder {
	if q.open {
		return openTrainForms
	}
	return trainForms
}

func (q question) stopForms() []reworder {
	if q.open {
		return openStopForms
	}
	return stopForms
}

func (q question) heldForms() []reworder {
	if q.open {
		return openHeldForms
	}
	return heldForms
}
