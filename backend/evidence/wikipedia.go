package evidence

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"errata/backend"
	"errata/backend/page"
)

// WikiOptions of the two Wikimedia providers. The zero value asks the public
// servers.
type WikiOptions struct {
	Base      string       // "https://en.wikipedia.org" or "https://www.wikidata.org"
	Client    *http.Client // nil: pinned to Base
	UserAgent string
}

func (o WikiOptions) ready(base string) (WikiOptions, error) {
	if o.Base == "" {
		o.Base = base
	}
	if o.UserAgent == "" {
		o.UserAgent = DefaultUserAgent
	}
	if o.Client == nil {
		client, err := Pinned(o.Base, PinnedOptions{})
		if err != nil {
			return o, err
		}
		o.Client = client
	}
	return o, nil
}

func (o WikiOptions) get(ctx context.Context, who string, values url.Values, out any) error {
	values.Set("format", "json")
	values.Set("formatversion", "2")
	return getJSON(ctx, o.Client, who, with(o.Base+"/w/api.php", values), http.Header{"User-Agent": {o.UserAgent}}, out)
}

// wikiError is how MediaWiki says no, with HTTP 200.
type wikiError struct {
	Error *struct {
		Code string `json:"code"`
		Info string `json:"info"`
	} `json:"error"`
}

func (e wikiError) err(who string) error {
	if e.Error == nil {
		return nil
	}
	b := backend.Errorf(backend.CodeUnavailable, "evidence.wiki", "%s refused the request (%s).", who, clipRunes(page.Clean(e.Error.Code), 40))
	if e.Error.Code == "maxlag" || e.Error.Code == "ratelimited" {
		return b.WithHint("Try again in a minute.")
	}
	return b
}

// NewWikipedia makes the provider of the English Wikipedia: full-text search,
// the introductions of the best pages, and the whole text of the first one. A
// passage is dated by the latest revision of its page.
func NewWikipedia(o WikiOptions) (Provider, error) {
	o, err := o.ready("https://en.wikipedia.org")
	if err != nil {
		return nil, err
	}
	return &wikipedia{o}, nil
}

type wikipedia struct{ o WikiOptions }

func (*wikipedia) Name() string  { return "wikipedia" }
func (*wikipedia) Title() string { return "Wikipedia (English)" }
func (*wikipedia) Local() bool   { return false }

func (*wikipedia) Health(context.Context) (bool, string) {
	return true, "Needs no key. The question is sent to en.wikipedia.org."
}

type wikiPages struct {
	wikiError
	Query struct {
		Pages []wikiPage `json:"pages"`
	} `json:"query"`
}

type wikiPage struct {
	ID        int    `json:"pageid"`
	Title     string `json:"title"`
	Index     int    `json:"index"`
	Extract   string `json:"extract"`
	FullURL   string `json:"fullurl"`
	Missing   bool   `json:"missing"`
	Revisions []struct {
		Timestamp time.Time `json:"timestamp"`
	} `json:"revisions"`
	PageProps map[string]any `json:"pageprops"`
}

// wikiPagesWanted is how many pages a query brings, wikiQueries how many queries
// are sent one after the other (Wikimedia asks for serial requests).
const (
	wikiPagesWanted = 5
	wikiQueries     = 2
)

func (w *wikipedia) Search(ctx context.Context, s backend.Search) ([]backend.Passage, error) {
	limit := limitOf(s)
	var pages []wikiPage
	var failed error
	for _, q := range queriesOf(s, wikiQueries) {
		say(ctx, q)
		var reply wikiPages
		err := w.o.get(ctx, "Wikipedia", url.Values{
			"action": {"query"}, "generator": {"search"}, "gsrsearch": {q}, "gsrlimit": {strconv.Itoa(wikiPagesWanted)}, "gsrnamespace": {"0"},
			"prop": {"extracts|revisions|info|pageprops"}, "exintro": {"1"}, "explaintext": {"1"}, "exlimit": {"max"},
			"rvprop": {"timestamp"}, "inprop": {"url"}, "ppprop": {"disambiguation"}, "redirects": {"1"},
		}, &reply)
		if err == nil {
			err = reply.err("Wikipedia")
		}
		if err != nil {
			failed = err
			break
		}
		slices.SortStableFunc(reply.Query.Pages, func(a, b wikiPage) int { return a.Index - b.Index })
		for _, p := range reply.Query.Pages {
			_, fork := p.PageProps["disambiguation"]
			known := slices.ContainsFunc(pages, func(o wikiPage) bool { return o.ID == p.ID })
			if !fork && !known && !p.Missing && p.ID > 0 {
				pages = append(pages, p)
			}
		}
	}
	if len(pages) == 0 {
		return []backend.Passage{}, failed
	}
	// The value is often below the introduction. Without the whole text the
	// introductions still serve, so a failure here is none.
	if text, err := w.whole(ctx, pages[0]); err == nil && len(text) > len(pages[0].Extract) {
		pages[0].Extract = text
	}
	return w.passages(pages, s, limit), nil
}

func (w *wikipedia) whole(ctx context.Context, p wikiPage) (string, error) {
	var reply wikiPages
	err := w.o.get(ctx, "Wikipedia", url.Values{
		"action": {"query"}, "pageids": {strconv.Itoa(p.ID)}, "prop": {"extracts"}, "explaintext": {"1"}, "exsectionformat": {"plain"}, "exlimit": {"1"},
	}, &reply)
	if err != nil || len(reply.Query.Pages) == 0 {
		return "", err
	}
	return reply.Query.Pages[0].Extract, nil
}

// passages takes at most half of the places from one page, so that a long page
// does not hide the others, then fills up.
func (w *wikipedia) passages(pages []wikiPage, s backend.Search, limit int) []backend.Passage {
	out, rest := []backend.Passage{}, []backend.Passage{}
	for i, p := range pages {
		share := max(1, limit/4)
		if i == 0 {
			share = max(1, limit/2)
		}
		address := p.FullURL
		if d := page.Domain(address); d != "wikipedia.org" {
			address = "https://en.wikipedia.org/?curid=" + strconv.Itoa(p.ID)
		}
		var revised *time.Time
		if len(p.Revisions) > 0 && !p.Revisions[0].Timestamp.IsZero() {
			revised = &p.Revisions[0].Timestamp
		}
		for j, text := range rank(page.Passages(page.Clean(p.Extract)), s, limit) {
			f, ok := finish(backend.Passage{URL: address, Title: p.Title, Text: text, PublishedAt: revised, DateSource: "revision"}, w.Name(), s.Now)
			switch {
			case !ok:
			case j < share:
				out = append(out, f)
			default:
				rest = append(rest, f)
			}
		}
	}
	out = append(out, rest...)
	return out[:min(len(out), limit)]
}
