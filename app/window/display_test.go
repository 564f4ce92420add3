package window

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDisplay(t *testing.T) {
	tests := []struct {
		name, system, variable string
		want                   bool
	}{
		{"nothing on Linux", "linux", "", false},
		{"X", "linux", "DISPLAY", true},
		{"Wayland", "linux", "WAYLAND_DISPLAY", true},
		{"Windows has no such variable", "windows", "", true},
		{"nor has macOS", "darwin", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := hasDisplay(tt.system, func(name string) string {
				if name == tt.variable {
					return ":7"
				}
				return ""
			})
			require.Equal(t, tt.want, got)
		})
	}
}
