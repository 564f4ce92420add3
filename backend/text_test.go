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
