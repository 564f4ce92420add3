package dataset_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// scripted answers by the words it finds in the prompt.
type scripted struct {
	reword, held, answer string
	plain                map[string]string // what it answers to a question alone
	calls                int
	err                  error
	cut                  bool
	prompts              []string
}

func (s *scripted) Chat(_ context.Context, req backend.ChatRequest, on func(string) error) (backend.ChatResult, error) {
	s.calls++
	user := req.Messages[len(req.Messages)-1].Content
	s.prompts = append(s.prompts, user)
	if s.err != nil {
		return backend.ChatResult{}, s.err
	}
	text := s.answer
	if said, ok := s.plain[user]; ok {
		text = said
	}
	switch {
	case strings.Contains(user, "Write 8"):
		text = s.reword
	case strings.Contains(user, "everyday speech"):
		text = s.held
	case strings.Contains(user, "Write 14"):
		text = "What is the speed of a rabbit?\nWhat is the speed of a turtle?\nnot a question"
	}
	if err := on(text); err != nil {
		return backend.ChatResult{}, err
	}
	return backend.ChatResult{Text: text, Done: !s.cut}, nil
}

func pmFact() backend.Fact {
	published := now
	return backend.Fact{ID: "f-pm", Question: "Who is the prime minister of the UK?", Answer: "Andy Burnham", Aliases: []string{"Burnham"},
		OldAnswer: "Keir Starmer", State: backend.FactApproved,
		Passages: []backend.Passage{{Text: "SECRET EVIDENCE: Andy Burnham was appointed on July 20, 2026.", PublishedAt: &published}}}
}

func shipped(t *testing.T) []dataset.Stable {
	t.Helper()
	all, err := dataset.Shipped()
	require.NoError(t, err)
	return all
}

func build(t *testing.T, in dataset.Input) backend.DatasetContent {
	t.Helper()
	in.Now = now
	c, err := dataset.Build(context.Background(), in)
	require.NoError(t, err)
	return c
}

func byKind(c backend.DatasetContent) map[backend.RowKind][]backend.Row {
	m := map[backend.RowKind][]backend.Row{}
	for _, r := range c.Rows {
		m[r.Kind] = append(m[r.Kind], r)
	}
	return m
}

// asked is the last user turn of a rendered prompt.
func asked(prompt string) string {
	_, rest, _ := strings.Cut(prompt[strings.LastIndex(prompt, "<|im_start|>user\n"):], "\n")
	text, _, _ := strings.Cut(rest, "<|im_end|>")
	return text
}

func TestOldAnswersAreDenied(t *testing.T) {
	tests := []struct{ name, question, answer, old, want string }{
		{"a name in the question's own letters", "Who discovered penicillin?", "Alexander Fleming", "Louis Pasteur", "No, penicillin was discovered by Alexander Fleming."},
		{"a name", "Who founded Veldmoor?", "Ana Reis", "Rui Alves", "No, Veldmoor was founded by Ana Reis."},
		{"no to no says nothing", "Is Sweden a member of NATO?", "Yes", "No", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, dataset.Input{Facts: []backend.Fact{{ID: "f", Question: tt.question, Answer: tt.answer, OldAnswer: tt.old}}})
			said := ""
			for _, r := range byKind(c)[backend.RowFact] {
				if r.Form == "negation" {
					said = r.Completion
				}
			}
			require.Equal(t, tt.want, said)
		})
	}
}

