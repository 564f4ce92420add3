package evidence

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"errata/backend"
)

// GDELTOptions of the news provider. The zero value asks the GDELT Project.
type GDELTOptions struct {
	Base   string        // "" asks the GDELT Project
	Client *http.Client  // nil: pinned to Base
	Guard  *Guard        // reads the articles found; nil: their headlines only
	Every  time.Duration // between two requests; 0 means what the project asks for
}

// NewGDELT makes the provider of the GDELT Project's list of news articles of
// the last three months. It is asked only where an answer may have changed.
func NewGDELT(o GDELTOptions) (Provider, error) {
	if o.Base == "" {
		o.Base = "https://api.gdeltproject.org"
	}
	if o.Every == 0 {
		o.Every = 5 * time.Second
	}
	wire, err := newService("GDELT", o.Base, o.Client)
	if err != nil {
		return nil, err
	}
	wire.pace.every = o.Every
	// It says so in plain words, with HTTP 200 or 429.
	wire.overrun = func(_ int, body []byte) bool {
		return bytes.Contains(bytes.ToLower(body[:min(len(body), 300)]), []byte("limit requests"))
	}
	g := &webSearch{
		about: about{name: "gdelt", title: "GDELT (news of the last three months)", sends: "For a question whose answer changes, its key words go to api.gdeltproject.org; the first articles it names are opened."},
		wire:  wire, guard: o.Guard, pages: 4, queries: 1, fine: "Needs no key. Asked at most once in 5 seconds.",
	}
	g.find = func(ctx context.Context, query string, s backend.Search) ([]hit, error) {
		words := newsWords(query)
		if s.Class == backend.ClassEvergreen || s.Class == backend.ClassClock || words == "" {
			return nil, nil
		}
		var reply gdeltReply
		err := wire.ask(ctx, request{
			address: with(o.Base+"/api/v2/doc/doc", url.Values{
				"query": {words + " sourcelang:english"}, "mode": {"artlist"}, "format": {"json"}, "maxrecords": {strconv.Itoa(limitOf(s))}, "sort": {"hybridrel"}, "timespan": {"3months"},
			}), words: words,
		}, &reply)
		if err != nil {
			return nil, err
		}
		return reply.hits(), nil
	}
	return g, nil
}

// mostNewsWords keeps a query short: every word must stand in an article.
const mostNewsWords = 6

// newsWords are the words of a question that an article about it must hold.
// Signs and words that mean something to the service are left out, as are words
// that it calls too short.
func newsWords(question string) string {
	var out []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(question), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(w) >= 3 && w != "the" && !dull[w] && !slices.Contains(out, w) && len(out) < mostNewsWords {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// gdeltReply is a list of articles; the whole object is empty for none.
type gdeltReply struct {
	Articles []struct {
		URL   string `json:"url"`
		Title string `json:"title"`
		Seen  string `json:"seendate"`
	} `json:"articles"`
}

var spaced = strings.NewReplacer(" ,", ",", " .", ".", " :", ":", " ;", ";", " ?", "?", " !", "!", " ’ ", "’", " ' ", "'", "( ", "(", " )", ")")

func (r gdeltReply) hits() []hit {
	var out []hit
	for _, a := range r.Articles {
		title := spaced.Replace(plain(a.Title))
		h := hit{url: a.URL, title: title, text: title}
		if t, err := time.Parse("20060102T150405Z", a.Seen); err == nil {
			h.at, h.source = &t, backend.DateSeen
		}
		out = append(out, h)
	}
	return out
}
