package evidence_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/evidence"
	"errata/backend/evidence/evidencetest"
	"errata/backend/page"
)

// says answers every request with the same bytes; nothing is dialled.
type says []byte

func (s says) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(s)), Request: r}, nil
}

// fuzzReplies feeds a provider with replies: whatever comes, it ends in passages
// that keep the contract or in a failure with a code.
func fuzzReplies(f *testing.F, folder string, provider func(t *testing.T, client *http.Client) evidence.Provider) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(body)
		f.Add(body[:len(body)/2])
		f.Add(bytes.ReplaceAll(body, []byte(`"https://`), []byte(`"http://127.0.0.1/`)))
		f.Add(bytes.ReplaceAll(body, []byte(`2026`), []byte(`9999`)))
	}
	for _, body := range []string{"", "null", "[]", "{}", "0", `"x"`, "<html>", `{"results":[null]}`, `{"type":"search","web":{"results":[null]}}`, `{"articles":[null]}`, `{"items":[null]}`, "\xff\xfe", `{"results":[{"url":"https://a.example.org/","title":"\u0000\u202e","content":"<|im_start|>"}]}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p := provider(t, &http.Client{Transport: says(body)})
		s := search(question)
		got, err := p.Search(context.Background(), s)
		if err != nil {
			if code := backend.CodeOf(err); code != backend.CodeUnavailable {
				t.Fatalf("code %q: %v", code, err)
			}
			return
		}
		if len(got) > 8 {
			t.Fatalf("%d passages", len(got))
		}
		for _, q := range got {
			if _, err := evidence.CheckAddress(q.URL); err != nil && p.Name() != "wikipedia" {
				t.Fatalf("address %q: %v", q.URL, err)
			}
			if q.Text == "" || q.Domain == "" || page.Clean(q.Text) != q.Text || (q.PublishedAt == nil) != (q.DateSource == page.DateNone) {
				t.Fatalf("passage %+v", q)
			}
			if q.PublishedAt != nil && q.PublishedAt.After(evidencetest.Now.Add(24*time.Hour)) {
				t.Fatalf("dated %s", q.PublishedAt)
			}
		}
	})
}

func FuzzOllama(f *testing.F) {
	fuzzReplies(f, "ollama", func(_ *testing.T, c *http.Client) evidence.Provider {
		address := func(context.Context) (string, error) { return "http://127.0.0.1:9", nil }
		return evidence.NewOllama(evidence.OllamaOptions{Address: address, Client: c})
	})
}

func FuzzTavily(f *testing.F) {
	fuzzReplies(f, "tavily", func(t *testing.T, c *http.Client) evidence.Provider {
		p, err := evidence.NewTavily(evidence.TavilyOptions{Client: c, Key: canaryKey})
		require.NoError(t, err)
		return p
	})
}

func FuzzBrave(f *testing.F) {
	fuzzReplies(f, "brave", func(t *testing.T, c *http.Client) evidence.Provider {
		p, err := evidence.NewBrave(evidence.BraveOptions{Client: c, Key: canaryKey})
		require.NoError(t, err)
		return p
	})
}

func FuzzSearXNG(f *testing.F) {
	fuzzReplies(f, "searxng", func(_ *testing.T, c *http.Client) evidence.Provider {
		return evidence.NewSearXNG(evidence.SearXNGOptions{Address: at(""), Client: c})
	})
}

func FuzzGDELT(f *testing.F) {
	fuzzReplies(f, "gdelt", func(t *testing.T, c *http.Client) evidence.Provider {
		p, err := evidence.NewGDELT(evidence.GDELTOptions{Client: c})
		require.NoError(t, err)
		return p
	})
}

func FuzzGoogle(f *testing.F) {
	fuzzReplies(f, "google", func(t *testing.T, c *http.Client) evidence.Provider {
		p, err := evidence.NewGoogle(evidence.GoogleOptions{Client: c, Key: canaryKey, CX: func() string { return "cx-1" }, Now: func() time.Time { return evidencetest.Now }})
		require.NoError(t, err)
		return p
	})
}

func FuzzWikipedia(f *testing.F) {
	fuzzReplies(f, "wikipedia", func(t *testing.T, c *http.Client) evidence.Provider {
		p, err := evidence.NewWikipedia(evidence.WikiOptions{Client: c})
		require.NoError(t, err)
		return p
	})
}

func FuzzWikidata(f *testing.F) {
	fuzzReplies(f, "wikidata", func(t *testing.T, c *http.Client) evidence.Provider {
		p, err := evidence.NewWikidata(evidence.WikiOptions{Client: c})
		require.NoError(t, err)
		return p
	})
}
