package bench

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestNotesAreDatedAsInTheLibrary(t *testing.T) {
	day := time.Date(2025, 3, 12, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, front string
		want        time.Time
		wantCode    backend.Code
	}{
		{"digits", "published: 2025-03-12", day, ""},
		{"words", "published: 12 March 2025", day, ""},
		{"with a time", `published: "2025-03-12T10:30:00+02:00"`, day, ""},
		{"under the other name", "date: March 12, 2025", day, ""},
		{"a month", "published: March 2025", day.AddDate(0, 0, -11), ""},
		{"which month is not known", "published: 03/12/2025", time.Time{}, backend.CodeInvalid},
		{"none", "title: Larkstead", time.Time{}, backend.CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			note := []byte("---\n" + tt.front + "\n---\nAda Birch runs Larkstead.\n")
			notes, asOf, err := readNotes(fstest.MapFS{"a.md": {Data: note}})
			require.Equal(t, tt.wantCode, backend.CodeOf(err), err)
			require.Equal(t, tt.want, asOf)
			if tt.wantCode == "" {
				require.Equal(t, map[string][]byte{"a.md": note}, notes)
			}
		})
	}
}

func TestTheShippedDemoLoads(t *testing.T) {
	set, err := LoadDemo("", "")
	require.NoError(t, err)
	require.Len(t, set.Questions, 10)
	require.Len(t, set.Notes, 20)
	require.Equal(t, "2026-11-01", set.AsOf.Format(time.DateOnly))
}
