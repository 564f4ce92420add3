package evidence

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/page"
)

// GoogleEnds is the day on which Google ends the Custom Search JSON API, as its
// documentation announces.
var GoogleEnds = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// GoogleOptions of the Programmable Search provider.
type GoogleOptions struct {
	Base   string           // "" asks Google
	Client *http.Client     // nil: pinned to Base
	Key    KeyFunc          // asked for when it is needed
	CX     func() string    // the id of the search engine
	Now    func() time.Time // nil: time.Now
	Guard  *Guard           // reads the pages found; nil: snippets only
}

// NewGoogle makes the legacy provider of Google Programmable Search: closed to
// new customers, ending on 1 January 2027.
func NewGoogle(o GoogleOptions) (Provider, error) {
	if o.Base == "" {
		o.Base = "https://www.googleapis.com"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.CX == nil {
		o.CX = func() string { return "" }
	}
	wire, err := newService("Google", o.Base, o.Client)
	if err != nil {
		return nil, err
	}
	wire.hint = "Check its key in Settings."
	g := &webSearch{
		about: about{
			name: "google", title: "Google Programmable Search (legacy, ends 2027-01-01)",
			sends: "The words of the question go to www.googleapis.com with your key; the first pages it names are opened.",
			needs: []backend.ProviderNeed{needsKey, {Setting: "google_cx", Label: "Search engine id"}},
		},
		wire: wire, guard: o.Guard, pages: 3, queries: 2, fine: "Ready. " + googleEnding, place: o.CX,
		missing: func(ctx context.Context) string {
			switch {
			case !o.Now().Before(GoogleEnds):
				return "Google ended this service on 2027-01-01. Use another provider."
			case o.CX() == "":
				return "Needs the id (cx) of a Programmable Search engine. " + googleEnding
			}
			if _, ok := keyOf(ctx, o.Key); !ok {
				return "Needs an API key. " + googleEnding
			}
			return ""
		},
	}
	g.find = func(ctx context.Context, query string, s backend.Search) ([]hit, error) {
		key, _ := keyOf(ctx, o.Key)
		var reply googleReply
		err := wire.ask(ctx, request{
			address: with(o.Base+"/customsearch/v1", url.Values{
				"key": {key}, "cx": {o.CX()}, "q": {query}, "num": {strconv.Itoa(min(limitOf(s), 10))}, "hl": {"en"}, "safe": {"active"},
			}), words: query,
		}, &reply)
		if err != nil {
			return nil, err
		}
		var out []hit
		for _, it := range reply.Items {
			out = append(out, it.hit())
		}
		return out, nil
	}
	return g, nil
}

const googleEnding = "Google takes no new customers and ends this service on 2027-01-01."

type googleReply struct {
	Items []googleItem `json:"items"`
}

type googleItem struct {
	Title   string `json:"title"`
	Link    string `json:"link"`
	Snippet string `json:"snippet"`
	PageMap struct {
		MetaTags []map[string]any `json:"metatags"`
	} `json:"pagemap"`
}

// snippetDate is how Google opens the snippet of a dated page: "Nov 3, 2026 ... ".
var snippetDate = regexp.MustCompile(`^([A-Z][a-z]{2} \d{1,2}, \d{4}) (?:\.\.\.|…|—|-) `)

func (it googleItem) hit() hit {
	h := hit{url: it.Link, title: it.Title, text: it.Snippet}
	for _, tags := range it.PageMap.MetaTags {
		for _, name := range []string{"article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate", "publishdate", "parsely-pub-date"} {
			value, _ := tags[name].(string)
			h.dated(value, page.DateMeta)
		}
	}
	if m := snippetDate.FindStringSubmatch(it.Snippet); m != nil {
		h.text = strings.TrimPrefix(it.Snippet, m[0])
		h.dated(m[1], page.DateText)
	}
	return h
}
