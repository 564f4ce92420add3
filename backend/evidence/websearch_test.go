package evidence_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/evidence"
	"errata/backend/evidence/evidencetest"
)

const canary = "tvly-canary"

func canaryKey(context.Context) (string, error) { return canary, nil }

// at turns an address into what a provider asks for it.
func at(base string) func() string {
	if base == "" {
		base = "http://127.0.0.1:9"
	}
	return func() string { return base }
}

func ollama(t *testing.T, base string) evidence.Provider {
	t.Helper()
	address := at(base)
	return evidence.NewOllama(evidence.OllamaOptions{Address: func(context.Context) (string, error) { return address(), nil }, Client: closing(t, base)})
}

func tavily(t *testing.T, base string) evidence.Provider {
	t.Helper()
	p, err := evidence.NewTavily(evidence.TavilyOptions{Base: base, Client: closing(t, base), Key: canaryKey, Every: time.Nanosecond})
	require.NoError(t, err)
	return p
}

func brave(t *testing.T, base string) evidence.Provider {
	t.Helper()
	p, err := evidence.NewBrave(evidence.BraveOptions{Base: base, Client: closing(t, base), Key: canaryKey, Every: time.Nanosecond})
	require.NoError(t, err)
	return p
}

func searxng(t *testing.T, base string) evidence.Provider {
	t.Helper()
	return evidence.NewSearXNG(evidence.SearXNGOptions{Address: at(base), Client: closing(t, base)})
}

func gdelt(t *testing.T, base string) evidence.Provider {
	t.Helper()
	p, err := evidence.NewGDELT(evidence.GDELTOptions{Base: base, Client: closing(t, base), Every: time.Nanosecond})
	require.NoError(t, err)
	return p
}

// The replies have the form that docs.ollama.com/capabilities/web-search gives;
// the engine passes them on from ollama.com as they are.
func TestOllama(t *testing.T) {
	asked := map[string]string{"path": "/api/experimental/web_search", "query": question, "max_results": "8"}
	evidencetest.Contract(t, evidencetest.Subject{
		New:     ollama,
		Replies: []evidencetest.Reply{{Params: asked, Header: map[string]string{"Authorization": "", "Content-Type": "application/json"}, File: "ollama/search.json"}, {Params: map[string]string{"max_results": "1"}, File: "ollama/search.json"}},
		Empty:   []evidencetest.Reply{{Params: map[string]string{"query": "xyzzy"}, File: "ollama/empty.json"}},
		Search:  search(question), Nothing: search("xyzzy"),
		Want:   []string{"on Sunday after a clear win", "The current prime minister of Freedonia is Ann Other."},
		Source: "none", Domain: "gazette.co.uk", Sent: []string{question},
	})
}

// A long extract is cut into passages, and only those that bear on the question
// are kept.
func TestOllamaCutsLongExtracts(t *testing.T) {
	server := evidencetest.Serve(t, evidencetest.Reply{File: "ollama/search.json"})
	got, err := ollama(t, server.URL).Search(context.Background(), search(question))
	require.NoError(t, err)
	require.Len(t, got, 3, "one of the first page, two of the second, none of the trap")
	for _, p := range got {
		require.NotContains(t, p.Text, "Trams")
	}
}

func TestOllamaRefusals(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"not signed in", 401, `{"error":"unauthorized","signin_url":"https://ollama.com/connect?name=ada&key=c3No"}`, "Ollama is not signed in. Run “ollama signin”, or open https://ollama.com/connect?name=ada&key=c3No, then try again."},
		{"sent elsewhere", 401, `{"error":"unauthorized","signin_url":"https://ollama.com.evil.org/connect?x"}`, "Ollama is not signed in. Run “ollama signin”, then try again."},
		{"cloud off", 403, `{"error":"ollama cloud is disabled: web search is unavailable"}`, "Ollama's web search is switched off."},
		{"old", 404, `404 page not found`, "This Ollama has no web search. Install a newer Ollama"},
		{"behind it", 502, `{"error":"dial tcp: lookup ollama.com"}`, "Ollama answered with HTTP 502."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := evidencetest.Serve(t, evidencetest.Reply{Body: tt.body, Status: tt.status})
			found, err := evidence.New([]evidence.Provider{ollama(t, server.URL)}, evidence.Options{}).Gather(context.Background(), search(question), map[string]bool{"ollama": true})
			require.NoError(t, err)
			require.Len(t, found.Failures, 1)
			require.Contains(t, found.Failures[0].Message, tt.want)
			require.NotContains(t, found.Failures[0].Message, "evil")
		})
	}
}