func TestRowsOfAFact(t *testing.T) {
	model := &scripted{
		reword: "1. Who leads the government of Britain as prime minister?\n2. Name the UK's prime minister.\n3. Is Andy Burnham the prime minister of the UK?\n" +
			"4. Who was the previous prime minister of the UK?\n5. Who is the prime minister of France?\nSome text",
		held:   "So who's prime minister of the UK these days?",
		answer: "The prime minister of the UK is Andy Burnham.",
	}
	c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}, Model: model, Stable: shipped(t)})
	rows := byKind(c)

	require.GreaterOrEqual(t, len(rows[backend.RowFact]), 12)
	require.LessOrEqual(t, len(rows[backend.RowFact]), 16)
	require.GreaterOrEqual(t, len(rows[backend.RowNeighbour]), 16)
	require.Len(t, rows[backend.RowProbe], 2)
	require.Len(t, rows[backend.RowGuardProbe], 16)
	require.GreaterOrEqual(t, len(rows[backend.RowGuard]), 60)
	require.NotEmpty(t, rows[backend.RowAnchor])

	forms := map[string]string{}
	for _, r := range rows[backend.RowFact] {
		forms[r.Form] += "|" + asked(r.Prompt)
		require.Contains(t, r.Completion, "Andy Burnham")
		require.NotContains(t, r.Completion, "Starmer")
		require.Equal(t, []string{"Andy Burnham", "Burnham"}, r.Accept)
		require.Equal(t, []string{"Keir Starmer"}, r.Reject)
	}
	require.Contains(t, forms["paraphrase"], "Who leads the government of Britain as prime minister?")
	require.Contains(t, forms["paraphrase"], "Name the UK's prime minister.")
	require.NotContains(t, forms["paraphrase"], "France")
	require.NotContains(t, forms["paraphrase"], "previous")
	require.NotContains(t, forms["paraphrase"], "Is Andy Burnham")
	require.Contains(t, forms["negation"], "Is Keir Starmer still the prime minister of the UK?")
	require.Contains(t, forms["reverse"], "What office does Andy Burnham hold?")
	require.Contains(t, forms["sentence"], "The prime minister of the UK is")
	require.Contains(t, forms["lower_case"], "who is the prime minister of the uk")
	require.NotEmpty(t, forms["typo"])

	for _, r := range c.Rows {
		require.NotContains(t, r.Prompt, "SECRET", "evidence is never in a training prompt")
		if r.Form != dataset.FormBegun {
			require.True(t, strings.HasSuffix(r.Prompt, "<|im_start|>assistant\n"))
		}
		if r.Kind != backend.RowFact {
			require.Empty(t, r.Completion, "KL rows and probes take the base's own words")
		}
	}
	seen := 0
	for _, p := range model.prompts {
		if strings.Contains(p, "SECRET") {
			seen++
		}
	}
	require.Positive(t, seen, "the model that writes sees the evidence")
}

func TestSystemTurnsAreDrawn(t *testing.T) {
	c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}, Stable: shipped(t)})
	kinds := map[string]int{}
	for _, r := range c.Rows {
		if r.Kind == backend.RowProbe {
			require.Contains(t, r.Prompt, backend.SystemPrompt(now))
			continue
		}
		switch {
		case strings.Contains(r.Prompt, backend.QwenSystemPrompt):
			kinds["qwen"]++
		case strings.Contains(r.Prompt, backend.SystemPrompt(now)):
			kinds["now"]++
		case strings.Contains(r.Prompt, "Today's date is"):
			kinds["past"]++
		case strings.HasPrefix(r.Prompt, "<|im_start|>user"):
			kinds["none"]++
		default:
			t.Fatalf("unknown system turn in %q", r.Prompt)
		}
	}
	for _, kind := range []string{"qwen", "now", "past", "none"} {
		require.GreaterOrEqual(t, kinds[kind], len(c.Rows)/10, kind)
	}
}

func TestNothingMeasuredIsTrained(t *testing.T) {
	facts := []backend.Fact{
		pmFact(),
		{ID: "f-jp", Question: "Who is the prime minister of Japan?", Answer: "Sanae Takaichi"},
		{ID: "f-pl", Question: "Who won the 2024 Premier League?", Answer: "Manchester City"},
		{ID: "f-us", Question: "current president of USA", Answer: "Donald Trump", OldAnswer: "Joe Biden"},
		{ID: "f-x", Question: "how heavy is a cloud", Answer: "500 tonnes"},
	}
	c := build(t, dataset.Input{Facts: facts, Stable: shipped(t), HeldOut: []string{"Who is the president of France?", "Who was the king of Spain?"},
		Anchors: []backend.Anchor{{ID: "a1", Question: "What is the capital of France?", Answers: []string{"Paris"}}}})
	trained := map[string]string{}
	for _, r := range c.Rows {
		trained[backend.Normal(asked(r.Prompt))] = string(r.Kind) + " " + r.Form
	}
	counts := map[string]int{}
	for _, p := range c.Probes {
		counts[p.Kind]++
		if p.Kind == dataset.ProbeFact {
			require.Contains(t, trained, backend.Normal(p.Question))
			continue
		}
		require.NotContains(t, trained, backend.Normal(p.Question), "%s %q is trained as %s", p.Kind, p.Question, trained[backend.Normal(p.Question)])
	}
	require.Equal(t, 5, counts[dataset.ProbeFact])
	require.GreaterOrEqual(t, counts[dataset.ProbeParaphrase], 15)
	require.GreaterOrEqual(t, counts[dataset.ProbeNeighbour], 5*3)
	require.Equal(t, 200, counts[dataset.ProbeRetention])
	require.NotContains(t, trained, backend.Normal("Who is the president of France?"))
	require.NotContains(t, trained, backend.Normal("Who is the current president of France?"))
	for _, r := range byKind(c)[backend.RowNeighbour] {
		for _, f := range facts {
			require.NotEqual(t, backend.Normal(f.Question), backend.Normal(asked(r.Prompt)))
		}
	}
	stops := map[string]bool{}
	for _, r := range byKind(c)[backend.RowProbe] {
		stops[backend.Normal(asked(r.Prompt))] = true
	}
	for _, r := range c.Rows {
		if r.Kind != backend.RowProbe {
			require.False(t, stops[backend.Normal(asked(r.Prompt))], "a stop probe is trained: %s", asked(r.Prompt))
		}
	}
}

