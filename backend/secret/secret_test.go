package secret_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"
	"go.uber.org/goleak"

	"errata/backend"
	"errata/backend/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const canary = "AIzaSy-canary-0451"

func TestKeyIsNeverShown(t *testing.T) {
	type holder struct {
		Key  secret.Key            `json:"key"`
		Ptr  *secret.Key           `json:"ptr"`
		Keys map[string]secret.Key `json:"keys"`
	}
	k := secret.NewKey(canary)
	inside := struct{ key secret.Key }{k}
	h := holder{k, &k, map[string]secret.Key{"google": k}}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", k, "holder", h)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", k, "holder", h)
	encoded, err := json.Marshal(h)
	require.NoError(t, err)
	shown := []string{log.String(), string(encoded), k.String(), fmt.Errorf("bad key %v", k).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		shown = append(shown, fmt.Sprintf(verb, k), fmt.Sprintf(verb, &k), fmt.Sprintf(verb, h), fmt.Sprintf(verb, inside), fmt.Sprintf(verb, &inside), fmt.Sprintf(verb, []secret.Key{k}))
	}
	for _, s := range shown {
		require.NotContains(t, s, "canary")
		require.NotContains(t, strings.ToLower(s), fmt.Sprintf("%x", "canary"))
	}
	require.Equal(t, canary, k.Reveal())
	require.Contains(t, string(encoded), "[redacted]")
	require.Equal(t, "", secret.Key{}.String())
}

func TestStoreWithKeyring(t *testing.T) {
	keyring.MockInit()
	ctx := context.Background()
	s := secret.New(secret.Options{})
	_, err := s.Get(ctx, "google")
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
	require.NotEmpty(t, backend.HintOf(err))

	kept, err := s.Set(ctx, "google", " "+canary+"\n")
	require.NoError(t, err)
	require.True(t, kept)
	require.True(t, s.Persistent(ctx))
	got, err := secret.New(secret.Options{}).Get(ctx, "google")
	require.NoError(t, err)
	require.Equal(t, canary, got.Reveal(), "another session finds it, without the stray spaces")

	require.NoError(t, s.Delete(ctx, "google"))
	require.NoError(t, s.Delete(ctx, "google"), "twice is no error")
	_, err = s.Get(ctx, "google")
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
}

func TestStoreWithoutKeyring(t *testing.T) {
	keyring.MockInitWithError(errors.New("no secret service"))
	ctx := context.Background()
	s := secret.New(secret.Options{})
	require.False(t, s.Persistent(ctx))
	kept, err := s.Set(ctx, "google", canary)
	require.NoError(t, err)
	require.False(t, kept, "only for this session")
	got, err := s.Get(ctx, "google")
	require.NoError(t, err)
	require.Equal(t, canary, got.Reveal())
	_, err = secret.New(secret.Options{}).Get(ctx, "google")
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err), "nothing outlives the session")
	require.NoError(t, s.Delete(ctx, "google"))
	_, err = s.Get(ctx, "google")
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(s.Delete(ctx, "google")))
}

func TestStoreRefuses(t *testing.T) {
	keyring.MockInit()
	s := secret.New(secret.Options{})
	tests := []struct{ name, key, value string }{
		{"empty", "google", " "},
		{"line end inside", "google", "a\nb"},
		{"too long", "google", strings.Repeat("k", 2501)},
		{"bad name", "../google", "k"},
		{"no name", "", "k"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.Set(context.Background(), tt.key, tt.value)
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
			if len(tt.value) > 3 {
				require.NotContains(t, err.Error(), tt.value)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	keyring.MockInit()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := secret.New(secret.Options{})
	_, err := s.Get(ctx, "google")
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
	_, err = s.Set(ctx, "google", "k")
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
}
