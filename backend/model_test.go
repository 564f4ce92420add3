package backend_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestTheModelsThatAreHereAreNamed(t *testing.T) {
	listed := func(name string, installed bool) backend.ModelInfo {
		return backend.ModelInfo{Name: name, Listed: true, Installed: installed, Trainable: installed}
	}
	own := backend.ModelInfo{Name: "own", Installed: true, Trainable: true}
	tests := []struct {
		name   string
		models []backend.ModelInfo
		want   string
	}{
		{"none here", []backend.ModelInfo{listed("small", false)}, "Choose one in Settings, or run `errata models install qwen2.5-coder:0.5b`."},
		{"one here", []backend.ModelInfo{listed("small", true), listed("large", false), own}, "small is installed: choose it in Settings, or run `errata models use small`."},
		{"two here", []backend.ModelInfo{listed("small", true), listed("large", true)}, "small, large are installed: choose one in Settings, or run `errata models use small`."},
		{"one of the person's own", []backend.ModelInfo{listed("small", false), own}, "own is installed: choose it in Settings, or run `errata models use own`."},
		{"one that is no chat model", []backend.ModelInfo{{Name: "embed", Installed: true}}, "Choose one in Settings, or run `errata models install qwen2.5-coder:0.5b`."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := backend.NoModel(tt.models)
			require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
			require.Equal(t, tt.want, backend.HintOf(err))
		})
	}
}
