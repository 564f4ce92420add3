package backend_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestWhatCostsNothingIsNotASource(t *testing.T) {
	tests := map[string]string{
		"bbc.co.uk": "bbc.co.uk", "Example.ORG.": "example.org", "one.blogspot.com": "blogspot.com", "two.github.io": "github.io", "library": "library", "a.example": "a.example",
	}
	for domain, want := range tests {
		require.Equal(t, want, backend.Owner(domain), domain)
	}
}