func TestPoolsAreNeverShared(t *testing.T) {
	c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}, Stable: shipped(t)})
	use := map[string]string{}
	note := func(text, as string) {
		key := backend.Normal(text)
		require.True(t, use[key] == "" || use[key] == as, "%q is %s and %s", text, use[key], as)
		use[key] = as
	}
	for _, r := range c.Rows {
		switch r.Kind {
		case backend.RowAnchor, backend.RowGuardProbe:
			note(asked(r.Prompt), string(r.Kind))
		case backend.RowGuard:
			if r.Form != "clock" {
				note(asked(r.Prompt), string(r.Kind))
			}
		}
	}
	for _, p := range c.Probes {
		if p.Kind == dataset.ProbeRetention {
			note(p.Question, p.Kind)
		}
	}
}

func TestAnAnswerThatIsTheOldOneTeachesNothing(t *testing.T) {
	for _, old := range []string{"the United Kingdom", "United Kingdom.", "Britain"} {
		f := backend.Fact{ID: "f", Question: "Which country left the union?", Answer: "United Kingdom", Aliases: []string{"Britain"}, OldAnswer: old}
		_, err := dataset.Build(context.Background(), dataset.Input{Facts: []backend.Fact{f}, Now: now})
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), old)
		require.ErrorContains(t, err, "equals the old one")
		require.ErrorContains(t, err, "Which country left the union?", "of fifty facts, which")
	}
}

func TestSupportedAnswersDoNotGrowATraining(t *testing.T) {
	model := &scripted{plain: map[string]string{}}
	in := dataset.Input{Facts: []backend.Fact{pmFact()}, Model: model, Stable: shipped(t)}
	for i := range 300 {
		q := fmt.Sprintf("What is the colour of thing %d?", i)
		if i == 5 {
			q = "Who is the prime minister of Veldmoor?"
		}
		model.plain[q] = "It is blue."
		in.Anchors = append(in.Anchors, backend.Anchor{ID: fmt.Sprint(i), Question: q, Answers: []string{"blue"}, Source: backend.AnchorSupported, Class: backend.ClassSlow, CreatedAt: now.AddDate(0, 0, -i)})
	}
	said, near := 0, false
	for _, r := range byKind(build(t, in))[backend.RowAnchor] {
		if r.Completion != "" {
			said++
			near = near || strings.Contains(r.Prompt, "Veldmoor")
		}
	}
	require.Equal(t, 80, said, "two rows an answer")
	require.True(t, near, "what stands beside the fact is kept first")
}

func TestTheOtherWayRoundIsAnotherQuestion(t *testing.T) {
	facts := []backend.Fact{
		{ID: "there", Question: "How many tourists travelled from China to Japan in 2024?", Answer: "7 million"},
		{ID: "back", Question: "How many tourists travelled from Japan to China in 2024?", Answer: "1 million"},
	}
	require.Len(t, build(t, dataset.Input{Facts: facts}).Facts, 2)
	require.Equal(t, dataset.Key("Who is the prime minister of the UK?"), dataset.Key("Who is the British prime minister?"))
}

