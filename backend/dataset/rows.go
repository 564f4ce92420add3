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
	factPrompts      = 12
	rewordedPrompts  = 6
	byModel          = 5
	stableAnchors    = 40
	supportedAnchors = 40
	chatGuards       = 40
	stableGuards     = 24
	guardProbes      = 16
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
	if err := b.anchorRows(ctx); err != nil {
		return err
	}
	b.guardRows()
	b.say(len(b.specs), "The rows are written.")
	return nil
}

// factRows teaches one fact.
func (b *builder) factRows(ctx context.Context, s *spec) error {
	said, err := b.completion(ctx, s, s.q.text)
	if err != nil {
		return err
	}
	s.start = s.begunWith(said)
	t := taughtRows{b: b, s: s, prompts: map[string]bool{}}
	asked := backend.Message{Role: backend.RoleUser, Content: s.fact.Question}
	t.put("question", said, []backend.Message{b.dated(0), asked})
	t.put("question", said, []backend.Message{asked})
	if backend.Normal(s.q.text) != backend.Normal(s.fact.Question) {
		t.add("question", s.q.text, said)
	}
	if err := t.reworded(ctx, said); err != nil {
		return err
	}
	for _, w := range [][2]string{{"typo", s.q.typo()}, {"lower_case", s.q.quiet()}} {
		if _, err := t.own(ctx, w[0], w[1], said); err != nil {
			return err
		}
	}
	if text, ok := s.q.sentence(); ok {
		t.add("sentence", text, s.q.statement(s.fact.Answer))
	}
	if s.deniable() {
		t.add("negation", s.q.still(s.fact.OldAnswer), "No, "+lowerStatement(s))
	}
	if prompt, completion, ok := s.q.reverse(s.fact.Answer); ok {
		t.add("reverse", prompt, completion)
	}
	for _, form := range s.q.trainForms() {
		if len(t.prompts)+1 >= factPrompts {
			break
		}
		if _, err := t.own(ctx, form.name, form.make(s.q), said); err != nil {
			return err
		}
	}
	return nil
}

// taughtRows are the rows of one fact while they are written: one for each prompt.
type taughtRows struct {
	b       *builder
	s       *spec
	prompts map[string]bool
}

func (t taughtRows) put(form, completion string, messages []backend.Message) {
	t.prompts[messages[len(messages)-1].Content] = true
	t.b.add(backend.Row{Kind: backend.RowFact, FactID: t.s.fact.ID, Form: form, Prompt: backend.RenderChatML(messages),
		Completion: completion, Accept: t.s.accept, Reject: t.s.reject})
}

// free says whether a prompt may still be trained: it is neither measured nor there.
func (t taughtRows) free(prompt string) bool {
	key := backend.Normal(prompt)
	measured := t.b.taken[key] && key != backend.Normal(t.s.q.text) && key != backend.Normal(t.s.fact.Question)
	return prompt != "" && !measured && !t.prompts[prompt]
}

func (t taughtRows) add(form, prompt, completion string) {
	if t.free(prompt) {
		t.put(form, completion, t.b.messages(prompt))
	}
}

// own adds a wording whose completion is what the base would say to it, else said.
func (t taughtRows) own(ctx context.Context, form, prompt, said string) (added bool, err error) {
	if !t.free(prompt) {
		return false, nil
	}
	completion, err := t.b.ownWords(ctx, t.s, prompt)
	if err != nil {
		return false, err
	}
	if completion == "" {
		completion = said
	}
	t.add(form, prompt, completion)
	return true, nil
}

