package evidence_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/evidence"
	"errata/backend/evidence/evidencetest"
)

// What one server or engine found is not shown as what another finds.
func TestAnotherServerIsAskedAnew(t *testing.T) {
	server := evidencetest.Serve(t, evidencetest.Reply{Params: map[string]string{"path": "/customsearch/v1"}, File: "google/search.json"}, evidencetest.Reply{File: "searxng/search.json"})
	search := backend.Search{Question: question, Class: backend.ClassEvergreen, Now: evidencetest.Now}
	ask := func(t *testing.T, g *evidence.Gatherer) int {
		t.Helper()
		before := len(server.Requests())
		found, err := g.Gather(t.Context(), search, map[string]bool{"searxng": true, "google": true})
		require.NoError(t, err)
		require.NotEmpty(t, found.Passages, "%v", found.Failures)
		return len(server.Requests()) - before
	}
	t.Run("searxng", func(t *testing.T) {
		address := server.URL + "/one"
		g := evidence.New([]evidence.Provider{evidence.NewSearXNG(evidence.SearXNGOptions{Address: func() string { return address }, Client: closing(t, server.URL)})},
			evidence.Options{Cache: &memory{m: map[string][]byte{}}})
		require.Equal(t, []int{1, 0}, []int{ask(t, g), ask(t, g)})
		address = server.URL + "/two"
		require.Equal(t, 1, ask(t, g))
	})
	t.Run("google", func(t *testing.T) {
		cx := "one"
		p, err := evidence.NewGoogle(evidence.GoogleOptions{Base: server.URL, Client: closing(t, server.URL), Key: canaryKey, CX: func() string { return cx }, Now: func() time.Time { return evidencetest.Now }})
		require.NoError(t, err)
		g := evidence.New([]evidence.Provider{p}, evidence.Options{Cache: &memory{m: map[string][]byte{}}})
		require.Equal(t, []int{1, 0}, []int{ask(t, g), ask(t, g)})
		cx = "two"
		require.Equal(t, 1, ask(t, g))
	})
}

// Pages that could not be opened may be back within the day.
func TestSnippetsAloneAreNotKeptForLong(t *testing.T) {
	for status, again := range map[int]int{200: 0, 503: 1} {
		pages := &web{serve: func(*http.Request) string {
			return reply(status, "text/html", "<html><head><title>Gazette</title></head><body><p>Ann Other has been the prime minister of Freedonia since Sunday.</p></body></html>")
		}}
		guard := guarded(&names{list: map[string][][]string{"www.gazette.co.uk": {{"93.184.216.34"}}}}, pages)
		server := evidencetest.Serve(t, evidencetest.Reply{Body: `{"results":[{"title":"Ann Other takes office","url":"http://www.gazette.co.uk/other","content":"Ann Other is the prime minister."}]}`})
		p, err := evidence.NewTavily(evidence.TavilyOptions{Base: server.URL, Client: closing(t, server.URL), Key: canaryKey, Guard: guard, Every: time.Nanosecond})
		require.NoError(t, err)
		g := evidence.New([]evidence.Provider{p}, evidence.Options{Cache: &memory{m: map[string][]byte{}}, Deadline: 20 * time.Second})
		ask := func(after time.Duration) int {
			before := len(server.Requests())
			_, err := g.Gather(t.Context(), backend.Search{Question: question, Class: backend.ClassEvergreen, Now: evidencetest.Now.Add(after)}, map[string]bool{"tavily": true})
			require.NoError(t, err)
			return len(server.Requests()) - before
		}
		require.Equal(t, 1, ask(0))
		require.Zero(t, ask(5*time.Hour), "status %d", status)
		require.Equal(t, again, ask(7*time.Hour), "status %d", status)
	}
}

// Tavily dates its results where it is asked for news, and nowhere else.
func TestTavilyIsAskedForNewsOnlyWhereADateIsNeeded(t *testing.T) {
	for class, topic := range map[backend.Class]string{backend.ClassFast: "news", backend.ClassSlow: "general", backend.ClassEvergreen: "general"} {
		server := evidencetest.Serve(t, evidencetest.Reply{Params: map[string]string{"topic": topic}, File: "tavily/search.json"})
		s := search(question)
		s.Class = class
		_, err := tavily(t, server.URL).Search(t.Context(), s)
		require.NoError(t, err, class)
	}
}
