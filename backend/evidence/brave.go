package evidence

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/page"
)

// BraveOptions of the Brave Search provider.
type BraveOptions struct {
	Base   string        // "" asks Brave
	Client *http.Client  // nil: pinned to Base
	Key    KeyFunc       // asked for when it is needed
	Guard  *Guard        // reads the pages found; nil: Brave's descriptions only
	Every  time.Duration // between two requests; 0 means what the smallest plan may
}

// NewBrave makes the provider of Brave's web search API.
func NewBrave(o BraveOptions) (Provider, error) {
	if o.Base == "" {
		o.Base = "https://api.search.brave.com"
	}
	if o.Every == 0 {
		o.Every = 1100 * time.Millisecond // one request a second
	}
	wire, err := newService("Brave", o.Base, o.Client)
	if err != nil {
		return nil, err
	}
	wire.pace.every, wire.hint = o.Every, "Check its key in Settings."
	wire.refusal = func(status int, _ []byte) (string, string) {
		if status == http.StatusUnprocessableEntity { // what Brave says to a token it does not know
			return "Brave did not accept the request (HTTP 422).", wire.hint
		}
		return "", ""
	}
	b := &webSearch{
		about: about{name: "brave", title: "Brave Search", sends: "The words of the question go to api.search.brave.com with your key; the first pages it names are opened.", needs: []backend.ProviderNeed{needsKey}},
		wire:  wire, guard: o.Guard, pages: 3, queries: 1, fine: "Ready.",
		missing: func(ctx context.Context) string {
			if _, ok := keyOf(ctx, o.Key); !ok {
				return "Needs an API key from brave.com/search/api."
			}
			return ""
		},
	}
	b.find = func(ctx context.Context, query string, s backend.Search) ([]hit, error) {
		key, _ := keyOf(ctx, o.Key)
		var reply braveReply
		err := wire.ask(ctx, request{
			address: with(o.Base+"/res/v1/web/search", url.Values{
				"q": {query}, "count": {strconv.Itoa(min(limitOf(s), 20))}, "search_lang": {"en"}, "safesearch": {"moderate"},
				"text_decorations": {"false"}, "result_filter": {"web"},
			}),
			header: http.Header{"X-Subscription-Token": {key}}, words: query,
			valid: func() bool { return reply.Type == "search" },
		}, &reply)
		if err != nil {
			return nil, err
		}
		return reply.hits(), nil
	}
	return b, nil
}

// braveReply is a reply of web search; "web" is missing when nothing was found.
type braveReply struct {
	Type string `json:"type"`
	Web  struct {
		Results []struct {
			Title       string   `json:"title"`
			URL         string   `json:"url"`
			Description string   `json:"description"`
			PageAge     string   `json:"page_age"`
			Snippets    []string `json:"extra_snippets"`
		} `json:"results"`
	} `json:"web"`
}

func (r braveReply) hits() []hit {
	var out []hit
	for _, it := range r.Web.Results {
		h := hit{url: it.URL, title: plain(it.Title), text: plain(strings.Join(append([]string{it.Description}, it.Snippets...), "\n"))}
		h.dated(it.PageAge, page.DateAPI)
		out = append(out, h)
	}
	return out
}