func TestOllamaWithoutEngine(t *testing.T) {
	p := evidence.NewOllama(evidence.OllamaOptions{Address: func(context.Context) (string, error) {
		return "", backend.Errorf(backend.CodeUnavailable, "engine.find", "No engine was found.")
	}})
	_, err := p.Search(context.Background(), search(question))
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	require.Contains(t, err.Error(), "No engine was found.")
}

// The replies have the form that docs.tavily.com/documentation/api-reference/endpoint/search gives.
func TestTavily(t *testing.T) {
	asked := map[string]string{"path": "/search", "query": question, "search_depth": "basic", "topic": "news"}
	evidencetest.Contract(t, evidencetest.Subject{
		New:     tavily,
		Replies: []evidencetest.Reply{{Params: asked, Header: map[string]string{"Authorization": "Bearer " + canary}, File: "tavily/search.json"}},
		Empty:   []evidencetest.Reply{{Params: map[string]string{"query": "xyzzy"}, File: "tavily/empty.json"}},
		Search:  search(question), Nothing: search("xyzzy"),
		Want:   []string{"on Sunday after a clear win", "1 Palace Square"},
		Source: "api", Dated: "2026-07-05", Domain: "gazette.co.uk", Sent: []string{question}, Secret: canary,
	})
}

// The replies have the form that
// api-dashboard.search.brave.com/api-reference/web/search/get gives.
func TestBrave(t *testing.T) {
	asked := map[string]string{"path": "/res/v1/web/search", "q": question, "result_filter": "web", "text_decorations": "false"}
	evidencetest.Contract(t, evidencetest.Subject{
		New:     brave,
		Replies: []evidencetest.Reply{{Params: asked, Header: map[string]string{"X-Subscription-Token": canary}, File: "brave/search.json"}},
		Empty:   []evidencetest.Reply{{Params: map[string]string{"q": "xyzzy"}, File: "brave/empty.json"}},
		Search:  search(question), Nothing: search("xyzzy"),
		Want:   []string{"Ann Other became prime minister of Freedonia on Sunday after a clear win.\nShe is the first woman in the office.", "1 Palace Square"},
		Source: "api", Dated: "2026-07-05", Domain: "gazette.co.uk", Sent: []string{question}, Secret: canary,
	})
}

// The replies have the form that docs.searxng.org/dev/search_api and
// docs.searxng.org/dev/result_types/main/mainresult give.
func TestSearXNG(t *testing.T) {
	asked := map[string]string{"path": "/search", "q": question, "format": "json", "categories": "general,news"}
	evidencetest.Contract(t, evidencetest.Subject{
		New:     searxng,
		Replies: []evidencetest.Reply{{Params: asked, File: "searxng/search.json"}},
		Empty:   []evidencetest.Reply{{Params: map[string]string{"q": "xyzzy"}, File: "searxng/empty.json"}},
		Search:  search(question), Nothing: search("xyzzy"),
		Want:   []string{"on Sunday after a clear win", "1 Palace Square"},
		Source: "api", Dated: "2026-07-05", Domain: "gazette.co.uk", Sent: []string{question},
	})
}

func TestSearXNGRefusals(t *testing.T) {
	refused := func(reply evidencetest.Reply) string {
		server := evidencetest.Serve(t, reply)
		_, err := searxng(t, server.URL).Search(context.Background(), search(question))
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
		return err.Error() + " " + backend.HintOf(err)
	}
	require.Contains(t, refused(evidencetest.Reply{Status: 403, Body: "<h1>Forbidden</h1>"}), `"json" to search.formats`)
	require.Contains(t, refused(evidencetest.Reply{File: "searxng/silent.json"}), "None of the search engines")
}

