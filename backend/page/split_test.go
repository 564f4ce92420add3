package page_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"errata/backend/page"
	"errata/backend/propertytest"
)

func TestSentences(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"two", "One is here. Two is there.", []string{"One is here.", "Two is there."}},
		{"abbreviations", "Dr. Ana Reis met Mr. J. K. Doe at 3 p.m. in the U.S. capital. They spoke.", []string{"Dr. Ana Reis met Mr. J. K. Doe at 3 p.m. in the U.S. capital.", "They spoke."}},
		{"numbers", "It costs 2.4 billion. Version 1.5.0 came out.", []string{"It costs 2.4 billion.", "Version 1.5.0 came out."}},
		{"quotes", `He said "Stop." Then he left!`, []string{`He said "Stop."`, "Then he left!"}},
		{"question", "Who? Me… perhaps.", []string{"Who?", "Me…", "perhaps."}},
		{"no end", "no full stop", []string{"no full stop"}},
		{"wide", "今日は。明日は。", []string{"今日は。", "明日は。"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, page.Sentences(tt.in)) })
	}
}

func TestPassages(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("The harbour has fourteen berths and a very long quay that ends at the lighthouse near the old town. ", 10))
	got := page.Passages("Harbour\n\n" + long + "\n\nShort paragraph.")
	require.True(t, strings.HasPrefix(got[0], "Harbour\nThe harbour"), "a heading joins its paragraph")
	require.Equal(t, "Short paragraph.", got[len(got)-1])
	require.Len(t, got, 5)
	require.Equal(t, []string{"Only a title"}, page.Passages("Only a title"))
	require.Empty(t, page.Passages(" \n\n "))
}

func TestPassagesLoseNothing(t *testing.T) {
	propertytest.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[A-Za-z0-9'-]{1,9}[.!?]?`)
		paras := rapid.SliceOf(rapid.SliceOfN(word, 1, 400)).Draw(t, "paragraphs")
		var parts []string
		for _, p := range paras {
			parts = append(parts, strings.Join(p, " "))
		}
		text := strings.Join(parts, "\n\n")
		pieces := page.Passages(text)
		require.Equal(t, strings.Fields(text), strings.Fields(strings.Join(pieces, " ")))
		for _, p := range pieces {
			require.LessOrEqual(t, len(strings.Fields(p)), page.MaxPassageWords+60)
		}
	})
}
