package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"errata/backend"
)

// Cache keeps replies that can be asked for again; the store's cache fits it.
type Cache interface {
	Cached(kind, key string) ([]byte, bool, error)
	PutCached(kind, key string, value []byte) error
}

// Options of a Gatherer. The zero value works, without a cache.
type Options struct {
	Now      func() time.Time // nil: time.Now
	Cache    Cache            // nil: every search asks again
	Deadline time.Duration    // for providers in the network; 0 means 2.5 s
	Local    time.Duration    // for providers on this machine; 0 means 2.5 s
}

// Gatherer asks all providers that are on at the same time and makes one list
// of what they give. It is safe for concurrent use.
type Gatherer struct {
	providers []Provider
	o         Options
}

// New makes a Gatherer; the order of the providers is the order of the results,
// those of this machine first.
func New(providers []Provider, o Options) *Gatherer {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Deadline == 0 {
		o.Deadline = 2500 * time.Millisecond
	}
	if o.Local == 0 {
		o.Local = 2500 * time.Millisecond
	}
	ordered := slices.Clone(providers)
	slices.SortStableFunc(ordered, func(a, b Provider) int { return compareBool(b.Local(), a.Local()) })
	return &Gatherer{ordered, o}
}

// asks says whether a provider is asked. The clock sends nothing and needs no
// leave, but can be switched off.
func asksProvider(p Provider, on map[string]bool) bool {
	if p.Name() == "clock" {
		allowed, said := on["clock"]
		return allowed || !said
	}
	return on[p.Name()]
}

// answer is what one provider gave.
type answer struct {
	passages []backend.Passage
	sent     []string
	err      error
}

// Gather asks the providers that are on. A provider that fails is named in
// Failures; the error is only for a search that was stopped or is empty.
func (g *Gatherer) Gather(ctx context.Context, s backend.Search, on map[string]bool) (backend.Found, error) {
	found := backend.Found{Passages: []backend.Passage{}, Asked: []string{}, Sent: []string{}, Failures: []backend.ProviderFailure{}}
	if strings.TrimSpace(s.Question) == "" {
		return found, backend.Errorf(backend.CodeInvalid, "evidence.gather", "There is no question to look for.")
	}
	if s.Now.IsZero() {
		s.Now = g.o.Now()
	}
	var asked []Provider
	for _, p := range g.providers {
		if asksProvider(p, on) {
			asked = append(asked, p)
			if p.Name() != "clock" || s.Class == backend.ClassClock {
				found.Asked = append(found.Asked, p.Name())
			}
		}
	}
	answers := make([]answer, len(asked))
	var wg sync.WaitGroup
	for i, p := range asked {
		wg.Go(func() { answers[i] = g.ask(ctx, p, s) })
	}
	wg.Wait()
	for i, a := range answers {
		found.Sent = appendNew(found.Sent, a.sent...)
		found.Passages = append(found.Passages, a.passages[:min(len(a.passages), limitOf(s))]...)
		if a.err != nil && ctx.Err() == nil {
			found.Failures = append(found.Failures, failure(asked[i].Name(), a.err))
		}
	}
	found.Passages = collapse(found.Passages)
	if err := ctx.Err(); err != nil {
		return found, backend.Wrap(err, backend.CodeCancelled, "evidence.gather", "Looking for evidence was stopped.")
	}
	return found, nil
}

// ask asks one provider, from the cache if it knows, and does not wait for one
// that ignores its deadline.
func (g *Gatherer) ask(ctx context.Context, p Provider, s backend.Search) answer {
	limit := g.o.Deadline
	if p.Local() {
		limit = g.o.Local
	}
	key := cacheKey(p, s)
	if !p.Local() && !s.Fresh {
		if passages, ok := g.cached(key, s); ok {
			return answer{passages: passages}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var mu sync.Mutex
	var sent []string
	unread := false
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if r := recover(); r != nil {
				a = answer{err: &backend.Error{Code: backend.CodeInternal, Op: "evidence." + p.Name(), Message: "The provider failed inside Errata.", Err: fmt.Errorf("%v", r)}}
			}
			done <- a
		}()
		a.passages, a.err = p.Search(withNotes(ctx, notes{sent: func(w string) {
			mu.Lock()
			defer mu.Unlock()
			sent = appendNew(sent, w)
		}, unread: func() {
			mu.Lock()
			defer mu.Unlock()
			unread = true
		}}), s)
	}()
	var a answer
	select {
	case a = <-done:
	case <-ctx.Done():
		select {
		case a = <-done: // it kept its deadline
		case <-time.After(grace):
			a.err = backend.Errorf(backend.CodeUnavailable, "evidence."+p.Name(), "%s did not answer in time.", p.Title())
		}
	}
	mu.Lock()
	a.sent = slices.Clone(sent)
	snippets := unread
	mu.Unlock()
	kept := []backend.Passage{}
	for _, f := range a.passages {
		if f, ok := finish(f, p.Name(), s.Now); ok {
			kept = append(kept, f)
		}
	}
	a.passages = kept
	if !p.Local() && a.err == nil {
		g.keep(key, cachedReply{At: s.Now, Passages: kept, Snippets: snippets})
	}
	return a
}

