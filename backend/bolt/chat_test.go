package bolt_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
)

func chat(id string, minute int) backend.Chat {
	return backend.Chat{ID: id, Title: "Chat " + id, CreatedAt: at(minute), UpdatedAt: at(minute)}
}

// conversation adds a chat with one question, answer, verdict and rating.
func conversation(t *testing.T, s *bolt.Store, n int) {
	t.Helper()
	c, q, a, v := fmt.Sprintf("c%d", n), fmt.Sprintf("q%d", n), fmt.Sprintf("a%d", n), fmt.Sprintf("v%d", n)
	require.NoError(t, s.AddChat(chat(c, n)))
	require.NoError(t, s.AddQuestion(backend.Question{ID: q, ChatID: c, Text: "Who?", CreatedAt: at(n)}))
	require.NoError(t, s.PutAnswer(backend.Answer{ID: a, QuestionID: q, ChatID: c, State: backend.AnswerComplete, CreatedAt: at(n)}))
	require.NoError(t, s.AddVerdict(backend.Verdict{ID: v, AnswerID: a, QuestionID: q, Kind: backend.Supported, CreatedAt: at(n)}))
	require.NoError(t, s.PutRating(backend.Rating{VerdictID: v, Agree: true, CreatedAt: at(n)}))
}

func TestChatsOrderAndPages(t *testing.T) {
	s := bolttest.Open(t)
	for n := range 7 {
		require.NoError(t, s.AddChat(chat(fmt.Sprint("c", n), n)))
	}
	_, err := s.ChangeChat("c2", func(c *backend.Chat) error { c.Pinned = true; return nil })
	require.NoError(t, err)
	_, err = s.ChangeChat("c5", func(c *backend.Chat) error { gone := at(9); c.DeletedAt = &gone; return nil })
	require.NoError(t, err)
	require.NoError(t, s.AddQuestion(backend.Question{ID: "q", ChatID: "c0", Text: "?", CreatedAt: at(50)}))

	tests := []struct {
		name   string
		filter backend.ChatFilter
		want   []string
	}{
		{"pinned, then the most recently used", backend.ChatFilter{}, []string{"c2", "c0", "c6", "c4", "c3", "c1"}},
		{"first page", backend.ChatFilter{Limit: 2}, []string{"c2", "c0"}},
		{"second page", backend.ChatFilter{Limit: 2, After: "c0"}, []string{"c6", "c4"}},
		{"last page", backend.ChatFilter{Limit: 9, After: "c3"}, []string{"c1"}},
		{"after the end", backend.ChatFilter{After: "c1"}, []string{}},
		{"trash", backend.ChatFilter{Deleted: true}, []string{"c5"}},
		{"words", backend.ChatFilter{Query: "chat c"}, []string{"c2", "c0", "c6", "c4", "c3", "c1"}},
		{"words, page", backend.ChatFilter{Query: "CHAT", Limit: 2, After: "c6"}, []string{"c4", "c3"}},
		{"one word", backend.ChatFilter{Query: "c6"}, []string{"c6"}},
		{"words in the trash", backend.ChatFilter{Query: "c", Deleted: true}, []string{"c5"}},
		{"nothing", backend.ChatFilter{Query: "zebra"}, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.Chats(tt.filter)
			require.NoError(t, err)
			require.Equal(t, tt.want, ids(got))
		})
	}
	_, err = s.Chats(backend.ChatFilter{After: "never"})
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
	require.NotEmpty(t, backend.HintOf(err))
}

func TestRefusedChatWrites(t *testing.T) {
	s := bolttest.Open(t)
	conversation(t, s, 1)
	conversation(t, s, 2)
	require.NoError(t, s.AddChat(chat("trashed", 0)))
	_, err := s.ChangeChat("trashed", func(c *backend.Chat) error { gone := at(1); c.DeletedAt = &gone; return nil })
	require.NoError(t, err)
	change := func(do func(*backend.Chat) error) func() error {
		return func() error { _, err := s.ChangeChat("c1", do); return err }
	}
	tests := []struct {
		name     string
		do       func() error
		wantCode backend.Code
	}{
		{"chat without id", func() error { return s.AddChat(backend.Chat{}) }, backend.CodeInvalid},
		{"id with a zero byte", func() error { return s.AddChat(chat("a\x00b", 1)) }, backend.CodeInvalid},
		{"overlong id", func() error { return s.AddChat(chat(string(make([]byte, 9999)), 1)) }, backend.CodeInvalid},
		{"chat twice", func() error { return s.AddChat(chat("c1", 1)) }, backend.CodeConflict},
		{"unknown chat", func() error { _, err := s.Chat("x"); return err }, backend.CodeNotFound},
		{"turns of an unknown chat", func() error { _, err := s.Turns("x"); return err }, backend.CodeNotFound},
		{"question of an unknown chat", func() error { return s.AddQuestion(backend.Question{ID: "n", ChatID: "x"}) }, backend.CodeNotFound},
		{"question of a deleted chat", func() error { return s.AddQuestion(backend.Question{ID: "n", ChatID: "trashed"}) }, backend.CodeConflict},
		{"question after an unknown answer", func() error { return s.AddQuestion(backend.Question{ID: "n", ChatID: "c1", ParentID: "x"}) }, backend.CodeNotFound},
		{"question after another chat's answer", func() error { return s.AddQuestion(backend.Question{ID: "n", ChatID: "c1", ParentID: "a2"}) }, backend.CodeInvalid},
		{"answer to an unknown question", func() error { return s.PutAnswer(backend.Answer{ID: "n", QuestionID: "x"}) }, backend.CodeNotFound},
		{"answer in another chat", func() error { return s.PutAnswer(backend.Answer{ID: "n", QuestionID: "q1", ChatID: "c2"}) }, backend.CodeInvalid},
		{"verdict twice", func() error { return s.AddVerdict(backend.Verdict{ID: "v1"}) }, backend.CodeConflict},
		{"rating of an unknown verdict", func() error { return s.PutRating(backend.Rating{VerdictID: "x"}) }, backend.CodeNotFound},
		{"a change that says no", change(func(*backend.Chat) error { return errPure }), backend.CodeInternal},
		{"a change of the id", change(func(c *backend.Chat) error { c.ID = "other"; return nil }), backend.CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, err := s.Chat("c1")
			require.NoError(t, err)
			require.Equal(t, tt.wantCode, backend.CodeOf(tt.do()))
			after, err := s.Chat("c1")
			require.NoError(t, err)
			require.Equal(t, before, after)
		})
	}
	_, err = s.ChangeChat("c1", func(*backend.Chat) error { return errPure })
	require.ErrorIs(t, err, errPure)
}

func TestPanickingChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "errata.db")
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	require.NoError(t, s.AddChat(chat("c1", 1)))
	_, err = s.ChangeChat("c1", func(*backend.Chat) error { panic("boom") })
	require.Equal(t, backend.CodeInternal, backend.CodeOf(err))
	require.ErrorContains(t, err, "boom")
	got, err := s.Chat("c1")
	require.NoError(t, err)
	require.Equal(t, chat("c1", 1), got)
	require.NoError(t, s.AddChat(chat("c2", 1)), "a rolled back change leaves the store usable")
	require.NoError(t, s.Close())
}

func TestTurns(t *testing.T) {
	s := bolttest.Open(t)
	conversation(t, s, 1)
	require.NoError(t, s.PutAnswer(backend.Answer{ID: "b1", QuestionID: "q1", State: backend.AnswerStreaming, CreatedAt: at(2)}))
	require.NoError(t, s.AddVerdict(backend.Verdict{ID: "w1", AnswerID: "a1", Kind: backend.Outdated, CreatedAt: at(3)}))
	require.NoError(t, s.AddQuestion(backend.Question{ID: "q1b", ChatID: "c1", ParentID: "a1", CreatedAt: at(4)}))

	turns, err := s.Turns("c1")
	require.NoError(t, err)
	require.Len(t, turns, 2)
	require.Equal(t, []string{"a1", "b1"}, ids(turns[0].Answers))
	require.Equal(t, "c1", turns[0].Answers[1].ChatID)
	require.Equal(t, "w1", turns[0].Verdicts["a1"].ID, "the latest verdict")
	require.Empty(t, turns[0].Ratings, "the rating belongs to the earlier verdict")
	require.NotNil(t, turns[1].Answers)

	n, err := s.InterruptStreaming("the app was closed", at(9))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	a, err := s.Answer("b1")
	require.NoError(t, err)
	require.Equal(t, backend.AnswerInterrupted, a.State)
	require.Equal(t, "the app was closed", a.Reason)
	require.Equal(t, at(9), a.FinishedAt)
	n, err = s.InterruptStreaming("again", at(10))
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestEmptyTrash(t *testing.T) {
	s := bolttest.Open(t)
	for n := range 4 {
		conversation(t, s, n)
	}
	require.NoError(t, s.AddFact(backend.Fact{ID: "f", Question: "Who?", Answer: "She", VerdictID: "v1", CreatedAt: at(1)}))
	require.NoError(t, s.AddAnchor(backend.Anchor{ID: "n", VerdictID: "v2", CreatedAt: at(1)}))
	for _, id := range []string{"c0", "c1", "c2"} {
		_, err := s.ChangeChat(id, func(c *backend.Chat) error { gone := at(9); c.DeletedAt = &gone; return nil })
		require.NoError(t, err)
	}
	removed, err := s.EmptyTrash()
	require.NoError(t, err)
	require.Equal(t, 3, removed)
	for _, get := range []func() error{
		func() error { _, err := s.Chat("c0"); return err },
		func() error { _, err := s.Question("q0"); return err },
		func() error { _, err := s.Answer("a1"); return err },
		func() error { _, err := s.Verdict("v0"); return err },
	} {
		require.Equal(t, backend.CodeNotFound, backend.CodeOf(get()))
	}
	recent, err := s.RecentVerdicts(0)
	require.NoError(t, err)
	require.Equal(t, []string{"v3", "v2", "v1"}, ids(recent), "proofs of a fact and an anchor stay")
	turns, err := s.Turns("c3")
	require.NoError(t, err)
	require.Len(t, turns[0].Ratings, 1)
	removed, err = s.EmptyTrash()
	require.NoError(t, err)
	require.Zero(t, removed)
}
