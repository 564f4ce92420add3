package chatfile_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/chatfile"
)

// inPieces reads a file in pieces of a size, as a door does, and names what it finds.
func inPieces(file []byte, size int) (out []string, err error) {
	var at chatfile.Place
	for from, want := 0, size; ; {
		to := min(from+want, len(file))
		parts, next, read, err := chatfile.Split(file[from:to], at, to == len(file))
		if err != nil {
			return out, err
		}
		for _, p := range parts {
			if p.Problem != "" {
				out = append(out, fmt.Sprintf("%d %s", p.Number, p.Problem))
			} else {
				out = append(out, fmt.Sprintf("%d %s", p.Number, p.JSON))
			}
		}
		at = next
		if to == len(file) {
			return out, nil
		}
		if from += read; read == 0 {
			want *= 2
		} else {
			want = size
		}
	}
}

func TestSplit(t *testing.T) {
	const brokenOff = "the file breaks off here. It may not have been written to its end."
	tests := []struct {
		name string
		file string
		want []string
	}{
		{"a list", `[{"a":1},{"b":[2,{}]}]`, []string{`1 {"a":1}`, `2 {"b":[2,{}]}`}},
		{"blanks, a byte order mark, text behind", "\uFEFF \n[ {\"a\":1} ,\n{} ]\n trailing", []string{`1 {"a":1}`, "2 {}"}},
		{"braces and quotes in texts", `[{"a":"}]\"{\\"},{"b":"[,"}]`, []string{`1 {"a":"}]\"{\\"}`, `2 {"b":"[,"}`}},
		{"other values", `[null,12,"text, and ]",[1],true]`, []string{"1 null", "2 12", `3 "text, and ]"`, "4 [1]", "5 true"}},
		{"one chat alone", ` {"mapping":{}} `, []string{`1 {"mapping":{}}`}},
		{"an empty list", "[]", nil},
		{"broken off between chats", `[{"a":1},`, []string{`1 {"a":1}`, "2 " + brokenOff}},
		{"broken off inside a chat", `[{"a":1},{"b":`, []string{`1 {"a":1}`, "2 " + brokenOff}},
		{"a brace too many", `[}},{"a":1}]`, []string{"1 }}", `2 {"a":1}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for size := 1; size <= len(tt.file)+1; size++ {
				got, err := inPieces([]byte(tt.file), size)
				require.NoError(t, err, "pieces of %d", size)
				require.Equal(t, tt.want, got, "pieces of %d", size)
			}
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	tests := []struct{ name, file, want, hint string }{
		{"nothing", "  ", "The file is empty.", "conversations.json"},
		{"a page", "<html>", "not a list of chats", "conversations.json"},
		{"a ZIP archive", "PK\x03\x04rest", "ZIP", "Unpack it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := inPieces([]byte(tt.file), 64)
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
			require.ErrorContains(t, err, tt.want)
			require.Contains(t, backend.HintOf(err), tt.hint)
		})
	}
}

func TestALargeChatIsPassedOver(t *testing.T) {
	file := []byte(`[{"a":1},{"b":"` + strings.Repeat(`\"]}`, chatfile.MostChat/4+10) + `"},{"c":3}]`)
	got, err := inPieces(file, 4<<20)
	require.NoError(t, err)
	require.Equal(t, []string{`1 {"a":1}`, "2 it is larger than 32 MB.", `3 {"c":3}`}, got)
}

// However a file is cut into pieces, the same chats come out.
func FuzzSplit(f *testing.F) {
	f.Add([]byte(`[{"a":"}\\"},3,"x"]`), 3)
	f.Add([]byte(` {"mapping":{}}`), 1)
	f.Add([]byte("\uFEFF[[[]"), 2)
	f.Fuzz(func(t *testing.T, file []byte, size int) {
		if size < 1 || size > 1<<16 || len(file) > 1<<16 {
			t.Skip()
		}
		whole, wholeErr := inPieces(file, len(file)+1)
		pieces, err := inPieces(file, size)
		require.Equal(t, wholeErr == nil, err == nil)
		if err == nil {
			require.Equal(t, whole, pieces)
		}
		require.False(t, bytes.HasPrefix(bytes.TrimLeft(file, " \r\n\t"), []byte("[")) && err != nil)
	})
}
