package evidence

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"errata/backend"
)

// OllamaOptions of the provider that searches through the user's Ollama.
type OllamaOptions struct {
	Address func(context.Context) (string, error) // of the engine in use; must be set
	Client  *http.Client                          // nil: pinned to the address
	Guard   *Guard                                // reads the pages found; nil: Ollama's extracts only
}

// NewOllama makes the provider of Ollama's web search. The engine on this
// machine signs the request with the account it is signed in to and passes it
// on, so no key is needed here.
func NewOllama(o OllamaOptions) Provider {
	clients := &pinnedTo{fixed: o.Client}
	wire := &service{who: "Ollama", hint: signIn, refusal: ollamaRefusal}
	return &webSearch{
		about: about{name: "ollama", title: "Ollama web search", sends: "The words of the question go to your Ollama, which passes them to ollama.com with your account; the first pages it names are opened."},
		wire:  wire, guard: o.Guard, pages: 3, queries: 2, fine: "Needs an Ollama that is signed in (ollama signin).",
		find: func(ctx context.Context, query string, s backend.Search) ([]hit, error) {
			at, err := o.Address(ctx)
			if err != nil {
				return nil, err
			}
			at = strings.TrimRight(at, "/")
			client, err := clients.to(at)
			if err != nil {
				return nil, err
			}
			var reply struct {
				Results *[]struct {
					Title   string `json:"title"`
					URL     string `json:"url"`
					Content string `json:"content"`
				} `json:"results"`
			}
			err = wire.ask(ctx, request{
				client: client, address: at + "/api/experimental/web_search", words: query,
				body:  map[string]any{"query": query, "max_results": min(limitOf(s), 10)},
				valid: func() bool { return reply.Results != nil },
			}, &reply)
			if err != nil {
				return nil, err
			}
			var out []hit
			for _, r := range *reply.Results {
				out = append(out, hit{url: r.URL, title: r.Title, text: r.Content})
			}
			return out, nil
		},
	}
}

const (
	signIn   = "Run “ollama signin”, then try again."
	signPage = "https://ollama.com/connect?" // where an engine sends a person who is not signed in
)

// ollamaRefusal knows what the engine says itself, before it passes anything on.
func ollamaRefusal(status int, body []byte) (message, hint string) {
	switch status {
	case http.StatusUnauthorized:
		var said struct {
			Page string `json:"signin_url"`
		}
		hint = signIn
		if json.Unmarshal(body, &said) == nil && strings.HasPrefix(said.Page, signPage) && len(said.Page) < 500 {
			if u, err := CheckAddress(said.Page); err == nil {
				hint = "Run “ollama signin”, or open " + u.String() + ", then try again."
			}
		}
		return "Ollama is not signed in.", hint
	case http.StatusForbidden:
		return "Ollama's web search is switched off.", "Allow its cloud features in Ollama's settings, or use another provider."
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "This Ollama has no web search.", "Install a newer Ollama, or use another provider."
	}
	return "", ""
}