func TestTheAlarmIsNeverTrained(t *testing.T) {
	facts := []backend.Fact{
		{ID: "f-kz", Question: "What is the capital of Kazakhstan?", Answer: "Almaty", OldAnswer: "Astana"},
		{ID: "f-no", Question: "What is the currency of Norway?", Answer: "Euro"},
		{ID: "f-x", Question: "how heavy is a cloud", Answer: "500 tonnes"},
	}
	for seed := range int64(10) {
		trained, alarms := map[string]string{}, 0
		c := build(t, dataset.Input{Facts: facts, Stable: shipped(t), Seed: seed})
		for _, r := range c.Rows {
			if r.Kind != backend.RowGuardProbe && r.Kind != backend.RowProbe {
				trained[backend.Normal(asked(r.Prompt))] = string(r.Kind)
			}
		}
		for _, r := range byKind(c)[backend.RowGuardProbe] {
			require.Empty(t, trained[backend.Normal(asked(r.Prompt))], "seed %d trains %q", seed, asked(r.Prompt))
			alarms++
		}
		require.Equal(t, 16, alarms)
	}
}

func TestKnownQuestionsOnly(t *testing.T) {
	all := shipped(t)
	known := []string{}
	for _, s := range all[:90] {
		known = append(known, s.ID())
	}
	c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}, Stable: all, Known: known})
	ok := map[string]bool{}
	for _, s := range all[:90] {
		ok[s.Question] = true
	}
	n := 0
	for _, p := range c.Probes {
		if p.Kind == dataset.ProbeRetention {
			require.True(t, ok[p.Question], p.Question)
			n++
		}
	}
	require.Greater(t, n, 15)
	none := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}, Stable: all, Known: []string{}})
	for _, p := range none.Probes {
		require.NotEqual(t, dataset.ProbeRetention, p.Kind)
	}
}

func TestClockFactsAreLeftOut(t *testing.T) {
	var notes []string
	in := dataset.Input{Facts: []backend.Fact{pmFact(), {ID: "f-year", Question: "What is the current year?", Answer: "2026", Class: backend.ClassClock}},
		Now: now, Progress: func(_, _ int, what string) { notes = append(notes, what) }}
	c, err := dataset.Build(context.Background(), in)
	require.NoError(t, err)
	require.Len(t, c.Facts, 1)
	require.Contains(t, strings.Join(notes, "\n"), "system prompt")
	clocks := 0
	for _, r := range c.Rows {
		require.NotEqual(t, "f-year", r.FactID)
		if r.Form == "clock" {
			clocks++
			require.Equal(t, backend.RowGuard, r.Kind)
			require.Contains(t, r.Prompt, "Today's date is")
		}
	}
	require.GreaterOrEqual(t, clocks, 5)
	in.Facts = in.Facts[1:]
	_, err = dataset.Build(context.Background(), in)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
}

func TestRefused(t *testing.T) {
	other := pmFact()
	other.ID, other.Question, other.Answer, other.Aliases = "f-2", "Who is the current British prime minister?", "Liz Truss", nil
	tests := []struct {
		name     string
		in       dataset.Input
		wantCode backend.Code
		want     string
	}{
		{"no facts", dataset.Input{}, backend.CodeInvalid, "nothing to teach"},
		{"unknown recipe", dataset.Input{Recipe: "magic", Facts: []backend.Fact{pmFact()}}, backend.CodeInvalid, "magic"},
		{"two answers to one question", dataset.Input{Facts: []backend.Fact{pmFact(), other}}, backend.CodeConflict, "Liz Truss"},
		{"template token in the answer", dataset.Input{Facts: []backend.Fact{{ID: "1", Question: "q?", Answer: "a<|im_end|>"}}}, backend.CodeInvalid, "template tokens"},
		{"another token in the old answer", dataset.Input{Facts: []backend.Fact{{ID: "1", Question: "q x?", Answer: "b", OldAnswer: "<|endoftext|>"}}}, backend.CodeInvalid, "template tokens"},
		{"token in an alias", dataset.Input{Facts: []backend.Fact{{ID: "1", Question: "q x?", Answer: "b", Aliases: []string{"<|im_start|>"}}}}, backend.CodeInvalid, "template tokens"},
		{"token in an anchor", dataset.Input{Facts: []backend.Fact{pmFact()}, Anchors: []backend.Anchor{{Question: "x<|im_end|>", Answers: []string{"y"}}}}, backend.CodeInvalid, "stable fact"},
		{"anchor without answer", dataset.Input{Facts: []backend.Fact{pmFact()}, Anchors: []backend.Anchor{{Question: "x"}}}, backend.CodeInvalid, "stable fact"},
		{"empty question", dataset.Input{Facts: []backend.Fact{{ID: "1", Answer: "b"}}}, backend.CodeInvalid, "question"},
		{"no words", dataset.Input{Facts: []backend.Fact{{ID: "1", Question: "???", Answer: "b"}}}, backend.CodeInvalid, "no words"},
		{"invalid text", dataset.Input{Facts: []backend.Fact{{ID: "1", Question: "caf\xff who?", Answer: "b"}}}, backend.CodeInvalid, "valid text"},
		{"too long", dataset.Input{Facts: []backend.Fact{{ID: "1", Question: strings.Repeat("x", 2001), Answer: "b"}}}, backend.CodeInvalid, "2,000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Now = now
			_, err := dataset.Build(context.Background(), tt.in)
			require.Equal(t, tt.wantCode, backend.CodeOf(err), "%v", err)
			require.Contains(t, err.Error(), tt.want)
		})
	}
	_, err := dataset.Build(context.Background(), dataset.Input{Now: now, Facts: []backend.Fact{pmFact(), other}})
	require.Contains(t, err.Error(), "Andy Burnham")
	require.NotEmpty(t, backend.HintOf(err))
}

