package backend_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestCount(t *testing.T) {
	require.Equal(t, "0 documents", backend.Count(0, "document"))
	require.Equal(t, "1 document", backend.Count(1, "document"))
	require.Equal(t, "1 row pass", backend.Count(1, "row pass"))
	require.Equal(t, "2 row passes", backend.Count(2, "row pass"))
}

func TestAnswersWithAnotherSignOrCurrencyAreNotTheSame(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"Ada Birch", "ada birch.", true},
		{"5 °C", "-5 °C", false},
		{"−5 °C", "-5 °C", true},
		{"-$5", "$5", false},
		{"$5 million", "€5 million", false},
		{"5 € a day", "€5 a day", true},
		{"$5 million", "5 million", true}, // the one who wrote no mark meant one
		{"Covid-19", "Covid 19", true},
		{"2019-2024", "2019–2024", true},
		{"☺", "☹", false},
	} {
		require.Equal(t, tt.same, backend.SameAnswer(tt.a, tt.b), "%q %q", tt.a, tt.b)
		require.Equal(t, tt.same, backend.SameAnswer(tt.b, tt.a), "%q %q", tt.b, tt.a)
	}
}
