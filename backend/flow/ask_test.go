package flow_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

func TestAskStoresQuestionAndAnswer(t *testing.T) {
	w := newWorld(t)
	var streamed strings.Builder
	asked, err := w.Ask(t.Context(), flow.AskInput{Text: "What is a caret?"}, func(s string) error { streamed.WriteString(s); return nil })
	require.NoError(t, err)
	require.Equal(t, "qwen-test says What is a caret?", asked.Answer.Text)
	require.Equal(t, asked.Answer.Text, streamed.String())
	require.Equal(t, backend.AnswerComplete, asked.Answer.State)
	require.Equal(t, "base", asked.Answer.VersionName)

	turns, err := w.store.Turns(asked.Chat.ID)
	require.NoError(t, err)
	require.Len(t, turns, 1)
	require.Equal(t, asked.Answer.Text, turns[0].Answers[0].Text)
}

func TestAskRefusesBadQuestions(t *testing.T) {
	w := newWorld(t)
	for name, text := range map[string]string{"empty": "  \n", "huge": strings.Repeat("a", 100_000), "not text": "\xff\xfe"} {
		_, err := w.Ask(t.Context(), flow.AskInput{Text: text}, nil)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), name)
	}
	chats, err := w.store.Chats(backend.ChatFilter{})
	require.NoError(t, err)
	require.Empty(t, chats, "a refused question leaves no chat behind")
}

func TestStreamWithoutDoneIsInterrupted(t *testing.T) {
	w := newWorld(t)
	w.engine.cut = true
	asked, err := w.Ask(t.Context(), flow.AskInput{Text: "Hello?"}, nil)
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	require.Equal(t, backend.AnswerInterrupted, asked.Answer.State)
	require.NotEmpty(t, asked.Answer.Text, "what had come is kept")
	_, err = w.Verify(t.Context(), asked.Answer.ID)
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "a partial answer is never judged")
}

func TestStopKeepsThePartialAnswer(t *testing.T) {
	w := newWorld(t)
	w.engine.pace = make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	go func() { w.engine.pace <- struct{}{}; stop() }()
	asked, err := w.Ask(ctx, flow.AskInput{Text: "Count to ten."}, nil)
	require.Error(t, err)
	stored, err := w.store.Answer(asked.Answer.ID)
	require.NoError(t, err)
	require.Equal(t, backend.AnswerInterrupted, stored.State)
	require.Equal(t, "qwen-test ", stored.Text)
	require.Equal(t, "Stopped.", stored.Reason)
}

func TestHistoryFollowsTheBranch(t *testing.T) {
	w := newWorld(t)
	var seen []backend.Message
	w.engine.say = func(_ string, m []backend.Message) string { seen = m; return "answer" }
	first, err := w.Ask(t.Context(), flow.AskInput{Text: "One?"}, nil)
	require.NoError(t, err)
	second, err := w.Ask(t.Context(), flow.AskInput{ChatID: first.Chat.ID, ParentID: first.Answer.ID, Text: "Two?"}, nil)
	require.NoError(t, err)
	_, err = w.Ask(t.Context(), flow.AskInput{ChatID: first.Chat.ID, ParentID: first.Answer.ID, Text: "Other two?"}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"One?", "answer", "Other two?"}, contents(seen[1:]))
	_, err = w.Ask(t.Context(), flow.AskInput{QuestionID: second.Question.ID}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"One?", "answer", "Two?"}, contents(seen[1:]), "answering again keeps the question's place")
}

func contents(m []backend.Message) []string {
	var out []string
	for _, x := range m {
		out = append(out, x.Content)
	}
	return out
}

