package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

// takes answers ImportChats as the flow does with chats of ten bytes, and keeps what
// it was sent.
func takes(got *[]string, fail int) func(args []any) any {
	return func(args []any) any {
		in, ok := args[1].(flow.ImportInput)
		if !ok {
			return errors.New("no piece came")
		}
		*got = append(*got, fmt.Sprintf("%d bytes behind chat %d, last %v", len(in.Piece), in.At.Chats, in.Last))
		if len(*got) == fail {
			return backend.Errorf(backend.CodeUnavailable, "bolt", "The disk is full.")
		}
		n := len(in.Piece) / 10
		if len(in.Piece) < 6<<20 && !in.Last {
			n = 0 // it wants more at once
		}
		at := in.At
		at.Chats += n
		out := flow.ImportedChats{Read: n * 10, At: at, Added: []string{}, LeftOut: map[string]int{"images": 1}, Problems: []string{"chat 7: odd"}, Questions: n, Answers: n}
		if in.Last {
			out.Read = len(in.Piece)
		}
		if n > 0 {
			out.Added = append(out.Added, fmt.Sprint("c", at.Chats))
		}
		return out
	}
}

func TestChatsImport(t *testing.T) {
	file := filepath.Join(t.TempDir(), "conversations.json")
	require.NoError(t, os.WriteFile(file, make([]byte, 9<<20), 0o600))
	var got []string
	code, out, says := run(t, &script{answers: map[string]any{"ImportChats": takes(&got, 0)}}, "", "chats", "import", file)
	require.Equal(t, ExitOK, code, says)
	require.Equal(t, []string{
		"4194304 bytes behind chat 0, last false", "8388608 bytes behind chat 0, last false", "1048584 bytes behind chat 838860, last true",
	}, got, "a piece that is too short comes longer, what is left of it goes first in the next")
	require.Contains(t, out, "2 chats imported with 943718 questions and 943718 answers")
	require.Contains(t, out, "not taken: images (3)")
	require.Contains(t, out, "chat 7: odd")
	require.Contains(t, says, "Importing chats")

	got = nil
	code, out, _ = run(t, &script{answers: map[string]any{"ImportChats": takes(&got, 0)}}, strings.Repeat("x", 40), "--json", "chats", "import", "-")
	require.Equal(t, ExitOK, code)
	var v flow.ImportedChats
	require.NoError(t, json.Unmarshal([]byte(out), &v))
	require.Equal(t, []string{"c4"}, v.Added)
}

func TestChatsImportFails(t *testing.T) {
	big := filepath.Join(t.TempDir(), "big.json")
	require.NoError(t, os.WriteFile(big, make([]byte, 9<<20), 0o600))
	nothing := flow.ImportedChats{Added: []string{}, Problems: []string{"chat 1: It is neither a chat of ChatGPT nor one of Open WebUI."}}
	var got []string
	tests := []struct {
		name   string
		file   string
		answer any
		code   int
		want   []string
	}{
		{"no file", "/never/there.json", nil, ExitFailed, []string{"The file cannot be read."}},
		{"nothing in it", "-", nothing, ExitFailed, []string{"chat 1: It is neither", "No chat was imported; chats that could not be read: 1."}},
		{"not one at all", "-", backend.Errorf(backend.CodeInvalid, "chats.import", "This is a ZIP archive.").WithHint("Unpack it."), ExitUsage, []string{"ZIP", "Unpack it."}},
		{"breaks off", big, takes(&got, 3), ExitFailed, []string{"The disk is full.", "What came before is kept (1 chat)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, _, says := run(t, &script{answers: map[string]any{"ImportChats": tt.answer}}, "[]", "chats", "import", tt.file)
			require.Equal(t, tt.code, code)
			for _, w := range tt.want {
				require.Contains(t, says, w)
			}
		})
	}
}

func TestChatsExport(t *testing.T) {
	c := &script{answers: map[string]any{
		"ExportChat": func(args []any) any {
			if args[1] == "json" {
				return `{"format": "errata.chat/1"}` + "\n"
			}
			return "# Title\n"
		},
		"ExportDataset": "a,b\n", "DeleteChats": 1,
		"Chats": []backend.Chat{{ID: "c1", Title: "Title", Folder: "ChatGPT"}},
	}}
	tests := []struct {
		args   []string
		code   int
		out    string
		method string
		sent   []any
	}{
		{[]string{"chats", "export", "c1"}, ExitOK, "# Title\n", "ExportChat", []any{"c1", "markdown", ""}},
		{[]string{"chats", "export", "c1", "--format", "json"}, ExitOK, "{\"format\": \"errata.chat/1\"}\n", "ExportChat", []any{"c1", "json", ""}},
		{[]string{"--json", "chats", "export", "c1"}, ExitOK, "{\"format\": \"errata.chat/1\"}\n", "ExportChat", []any{"c1", "json", ""}},
		{[]string{"--json", "chats", "export", "c1", "--format", "markdown"}, ExitOK, "{\n  \"markdown\": \"# Title\\n\"\n}\n", "ExportChat", []any{"c1", "markdown", ""}},
		{[]string{"chats", "export", "c1", "--format", "docx"}, ExitUsage, "", "", nil},
		{[]string{"chats", "delete", "c1", "c2"}, ExitOK, "1 chat put into the trash\n", "DeleteChats", []any{[]string{"c1", "c2"}}},
		{[]string{"chats", "list"}, ExitOK, "c1  0001-01-01  Title  ChatGPT\n", "Chats", []any{backend.ChatFilter{Limit: 50}}},
		{[]string{"dataset", "export", "d1"}, ExitOK, "a,b\n", "ExportDataset", []any{"d1", "chatml"}},
		{[]string{"dataset", "export", "d1", "--format", "csv"}, ExitOK, "a,b\n", "ExportDataset", []any{"d1", "csv"}},
		{[]string{"dataset", "export", "d1", "--format", "parquet"}, ExitUsage, "", "", nil},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			c.asked = nil
			code, out, says := run(t, c, "", tt.args...)
			require.Equal(t, tt.code, code, says)
			if tt.method == "" {
				require.Empty(t, c.asked)
				return
			}
			require.Equal(t, tt.out, out)
			require.Equal(t, tt.sent, c.asked[tt.method])
		})
	}
	code, _, says := run(t, c, "", "--json", "dataset", "export", "d1", "--format", "csv")
	require.Equal(t, ExitUsage, code)
	require.Contains(t, says, "CSV is no JSON.")
}
