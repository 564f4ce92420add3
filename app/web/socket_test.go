package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/stretchr/testify/require"

	"errata/backend"
)

// The last words of an answer are an event; who has the reply listens no longer.
func TestEventsComeBeforeTheReply(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		events, replies := make(chan backend.Event, 3), make(chan Reply, 1)
		for range cap(events) {
			events <- backend.Event{Topic: "answer.text"}
		}
		replies <- Reply{ID: 1}
		writeAll(r.Context(), c, events, replies)
	}))
	defer server.Close()
	for range 20 {
		c, _, err := websocket.Dial(t.Context(), server.URL, nil)
		require.NoError(t, err)
		for range 3 {
			var m Reply
			require.NoError(t, wsjson.Read(t.Context(), c, &m))
			require.NotNil(t, m.Event)
		}
		var m Reply
		require.NoError(t, wsjson.Read(t.Context(), c, &m))
		require.Equal(t, 1, m.ID)
		require.NoError(t, c.CloseNow())
	}
}
