package dataset

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"errata/backend"
)

// Model is the one thing that Build needs of a model: its greedy answer. A nil
// Model is allowed; then all wordings come from templates.
type Model interface {
	Chat(ctx context.Context, req backend.ChatRequest, onText func(piece string) error) (backend.ChatResult, error)
}

const (
	maxCompletionWords = 30  // a longer answer is not the short fact
	maxQuestionWords   = 40  // of a rewording
	maxEvidenceRunes   = 400 // of one passage
	maxPassages        = 3
)

// chat gives the model's complete answer, "" for one that broke off.
func (b *builder) chat(ctx context.Context, system, user string, tokens int) (string, error) {
	if b.in.Model == nil {
		return "", nil
	}
	sampling := backend.DefaultSampling()
	sampling.NumPredict = tokens
	res, err := b.in.Model.Chat(ctx, backend.ChatRequest{
		Model:    b.in.ModelName,
		Messages: []backend.Message{{Role: backend.RoleSystem, Content: system}, {Role: backend.RoleUser, Content: user}},
		Sampling: sampling,
	}, func(string) error { return nil })
	switch {
	case ctx.Err() != nil:
		return "", cancelled(ctx)
	case err != nil:
		code := backend.CodeOf(err)
		if errors.Is(err, context.Canceled) {
			code = backend.CodeCancelled
		}
		return "", backend.Wrap(err, code, "dataset.build", "The model did not answer while the rows were made. No dataset was frozen; your facts are kept.")
	case !res.Done:
		return "", nil
	}
	return strings.TrimSpace(res.Text), nil
}

func cancelled(ctx context.Context) error {
	return backend.Wrap(ctx.Err(), backend.CodeCancelled, "dataset.build", "Making the dataset was stopped. Nothing was frozen; your facts are kept.")
}

// evidence is what the model is shown while it writes. It never gets into a row.
func evidence(f backend.Fact) string {
	var parts []string
	for _, p := range f.Passages[:min(len(f.Passages), maxPassages)] {
		text := p.Quote
		if text == "" {
			text = p.Text
		}
		text = strings.Join(strings.Fields(text), " ")
		if r := []rune(text); len(r) > maxEvidenceRunes {
			text = string(r[:maxEvidenceRunes])
		}
		if text != "" {
			parts = append(parts, "- "+text)
		}
	}
	parts = append(parts, "- The correct answer to \""+f.Question+"\" is: "+f.Answer)
	return strings.ReplaceAll(strings.Join(parts, "\n"), "<|", "< |")
}

// answer gives what the model says to a question when it sees the evidence, if
// that states the fact, does not name the old answer and is short; else "".
func (b *builder) answer(ctx context.Context, s *spec, text string) (string, error) {
	reply, err := b.chat(ctx,
		"Answer the question in one short sentence. The notes are true and up to date. Do not mention the notes.",
		"Notes:\n"+evidence(s.fact)+"\n\nQuestion: "+text, 60)
	if err != nil {
		return "", err
	}
	reply = strings.Trim(firstLine(reply), "\"“” ")
	if strings.Contains(reply, "?") || aside.MatchString(reply) || !s.states(reply) {
		return "", nil
	}
	return reply, nil
}

// states says whether a text can be taught: it is short and whole, says the answer
// and neither the old one nor a denial.
func (s *spec) states(text string) bool {
	return len(strings.Fields(text)) <= maxCompletionWords && !strings.Contains(text, "<|") && balanced(text) &&
		backend.MentionsAny(text, s.accept) && !backend.MentionsAny(text, s.reject) && !denial.MatchString(text)
}

var (
	aside  = regexp.MustCompile(`(?i)\b(notes?|evidence|passages?|provided|given (information|text)|according to|as an ai|context|question)\b`)
	denial = regexp.MustCompile(`(?i)\b(not|never|no longer|isn't|wasn't|don't|cannot|unknown)\b`)
)

func balanced(s string) bool {
	return strings.Count(s, "(") == strings.Count(s, ")") && strings.Count(s, `"`)%2 == 0
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(line)
}