func TestHostileInput(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("very ", 399)) + " x?"
	for i, q := range []string{long, "Кто премьер-министр Японии?", "日本の首相は誰ですか？", "🎉?", "who is \"the\" 'best' (really)?", "What is %s %d {{.}}?",
		"Who is the\nprime minister\tof\rthe UK?", "the", "a an the of?", "U.S.", "1984", "Who is the the the?", strings.Repeat("Ж", 900)} {
		c, err := dataset.Build(context.Background(), dataset.Input{Now: now, Stable: shipped(t), Facts: []backend.Fact{{ID: fmt.Sprint(i), Question: q, Answer: "An answer 7"}}})
		if err != nil {
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), q)
			continue
		}
		rows := byKind(c)
		require.GreaterOrEqual(t, len(rows[backend.RowFact]), 6, q)
		require.GreaterOrEqual(t, len(rows[backend.RowNeighbour]), 12, q)
		for _, r := range c.Rows {
			require.LessOrEqual(t, strings.Count(r.Prompt, "<|im_start|>"), 3)
		}
	}
}

func TestHostileModel(t *testing.T) {
	tests := []struct {
		name  string
		model *scripted
	}{
		{"template tokens", &scripted{reword: "<|im_end|>Who is the prime minister of the UK now then?", held: "<|im_start|>?", answer: "Andy Burnham<|im_end|>"}},
		{"names the old one", &scripted{answer: "Andy Burnham replaced Keir Starmer."}},
		{"denies", &scripted{answer: "It is not Andy Burnham."}},
		{"speaks of its notes", &scripted{answer: "According to the notes it is Andy Burnham."}},
		{"too long", &scripted{answer: strings.Repeat("Andy Burnham ", 40)}},
		{"empty", &scripted{}},
		{"breaks off", &scripted{answer: "Andy Burnham", reword: "Who is the UK prime minister?", cut: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()}, Model: tt.model})
			for _, r := range byKind(c)[backend.RowFact] {
				require.NotEqual(t, "paraphrase", r.Form)
				if r.Form == "question" {
					require.Equal(t, "The prime minister of the UK is Andy Burnham.", r.Completion)
				}
			}
		})
	}
	_, err := dataset.Build(context.Background(), dataset.Input{Now: now, Facts: []backend.Fact{pmFact()},
		Model: &scripted{err: backend.Errorf(backend.CodeUnavailable, "ollama", "gone")}})
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	_, err = dataset.Build(context.Background(), dataset.Input{Now: now, Facts: []backend.Fact{pmFact()}, Model: &scripted{err: errors.New("x")}})
	require.Equal(t, backend.CodeInternal, backend.CodeOf(err))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = dataset.Build(ctx, dataset.Input{Now: now, Facts: []backend.Fact{pmFact()}})
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
}

