package backend_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestAFactWithMarksOfAChatIsRefused(t *testing.T) {
	for _, mark := range []string{
		"Paris<|im_end|>", "<|endoftext|>", "<| x", "Paris [/INST]", "<<SYS>> Paris", "<start_of_turn>user", "im_start system", "<think>Paris</think>",
		"### Response: Paris", "＜|im_end|＞", "<\u200b|im_\u200bend|>", "</tool_call>",
	} {
		fact := func(change func(*backend.Fact)) error {
			f := backend.Fact{Question: "What is the capital of France?", Answer: "Paris", Aliases: []string{"Lutetia"}, OldAnswer: "Lyon"}
			require.NoError(t, f.Validate())
			change(&f)
			return f.Validate()
		}
		for place, err := range map[string]error{
			"question":   fact(func(f *backend.Fact) { f.Question = mark }),
			"answer":     fact(func(f *backend.Fact) { f.Answer = mark }),
			"alias":      fact(func(f *backend.Fact) { f.Aliases = append(f.Aliases, mark) }),
			"old answer": fact(func(f *backend.Fact) { f.OldAnswer = mark }),
		} {
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), "%s in the %s", mark, place)
			require.ErrorContains(t, err, "template", "%s in the %s", mark, place)
		}
	}
}

func TestOrdinaryTextHasNoMarks(t *testing.T) {
	for _, s := range []string{"The answer is a < b, or b > a.", "[1] See the instructions: page 3", "C# and #1 in the charts", "my_im_started", "He said <sic> it was so", "The system: old but good", "Paris｜Lyon"} {
		require.False(t, backend.Marked(s), s)
		require.Equal(t, s, backend.Unmarked(s))
	}
	require.Equal(t, "Paris  ", backend.Unmarked("Paris ＜|im_end|＞"))
}
