package chatfile_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"errata/backend"
	"errata/backend/chatfile"
)

func at(minute int) time.Time {
	return time.Date(2026, 10, 30, 9, minute, 0, 0, time.UTC)
}

// asked is a chat with a question asked in two ways and answered in two.
func asked() (backend.Chat, []chatfile.Turn) {
	published := at(0).AddDate(0, 0, -2)
	verdict := backend.Verdict{ID: "v2", AnswerID: "a2", Kind: backend.NotEnoughEvidence, Sentence: "One source says *so*.", Claim: backend.Claim{Short: "Joe_Biden"}, RivalValue: "Donald Trump",
		Passages: []backend.Passage{
			{Quote: "Donald Trump is\nthe <b>47th</b> president.", Title: "President [USA](x)", URL: "https://en.wikipedia.org/wiki/P?a=1&b=<2>", Domain: "wikipedia.org", PublishedAt: &published},
			{Quote: "It is so.", Title: "Note", URL: "/home/ada/notes/world_2026.md", Domain: "library", Provider: "library"},
			{Quote: "A script.", Title: "Bad", URL: "javascript:alert(1)", Domain: "bad"},
			{Text: "read, not quoted", URL: "https://example.org/"},
		}}
	earlier := verdict
	earlier.ID, earlier.Kind = "v1", backend.Supported
	answer := func(id, question, text string, minute int) backend.Answer {
		return backend.Answer{ID: id, QuestionID: question, ChatID: "c", VersionName: "v2", Source: backend.SourceWeights, State: backend.AnswerComplete, Text: text, CreatedAt: at(minute)}
	}
	broken := answer("a4", "q3", "Half", 7)
	broken.State, broken.Reason, broken.Source, broken.VersionName = backend.AnswerInterrupted, "Stopped.", backend.SourceImported, "gpt-4o"
	turn := func(id, parent, text string, minute int, answers ...backend.Answer) chatfile.Turn {
		return chatfile.Turn{Question: backend.Question{ID: id, ChatID: "c", ParentID: parent, Text: text, CreatedAt: at(minute)}, Answers: answers, Verdicts: map[string][]backend.Verdict{}}
	}
	turns := []chatfile.Turn{
		turn("q1", "", "Who is the president?\n- really", 1, answer("a1", "q1", "I do not know.", 2), answer("a2", "q1", "**Joe Biden**, <script>alert(1)</script>\n\n```js\nconst a = \"<b>\";", 3)),
		turn("q2", "a2", "if x:\n    <b>y</b>", 4, answer("a3", "q2", "Yes ![x](https://spy.example/i.png).", 5)),
		turn("q3", "a2", "Since when?", 6, broken),
	}
	turns[0].Verdicts["a2"] = []backend.Verdict{earlier, verdict}
	return backend.Chat{ID: "c", Title: "The *president*\n# of <b>", CreatedAt: at(1)}, turns
}

func TestMarkdown(t *testing.T) {
	tests := []struct{ leaf, golden string }{{"", "newest.md"}, {"a3", "branch.md"}, {"q1", "question.md"}, {"nothing of it", "newest.md"}}
	for _, tt := range tests {
		t.Run(tt.leaf, func(t *testing.T) {
			c, turns := asked()
			got := chatfile.NewExport(c, turns, tt.leaf, at(30)).Markdown()
			file := "testdata/" + tt.golden
			if os.Getenv("UPDATE") != "" {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
			requireInert(t, got)
		})
	}
}

func TestJSONHoldsEverything(t *testing.T) {
	c, turns := asked()
	written, err := chatfile.NewExport(c, turns, "a3", at(30)).JSON()
	require.NoError(t, err)
	var got chatfile.Export
	require.NoError(t, json.Unmarshal([]byte(written), &got))
	require.Equal(t, chatfile.Export{Format: chatfile.ExportFormat, At: at(30), Chat: c, Shown: []string{"q1", "a2", "q2", "a3"}, Turns: turns}, got)
}

func TestACircleEnds(t *testing.T) {
	turns := []chatfile.Turn{
		{Question: backend.Question{ID: "q1", ParentID: "a2"}, Answers: []backend.Answer{{ID: "a1"}}},
		{Question: backend.Question{ID: "q2", ParentID: "a1"}, Answers: []backend.Answer{{ID: "a2"}}},
	}
	require.Empty(t, chatfile.NewExport(backend.Chat{}, turns, "a2", at(1)).Shown)
}

// requireInert fails when Markdown shows more than text, links and code: no HTML, no
// image, no link that a browser does not open.
func requireInert(t *testing.T, source string) {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	err := ast.Walk(md.Parser().Parse(text.NewReader([]byte(source))), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML, *ast.Image:
			t.Fatalf("%s in:\n%s", n.Kind(), source)
		}
		return ast.WalkContinue, nil
	})
	require.NoError(t, err)
}

