package judge

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestFurnitureIsNoSentence(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a dateline", "LARKSTEAD, Moorland — The ferry was late. It rained.", "The ferry was late. It rained."},
		{"an agency's", "LARKSTEAD (AB) - The ferry was late.", "The ferry was late."},
		{"names and a time", "Ann Lee Larkstead Post May 3, 2026, 4:05 p.m. ET The ferry was late.", "The ferry was late."},
		{"both", "May 3, 2026 Updated May 4, 2026, 4:05 a.m. ET PORT D'ELM, Moorland — The ferry was late.", "The ferry was late."},
		{"a time that is news", "The ferry left at 4:05 p.m. and came back.", "The ferry left at 4:05 p.m. and came back."},
		{"a name with a dash", "Ann Lee — a clerk — won.", "Ann Lee — a clerk — won."},
		{"nothing of the kind", "The ferry was late.", "The ferry was late."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, tt.text[len(reFurniture.FindString(tt.text)):])
		})
	}
}

// A page of last year that repeats the question's words better neither keeps the
// new one out nor goes before it; to a question that never changes age is nothing.
func TestTheFreshPageIsNotMeasuredByTheOldOne(t *testing.T) {
	f := parseQuestion("Which ferry of the Larkstead line ran aground near the old lighthouse?")
	old := passage("old", "web", "a.com", "", "The ferry Heron of the Larkstead line ran aground near the old lighthouse.", 700)
	recent := passage("new", "web", "b.com", "", "The Petrel, a ferry of the Larkstead line, ran onto the rocks.", 2)
	kept, _, aside := selectPassages(f, backend.ClassFast, []backend.Passage{old, recent}, 6, now)
	require.Len(t, kept, 2, "%v", aside)
	kept, _, aside = selectPassages(f, backend.ClassEvergreen, []backend.Passage{old, recent}, 6, now)
	require.Len(t, kept, 1)
	require.Equal(t, "old", kept[0].ID)
	require.Len(t, aside, 1)
	same := "The ferry Heron of the Larkstead line ran aground near the old lighthouse"
	kept, _, _ = selectPassages(f, backend.ClassFast, []backend.Passage{
		passage("old", "web", "a.com", "", same+" in the storm of that spring night.", 700), passage("new", "web", "b.com", "", "Late on Monday: "+same+".", 2),
	}, 1, now)
	require.Equal(t, "new", kept[0].ID)
}