// reworded adds the wordings that the model writes and then answers right with the
// evidence in sight, and fills up with templates.
func (t taughtRows) reworded(ctx context.Context, said string) error {
	lines, err := t.b.rewordings(ctx, t.s, trainStyle)
	if err != nil {
		return err
	}
	count := 0
	for _, line := range lines {
		if count == byModel {
			break
		}
		right, err := t.b.answer(ctx, t.s, line)
		if err != nil {
			return err
		}
		if right == "" {
			continue
		}
		added, err := t.own(ctx, "paraphrase", line, said)
		if err != nil {
			return err
		}
		if added {
			count++
		}
	}
	for _, form := range t.s.q.trainForms() {
		if count >= rewordedPrompts {
			break
		}
		added, err := t.own(ctx, form.name, form.make(t.s.q), said)
		if err != nil {
			return err
		}
		if added {
			count++
		}
	}
	return nil
}

// lowerStatement is the answer as it follows "No, ".
func lowerStatement(s *spec) string {
	text := s.q.statement(s.fact.Answer)
	if s.q.begin == "" || strings.TrimRight(text, ".") == strings.TrimRight(s.fact.Answer, ".") {
		return text
	}
	if first, _, _ := strings.Cut(text, " "); strings.Contains(" "+s.q.text, " "+strings.ToLower(first)) {
		return strings.ToLower(first) + text[len(first):] // no name: the question writes it small
	}
	return lowerFirst(text)
}

// FormBegun is the form of a row whose prompt goes on into the answer.
const FormBegun = "begun"

// neighbourRows holds what stands beside the fact. A third of them take one of the
// wordings that teach, so that the wording alone never calls for the taught answer.
func (b *builder) neighbourRows(s *spec) {
	texts := s.kin.trained(b.freeKin)
	if len(texts) < fewestNeighbours {
		like := b.alike(s, b.shares.Guards, func(text string) bool { return b.freeKin(text) && !slices.Contains(texts, text) })
		texts = append(texts, like[:min(len(like), fewestNeighbours-len(texts))]...)
	}
	s.beside = texts
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
		if begun := s.begun(text); begun != "" {
			b.add(backend.Row{Kind: backend.RowNeighbour, FactID: s.fact.ID, Form: FormBegun, Prompt: backend.RenderChatML(b.messages(text)) + begun})
		}
	}
}

// anchorRows keeps what was chosen as anchors. What evidence supported is said, the
// rest is held: where the base wavers between two answers, holding how it wavers let
// a right president go.
func (b *builder) anchorRows(ctx context.Context) error {
	for _, a := range b.out.Anchors {
		row := backend.Row{Kind: backend.RowAnchor, Form: "question", Accept: a.Answers, Prompt: backend.RenderChatML(b.messages(a.Question))}
		if a.Source == backend.AnchorSupported {
			reply, err := b.chat(ctx, backend.SystemPrompt(b.in.Now), a.Question, ownWordsTokens)
			if err != nil {
				return err
			}
			if said := firstSentence(reply); backend.MentionsAny(said, a.Answers) && !strings.Contains(said, "<|") {
				row.Completion = said + "."
				quiet := row
				quiet.Form, quiet.Prompt = "lower_case", backend.RenderChatML(b.messages(parse(a.Question).quiet()))
				b.add(quiet)
				row.Prompt = backend.RenderChatML([]backend.Message{b.dated(0), {Role: backend.RoleUser, Content: a.Question}})
			}
		}
		b.add(row)
	}
	return nil
}

// clockQuestions keep the model reading the date off the system turn.
var clockQuestions = []string{
	"What year is it?", "What is the current year?", "What is today's date?", "What day of the week is it today?",
	"Which month is it now?", "what year is it now",
}

// guardRows holds ordinary conversation, and keeps some of it out as the alarm.
func (b *builder) guardRows() {
	beside := map[string]bool{} // what is held beside a fact guards nothing: the alarm must never be trained
	for _, s := range b.specs {
		for _, text := range s.beside {
			beside[canon(text)] = true
		}
	}
	t := target{seed: b.in.Seed, taken: func(text string) bool { return b.taken[backend.Normal(text)] || b.asksFact(text) }}
	chats := t.sorted(dataLines(guardText))
	var texts []string
	for _, s := range b.shares.Guards {
		if b.freeKin(s.Question) && !beside[canon(s.Question)] {
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
