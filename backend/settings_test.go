package backend_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestReadSettings(t *testing.T) {
	was := backend.DefaultSettings()
	tests := []struct{ name, object, want, hint string }{
		{"a name that is none", `{"theme":"dark","a":1}`, `There is no setting called "a".`, "confirmed, model, extractor, judge, providers"},
		{"another kind", `{"model":5}`, `The setting "model" cannot be of the kind "number".`, "errata settings show"},
		{"another kind inside", `{"providers":{"library":"yes"}}`, `"string"`, "errata settings show"},
		{"a word", `dark`, "not a JSON object", `{"theme": "dark"}`},
		{"a list", `[]`, "not a JSON object", `{"theme": "dark"}`},
		{"nothing", `null`, "not a JSON object", `{"theme": "dark"}`},
		{"two objects", `{"theme":"dark"} {"a":1}`, "not a JSON object", `{"theme": "dark"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := backend.DefaultSettings()
			err := backend.ReadSettings([]byte(tt.object), &s)
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
			require.Contains(t, err.Error(), tt.want)
			require.Contains(t, backend.HintOf(err), tt.hint)
			require.Equal(t, was, s, "nothing was changed")
		})
	}
	s := backend.DefaultSettings()
	require.NoError(t, backend.ReadSettings([]byte(`{"theme":"dark","providers":{"wikipedia":false}} `), &s))
	require.Equal(t, "dark", s.Theme)
	require.Equal(t, map[string]bool{"library": true, "wikipedia": false, "wikidata": true, "google": false}, s.Providers)

	whole, err := json.Marshal(was)
	require.NoError(t, err)
	s = backend.Settings{}
	require.NoError(t, backend.ReadSettings(whole, &s))
	require.Equal(t, was, s, "what a page got can be sent back")
}
