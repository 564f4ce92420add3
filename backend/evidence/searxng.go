package evidence

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"errata/backend"
	"errata/backend/page"
)

// SearXNGOptions of the SearXNG provider.
type SearXNGOptions struct {
	Address func() string // of the user's own server; empty: none is set
	Client  *http.Client  // nil: pinned to the address
	Guard   *Guard        // reads the pages found; nil: the server's snippets only
}

// NewSearXNG makes the provider of a metasearch server of the user's own. Its
// address may lie in the user's network; the addresses it names may not.
func NewSearXNG(o SearXNGOptions) Provider {
	if o.Address == nil {
		o.Address = func() string { return "" }
	}
	base := func() string { return strings.TrimRight(strings.TrimSpace(o.Address()), "/") }
	clients := &pinnedTo{fixed: o.Client}
	wire := &service{who: "SearXNG", refusal: searxngRefusal}
	return &webSearch{
		about: about{
			name: "searxng", title: "SearXNG (your own server)",
			sends: "The words of the question go to your server, and from there to the search engines that it asks; the first pages it names are opened.",
			needs: []backend.ProviderNeed{{Setting: "searxng", Label: "Address", Example: "http://127.0.0.1:8888"}},
		},
		wire: wire, guard: o.Guard, pages: 3, queries: 2, fine: "Ready.", place: base,
		missing: func(context.Context) string {
			at := base()
			if at == "" {
				return "Needs the address of your server."
			}
			if _, err := clients.to(at); err != nil {
				return failure("", err).Message
			}
			return ""
		},
		find: func(ctx context.Context, query string, s backend.Search) ([]hit, error) {
			at := base()
			client, err := clients.to(at)
			if err != nil {
				return nil, err
			}
			categories := "general"
			if s.Class == backend.ClassFast {
				categories = "general,news"
			}
			var reply searxngReply
			err = wire.ask(ctx, request{
				client: client, words: query,
				address: with(at+"/search", url.Values{"q": {query}, "format": {"json"}, "language": {"en"}, "safesearch": {"1"}, "categories": {categories}}),
				valid:   func() bool { return reply.Results != nil },
			}, &reply)
			if err != nil {
				return nil, err
			}
			if len(*reply.Results) == 0 && len(reply.Silent) > 0 {
				return nil, backend.Errorf(backend.CodeUnavailable, wire.op(), "None of the search engines behind your SearXNG server answered.").WithHint("See its log, or switch other engines on.")
			}
			return reply.hits(), nil
		},
	}
}

type searxngReply struct {
	Results *[]struct {
		URL     string `json:"url"`
		Title   string `json:"title"`
		Content string `json:"content"`
		Date    string `json:"publishedDate"`
	} `json:"results"`
	Silent []any `json:"unresponsive_engines"`
}

func (r searxngReply) hits() []hit {
	var out []hit
	for _, it := range *r.Results {
		h := hit{url: it.URL, title: plain(it.Title), text: plain(it.Content)}
		h.dated(it.Date, page.DateAPI)
		out = append(out, h)
	}
	return out
}

// searxngRefusal knows what a server says that was set up for people only.
func searxngRefusal(status int, _ []byte) (message, hint string) {
	if status == http.StatusForbidden {
		return "Your SearXNG server does not answer programs (HTTP 403).", `Add "json" to search.formats in its settings.yml, and start it again.`
	}
	return "", ""
}
