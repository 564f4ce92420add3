package build_test

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/build"
)

// A desktop takes the size from the folder, not from the file.
func TestIconsHaveTheSizeOfTheirName(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("icons", "errata-*.png"))
	require.NoError(t, err)
	require.Len(t, paths, 8)
	for _, path := range paths {
		var size int
		_, err := fmt.Sscanf(filepath.Base(path), "errata-%d.png", &size)
		require.NoError(t, err, path)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		c, err := png.DecodeConfig(bytes.NewReader(b))
		require.NoError(t, err, path)
		require.Equal(t, [2]int{size, size}, [2]int{c.Width, c.Height}, path)
	}
	c, err := png.DecodeConfig(bytes.NewReader(build.Icon))
	require.NoError(t, err)
	require.Equal(t, 256, c.Width)
}