// The address is asked for at every search, because it can be changed in
// Settings; what is no address is said before anything is sent.
func TestSearXNGAddress(t *testing.T) {
	one := evidencetest.Serve(t, evidencetest.Reply{Params: map[string]string{"path": "/searx/search"}, File: "searxng/search.json"})
	two := evidencetest.Serve(t, evidencetest.Reply{Params: map[string]string{"path": "/search"}, File: "searxng/empty.json"})
	address := ""
	p := evidence.NewSearXNG(evidence.SearXNGOptions{Address: func() string { return address }})
	for _, tt := range []struct{ address, want string }{{"", "Needs the address"}, {"127.0.0.1:8888", "is not a web address"}, {"ftp://x", "is not a web address"}} {
		address = tt.address
		ready, message := p.Health(context.Background())
		require.False(t, ready)
		require.Contains(t, message, tt.want)
		_, err := p.Search(context.Background(), search(question))
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	}
	address = one.URL + "/searx/ "
	got, err := p.Search(context.Background(), search(question))
	require.NoError(t, err)
	require.Len(t, got, 2)
	address = two.URL
	got, err = p.Search(context.Background(), search(question))
	require.NoError(t, err)
	require.Empty(t, got)
	require.Len(t, one.Requests(), 1)
	require.Len(t, two.Requests(), 1)
	two.CloseClientConnections()
}

// The replies have the form that blog.gdeltproject.org/gdelt-doc-2-0-api-debuts
// gives for mode=artlist and format=json.
func TestGDELT(t *testing.T) {
	asked := map[string]string{"path": "/api/v2/doc/doc", "query": "prime minister freedonia sourcelang:english", "mode": "artlist", "format": "json", "timespan": "3months"}
	evidencetest.Contract(t, evidencetest.Subject{
		New:     gdelt,
		Replies: []evidencetest.Reply{{Params: asked, File: "gdelt/search.json"}},
		Empty:   []evidencetest.Reply{{Params: map[string]string{"query": "xyzzy sourcelang:english"}, File: "gdelt/empty.json"}},
		Search:  search(question), Nothing: search("xyzzy"),
		Want:   []string{"Ann Other, 52, sworn in as prime minister of Freedonia", "names her cabinet"},
		Source: "seen", Dated: "2026-07-05", Domain: "gazette.co.uk", Sent: []string{"prime minister freedonia"},
	})
}

func TestGDELTIsAskedForNewsOnly(t *testing.T) {
	server := evidencetest.Serve(t)
	for _, tt := range []struct {
		q     string
		class backend.Class
	}{{question, backend.ClassEvergreen}, {"What year is it?", backend.ClassClock}, {"Who is it?", backend.ClassFast}} {
		s := search(tt.q)
		s.Class = tt.class
		got, err := gdelt(t, server.URL).Search(context.Background(), s)
		require.NoError(t, err)
		require.Empty(t, got)
	}
	require.Empty(t, server.Requests())
}

// Its words for "too fast" come with HTTP 200, and begin a pause.
func TestGDELTSaysTooFastInWords(t *testing.T) {
	server := evidencetest.Serve(t, evidencetest.Reply{Body: "Please limit requests to one every 5 seconds or contact us for larger queries."})
	p := gdelt(t, server.URL)
	for range 2 {
		_, err := p.Search(context.Background(), search(question))
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
		require.Contains(t, backend.HintOf(err), "30 seconds")
	}
	require.Len(t, server.Requests(), 1)
}

// Operators of a service's query language never come from a question.
func TestGDELTSendsPlainWords(t *testing.T) {
	server := evidencetest.Serve(t, evidencetest.Reply{Params: map[string]string{"query": "price gold domain evil org repeat3 sourcelang:english"}, File: "gdelt/empty.json"})
	_, err := gdelt(t, server.URL).Search(context.Background(), search(`What is the "price" of (gold) -domain:evil.org repeat3:"a"?`))
	require.NoError(t, err)
}

// A key that is missing is said, and nothing is sent.
func TestKeysAreNeeded(t *testing.T) {
	server := evidencetest.Serve(t)
	none := func(context.Context) (string, error) {
		return "", backend.Errorf(backend.CodeNotFound, "secret.get", "There is no key.")
	}
	for _, key := range []evidence.KeyFunc{nil, none} {
		tv, err := evidence.NewTavily(evidence.TavilyOptions{Base: server.URL, Client: closing(t, server.URL), Key: key})
		require.NoError(t, err)
		br, err := evidence.NewBrave(evidence.BraveOptions{Base: server.URL, Client: closing(t, server.URL), Key: key})
		require.NoError(t, err)
		for _, p := range []evidence.Provider{tv, br} {
			require.Equal(t, []backend.ProviderNeed{{Label: "Key"}}, p.Needs())
			ready, message := p.Health(context.Background())
			require.False(t, ready)
			require.Contains(t, message, "Needs an API key")
			_, err := p.Search(context.Background(), search(question))
			require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
			require.Contains(t, backend.HintOf(err), "Needs an API key")
		}
	}
	require.Empty(t, server.Requests())
}

