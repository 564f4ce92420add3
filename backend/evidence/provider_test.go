package evidence_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"errata/backend"
	"errata/backend/evidence"
	"errata/backend/evidence/evidencetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const question = "Who is the prime minister of Freedonia?"

func search(q string) backend.Search {
	return backend.Search{Question: q, Class: backend.ClassFast, Now: evidencetest.Now}
}

// closing ends a client's idle connections with the test.
func closing(t *testing.T, base string) *http.Client {
	t.Helper()
	if base == "" {
		base = "http://127.0.0.1:9"
	}
	c, err := evidence.Pinned(base, evidence.PinnedOptions{})
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func wikipedia(t *testing.T, base string) evidence.Provider {
	t.Helper()
	p, err := evidence.NewWikipedia(evidence.WikiOptions{Base: base, Client: closing(t, base)})
	require.NoError(t, err)
	return p
}

func wikidata(t *testing.T, base string) evidence.Provider {
	t.Helper()
	p, err := evidence.NewWikidata(evidence.WikiOptions{Base: base, Client: closing(t, base)})
	require.NoError(t, err)
	return p
}

const googleKey = "AIzaSy-canary"

func googleAt(now time.Time) func(*testing.T, string) evidence.Provider {
	return func(t *testing.T, base string) evidence.Provider {
		t.Helper()
		p, err := evidence.NewGoogle(evidence.GoogleOptions{
			Base: base, Client: closing(t, base), CX: func() string { return "cx-1" }, Now: func() time.Time { return now },
			Key: func(context.Context) (string, error) { return googleKey, nil },
		})
		require.NoError(t, err)
		return p
	}
}

func TestWikipedia(t *testing.T) {
	evidencetest.Contract(t, evidencetest.Subject{
		New: wikipedia,
		Replies: []evidencetest.Reply{
			{Params: map[string]string{"generator": "search", "gsrsearch": question, "exintro": "1", "format": "json", "formatversion": "2"}, File: "wikipedia/search.json"},
			{Params: map[string]string{"pageids": "19065069", "explaintext": "1"}, File: "wikipedia/whole.json"},
		},
		Empty:   []evidencetest.Reply{{Params: map[string]string{"generator": "search"}, File: "wikipedia/empty.json"}},
		Search:  search(question),
		Nothing: search("Who rules xyzzy?"),
		Want:    []string{"The current prime minister of Freedonia is Ann Other", "since 5 July 2026. She led"},
		Source:  "revision", Dated: "2026-11-18", Domain: "wikipedia.org", Sent: []string{question},
	})
}

func TestWikipediaManners(t *testing.T) {
	server := evidencetest.Serve(t, evidencetest.Reply{Params: map[string]string{"generator": "search"}, File: "wikipedia/search.json"}, evidencetest.Reply{File: "wikipedia/whole.json"})
	s := search(question)
	s.Queries = []string{"prime minister Freedonia", "Prime Minister Freedonia", "head of government Freedonia", "a third query"}
	got, err := wikipedia(t, server.URL).Search(context.Background(), s)
	require.NoError(t, err)
	require.NotEmpty(t, got)
	for _, p := range got {
		require.NotContains(t, p.Text, "may refer to")
		require.NotContains(t, p.Text, "\u200b")
	}
	requests := server.Requests()
	require.Len(t, requests, 3, "two queries and one page, one after the other")
	for _, r := range requests {
		require.Contains(t, r.UserAgent(), "Errata")
		require.Empty(t, r.Cookies())
		require.Empty(t, r.Referer())
	}
	require.Equal(t, "head of government Freedonia", requests[1].URL.Query().Get("gsrsearch"))
}

func TestWikidata(t *testing.T) {
	evidencetest.Contract(t, evidencetest.Subject{
		New: wikidata,
		Replies: []evidencetest.Reply{
			{Params: map[string]string{"action": "wbsearchentities", "search": "Freedonia", "language": "en"}, File: "wikidata/search.json"},
			{Params: map[string]string{"action": "wbgetclaims", "entity": "Q900001", "property": "P6"}, File: "wikidata/noclaims.json"},
			{Params: map[string]string{"action": "wbgetclaims", "entity": "Q900002", "property": "P6"}, File: "wikidata/claims.json"},
			{Params: map[string]string{"action": "wbgetentities", "ids": "Q900002|Q900012|Q900011"}, File: "wikidata/labels.json"},
		},
		Empty:   []evidencetest.Reply{{Params: map[string]string{"action": "wbsearchentities"}, File: "wikidata/empty.json"}},
		Search:  search(question),
		Nothing: search("Who is the prime minister of Xyzzy?"),
		Want: []string{
			"Freedonia: head of government: Ann Other, since 5 July 2026 (Wikidata).",
			"Former values of head of government of Freedonia: Bob Former, from 25 October 2022 to 5 July 2026.",
		},
		Source: "revision", Dated: "2026-11-19", Domain: "wikidata.org", Sent: []string{"Freedonia"},
	})
}

func TestWikidataSendsNothingItDoesNotUnderstand(t *testing.T) {
	server := evidencetest.Serve(t)
	for _, q := range []string{"Why is the sky blue?", "My doctor says I have diabetes, what now?", "Who is the wife of the president of Freedonia?", "hello", ""} {
		got, err := wikidata(t, server.URL).Search(context.Background(), search(q))
		require.NoError(t, err)
		require.Empty(t, got)
	}
	require.Empty(t, server.Requests())
}

func TestGoogle(t *testing.T) {
	evidencetest.Contract(t, evidencetest.Subject{
		New:     googleAt(evidencetest.Now),
		Replies: []evidencetest.Reply{{Params: map[string]string{"key": googleKey, "cx": "cx-1", "q": question}, File: "google/search.json"}},
		Empty:   []evidencetest.Reply{{Params: map[string]string{"key": googleKey}, File: "google/empty.json"}},
		Search:  search(question),
		Nothing: search("xyzzy"),
		Want:    []string{"on Sunday after a\nclear win", "Prime Minister Ann Other named her cabinet.", "1 Palace Square"},
		Source:  "meta", Dated: "2026-07-05", Domain: "gazette.co.uk", Sent: []string{question}, Secret: googleKey,
	})
}

func TestGoogleLegacy(t *testing.T) {
	p := googleAt(evidencetest.Now)(t, "")
	require.Contains(t, p.Title(), "2027-01-01")
	ready, message := p.Health(context.Background())
	require.True(t, ready)
	require.Contains(t, message, "2027-01-01")

	server := evidencetest.Serve(t)
	ended := googleAt(evidence.GoogleEnds)(t, server.URL)
	ready, message = ended.Health(context.Background())
	require.False(t, ready)
	require.Contains(t, message, "ended")
	_, err := ended.Search(context.Background(), search(question))
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	bare, err := evidence.NewGoogle(evidence.GoogleOptions{Base: server.URL, Client: closing(t, server.URL), Now: func() time.Time { return evidencetest.Now }})
	require.NoError(t, err)
	ready, message = bare.Health(context.Background())
	require.False(t, ready)
	require.Contains(t, message, "cx")
	_, err = bare.Search(context.Background(), search(question))
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	require.Empty(t, server.Requests())
}

func TestGoogleSnippets(t *testing.T) {
	server := evidencetest.Serve(t, evidencetest.Reply{File: "google/search.json"})
	got, err := googleAt(evidencetest.Now)(t, server.URL).Search(context.Background(), search(question))
	require.NoError(t, err)
	require.Len(t, got, 3, "the address in a private network is no source")
	require.Equal(t, "text", got[1].DateSource)
	require.Equal(t, "2026-07-07", got[1].PublishedAt.Format(time.DateOnly))
	require.Equal(t, "Prime Minister Ann Other named her cabinet.", got[1].Text)
	require.Equal(t, "none", got[2].DateSource)
	require.Equal(t, "freedonia.org", got[2].Domain)
}

type shelf []backend.Passage

func (s shelf) Search(ctx context.Context, q string, limit int) ([]backend.Passage, error) {
	if err := ctx.Err(); err != nil {
		return nil, backend.Wrap(err, backend.CodeCancelled, "shelf", "stopped")
	}
	if strings.Contains(q, "xyzzy") {
		return nil, nil
	}
	return s[:min(len(s), limit)], nil
}

func (s shelf) Documents() []backend.Document {
	return []backend.Document{{Status: "indexed"}, {Status: "unreadable"}}
}

var july = time.Date(2026, 7, 5, 0, 0, 0, 0, time.UTC)

var notes = shelf{
	{Provider: "library", URL: "/home/me/notes.md", Domain: "library", Title: "Notes", Text: "Ann Other is the prime minister of Freedonia.", PublishedAt: &july, DateSource: "front_matter"},
	{Provider: "library", URL: "https://gov.example.org/pm", Domain: "example.org", Title: "Office", Text: "The prime minister lives at 1 Palace Square.", DateSource: "none"},
}

func TestLibrary(t *testing.T) {
	evidencetest.Contract(t, evidencetest.Subject{
		New:    func(*testing.T, string) evidence.Provider { return evidence.NewLibrary(notes) },
		Search: search(question), Nothing: search("xyzzy"),
		Want: []string{"Ann Other"}, Source: "front_matter", Dated: "2026-07-05", Domain: "library", Sent: []string{},
	})
	ready, message := evidence.NewLibrary(notes).Health(context.Background())
	require.True(t, ready)
	require.Contains(t, message, "1 document on")
}

func TestClock(t *testing.T) {
	s := search("What year is it?")
	s.Class = backend.ClassClock
	evidencetest.Contract(t, evidencetest.Subject{
		New:    func(*testing.T, string) evidence.Provider { return evidence.NewClock() },
		Search: s, Nothing: search(question),
		Want: []string{"Today is Sunday, November 22, 2026. The current year is 2026."}, Source: "clock", Dated: "2026-11-22", Domain: "clock", Sent: []string{},
	})
	got, err := evidence.NewClock().Search(context.Background(), s)
	require.NoError(t, err)
	require.True(t, got[0].Trusted())
}
