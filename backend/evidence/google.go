package evidence

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"errata/backend"
	"errata/backend/page"
)

// GoogleEnds is the day on which Google ends the Custom Search JSON API, as its
// documentation announces.
var GoogleEnds = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// GoogleOptions of the Programmable Search provider.
type GoogleOptions struct {
	Base   string                                // "" asks Google
	Client *http.Client                          // nil: pinned to Base
	Key    func(context.Context) (string, error) // the key, asked for when it is needed
	CX     func() string                         // the id of the search engine
	Now    func() time.Time                      // nil: time.Now
	Guard  *Guard                                // reads the pages found; nil: snippets only
	Pages  int                                   // pages read; 0 means 3
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
	if o.Pages == 0 {
		o.Pages = 3
	}
	if o.Key == nil {
		o.Key = func(context.Context) (string, error) { return "", nil }
	}
	if o.CX == nil {
		o.CX = func() string { return "" }
	}
	if o.Client == nil {
		client, err := Pinned(o.Base, PinnedOptions{})
		if err != nil {
			return nil, err
		}
		o.Client = client
	}
	return &google{o}, nil
}

type google struct{ o GoogleOptions }

func (*google) Name() string  { return "google" }
func (*google) Title() string { return "Google Programmable Search (legacy, ends 2027-01-01)" }
func (*google) Local() bool   { return false }

func (g *google) Health(ctx context.Context) (bool, string) {
	switch {
	case !g.o.Now().Before(GoogleEnds):
		return false, "Google ended this service on 2027-01-01. Use another provider."
	case g.o.CX() == "":
		return false, "Needs the id (cx) of a Programmable Search engine. Google ends the service on 2027-01-01."
	}
	if key, err := g.o.Key(ctx); err != nil || key == "" {
		return false, "Needs an API key. Google ends the service on 2027-01-01."
	}
	return true, "Ready. Google ends this service on 2027-01-01."
}

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

func (g *google) Search(ctx context.Context, s backend.Search) ([]backend.Passage, error) {
	out := []backend.Passage{}
	if ready, message := g.Health(ctx); !ready {
		if err := ctx.Err(); err != nil {
			return out, wireError(ctx, "evidence.google", "Google", err, true)
		}
		return out, backend.Errorf(backend.CodeUnavailable, "evidence.google", "Google was not asked. %s", message)
	}
	key, err := g.o.Key(ctx)
	if err != nil || key == "" {
		return out, backend.Errorf(backend.CodeUnavailable, "evidence.google", "Google was not asked: its key could not be read.").WithHint("Enter the key again in Settings.")
	}
	limit := limitOf(s)
	var items []googleItem
	for _, q := range queriesOf(s, 2) {
		say(ctx, q)
		var reply googleReply
		err := getJSON(ctx, g.o.Client, "Google", with(g.o.Base+"/customsearch/v1", url.Values{
			"key": {key}, "cx": {g.o.CX()}, "q": {q}, "num": {strconv.Itoa(min(limit, 10))}, "hl": {"en"}, "safe": {"active"},
		}), nil, &reply)
		if err != nil {
			if len(items) > 0 {
				break
			}
			return out, err
		}
		for _, it := range reply.Items {
			if _, err := CheckAddress(it.Link); err != nil {
				continue
			}
			if !slices.ContainsFunc(items, func(o googleItem) bool { return o.Link == it.Link }) {
				items = append(items, it)
			}
		}
	}
	read := g.read(ctx, items, s)
	for i, it := range items {
		found := read[i]
		if len(found) == 0 {
			found = []backend.Passage{it.passage(s.Now)}
		}
		for _, p := range found {
			if f, ok := finish(p, g.Name(), s.Now); ok {
				out = append(out, f)
			}
		}
	}
	return out[:min(len(out), limit)], nil
}

// read opens the first pages at the same time. A page that cannot be read is
// no failure: its snippet stands in.
func (g *google) read(ctx context.Context, items []googleItem, s backend.Search) [][]backend.Passage {
	out := make([][]backend.Passage, len(items))
	if g.o.Guard == nil {
		return out
	}
	s.Limit = 2
	var wg sync.WaitGroup
	for i := range items[:min(len(items), g.o.Pages)] {
		wg.Go(func() {
			if found, err := g.o.Guard.Passages(ctx, items[i].Link, s); err == nil {
				out[i] = found
			}
		})
	}
	wg.Wait()
	return out
}

// snippetDate is how Google opens the snippet of a dated page: "Nov 3, 2026 ... ".
var snippetDate = regexp.MustCompile(`^([A-Z][a-z]{2} \d{1,2}, \d{4}) (?:\.\.\.|…|—|-) `)

func (it googleItem) passage(now time.Time) backend.Passage {
	p := backend.Passage{URL: it.Link, Title: it.Title, Text: it.Snippet}
	for _, tags := range it.PageMap.MetaTags {
		for _, name := range []string{"article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate", "publishdate", "parsely-pub-date"} {
			value, _ := tags[name].(string)
			if t, ok := page.ParseDate(value); ok && p.PublishedAt == nil {
				p.PublishedAt, p.DateSource = &t, page.DateMeta
			}
		}
	}
	if m := snippetDate.FindStringSubmatch(it.Snippet); m != nil {
		p.Text = strings.TrimPrefix(it.Snippet, m[0])
		if t, ok := page.ParseDate(m[1]); ok && p.PublishedAt == nil {
			p.PublishedAt, p.DateSource = &t, page.DateText
		}
	}
	return p
}