var hostile = []string{
	"<img src=x onerror=alert(1)>", "a <b>c</b>", `\<b>`, `\\<b>x`, "`<b>` and <b>", "`` ` `` <b>", "` <b>\n` <i> `", "# `\n<img src=x> `", "| a | b |\n|---|---|\n| ` | <img src=x> ` |",
	"\\` <img src=x> `", "```\n<b>\n```\n<b>", "```a`b\n<img src=x>", "- x\n\n  ```\n  a\n\n<img src=x>\n", "> ```\n<img src=x>", "- a\n   ```\n   b\n<img src=x>", "~~~\n```\n<b>\n~~~\n<b>",
	"![x](https://spy.example/)", "!\\[x](y)", `\![x](y)`, "[![x](y)](z)", "![x][r]\n\n[r]: https://spy.example/", "<!-- never closed", "<details>", "<https://example.org>", "\t```\n<img src=x>",
	"1. ```\n   x\n   ```\n2. <img src=x>", "````\n```\n<b>\n````\n<b>", "a\r\n<b>", "`a\n\n` <img src=x> `", "***\n---\n===", "&lt;b> &#60;b>", "```\nopen",
	" ```\n```\n<b>\n``", "- a\n\n  ```\n  x\n     ```\n  <img src=x>", "- a\n\n  ```\n  x\n\t```\n  <img src=x>",
}

func TestCalm(t *testing.T) {
	for _, s := range hostile {
		c := backend.Chat{Title: s}
		turns := []chatfile.Turn{{Question: backend.Question{ID: "q", Text: s}, Answers: []backend.Answer{{ID: "a", Text: s, State: backend.AnswerInterrupted, Reason: s, VersionName: s}},
			Verdicts: map[string][]backend.Verdict{"a": {{Sentence: s, RivalValue: s, Passages: []backend.Passage{{Quote: s, Title: s, URL: s, Domain: s}}}}}}}
		got := chatfile.NewExport(c, turns, "", at(1)).Markdown()
		requireInert(t, got)
		require.Contains(t, got, "\n**Check: ", s)
	}
	kept := "Use `<div>` and ``a ` <b>``:\n\n```html\n<b>x</b> ![x](y)\n```\n\na < b, 1<2"
	c, turns := asked()
	turns[2].Answers[0].Text = kept
	require.Contains(t, chatfile.NewExport(c, turns, "", at(1)).Markdown(), kept, "code keeps its letters")
}

func FuzzCalm(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 || strings.Count(s, ">")+strings.Count(s, "- ") > 100 {
			t.Skip() // goldmark's time grows with the square of what is inside each other
		}
		turns := []chatfile.Turn{{Question: backend.Question{ID: "q", Text: s}, Answers: []backend.Answer{{ID: "a", Text: s}}}}
		requireInert(t, chatfile.NewExport(backend.Chat{Title: s}, turns, "", at(1)).Markdown())
	})
}
