// Package evidence asks the providers that a user switched on for passages that
// bear on a question.
//
//	            ┌── library, clock                     (this machine)
//	            ├── wikipedia, wikidata                ── service ── pinned client
//	Search ──> Gatherer ── ollama, tavily, brave, searxng, gdelt, google ── service, then guarded client
//	            ├── page                               ── guarded client
//	            │
//	            └──> one list: found, dated, near-duplicates collapsed, failures named
//
// It never sends a word to a provider that is not on, never sends an answer of a
// model, never follows an address of a result into a private network (see
// Guard), and never decides what is true.
package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/page"
)

// Provider is one source of passages. Search returns at most Search.Limit of
// them, best first, with provider, url, title, text, domain, date and how the
// date was found; finding nothing is an empty list and no error.
type Provider interface {
	Name() string                  // as in Settings.Providers
	Title() string                 // for a person
	Local() bool                   // sends nothing out
	Sends() string                 // what leaves the machine and where it goes
	Needs() []backend.ProviderNeed // what the user gives it
	// Health says whether Search can work, from what is known here; it sends
	// nothing.
	Health(ctx context.Context) (ready bool, message string)
	Search(ctx context.Context, search backend.Search) ([]backend.Passage, error)
}

// about is what a provider says of itself.
type about struct {
	name, title, sends string // a provider that sends nothing is local
	needs              []backend.ProviderNeed
}

func (a about) Name() string                  { return a.name }
func (a about) Title() string                 { return a.title }
func (a about) Local() bool                   { return a.sends == "" }
func (a about) Sends() string                 { return a.sends }
func (a about) Needs() []backend.ProviderNeed { return slices.Clone(a.needs) }

// needsKey is what a provider needs that wants a key.
var needsKey = backend.ProviderNeed{Label: "Key"}

// defaultLimit is how many passages a provider gives when none are asked for.
const defaultLimit = 8

func limitOf(s backend.Search) int {
	if s.Limit <= 0 {
		return defaultLimit
	}
	return min(s.Limit, 50)
}

// queriesOf gives the words to send: the queries, or the question itself.
func queriesOf(s backend.Search, most int) []string {
	words := s.Queries
	if len(words) == 0 {
		words = []string{s.Question}
	}
	var out []string
	for _, q := range words {
		q = clipRunes(strings.ReplaceAll(page.Clean(q), "\n", " "), 300)
		same := func(seen string) bool { return strings.EqualFold(seen, q) }
		if q != "" && len(out) < most && !slices.ContainsFunc(out, same) {
			out = append(out, q)
		}
	}
	return out
}

func clipRunes(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n]))
}

// maxText bounds the bytes of one passage, maxTitle the runes of its title.
const (
	maxText  = 4000
	maxTitle = 200
)

// finish fills what every passage must carry and cleans what came from outside.
// ok is false for a passage without text.
func finish(p backend.Passage, provider string, now time.Time) (backend.Passage, bool) {
	p.Provider = provider
	if (page.Hides(p.Title) || page.Hides(p.Text)) && !slices.Contains(p.Flags, page.FlagHiddenText) {
		p.Flags = append(slices.Clone(p.Flags), page.FlagHiddenText)
	}
	p.Title = clipRunes(strings.ReplaceAll(page.Clean(p.Title), "\n", " "), maxTitle)
	p.Text = page.Clean(p.Text)
	if len(p.Text) > maxText {
		p.Text = strings.ToValidUTF8(p.Text[:maxText], "")
	}
	if p.Text == "" {
		return p, false
	}
	if p.Domain == "" {
		p.Domain = page.Domain(p.URL)
	}
	if p.Domain == "" {
		return p, false
	}
	if p.PublishedAt != nil && (p.PublishedAt.IsZero() || p.PublishedAt.After(now.Add(24*time.Hour))) {
		p.PublishedAt = nil
	}
	if p.PublishedAt == nil {
		p.DateSource = page.DateNone
	}
	if p.FetchedAt.IsZero() {
		p.FetchedAt = now
	}
	sum := sha256.Sum256([]byte(p.Text))
	p.TextSHA256 = hex.EncodeToString(sum[:])
	if p.ID == "" {
		id := sha256.Sum256([]byte(p.URL + "\x00" + p.Text))
		p.ID = provider + "-" + hex.EncodeToString(id[:8])
	}
	return p, true
}

// notesKey carries what a search tells of itself through a context.
type notesKey struct{}

// notes are told while a provider works.
type notes struct {
	sent   func(words string)
	unread func()
}

func withNotes(ctx context.Context, n notes) context.Context {
	return context.WithValue(ctx, notesKey{}, n)
}

// say records words just before they are sent.
func say(ctx context.Context, words string) {
	if n, ok := ctx.Value(notesKey{}).(notes); ok && words != "" {
		n.sent(words)
	}
}

// sayUnread records that none of the pages found could be opened.
func sayUnread(ctx context.Context) {
	if n, ok := ctx.Value(notesKey{}).(notes); ok {
		n.unread()
	}
}
