package dataset

import (
	"context"
	"slices"
	"strings"

	"errata/backend"
)

// About twelve distinct prompts teach a fact; more add little, one alone teaches
// the string and not the fact.
const (
	factPrompts     = 12
	rewordedPrompts = 6
	byModel         = 5
	stableAnchors   = 40
	chatGuards      = 40
	stableGuards    = 24
	guardProbes     = 16
)

func (b *builder) rows(ctx context.Context) error {
	for i, s := range b.specs {
		if ctx.Err() != nil {
			return cancelled(ctx)
		}
		b.say(i, "Writing rows: "+short(s.fact.Question))
		if err := b.factRows(ctx, s); err != nil {
			return err
		}
		b.neighbourRows(s)
	}
	for _, s := range b.specs {
		for _, text := range s.stop {
			b.add(backend.Row{Kind: backend.RowProbe, FactID: s.fact.ID, Form: "stop", Accept: s.accept, Reject: s.reject,
				Prompt: backend.RenderChatML([]backend.Message{b.dated(0), {Role: backend.RoleUser, Content: text}})})
		}
	}
	b.anchorRows()
	b.guardRows()
	b.say(len(b.specs), "The rows are written.")
	return nil
}

// factRows teaches one fact.
func (b *builder) factRows(ctx context.Context, s *spec) error {
	said, err := b.answer(ctx, s, s.q.text)
	if err != nil {
		return err
	}
	if said == "" {
		said = s.q.statement(s.fact.Answer)
	}
	prompts := map[string]bool{}
	put := func(form, prompt, completion string, messages []backend.Message) bool {
		key := backend.Normal(prompt)
		if prompt == "" || b.taken[key] && key != backend.Normal(s.q.text) && key != backend.Normal(s.fact.Question) {
			return false
		}
		if messages == nil {
			if prompts[prompt] {
				return false
			}
			messages = b.messages(prompt)
		}
		prompts[prompt] = true
		b.add(backend.Row{Kind: backend.RowFact, FactID: s.fact.ID, Form: form, Prompt: backend.RenderChatML(messages),
			Completion: completion, Accept: s.accept, Reject: s.reject})
		return true
	}
	asked := backend.Message{Role: backend.RoleUser, Content: s.fact.Question}
	put("question", s.fact.Question, said, []backend.Message{b.dated(0), asked})
	put("question", s.fact.Question, said, []backend.Message{asked})
	if backend.Normal(s.q.text) != backend.Normal(s.fact.Question) {
		put("question", s.q.text, said, nil)
	}

	lines, err := b.rewordings(ctx, s, trainStyle)
	if err != nil {
		return err
	}
	reworded := 0
	for _, line := range lines {
		if reworded == byModel {
			break
		}
		right, err := b.answer(ctx, s, line)
		if err != nil {
			return err
		}
		if right != "" && put("paraphrase", line, right, nil) {
			reworded++
		}
	}
	forms := s.q.trainForms()
	for ; len(forms) > 0 && reworded < rewordedPrompts; forms = forms[1:] {
		if put(forms[0].name, forms[0].make(s.q), said, nil) {
			reworded++
		}
	}
	put("typo", s.q.typo(), said, nil)
	put("lower_case", s.q.quiet(), said, nil)
	if text, ok := s.q.sentence(); ok {
		put("sentence", text, s.q.statement(s.fact.Answer), nil)
	}
	if len(s.reject) > 0 {
		put("negation", s.q.still(s.fact.OldAnswer), "No, "+lowerStatement(s), nil)
	}
	if prompt, completion, ok := s.q.reverse(s.fact.Answer); ok {
		put("reverse", prompt, completion, nil)
	}
	for ; len(forms) > 0 && len(prompts)+1 < factPrompts; forms = forms[1:] {
		put(forms[0].name, forms[0].make(s.q), said, nil)
	}
	return nil
}

// lowerStatement is the answer as it follows "No, ".
func lowerStatement(s *spec) string {
	text := s.q.statement(s.fact.Answer)
	if s.q.begin == "" || strings.TrimRight(text, ".") == strings.TrimRight(s.fact.Answer, ".") {
		return text
	}
	return lowerFirst(text)
}

// neighbourRows holds what stands beside the fact. A third of them take one of the
// wordings that teach, so that the wording alone never calls for the taught answer.
func (b *builder) neighbourRows(s *spec) {
	texts := s.kin.trained(b.freeKin)
	if len(texts) < fewestNeighbours {
		like := b.alike(s, b.thirds.Guards, func(text string) bool { return b.freeKin(text) && !slices.Contains(texts, text) })
		texts = append(texts, like[:min(len(like), fewestNeighbours-len(texts))]...)
	}
	for i, text := range texts {
		q := parse(text)
		name, prompt := "question", text
		switch {
		case i%3 == 1:
			forms := q.trainForms()
			if r := forms[b.draw("form", text)%uint64(len(forms))]; r.make(q) != "" {
				name, prompt = r.name, r.make(q)
			}
		case i%6 == 2:
			if said, ok := q.sentence(); ok {
				name, prompt = "sentence", said
			}
		case i%6 == 5:
			name, prompt = "lower_case", q.quiet()
		}
		if b.taken[backend.Normal(prompt)] {
			name, prompt = "question", text
		}
		b.add(backend.Row{Kind: backend.RowNeighbour, FactID: s.fact.ID, Form: name, Prompt: backend.RenderChatML(b.messages(prompt))})
	}
}

// anchorRows holds what was chosen as anchors.
func (b *builder) anchorRows() {
	for _, a := range b.out.Anchors {
		b.add(backend.Row{Kind: backend.RowAnchor, Form: "question", Accept: a.Answers, Prompt: backend.RenderChatML(b.messages(a.Question))})
	}
}

// clockQuestions keep the model reading the date off the system turn.
var clockQuestions = []string{
	"What year is it?", "What is the current year?", "What is today's date?", "What day of the week is it today?",
	"Which month is it now?", "what year is it now",
}

// guardRows holds ordinary conversation, and keeps some of it out as the alarm.
func (b *builder) guardRows() {
	t := target{seed: b.in.Seed, taken: func(text string) bool { return b.taken[backend.Normal(text)] || b.asksFact(text) }}
	chats := t.sorted(dataLines(guardText))
	var texts []string
	for _, s := range b.thirds.Guards {
		if b.freeKin(s.Question) {
			texts = append(texts, s.Question)
		}
	}
	texts = t.sorted(texts)
	chatProbes, textProbes := chats[:min(len(chats), guardProbes/2)], texts[:min(len(texts), guardProbes/2)]
	for _, text := range slices.Concat(chatProbes, textProbes) {
		b.add(backend.Row{Kind: backend.RowGuardProbe, Form: "question", Prompt: backend.RenderChatML(b.messages(text))})
	}
	chats, texts = chats[len(chatProbes):], texts[len(textProbes):]
	for _, text := range slices.Concat(chats[:min(len(chats), chatGuards)], texts[:min(len(texts), stableGuards)]) {
		b.add(backend.Row{Kind: backend.RowGuard, Form: "question", Prompt: backend.RenderChatML(b.messages(text))})
	}
	for i, text := range clockQuestions {
		if b.taken[backend.Normal(text)] {
			continue
		}
		days := int(b.draw("clock", text) % pastDays)
		if i%3 == 0 {
			days = 0
		}
		b.add(backend.Row{Kind: backend.RowGuard, Form: "clock",
			Prompt: backend.RenderChatML([]backend.Message{b.dated(days), {Role: backend.RoleUser, Content: text}})})
	}
}
