package dataset

import "errata/backend"

// The original's own recipe: each new fact stands 500 times in the training text
// and each stable one 100 times, without a system turn. One row with that weight
// is the same text.
const (
	originalNew    = 500
	originalStable = 100
)

// originalRows makes the baseline that every benchmark compares with.
func (b *builder) originalRows() {
	render := func(text string) string {
		return backend.RenderChatML([]backend.Message{{Role: backend.RoleUser, Content: text}})
	}
	for _, s := range b.specs {
		b.add(backend.Row{Kind: backend.RowFact, FactID: s.fact.ID, Form: "question", Prompt: render(s.fact.Question),
			Completion: s.fact.Answer, Accept: s.accept, Reject: s.reject, Weight: originalNew})
	}
	for _, a := range b.out.Anchors {
		b.add(backend.Row{Kind: backend.RowAnchor, Form: "question", Prompt: render(a.Question),
			Completion: a.Answers[0], Accept: a.Answers, Weight: originalStable})
	}
	b.say(len(b.specs), "The rows are written.")
}
