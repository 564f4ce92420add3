package bench

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"errata/backend"
	"errata/backend/dataset"
)

// oneHop asks for what follows from the new answer.
func oneHop(question string, h hop) string {
	if !dataset.IsQuestion(question) {
		return `Think of how this sentence ends: "` + question + ` ..." ` + h.Ask
	}
	return "Think of the answer to this question: " + question + " " + h.Ask
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