// grace is how long a provider has to notice that its time is over.
const grace = 100 * time.Millisecond

func appendNew(list []string, more ...string) []string {
	for _, w := range more {
		if !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

func failure(name string, err error) backend.ProviderFailure {
	f := backend.ProviderFailure{Provider: name, Code: backend.CodeOf(err), Message: "The provider gave nothing.", Offline: isOffline(err)}
	var e *backend.Error
	if errors.As(err, &e) {
		f.Message = e.Message
		if e.Hint != "" {
			f.Message += " " + e.Hint
		}
	}
	return f
}

// healthTime is how long one provider may look for what it needs, for a keyring
// may wait for a person.
const healthTime = 2 * time.Second

// Health says for each provider whether it is on and can work; it sends nothing.
// The key of a provider that is off is not looked for: that could make the
// system ask for the keyring's password for nothing.
func (g *Gatherer) Health(ctx context.Context, on map[string]bool) []backend.ProviderHealth {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	out := make([]backend.ProviderHealth, len(g.providers))
	var wg sync.WaitGroup
	for i, p := range g.providers {
		h := &out[i]
		*h = backend.ProviderHealth{Name: p.Name(), Title: p.Title(), On: asksProvider(p, on), Local: p.Local(), Sends: p.Sends(), Needs: p.Needs()}
		if h.Needs == nil {
			h.Needs = []backend.ProviderNeed{}
		}
		if !h.On && slices.Contains(h.Needs, needsKey) {
			h.Message = "Needs a key of yours."
			continue
		}
		wg.Go(func() { h.Ready, h.Message = p.Health(ctx) })
	}
	wg.Wait()
	return out
}

// cacheKind names these records in the cache; the number is their shape.
const cacheKind = "evidence.1"

// keepFor is how long a reply serves, by how fast the answer can change.
func keepFor(c backend.Class) time.Duration {
	switch c {
	case backend.ClassEvergreen:
		return 30 * 24 * time.Hour
	case backend.ClassSlow:
		return 3 * 24 * time.Hour
	}
	return shortest
}

// shortest is how long every reply serves.
const shortest = 6 * time.Hour

type cachedReply struct {
	At       time.Time         `json:"at"`
	Passages []backend.Passage `json:"passages"`
	Snippets bool              `json:"snippets,omitempty"` // no page could be opened: it may be back soon
}

// cacheKey also names the server or the engine of a provider that has several: what
// one of them found is not what another finds.
func cacheKey(p Provider, s backend.Search) string {
	parts := append([]string{p.Name(), backend.Normal(s.Question), fmt.Sprint(limitOf(s))}, s.Queries...)
	if w, ok := p.(*webSearch); ok && w.place != nil {
		parts = append(parts, "at "+w.place())
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// cached serves a reply that is young enough for the class of this question. A
// cache that fails is as good as none.
func (g *Gatherer) cached(key string, s backend.Search) ([]backend.Passage, bool) {
	if g.o.Cache == nil {
		return nil, false
	}
	raw, ok, err := g.o.Cache.Cached(cacheKind, key)
	var r cachedReply
	if err != nil || !ok || json.Unmarshal(raw, &r) != nil || len(r.Passages) == 0 {
		return nil, false
	}
	limit := keepFor(s.Class)
	if r.Snippets {
		limit = min(limit, shortest)
	}
	age := s.Now.Sub(r.At)
	if age < 0 || age > limit {
		return nil, false
	}
	return r.Passages, true
}

func (g *Gatherer) keep(key string, r cachedReply) {
	if g.o.Cache == nil || len(r.Passages) == 0 {
		return
	}
	if raw, err := json.Marshal(r); err == nil {
		_ = g.o.Cache.PutCached(cacheKind, key, raw) // asking again is all that is lost
	}
}