func TestQuotas(t *testing.T) {
	t.Run("tavily", func(t *testing.T) {
		server := evidencetest.Serve(t, evidencetest.Reply{Status: 432, Body: `{"detail":{"error":"This request exceeds your plan's set usage limit."}}`})
		_, err := tavily(t, server.URL).Search(context.Background(), search(question))
		require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
		require.Contains(t, err.Error(), "quota")
	})
	// api.search.brave.com/app/documentation/web-search/response-headers: what is
	// left of each quota, and in how many seconds it begins anew.
	t.Run("brave", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-RateLimit-Remaining", "1, 0")
			w.Header().Set("X-RateLimit-Reset", "1, 7200")
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		t.Cleanup(server.Close)
		_, err := brave(t, server.URL).Search(context.Background(), search(question))
		require.Contains(t, backend.HintOf(err), "2 hours")
	})
}

// A pause that fits into the deadline is waited for.
func TestAShortPauseIsWaitedFor(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		http.ServeFile(w, r, "testdata/brave/search.json")
	}))
	t.Cleanup(server.Close)
	found, err := evidence.New([]evidence.Provider{brave(t, server.URL)}, evidence.Options{Deadline: 20 * time.Second}).Gather(context.Background(), search(question), map[string]bool{"brave": true})
	require.NoError(t, err)
	require.Empty(t, found.Failures)
	require.Len(t, found.Passages, 2)
	require.Equal(t, 2, asked)
}

// The first pages found are opened with the guarded fetcher; what a service says
// stands in for a page that cannot be read, and dates one that has no date.
func TestPagesFoundAreRead(t *testing.T) {
	w := &web{serve: func(r *http.Request) string {
		switch {
		case r.Host == "www.gazette.co.uk":
			return reply(200, "text/html", `<html><head><title>Gazette</title></head><body><p>Ann Other has been the prime minister of Freedonia since Sunday, the palace said.</p></body></html>`)
		case strings.HasPrefix(r.URL.Path, "/pm"):
			return reply(302, "text/html", "", "Location: http://192.168.1.1/\r\n")
		}
		return reply(404, "text/html", "")
	}}
	guard := guarded(&names{list: map[string][][]string{"www.gazette.co.uk": {{"93.184.216.34"}}, "gov.freedonia.org": {{"93.184.216.35"}}}}, w)
	server := evidencetest.Serve(t, evidencetest.Reply{Body: `{"results":[
		{"title":"Ann Other takes office","url":"http://www.gazette.co.uk/other","content":"short","published_date":"Sun, 05 Jul 2026 18:00:00 GMT"},
		{"title":"Office","url":"http://gov.freedonia.org/pm","content":"The prime minister lives at 1 Palace Square."},
		{"title":"Again","url":"http://www.gazette.co.uk/other","content":"again"}]}`})
	p, err := evidence.NewTavily(evidence.TavilyOptions{Base: server.URL, Client: closing(t, server.URL), Key: canaryKey, Guard: guard})
	require.NoError(t, err)
	found, err := evidence.New([]evidence.Provider{p}, evidence.Options{Deadline: 20 * time.Second}).Gather(context.Background(), search(question), map[string]bool{"tavily": true})
	require.NoError(t, err)
	require.Empty(t, found.Failures)
	require.Len(t, found.Passages, 2)
	evidencetest.Passages(t, p, found.Passages, search(question))
	require.Contains(t, found.Passages[0].Text, "since Sunday")
	require.Equal(t, "Gazette", found.Passages[0].Title)
	require.Equal(t, "api", found.Passages[0].DateSource)
	require.Equal(t, "2026-07-05", found.Passages[0].PublishedAt.Format(time.DateOnly))
	require.Equal(t, "The prime minister lives at 1 Palace Square.", found.Passages[1].Text)
	require.NotContains(t, w.addrs, "192.168.1.1:80")
}