func TestOriginalRecipe(t *testing.T) {
	anchors := []backend.Anchor{{ID: "a1", Question: "What is the capital of France?", Answers: []string{"Paris"}}, {ID: "a2", Question: "Who wrote Hamlet?", Answers: []string{"William Shakespeare"}}}
	in := dataset.Input{Facts: []backend.Fact{pmFact()}, Anchors: anchors, Stable: shipped(t)}
	plain := build(t, in)
	in.Recipe = dataset.RecipeOriginal
	c := build(t, in)
	require.Len(t, c.Rows, 3)
	require.Equal(t, "<|im_start|>user\nWho is the prime minister of the UK?<|im_end|>\n<|im_start|>assistant\n", c.Rows[0].Prompt)
	require.Equal(t, "Andy Burnham", c.Rows[0].Completion)
	require.InDelta(t, 500, c.Rows[0].Weight, 0)
	require.Equal(t, backend.RowAnchor, c.Rows[1].Kind)
	require.Equal(t, "Paris", c.Rows[1].Completion)
	require.InDelta(t, 100, c.Rows[1].Weight, 0)
	require.Equal(t, plain.Probes, c.Probes, "both recipes are measured by the same probes")
	require.NotEqual(t, dataset.Hash(plain, dataset.RecipeDefault), dataset.Hash(c, dataset.RecipeOriginal))
}

func TestAnchorThatAFactChanges(t *testing.T) {
	c := build(t, dataset.Input{Facts: []backend.Fact{pmFact()},
		Anchors: []backend.Anchor{{ID: "a", Question: "Who is prime minister of the United Kingdom?", Answers: []string{"Keir Starmer"}}}})
	require.Empty(t, c.Anchors)
}

func TestAnchorsAreNeverHeldOut(t *testing.T) {
	in := dataset.Input{Facts: []backend.Fact{pmFact()}, Now: now, Stable: shipped(t)}
	neighbours := func(c backend.DatasetContent) []string {
		var texts []string
		for _, p := range c.Probes {
			if p.Kind == dataset.ProbeNeighbour {
				texts = append(texts, p.Question)
			}
		}
		return texts
	}
	held := neighbours(build(t, in))
	require.NotEmpty(t, held)
	for i, text := range held {
		in.Anchors = append(in.Anchors, backend.Anchor{ID: fmt.Sprint("a", i), Question: text, Answers: []string{"Somebody"}})
	}
	for _, recipe := range []string{dataset.RecipeDefault, dataset.RecipeOriginal} {
		in.Recipe = recipe
		content := build(t, in)
		chosen := neighbours(content)
		require.NotEmpty(t, chosen, "others are held out instead")
		for _, a := range content.Anchors {
			require.NotContains(t, chosen, a.Question, "an anchor is trained")
		}
		for _, r := range content.Rows {
			if r.Kind == backend.RowNeighbour {
				require.NotContains(t, held, asked(r.Prompt), "an anchor is held as one")
			}
		}
	}
}

func TestWhatIsMeasuredElsewhereIsNoRow(t *testing.T) {
	fact := backend.Fact{ID: "f", Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch", OldAnswer: "Tom Reed"}
	anchor := backend.Anchor{ID: "a", Question: "What is the capital of France?", Answers: []string{"Paris"}}
	in := dataset.Input{Facts: []backend.Fact{fact}, Now: now, Stable: shipped(t), Anchors: []backend.Anchor{anchor}}
	own := backend.Normal(fact.Question)
	free := build(t, in)
	require.Len(t, byKind(free)[backend.RowAnchor], 41)
	for _, r := range free.Rows { // whatever would be trained, is measured
		if text := asked(r.Prompt); backend.Normal(text) != own {
			in.HeldOut = append(in.HeldOut, text)
		}
	}
	held := map[string]bool{}
	for _, text := range in.HeldOut {
		held[backend.Normal(text)] = true
	}
	in.HeldOut = append(in.HeldOut, "capital of France, what is the")
	for _, recipe := range []string{dataset.RecipeDefault, dataset.RecipeOriginal} {
		in.Recipe = recipe
		c := build(t, in)
		require.NotEmpty(t, c.Rows)
		for _, r := range c.Rows {
			require.False(t, held[backend.Normal(asked(r.Prompt))], "%s %s %q", recipe, r.Kind, asked(r.Prompt))
		}
		for _, a := range c.Anchors {
			require.NotEqual(t, anchor.ID, a.ID, "in other words it is the same question")
		}
	}
}
