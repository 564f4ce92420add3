package evidence

import (
	"context"
	"net/http"
	"time"

	"errata/backend"
	"errata/backend/page"
)

// TavilyOptions of the Tavily provider.
type TavilyOptions struct {
	Base   string        // "" asks Tavily
	Client *http.Client  // nil: pinned to Base
	Key    KeyFunc       // asked for when it is needed
	Guard  *Guard        // reads the pages found; nil: Tavily's extracts only
	Every  time.Duration // between two requests; 0 means what a free account may
}

// NewTavily makes the provider of Tavily's search API.
func NewTavily(o TavilyOptions) (Provider, error) {
	if o.Base == "" {
		o.Base = "https://api.tavily.com"
	}
	if o.Every == 0 {
		o.Every = 600 * time.Millisecond // 100 requests a minute
	}
	wire, err := newService("Tavily", o.Base, o.Client)
	if err != nil {
		return nil, err
	}
	wire.pace.every, wire.hint, wire.refusal = o.Every, "Check its key in Settings.", tavilyRefusal
	t := &webSearch{
		about: about{name: "tavily", title: "Tavily", sends: "The words of the question go to api.tavily.com with your key; the first pages it names are opened.", needs: []backend.ProviderNeed{needsKey}},
		wire:  wire, guard: o.Guard, pages: 3, queries: 2, fine: "Ready.",
		missing: func(ctx context.Context) string {
			if _, ok := keyOf(ctx, o.Key); !ok {
				return "Needs an API key from tavily.com."
			}
			return ""
		},
	}
	t.find = func(ctx context.Context, query string, s backend.Search) ([]hit, error) {
		key, _ := keyOf(ctx, o.Key)
		topic := "general"
		if s.Class == backend.ClassFast { // only its news are dated, and nothing undated is fresh
			topic = "news"
		}
		var reply struct {
			Results *[]struct {
				Title   string `json:"title"`
				URL     string `json:"url"`
				Content string `json:"content"`
				Date    string `json:"published_date"`
			} `json:"results"`
		}
		err := wire.ask(ctx, request{
			address: o.Base + "/search", header: http.Header{"Authorization": {"Bearer " + key}}, words: query,
			body:  map[string]any{"query": query, "search_depth": "basic", "topic": topic, "max_results": min(limitOf(s), 20)},
			valid: func() bool { return reply.Results != nil },
		}, &reply)
		if err != nil {
			return nil, err
		}
		var out []hit
		for _, r := range *reply.Results {
			h := hit{url: r.URL, title: r.Title, text: r.Content}
			h.dated(r.Date, page.DateAPI)
			out = append(out, h)
		}
		return out, nil
	}
	return t, nil
}

// tavilyRefusal knows the two statuses that are Tavily's own.
func tavilyRefusal(status int, _ []byte) (message, hint string) {
	if status == 432 || status == 433 {
		return "The quota of your Tavily account is used up.", "Use another provider, or see your plan on tavily.com."
	}
	return "", ""
}