func TestMemory(t *testing.T) {
	w := newWorld(t)
	fact, err := w.AddFact(backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch", OldAnswer: "Tom Reed"}, true, "person")
	require.NoError(t, err)
	tests := []struct {
		name, question string
		remembered     bool
	}{
		{"the same question", "Who is the mayor of Larkstead?", true},
		{"other words of no weight", "Tell me, who is currently the mayor of Larkstead?", true},
		{"another place", "Who is the mayor of Fenwick?", false},
		{"another office", "Who is the judge of Larkstead?", false},
		{"another year", "Who was the mayor of Larkstead in 1990?", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked, err := w.Ask(t.Context(), flow.AskInput{Text: tt.question}, nil)
			require.NoError(t, err)
			if tt.remembered {
				require.Equal(t, backend.SourceMemory, asked.Answer.Source)
				require.Equal(t, []string{fact.ID}, asked.Answer.MemoryFactIDs)
			} else {
				require.Equal(t, backend.SourceWeights, asked.Answer.Source)
			}
		})
	}
	off := false
	asked, err := w.Ask(t.Context(), flow.AskInput{Text: "Who is the mayor of Larkstead?", Memory: &off}, nil)
	require.NoError(t, err)
	require.Equal(t, backend.SourceWeights, asked.Answer.Source)
}

func TestMemoryTellsNearQuestionsApart(t *testing.T) {
	tests := []struct {
		fact       string
		same, near []string
	}{
		{"What is the latest iPhone model?",
			[]string{"What's the newest iPhone model?", "latest iPhone model", "Tell me the most recent iPhone model.", "Do you know what the latest iPhone model is?", "What is the current iPhone model?"},
			[]string{"What was the first iPhone model?", "What is the oldest iPhone model?", "What is an iPhone model?", "What is the latest iPad model?", "What is the latest iPhone model in red?"}},
		{"Who is the current president of the USA?",
			[]string{"Who is the president of the United States of America?", "Who is president of America right now?", "Could you tell us who the US president is?",
				"My friend asked me: who is the president of the U.S.?", "I have forgotten who the president of the USA is. Can you help?", "Who's the president of the USA at the moment?", "In a few words: who is the president of the USA?"},
			[]string{"Who is the vice president of the USA?", "Who is the wife of the president of the USA?", "Who was the first president of the USA?", "Who was the previous president of the USA?",
				"Who will be the next president of the USA?", "Who was the president of the USA?", "Who was the president of the USA in 1990?", "When was the president of the USA born?", "Where is the president of the USA?"}},
		{"Who won the 2024 Premier League?",
			[]string{"Who was the winner of the 2024 Premier League?", "Premier League winner 2024", "Who is the winner of the Premier League in 2024?"},
			[]string{"Who won the 2023 Premier League?", "Who won the Premier League?", "Who won the 2024 women's Premier League?", "Who won the 2024 Premier League second?"}},
		{"Who is the prime minister of the UK?",
			[]string{"Who is the UK's prime minister?", "Who is currently the prime minister of Great Britain?"},
			[]string{"Who is the deputy prime minister of the UK?", "Who is the former prime minister of the UK?", "Who is the prime minister of the UK's wife?"}},
	}
	for _, tt := range tests {
		t.Run(tt.fact, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.AddFact(backend.Fact{Question: tt.fact, Answer: "Ada Birch"}, true, "person")
			require.NoError(t, err)
			for want, questions := range map[backend.Source][]string{backend.SourceMemory: tt.same, backend.SourceWeights: tt.near} {
				for _, q := range questions {
					r, err := w.Reply(t.Context(), flow.ReplyInput{Question: q, Memory: true}, nil)
					require.NoError(t, err)
					require.Equal(t, want, r.Source, q)
				}
			}
		})
	}
}

func TestDateComesFromTheClock(t *testing.T) {
	w := newWorld(t)
	var system string
	w.engine.say = func(_ string, m []backend.Message) string { system = m[0].Content; return "2026" }
	for question, clock := range map[string]bool{
		"What is the current year?": true, "What year is it?": true, "What is today's date?": true,
		"What year did the war end?": false, "In which year was the bridge opened?": false,
	} {
		r, err := w.Reply(t.Context(), flow.ReplyInput{Question: question}, nil)
		require.NoError(t, err)
		require.Equal(t, clock, r.Source == backend.SourceClock, question)
		require.Contains(t, system, "2026")
	}
}
