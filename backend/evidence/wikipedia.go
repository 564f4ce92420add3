package evidence

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
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

// wiki is a wiki of Wikimedia: its service and its address.
type wiki struct {
	*service
	base, userAgent string
}

func (o WikiOptions) service(who, base string) (*wiki, error) {
	if o.Base == "" {
		o.Base = base
	}
	if o.UserAgent == "" {
		o.UserAgent = DefaultUserAgent
	}
	s, err := newService(who, o.Base, o.Client)
	if err != nil {
		return nil, err
	}
	s.overrun = func(_ int, body []byte) bool { return overloaded.Match(body[:min(len(body), 300)]) }
	return &wiki{s, o.Base, o.UserAgent}, nil
}

// get asks the API; words are what of the question stands in the values.
func (w *wiki) get(ctx context.Context, words string, values url.Values, out any) error {
	values.Set("format", "json")
	values.Set("formatversion", "2")
	return w.ask(ctx, request{address: with(w.base+"/w/api.php", values), header: http.Header{"User-Agent": {w.userAgent}}, words: words}, out)
}

// overloaded is how MediaWiki asks for a pause, with HTTP 200.
var overloaded = regexp.MustCompile(`"code"\s*:\s*"(maxlag|ratelimited)"`)

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
	return backend.Errorf(backend.CodeUnavailable, "evidence.wiki", "%s refused the request (%s).", who, clipRunes(page.Clean(e.Error.Code), 40))
}

// NewWikipedia makes the provider of the English Wikipedia: full-text search,
// the introductions of the best pages, and the whole text of the first one. A
// passage is dated by the latest revision of its page.
func NewWikipedia(o WikiOptions) (Provider, error) {
	w, err := o.service("Wikipedia", "https://en.wikipedia.org")
	if err != nil {
		return nil, err
	}
	return &wikipedia{about{name: "wikipedia", title: "Wikipedia (English)", sends: "The words of the question go to en.wikipedia.org."}, w}, nil
}

type wikipedia struct {
	about
	wiki *wiki
}

func (w *wikipedia) Health(context.Context) (bool, string) { return w.wiki.health("Needs no key.") }

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
		var reply wikiPages
		err := w.wiki.get(ctx, q, url.Values{
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
	err := w.wiki.get(ctx, "", url.Values{
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
			f, ok := finish(backend.Passage{URL: address, Title: p.Title, Text: text, PublishedAt: revised, DateSource: backend.DateRevision}, w.Name(), s.Now)
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
