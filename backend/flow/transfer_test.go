package flow_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/chatfile"
	"errata/backend/flow"
)

// imported imports a whole file in pieces of a size, as a door does.
func (w *world) imported(t *testing.T, file []byte, size int) flow.ImportedChats {
	t.Helper()
	var total flow.ImportedChats
	for from, want := 0, size; ; {
		to := min(from+want, len(file))
		next, err := w.ImportChats(t.Context(), flow.ImportInput{Piece: file[from:to], At: total.At, Last: to == len(file)})
		require.NoError(t, err)
		total.Add(next)
		if to == len(file) {
			return total
		}
		if from += next.Read; next.Read == 0 {
			want *= 2
		}
	}
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../chatfile/testdata/" + name)
	require.NoError(t, err)
	return b
}

func TestImportChats(t *testing.T) {
	tests := []struct {
		file     string
		want     flow.ImportedChats // without ids and place
		chats    int
		problems []string
	}{
		{"chatgpt.json", flow.ImportedChats{Questions: 6, Answers: 6, LeftOut: map[string]int{"custom instructions": 1, "images": 1, "attached files": 1, "notes of reasoning": 1, "tool outputs": 1}}, 2,
			[]string{"chat 3: It holds no message that can be read.", "chat 4: It is not the JSON of a chat."}},
		{"openwebui.json", flow.ImportedChats{Questions: 5, Answers: 6, LeftOut: map[string]int{"system prompts": 1, "images": 1, "attached files": 1}}, 3, nil},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			w := newWorld(t)
			got := w.imported(t, fixture(t, tt.file), 700)
			require.Len(t, got.Added, tt.chats)
			require.Equal(t, tt.problems, got.Problems)
			require.Equal(t, []any{tt.want.Questions, tt.want.Answers, tt.want.LeftOut, 0, 0}, []any{got.Questions, got.Answers, got.LeftOut, got.Grown, got.Known})
			require.Positive(t, w.heard("chats.changed"))

			heard := w.heard("chats.changed")
			again := w.imported(t, fixture(t, tt.file), 1<<20)
			require.Equal(t, []any{0, 0, 0, 0, tt.chats}, []any{len(again.Added), again.Questions, again.Answers, again.Grown, again.Known}, "nothing is doubled")
			require.Equal(t, heard, w.heard("chats.changed"))

			n, err := w.TrashChats(got.Added)
			require.NoError(t, err)
			require.Equal(t, tt.chats, n)
			list, err := w.store.Chats(backend.ChatFilter{})
			require.NoError(t, err)
			require.Empty(t, list, "an import can be taken back")
			require.ElementsMatch(t, got.Added, w.imported(t, fixture(t, tt.file), 1<<20).Added)
		})
	}
}

func TestImportStops(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.ImportChats(ctx, flow.ImportInput{Piece: fixture(t, "openwebui.json"), Last: true})
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
	_, err = w.ImportChats(t.Context(), flow.ImportInput{Piece: make([]byte, flow.MostChat+1)})
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	list, err := w.store.Chats(backend.ChatFilter{})
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestAnImportedChatGoesOn(t *testing.T) {
	w := newWorld(t)
	id := w.imported(t, fixture(t, "openwebui.json"), 1<<20).Added[1]
	turns, err := w.store.Turns(id)
	require.NoError(t, err)
	_, err = w.Ask(t.Context(), flow.AskInput{ChatID: id, ParentID: turns[0].Answers[0].ID, Text: "And now?"}, nil)
	require.NoError(t, err)
	last := w.engine.chats[len(w.engine.chats)-1].Messages
	require.Equal(t, []backend.Message{{Role: backend.RoleUser, Content: "Hello!"}, {Role: backend.RoleAssistant, Content: "Hi there!"}, {Role: backend.RoleUser, Content: "And now?"}}, last[1:])
}

func TestAVerdictOnAnImportedAnswerSaysNothingOfOurModel(t *testing.T) {
	w := newWorld(t)
	id := w.imported(t, fixture(t, "openwebui.json"), 1<<20).Added[1]
	turns, err := w.store.Turns(id)
	require.NoError(t, err)
	v, err := w.Verify(t.Context(), turns[0].Answers[0].ID)
	require.NoError(t, err)
	require.True(t, v.Imported)
	require.Zero(t, w.heard("cycle.changed"))
	v.Kind = backend.Supported
	require.Equal(t, 0, backend.CycleOf([]backend.Verdict{v}).Checked)
	v.Imported = false
	require.Equal(t, 1, backend.CycleOf([]backend.Verdict{v}).Checked)
}

func TestExportChat(t *testing.T) {
	w := newWorld(t)
	first, err := w.Ask(t.Context(), flow.AskInput{Text: "Who?"}, nil)
	require.NoError(t, err)
	again, err := w.Ask(t.Context(), flow.AskInput{QuestionID: first.Question.ID}, nil)
	require.NoError(t, err)
	_, err = w.Ask(t.Context(), flow.AskInput{ChatID: first.Chat.ID, ParentID: again.Answer.ID, Text: "When?"}, nil)
	require.NoError(t, err)
	for _, id := range []string{"old", "new"} {
		require.NoError(t, w.store.AddVerdict(backend.Verdict{ID: id, AnswerID: again.Answer.ID, Kind: backend.Supported, Sentence: "The " + id + " one.", CreatedAt: w.Now()}))
	}

	text, err := w.ExportChat(first.Chat.ID, "markdown", "")
	require.NoError(t, err)
	require.Contains(t, text, "> When?")
	require.Contains(t, text, "**Check: supported.** The new one.")
	require.NotContains(t, text, "The old one.")
	text, err = w.ExportChat(first.Chat.ID, "markdown", first.Answer.ID)
	require.NoError(t, err)
	require.NotContains(t, text, "> When?")
	require.Contains(t, text, "(1 question, 2 answers)")

	text, err = w.ExportChat(first.Chat.ID, "json", "")
	require.NoError(t, err)
	var e chatfile.Export
	require.NoError(t, json.Unmarshal([]byte(text), &e))
	require.Len(t, e.Turns, 2)
	require.Len(t, e.Turns[0].Answers, 2)
	require.Len(t, e.Turns[0].Verdicts[again.Answer.ID], 2)
	require.Len(t, e.Shown, 4)

	_, err = w.ExportChat(first.Chat.ID, "docx", "")
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	require.Contains(t, backend.HintOf(err), strings.Join(chatfile.Formats, " and "))
	_, err = w.ExportChat("never", "json", "")
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
}
