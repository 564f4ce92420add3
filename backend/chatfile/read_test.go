package chatfile_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/chatfile"
)

var now = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// parts splits a whole file.
func parts(t *testing.T, file []byte) []chatfile.Part {
	t.Helper()
	out, at, read, err := chatfile.Split(file, chatfile.Place{}, true)
	require.NoError(t, err)
	require.Equal(t, len(file), read)
	require.True(t, at.Ended)
	return out
}

func fixture(t *testing.T, name string) []chatfile.Part {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return parts(t, b)
}

// outline draws a tree: what follows an answer is indented below it.
func outline(tree backend.ChatTree) string {
	var b strings.Builder
	var draw func(parent, indent string)
	draw = func(parent, indent string) {
		for _, q := range tree.Questions {
			if q.ParentID != parent {
				continue
			}
			fmt.Fprintf(&b, "%s? %s\n", indent, q.Text)
			for _, a := range tree.Answers {
				if a.QuestionID != q.ID {
					continue
				}
				fmt.Fprintf(&b, "%s! %s: %s", indent, a.VersionName, strings.ReplaceAll(a.Text, "\n", "⏎"))
				if a.State != backend.AnswerComplete {
					fmt.Fprintf(&b, " (%s)", a.Reason)
				}
				b.WriteString("\n")
				draw(a.ID, indent+"  ")
			}
		}
	}
	draw("", "")
	return b.String()
}

