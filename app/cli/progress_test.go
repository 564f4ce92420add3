package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestDescribe(t *testing.T) {
	progress := map[string]any{"what": "Asking the probes", "done": 3, "total": 9}
	tests := []struct {
		topic string
		data  any
		want  string
	}{
		{"score.progress", progress, "Asking the probes  3 of 9"},
		{"demo.score.progress", progress, "Asking the probes  3 of 9"},
		{"demo.compare.progress", progress, "Asking the probes  3 of 9"},
		{"demo.run.changed", backend.Run{State: backend.RunRunning, Progress: backend.RunProgress{Stage: "load"}}, "training: load"},
		{"run.changed", backend.Run{State: backend.RunRunning, Progress: backend.RunProgress{Step: 3, Total: 9, Learned: 2, Facts: 4, GivenUp: 1, ETA: 60}},
			"training  step 3 of 9  loss 0.000  drift 0.000  2 of 4 facts learned, 1 fact in memory alone  0.0 rows/s  1m0s left"},
		{"demo.progress", "before 1/10", "before 1/10"},
		{"check.step", map[string]any{"name": "search", "queries": []string{"who"}}, "checking: searching"},
		{"check.step", map[string]any{"name": "read", "count": 1}, "checking: reading 1 passage"},
		{"check.step", map[string]any{"name": "read", "count": 6, "at": 2}, "checking: reading passage 2 of 6"},
		{"settings.changed", map[string]any{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.topic, func(t *testing.T) {
			require.Equal(t, tt.want, describe(backend.Event{Topic: tt.topic, Data: tt.data}))
		})
	}
}
