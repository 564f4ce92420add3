package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
)

// scripted gives one answer a call, the last one for ever.
type scripted struct{ views []api.RunView }

func (s *scripted) Call(_ context.Context, _ string, out any, _ ...any) error {
	raw, err := json.Marshal(s.views[0])
	if err != nil {
		return err
	}
	if len(s.views) > 1 {
		s.views = s.views[1:]
	}
	return json.Unmarshal(raw, out)
}

func (s *scripted) Events() (<-chan backend.Event, func()) { return nil, func() {} }

func TestAwaitEnds(t *testing.T) {
	finished := api.RunView{Run: backend.Run{ID: "r", State: backend.RunFinished}}
	tests := []struct {
		name string
		end  backend.Run
		says string
	}{
		{"with a version", backend.Run{ID: "r", State: backend.RunFinished, VersionID: "v"}, ""},
		{"without one", backend.Run{ID: "r", State: backend.RunFinished, Message: "The training ended, but it gave no version: it is broken."}, "gave no version"},
		{"failed", backend.Run{ID: "r", State: backend.RunFailed, Message: "The disk is full."}, "The disk is full."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var out bytes.Buffer
			s := &session{ctx: ctx, root: &root{}, io: IO{Out: &out}}
			err := s.await(&scripted{views: []api.RunView{finished, {Run: tt.end}}}, "r")
			if tt.says == "" {
				require.NoError(t, err)
				require.Contains(t, out.String(), "run r")
				return
			}
			require.ErrorContains(t, err, tt.says)
		})
	}
}
