package bench

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"errata/backend"
	"errata/backend/score"
)

// The forms in which a fact is asked that the benchmark's rows do not have: these
// are ours. No training uses their wordings.

// negation asks whether the old answer still holds.
func negation(question, old string) string {
	if !isQuestion(question) {
		return question + " " + old + ". Is that still right?"
	}
	return question + " Is it still " + old + "?"
}

// denied says whether an answer to a negation says that the old answer is gone: by
// "no", or by naming the new one, and without claiming the old one.
func denied(p backend.Probe, answer string) bool {
	if score.Right(p, answer) {
		return !begins(answer, "yes")
	}
	return begins(answer, "no") && !score.Right(backend.Probe{Accept: p.Reject}, answer)
}

func begins(answer, word string) bool {
	words := strings.Fields(backend.Normal(answer))
	return len(words) > 0 && words[0] == word
}

// oneHop asks for what follows from the new answer.
func oneHop(question string, h hop) string {
	if !isQuestion(question) {
		return `Think of how this sentence ends: "` + question + ` ..." ` + h.Ask
	}
	return "Think of the answer to this question: " + question + " " + h.Ask
}

// reverse asks what a trained reverse row asks, in other words.
func reverse(prompt string) string { return "Let me ask that the other way round: " + prompt }

// isQuestion tells a question from the beginning of a sentence, which may itself
// follow a question ("What does she play? She plays the").
func isQuestion(text string) bool {
	text = strings.Trim(text, "\" ")
	if whole := strings.HasSuffix(text, "?") || strings.HasSuffix(text, "."); whole || strings.Contains(text, "?") {
		return whole
	}
	first, _, _ := strings.Cut(strings.ToLower(text), " ")
	return slices.Contains(strings.Fields("who what which when where why how name"), first)
}

// hop leads from a value to another one that most people know.
type hop struct {
	Values []string `json:"values"`
	Ask    string   `json:"ask"`   // of the value, without naming it
	Known  string   `json:"known"` // the same, naming it in place of %s
	Accept []string `json:"accept"`
}

//go:embed learn/hops.jsonl
var hopText string

var hops = sync.OnceValues(func() (map[string]hop, error) {
	all := map[string]hop{}
	for line := range strings.Lines(hopText) {
		var h hop
		if err := json.Unmarshal([]byte(line), &h); err != nil {
			return nil, backend.Wrap(err, backend.CodeInternal, "bench.learn", "The shipped hops cannot be read.")
		}
		for _, v := range h.Values {
			all[backend.Normal(v)] = h
		}
	}
	return all, nil
})

// hopOf gives the hop from an answer and the question that a model must answer for
// it to be able to make it. A question that names the outcome has none.
func hopOf(question, answer string) (h hop, known string, ok bool, err error) {
	all, err := hops()
	if err != nil {
		return h, "", false, err
	}
	h, ok = all[backend.Normal(answer)]
	if !ok || backend.MentionsAny(question, h.Accept) {
		return h, "", false, nil
	}
	return h, strings.Replace(h.Known, "%s", answer, 1), true, nil
}

// userTurn is the user's last turn of a row's rendered prompt.
func userTurn(prompt string) string {
	for _, m := range slices.Backward(backend.ParseChatML(prompt)) {
		if m.Role == backend.RoleUser {
			return m.Content
		}
	}
	return ""
}