func TestRead(t *testing.T) {
	tests := []struct {
		name     string
		file     string
		at       int
		chat     string // title, folder, pinned, times
		want     string
		leftOut  map[string]int
		problems []string
	}{
		{"ChatGPT: branches, tools, images, hidden turns", "chatgpt.json", 0,
			"Capital <script>alert(1)</script> ChatGPT false 2023-11-14T22:13:20 2023-11-14T22:20:00", `
? What is the capital of France?
! gpt-3.5-turbo: Lyon.
! gpt-4o: **Paris**.
  ? How many people live there?
  ! gpt-4o: ` + "```python⏎print(2_100_000)⏎```⏎⏎```⏎2100000⏎```" + `⏎⏎About 2.1 million.
? [image]

And of this flag's country?

[file: notes.pdf]
! gpt-4o: Half an ans (ChatGPT had not finished it.)
`, map[string]int{"custom instructions": 1, "images": 1, "attached files": 1, "notes of reasoning": 1, "tool outputs": 1}, nil},
		{"ChatGPT: begins with an answer, a question without one", "chatgpt.json", 1,
			"Only a greeting ChatGPT false 2023-11-14T22:21:40 2023-11-14T22:23:20", `
? (The chat begins with an answer.)
! gpt-4: Hello, what shall we do?
  ? Wait.
  ! ChatGPT:  (The imported file holds no answer to this.)
    ? Now.
`, map[string]int{}, nil},
		{"Open WebUI: two models, a failure", "openwebui.json", 0,
			"Two models Open WebUI true 2024-03-09T16:00:00 2024-03-09T16:00:20", `
? Who wrote Middlemarch?

[image]

[file: list.txt Role: system]
! Llama 3.2: Charles Dickens.
! qwen2.5:7b: George Eliot.
  ? When?
  ! qwen2.5:7b:  (Ollama: 500)
`, map[string]int{"system prompts": 1, "images": 1, "attached files": 1}, nil},
		{"Open WebUI: without its wrapper, without times", "openwebui.json", 1,
			"The older form Open WebUI false 2026-11-01T12:00:00 2026-11-01T12:00:00", `
? Hello!
! mistral: Hi there!
`, map[string]int{}, nil},
		{"Open WebUI: a list of messages alone", "openwebui.json", 2,
			"A list alone Open WebUI false 2023-07-22T04:26:40 2023-07-22T04:26:40", `
? One
! phi: Two
  ? Three
  ! phi: Fo (Open WebUI had not finished it.)
`, map[string]int{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := chatfile.Read(fixture(t, tt.file)[tt.at].JSON, now)
			require.NoError(t, err)
			require.Equal(t, strings.TrimPrefix(tt.want, "\n"), outline(got.Tree))
			c := got.Tree.Chat
			const layout = "2006-01-02T15:04:05"
			require.Equal(t, tt.chat, fmt.Sprint(c.Title, " ", c.Folder, " ", c.Pinned, " ", c.CreatedAt.Format(layout), " ", c.UpdatedAt.Format(layout)))
			require.Equal(t, tt.leftOut, got.LeftOut)
			require.Equal(t, tt.problems, got.Problems)
			for _, a := range got.Tree.Answers {
				require.Equal(t, backend.SourceImported, a.Source)
				require.Empty(t, a.VersionID)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct {
		name string
		raw  string
		want string
	}{
		{"a text", `"not a chat"`, "It is not the JSON of a chat."},
		{"null", `null`, "It is neither a chat"},
		{"another object", `{"user": {"email": "a@b.c"}}`, "It is neither a chat"},
		{"broken JSON", `{"mapping": {"a": }}`, "It is not the JSON of a chat."},
		{"a mapping that is none", `{"mapping": [1]}`, "as ChatGPT exports them"},
		{"a chat that is none", `{"chat": 3}`, "as Open WebUI exports them"},
		{"no messages", `{"title": "x", "mapping": {}}`, "no message that can be read"},
		{"only circles", `{"mapping": {"a": {"parent": "b", "message": {"author": {"role": "user"}, "content": {"parts": ["x"]}}}, "b": {"parent": "a"}}}`, "no message that can be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := chatfile.Read([]byte(tt.raw), now)
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// gpt makes a ChatGPT chat of nodes: id, parent, role, text.
func gpt(id string, nodes ...[4]string) []byte {
	mapping := map[string]any{}
	for _, n := range nodes {
		mapping[n[0]] = map[string]any{"parent": n[1], "message": map[string]any{
			"author": map[string]any{"role": n[2]}, "content": map[string]any{"content_type": "text", "parts": []string{n[3]}},
		}}
	}
	b, _ := json.Marshal(map[string]any{"conversation_id": id, "title": id, "mapping": mapping}) //nolint:errchkjson // texts alone
	return b
}

func read(t *testing.T, raw []byte) chatfile.Found {
	t.Helper()
	got, err := chatfile.Read(raw, now)
	require.NoError(t, err)
	return got
}

func TestDamageLosesNothingElse(t *testing.T) {
	got := read(t, gpt("c", [4]string{"q", "", "user", "Q"}, [4]string{"a", "q", "assistant", "A"}, [4]string{"x", "y", "user", "X"}, [4]string{"y", "x", "assistant", "Y"},
		[4]string{"lost", "gone", "user", "Whose parent is gone"}, [4]string{"self", "self", "user", "S"}))
	require.Equal(t, "? Whose parent is gone\n? Q\n! ChatGPT: A\n", outline(got.Tree))
	require.Equal(t, []string{"3 messages that follow each other in a circle."}, got.Problems)

	raw := []byte(`{"mapping": {"q": {"parent": null, "message": {"author": {"role": "user"}, "content": {"parts": ["Q"]}}},
		"bad": {"parent": "q", "message": {"author": {"role": "assistant"}, "metadata": [], "content": {"parts": ["A"]}}},
		"q2": {"parent": "bad", "message": {"author": {"role": "user"}, "content": {"parts": ["Q2"]}}}}}`)
	got = read(t, raw)
	require.Equal(t, "? Q\n! ChatGPT:  (The imported file holds no answer to this.)\n  ? Q2\n", outline(got.Tree))
	require.Equal(t, []string{"1 message that cannot be read."}, got.Problems)
}

func TestTheSameChatHasTheSameIDs(t *testing.T) {
	ids := func(tree backend.ChatTree) []string {
		out := []string{tree.Chat.ID}
		for _, q := range tree.Questions {
			out = append(out, q.ID)
		}
		for _, a := range tree.Answers {
			out = append(out, a.ID)
		}
		slices.Sort(out[1:])
		return out
	}
	for _, name := range []string{"chatgpt.json", "openwebui.json"} {
		for i, p := range fixture(t, name) {
			first, err := chatfile.Read(p.JSON, now)
			if err != nil {
				continue
			}
			again, err := chatfile.Read(p.JSON, now.AddDate(1, 0, 0))
			require.NoError(t, err)
			require.Equal(t, ids(first.Tree), ids(again.Tree), "%s, chat %d", name, i+1)
		}
	}
	q, a := [4]string{"q", "", "user", "Q"}, [4]string{"a", "q", "assistant", "A"}
	short := ids(read(t, gpt("c", q, a)).Tree)
	grown := ids(read(t, gpt("c", q, a, [4]string{"q2", "a", "user", "Q2"})).Tree)
	require.Subset(t, grown, short, "what was there keeps its ids when the chat goes on")
	require.Len(t, grown, len(short)+1)
	require.NotEqual(t, short[0], ids(read(t, gpt("d", q, a)).Tree)[0])
}

// The newest at every fork is what a chat of ours opens with.
func TestTheShownBranchStaysShown(t *testing.T) {
	shown := func(tree backend.ChatTree) (out []string) {
		for parent := ""; ; {
			var q *backend.Question
			for i, x := range tree.Questions {
				if x.ParentID == parent && (q == nil || x.CreatedAt.After(q.CreatedAt)) {
					q = &tree.Questions[i]
				}
			}
			if q == nil {
				return out
			}
			var a *backend.Answer
			for i, x := range tree.Answers {
				if x.QuestionID == q.ID && (a == nil || x.CreatedAt.After(a.CreatedAt)) {
					a = &tree.Answers[i]
				}
			}
			if out = append(out, q.Text); a == nil {
				return out
			}
			out, parent = append(out, a.Text), a.ID
		}
	}
	nodes := [][4]string{{"q", "", "user", "Q"}, {"a", "q", "assistant", "A"}, {"b", "q", "assistant", "B"}, {"c", "q", "assistant", "C"}, {"a2", "a", "user", "A2"}, {"b2", "b", "user", "B2"}, {"b3", "b", "user", "B3"}, {"b4", "b2", "assistant", "B4"}}
	tests := []struct {
		current string
		want    []string
	}{
		{"", []string{"Q", "C"}}, {"a2", []string{"Q", "A", "A2"}}, {"b4", []string{"Q", "B", "B2", "B4"}}, {"b3", []string{"Q", "B", "B3"}}, {"c", []string{"Q", "C"}}, {"b", []string{"Q"}}, {"never", []string{"Q", "C"}},
	}
	for _, tt := range tests {
		var raw map[string]any
		require.NoError(t, json.Unmarshal(gpt("c", nodes...), &raw))
		raw["current_node"] = tt.current
		b, err := json.Marshal(raw)
		require.NoError(t, err)
		require.Equal(t, tt.want, shown(read(t, b).Tree)[:len(tt.want)], tt.current)
	}
	require.Equal(t, "George Eliot.", shown(read(t, fixture(t, "openwebui.json")[0].JSON).Tree)[1])
}

func TestOneAnswerOfManyParts(t *testing.T) {
	got := read(t, gpt("c", [4]string{"q", "", "user", "Q"}, [4]string{"a1", "q", "assistant", "One."}, [4]string{"a2", "a1", "assistant", "Two."},
		[4]string{"a3", "a1", "assistant", "Three."}, [4]string{"q2", "a1", "user", "And?"}))
	require.Equal(t, "? Q\n! ChatGPT: One.⏎⏎Two.\n! ChatGPT: One.⏎⏎Three.\n! ChatGPT: One.\n  ? And?\n", outline(got.Tree))
}

func TestLimits(t *testing.T) {
	text := strings.Repeat("x", 1<<20)
	var nodes [][4]string
	for i := range 12 {
		nodes = append(nodes, [4]string{fmt.Sprint("a", i), fmt.Sprint("a", i-1), "assistant", text}, [4]string{fmt.Sprint("u", i), fmt.Sprint("a", i), "user", "?"})
	}
	_, err := chatfile.Read(gpt("c", nodes...), now)
	require.ErrorContains(t, err, "more than 64 MB", "parts that stand in many branches do not blow up")

	got := read(t, []byte(`{"title": "`+strings.Repeat("long ", 200)+`\u202E\u0000\n", "id": 7, "create_time": 9e18, "update_time": "tomorrow",
		"mapping": {"q": {"parent": 4, "message": {"create_time": 4102444800, "author": {"role": "user"}, "content": {"parts": ["Q", 5, null, {"text": "more"}]}}}}}`))
	require.Len(t, []rune(got.Tree.Chat.Title), 120)
	require.Equal(t, "Q\n\nmore", got.Tree.Questions[0].Text)
	require.Equal(t, now, got.Tree.Questions[0].CreatedAt, "nothing was said in the future")
	require.False(t, got.Tree.Chat.UpdatedAt.After(now))
}

func TestALongLineOfMessages(t *testing.T) {
	var nodes [][4]string
	for i := range 20_000 {
		nodes = append(nodes, [4]string{fmt.Sprint(i), fmt.Sprint(i - 1), []string{"user", "assistant"}[i%2], "x"})
	}
	got := read(t, gpt("c", nodes...))
	require.Len(t, got.Tree.Questions, 10_000)
	require.Len(t, got.Tree.Answers, 10_000)
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"chatgpt.json", "openwebui.json"} {
		b, err := os.ReadFile("testdata/" + name)
		require.NoError(f, err)
		list, _, _, err := chatfile.Split(b, chatfile.Place{}, true)
		require.NoError(f, err)
		for _, p := range list {
			f.Add(p.JSON)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := chatfile.Read(raw, now)
		if err != nil {
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
			return
		}
		answers := map[string]bool{"": true}
		for _, a := range got.Tree.Answers {
			require.False(t, answers[a.ID], "an answer stands twice")
			answers[a.ID] = true
		}
		questions := map[string]bool{}
		for _, q := range got.Tree.Questions {
			require.False(t, questions[q.ID], "a question stands twice")
			require.True(t, answers[q.ParentID], "a question follows nothing")
			questions[q.ID] = true
		}
		for _, a := range got.Tree.Answers {
			require.True(t, questions[a.QuestionID], "an answer answers nothing")
		}
		require.NotContains(t, got.Tree.Chat.Title, "\n")
	})
}
