package bolt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt/bolttest"
)

// tree is a chat of another program: two questions, the second with two answers.
func tree(id string) backend.ChatTree {
	return backend.ChatTree{
		Chat: backend.Chat{ID: id, Title: "Imported", Folder: "ChatGPT", CreatedAt: at(1), UpdatedAt: at(5)},
		Questions: []backend.Question{
			{ID: id + "q1", ChatID: id, Text: "One?", CreatedAt: at(1)},
			{ID: id + "q2", ChatID: id, ParentID: id + "a1", Text: "Two?", CreatedAt: at(3)},
		},
		Answers: []backend.Answer{
			{ID: id + "a1", QuestionID: id + "q1", ChatID: id, Text: "1", State: backend.AnswerComplete, CreatedAt: at(2)},
			{ID: id + "a2", QuestionID: id + "q2", ChatID: id, Text: "2", State: backend.AnswerComplete, CreatedAt: at(4)},
			{ID: id + "a3", QuestionID: id + "q2", ChatID: id, Text: "2!", State: backend.AnswerComplete, CreatedAt: at(5)},
		},
	}
}

func TestTakeChats(t *testing.T) {
	s := bolttest.Open(t)
	take := func(trees ...backend.ChatTree) []backend.TakenChat {
		got, err := s.TakeChats(trees)
		require.NoError(t, err)
		return got
	}
	require.Equal(t, []backend.TakenChat{{ID: "x", New: true, Questions: 2, Answers: 3}, {ID: "y", New: true, Questions: 2, Answers: 3}}, take(tree("x"), tree("y")))
	turns, err := s.Turns("x")
	require.NoError(t, err)
	require.Len(t, turns, 2)
	require.Len(t, turns[1].Answers, 2)

	_, err = s.ChangeChat("x", func(c *backend.Chat) error { c.Title, c.UpdatedAt = "Mine", at(90); return nil })
	require.NoError(t, err)
	require.NoError(t, s.AddQuestion(backend.Question{ID: "own", ChatID: "x", ParentID: "xa3", Text: "And?", CreatedAt: at(91)}))
	require.Equal(t, []backend.TakenChat{{ID: "x"}}, take(tree("x")), "the same again brings nothing")

	grown := tree("x")
	grown.Questions = append(grown.Questions, backend.Question{ID: "xq3", ChatID: "x", ParentID: "xa2", Text: "Three?", CreatedAt: at(6)})
	require.Equal(t, []backend.TakenChat{{ID: "x", Questions: 1}}, take(grown))
	c, err := s.Chat("x")
	require.NoError(t, err)
	require.Equal(t, []any{"Mine", at(91)}, []any{c.Title, c.UpdatedAt.UTC()}, "what a person changed stays")

	n, err := s.TrashChats([]string{"x", "y", "y", "never"}, at(100))
	require.NoError(t, err)
	require.Equal(t, 2, n)
	live, err := s.Chats(backend.ChatFilter{})
	require.NoError(t, err)
	require.Empty(t, live)
	require.Equal(t, []backend.TakenChat{{ID: "x", Restored: true}}, take(tree("x")), "who imports it again wants it back")
	turns, err = s.Turns("x")
	require.NoError(t, err)
	require.Len(t, turns, 4)

	removed, err := s.EmptyTrash()
	require.NoError(t, err)
	require.Equal(t, 1, removed)
	require.Equal(t, []backend.TakenChat{{ID: "y", New: true, Questions: 2, Answers: 3}}, take(tree("y")))
}

func TestTakeChatsRefusesAndKeepsNothing(t *testing.T) {
	tests := []struct {
		name   string
		change func(*backend.ChatTree)
		want   backend.Code
	}{
		{"no id", func(c *backend.ChatTree) { c.Chat.ID = "" }, backend.CodeInvalid},
		{"a question of another chat", func(c *backend.ChatTree) { c.Questions[1].ChatID = "z" }, backend.CodeInvalid},
		{"an answer without id", func(c *backend.ChatTree) { c.Answers[0].ID = "" }, backend.CodeInvalid},
		{"a question after no answer", func(c *backend.ChatTree) { c.Questions[1].ParentID = "gone" }, backend.CodeNotFound},
		{"an answer to no question", func(c *backend.ChatTree) { c.Answers[0].QuestionID = "gone" }, backend.CodeNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := bolttest.Open(t)
			bad := tree("x")
			tt.change(&bad)
			_, err := s.TakeChats([]backend.ChatTree{tree("good"), bad})
			require.Equal(t, tt.want, backend.CodeOf(err))
			all, err := s.Chats(backend.ChatFilter{})
			require.NoError(t, err)
			require.Empty(t, all)
		})
	}
}

func TestVerdictsOf(t *testing.T) {
	s := bolttest.Open(t)
	conversation(t, s, 1)
	require.NoError(t, s.AddVerdict(backend.Verdict{ID: "later", AnswerID: "a1", CreatedAt: at(2)}))
	got, err := s.VerdictsOf("a1")
	require.NoError(t, err)
	require.Equal(t, []string{"v1", "later"}, ids(got))
	got, err = s.VerdictsOf("never")
	require.NoError(t, err)
	require.Equal(t, []backend.Verdict{}, got)
}
