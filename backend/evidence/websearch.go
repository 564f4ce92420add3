package evidence

import (
	"context"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"errata/backend"
	"errata/backend/page"
)

// KeyFunc reads the key of a provider when it is needed; empty for none.
type KeyFunc func(context.Context) (string, error)

// keyOf reads a key. ok is false when there is none, also for lack of a way to
// ask for it.
func keyOf(ctx context.Context, read KeyFunc) (key string, ok bool) {
	if read == nil {
		return "", false
	}
	key, err := read(ctx)
	return key, err == nil && key != ""
}

// webSearch is a provider that asks a search service for addresses and opens
// the first pages it names. What differs between the services is in its fields.
type webSearch struct {
	about
	wire    *service
	guard   *Guard // reads the pages found; nil: what the service says of them only
	pages   int    // how many are opened
	queries int    // how many queries of one search are sent
	fine    string // the health line when nothing is missing
	// missing says what the user has still to give; empty for nothing.
	missing func(context.Context) string
	// place tells one server or engine of the service from another; nil: there is one.
	place func() string
	// find sends one query and reads the reply.
	find func(ctx context.Context, query string, s backend.Search) ([]hit, error)
}

// hit is a page as a search service names it.
type hit struct {
	url, title, text string
	at               *time.Time
	source           string // how its date was found
}

// dated sets the date that the service gives.
func (h *hit) dated(date, source string) {
	if t, ok := page.ParseDate(date); ok && h.at == nil {
		h.at, h.source = &t, source
	}
}

func (w *webSearch) Health(ctx context.Context) (bool, string) {
	if w.missing != nil {
		if lacks := w.missing(ctx); lacks != "" {
			return false, lacks
		}
	}
	return w.wire.health(w.fine)
}

func (w *webSearch) Search(ctx context.Context, s backend.Search) ([]backend.Passage, error) {
	out := []backend.Passage{}
	if err := ctx.Err(); err != nil {
		return out, wireError(ctx, w.wire.op(), w.wire.who, err, true)
	}
	if w.missing != nil {
		if lacks := w.missing(ctx); lacks != "" {
			return out, backend.Errorf(backend.CodeUnavailable, w.wire.op(), "%s was not asked.", w.wire.who).WithHint(lacks)
		}
	}
	var hits []hit
	for _, q := range queriesOf(s, w.queries) {
		found, err := w.find(ctx, q, s)
		if err != nil {
			if len(hits) > 0 {
				break // what was found serves
			}
			return out, err
		}
		for _, h := range found {
			known := func(o hit) bool { return o.url == h.url }
			if _, err := CheckAddress(h.url); err == nil && !slices.ContainsFunc(hits, known) {
				hits = append(hits, h)
			}
		}
	}
	limit := limitOf(s)
	hits = hits[:min(len(hits), limit)]
	read := w.read(ctx, hits, s)
	if !slices.ContainsFunc(read, func(list []backend.Passage) bool { return len(list) > 0 }) {
		sayUnread(ctx)
	}
	for i, h := range hits {
		for _, p := range h.passages(read[i], s) {
			if f, ok := finish(p, w.name, s.Now); ok && len(out) < limit {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// read opens the first pages at the same time. A page that cannot be read is no
// failure: what the service says of it stands in. It ends a little before the
// search does, so that a slow page does not cost the others.
func (w *webSearch) read(ctx context.Context, hits []hit, s backend.Search) [][]backend.Passage {
	out := make([][]backend.Passage, len(hits))
	if w.guard == nil {
		return out
	}
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-grace))
		defer cancel()
	}
	s.Limit = perPage
	var wg sync.WaitGroup
	for i := range hits[:min(len(hits), w.pages)] {
		wg.Go(func() {
			if found, err := w.guard.Passages(ctx, hits[i].url, s); err == nil {
				out[i] = found
			}
		})
	}
	wg.Wait()
	return out
}

const (
	perPage      = 2   // passages of one page
	snippetBytes = 400 // a text of a service up to this size is one passage
)

// passages are those of the opened page, or else what the service says of it.
func (h hit) passages(read []backend.Passage, s backend.Search) []backend.Passage {
	for i := range read {
		if read[i].Title == "" {
			read[i].Title = h.title
		}
		if read[i].PublishedAt == nil {
			read[i].PublishedAt, read[i].DateSource = h.at, h.source
		}
	}
	if len(read) > 0 {
		return read
	}
	texts := []string{h.text}
	if len(h.text) > snippetBytes {
		texts = rank(page.Passages(page.Clean(h.text)), s, perPage)
	}
	var out []backend.Passage
	for _, text := range texts {
		out = append(out, backend.Passage{URL: h.url, Title: h.title, Text: text, PublishedAt: h.at, DateSource: h.source})
	}
	return out
}

var tag = regexp.MustCompile(`</?[A-Za-z][^<>]{0,200}>`)

// plain drops the marks that some services put around the words they found.
func plain(s string) string {
	return strings.TrimSpace(html.UnescapeString(tag.ReplaceAllString(s, "")))
}
