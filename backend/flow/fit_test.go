package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

// turns are n turns of so many words each.
func turns(n, words int) []backend.Message {
	var history []backend.Message
	for i := range n {
		history = append(history,
			backend.Message{Role: backend.RoleUser, Content: fmt.Sprintf("Q%d", i)},
			backend.Message{Role: backend.RoleAssistant, Content: fmt.Sprintf("A%d", i) + strings.Repeat(" word", words)})
	}
	return history
}

func TestLongHistory(t *testing.T) {
	tests := []struct {
		name    string
		history []backend.Message
		context int    // what the engine takes, in words
		first   string // of the turns that are left, empty for none
	}{
		{"what fits goes along whole", turns(4, 100), 0, "Q0"},
		{"the oldest turns go first", turns(30, 200), 0, "Q20"},
		{"a guess that was too low is made good", turns(4, 100), 250, "Q2"},
		{"the question comes before any turn", turns(4, 100), 40, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.engine.context = tt.context
			r, err := w.Reply(t.Context(), flow.ReplyInput{History: tt.history, Question: "And now?"}, nil)
			require.NoError(t, err)
			require.True(t, r.Result.Done)
			seen := w.engine.chats[len(w.engine.chats)-1].Messages
			require.Equal(t, backend.RoleSystem, seen[0].Role, "the system turn is kept")
			require.Equal(t, "And now?", seen[len(seen)-1].Content)
			if tt.first == "" {
				require.Len(t, seen, 2)
				return
			}
			require.Equal(t, backend.Message{Role: backend.RoleUser, Content: tt.first}, seen[1])
			require.Equal(t, tt.history[len(tt.history)-len(seen)+2:], seen[1:len(seen)-1], "the newest turns, whole and in order")
		})
	}
}

func TestQuestionThatDoesNotFit(t *testing.T) {
	w := newWorld(t)
	w.engine.context = 100
	asked, err := w.Ask(t.Context(), flow.AskInput{Text: strings.Repeat("word ", 200)}, nil)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	require.ErrorContains(t, err, "does not fit")
	require.NotEmpty(t, backend.HintOf(err))
	stored, err := w.store.Answer(asked.Answer.ID)
	require.NoError(t, err)
	require.Equal(t, backend.AnswerInterrupted, stored.State, "it is no answer")
	require.Contains(t, stored.Reason, "does not fit")
	_, err = w.store.Question(asked.Question.ID)
	require.NoError(t, err, "the question is kept")
}