// listed asks the model for lines and takes their numbers and dashes off.
func (b *builder) listed(ctx context.Context, system, user string, tokens int) ([]string, error) {
	reply, err := b.chat(ctx, system, user, tokens)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(reply) {
		line = strings.TrimSpace(bullet.ReplaceAllString(strings.TrimSpace(line), ""))
		line = strings.Trim(line, "\"“”* ")
		if line != "" {
			out = append(out, line)
		}
	}
	return out, nil
}

var bullet = regexp.MustCompile(`^(\(?[0-9]{1,2}[.):]|[-*•])\s*`)

// rewordings asks for other ways to put the question; style makes the trained
// ones and the held-out ones come from different prompts. The model sees the
// answer alone: given whole passages, a small one asks about their other dates.
func (b *builder) rewordings(ctx context.Context, s *spec, style string) ([]string, error) {
	lines, err := b.listed(ctx,
		"You rewrite questions. Every line you write asks exactly the same thing as the question you are given. One question a line. Never write an answer.",
		"Question: "+s.q.text+"\nIts answer, which you never write: "+s.fact.Answer+"\n\n"+style, 220)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, line := range lines {
		if s.rewords(line) && !b.taken[backend.Normal(line)] {
			out = append(out, line)
		}
	}
	return out, nil
}

const (
	trainStyle = "Write 8 different ways to ask this question, some short and some long."
	heldStyle  = "How would five different people ask a friend for this in everyday speech? Write 5 questions."
)

// shifts turn a question into another one.
var shifts = set("before previous previously former first next last old after future will not long when why how")

// rewords says whether a line asks what the question asks: it is a question, does
// not give the answer away, keeps every number and every name, and adds nothing
// that would change it.
func (s *spec) rewords(line string) bool {
	lower := strings.ToLower(line)
	if !strings.HasSuffix(line, "?") && !asks.MatchString(line) || strings.Contains(line, "<|") ||
		len(strings.Fields(line)) > maxQuestionWords || same(line, s.q.text) {
		return false
	}
	if backend.MentionsAny(line, s.accept) || s.fact.OldAnswer != "" && backend.Mentions(line, s.fact.OldAnswer) {
		return false
	}
	has := set(backend.Normal(s.q.text))
	for _, w := range strings.Fields(backend.Normal(lower)) {
		if shifts[w] && !has[w] {
			return false
		}
	}
	mine, theirs := keysOf(s.q.text), keysOf(line)
	if len(mine) == 0 {
		return overlap(has, set(backend.Normal(line)))*2 >= len(has)
	}
	for key := range mine {
		if !theirs[key] {
			return false
		}
	}
	for key := range theirs {
		if year.MatchString(key) && !mine[key] {
			return false
		}
	}
	return true
}

// keysOf are the parts of a question that a rewording has to keep: subjects,
// offices, names and numbers.
func keysOf(text string) map[string]bool {
	g := loadGazetteer()
	found := g.find(text)
	keys := map[string]bool{}
	for _, m := range found {
		switch m.entry.group.name {
		case "superlative", "outcome", "attribute":
		case "nationality":
			keys["country "+m.entry.name] = true
		default:
			keys[m.entry.group.name+" "+m.entry.name] = true
		}
	}
	for _, s := range unknownNames(question{text: text}, found) {
		keys[backend.Normal(s.text)] = true
	}
	for _, n := range numbers.FindAllString(text, -1) {
		keys[n] = true
	}
	return keys
}

var numbers = regexp.MustCompile(`[0-9]+`)

func overlap(a, b map[string]bool) int {
	n := 0
	for w := range a {
		if b[w] {
			n++
		}
	}
	return n
}

// written are neighbours that the model writes, for questions of a kind that the
// gazetteer does not know.
func (b *builder) written(ctx context.Context, s *spec) ([]string, error) {
	lines, err := b.listed(ctx,
		"You write quiz questions. One question a line, no answers.",
		"Write 14 questions of the same form as the one below, each about a different subject that is of the same kind.\n\nQuestion: "+s.q.text, 300)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, line := range lines {
		if !strings.HasSuffix(line, "?") || len(strings.Fields(line)) > maxQuestionWords || strings.Contains(line, "<|") ||
			backend.MentionsAny(line, s.accept) {
			continue
		}
		out = append(out, line)
	}
	return out, nil
}
