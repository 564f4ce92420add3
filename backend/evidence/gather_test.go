package evidence_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/evidence"
	"errata/backend/evidence/evidencetest"
	"errata/backend/flow"
)

// fake is a provider in a few lines.
type fake struct {
	name  string
	local bool
	asked int
	do    func(ctx context.Context, s backend.Search) ([]backend.Passage, error)
}

func (f *fake) Name() string                          { return f.name }
func (f *fake) Title() string                         { return "Fake " + f.name }
func (f *fake) Local() bool                           { return f.local }
func (f *fake) Sends() string                         { return "The words." }
func (f *fake) Needs() []backend.ProviderNeed         { return nil }
func (f *fake) Health(context.Context) (bool, string) { return true, "fine" }
func (f *fake) Search(ctx context.Context, s backend.Search) ([]backend.Passage, error) {
	f.asked++
	return f.do(ctx, s)
}

func gives(texts ...string) func(context.Context, backend.Search) ([]backend.Passage, error) {
	return func(context.Context, backend.Search) ([]backend.Passage, error) {
		var out []backend.Passage
		for i, t := range texts {
			out = append(out, backend.Passage{URL: "https://www.site" + string(rune('a'+i)) + ".co.uk/x", Title: "T", Text: t})
		}
		return out, nil
	}
}

func fails(err error) func(context.Context, backend.Search) ([]backend.Passage, error) {
	return func(context.Context, backend.Search) ([]backend.Passage, error) { return nil, err }
}

var allOn = map[string]bool{"library": true, "wikipedia": true, "wikidata": true, "google": true}

func TestGatherJoins(t *testing.T) {
	network := &fake{name: "wikipedia", do: gives("Ann Other leads Freedonia.", "The palace has 20 rooms.")}
	broken := &fake{name: "wikidata", do: fails(&backend.Error{Code: backend.CodeUnavailable, Op: "x", Message: "Broken.", Err: &net.DNSError{Err: "no such host"}})}
	panics := &fake{name: "google", do: func(context.Context, backend.Search) ([]backend.Passage, error) { panic("boom") }}
	off := &fake{name: "other", do: gives("never")}
	g := evidence.New([]evidence.Provider{network, broken, panics, off, evidence.NewLibrary(notes), evidence.NewClock()}, evidence.Options{})
	found, err := g.Gather(context.Background(), search(question), allOn)
	require.NoError(t, err)
	require.Equal(t, []string{"library", "wikipedia", "wikidata", "google"}, found.Asked)
	require.Equal(t, "library", found.Passages[0].Provider, "the user's own first")
	require.Len(t, found.Passages, 4)
	require.Equal(t, "sitea.co.uk", found.Passages[2].Domain)
	require.Equal(t, "none", found.Passages[2].DateSource)
	require.Len(t, found.Failures, 2)
	require.Equal(t, backend.ProviderFailure{Provider: "wikidata", Code: backend.CodeUnavailable, Message: "Broken.", Offline: true}, found.Failures[0])
	require.Equal(t, backend.CodeInternal, found.Failures[1].Code)
	require.Zero(t, off.asked)

	for _, on := range []map[string]bool{nil, {}, {"wikipedia": false}} {
		found, err = g.Gather(context.Background(), search(question), on)
		require.NoError(t, err)
		require.Empty(t, found.Asked)
		require.NotNil(t, found.Passages)
		require.NotNil(t, found.Sent)
	}
	require.Equal(t, 1, network.asked)
	_, err = g.Gather(context.Background(), search("  "), allOn)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
}

func TestGatherClock(t *testing.T) {
	g := evidence.New([]evidence.Provider{evidence.NewClock()}, evidence.Options{Now: func() time.Time { return evidencetest.Now }})
	found, err := g.Gather(context.Background(), backend.Search{Question: "What year is it?", Class: backend.ClassClock}, nil)
	require.NoError(t, err)
	require.Len(t, found.Passages, 1)
	require.Empty(t, found.Sent)
	found, err = g.Gather(context.Background(), backend.Search{Question: "What year is it?", Class: backend.ClassClock}, map[string]bool{"clock": false})
	require.NoError(t, err)
	require.Empty(t, found.Passages)
}

// With no network the local results come at once and every failure says so.
func TestGatherOffline(t *testing.T) {
	refuse := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("network is unreachable")}
	}
	release := make(chan struct{}) // net/http lets a dial go on after its request has ended
	t.Cleanup(func() { close(release) })
	hang := func(ctx context.Context, _, _ string) (net.Conn, error) {
		select {
		case <-ctx.Done():
		case <-release:
		}
		return nil, errors.New("no answer")
	}
	for name, dial := range map[string]func(context.Context, string, string) (net.Conn, error){"refused": refuse, "silent": hang} {
		t.Run(name, func(t *testing.T) {
			wp, err := evidence.Pinned("https://en.wikipedia.org", evidence.PinnedOptions{Dial: dial})
			require.NoError(t, err)
			wd, err := evidence.Pinned("https://www.wikidata.org", evidence.PinnedOptions{Dial: dial})
			require.NoError(t, err)
			a, err := evidence.NewWikipedia(evidence.WikiOptions{Client: wp})
			require.NoError(t, err)
			b, err := evidence.NewWikidata(evidence.WikiOptions{Client: wd})
			require.NoError(t, err)
			g := evidence.New([]evidence.Provider{a, b, evidence.NewLibrary(notes)}, evidence.Options{Deadline: 200 * time.Millisecond})
			start := time.Now()
			found, err := g.Gather(context.Background(), search(question), allOn)
			require.NoError(t, err)
			require.Less(t, time.Since(start), 5*time.Second)
			require.Len(t, found.Passages, 2)
			require.Len(t, found.Failures, 2)
			for _, f := range found.Failures {
				require.True(t, f.Offline, f.Message)
				require.Contains(t, f.Message, "could not be reached")
			}
		})
	}
}

func TestGatherDoesNotWaitForTheDeaf(t *testing.T) {
	release := make(chan struct{})
	deaf := &fake{name: "wikipedia", do: func(context.Context, backend.Search) ([]backend.Passage, error) {
		<-release
		return nil, nil
	}}
	g := evidence.New([]evidence.Provider{deaf, evidence.NewLibrary(notes)}, evidence.Options{Deadline: 20 * time.Millisecond})
	found, err := g.Gather(context.Background(), search(question), allOn)
	close(release)
	require.NoError(t, err)
	require.Len(t, found.Passages, 2)
	require.Contains(t, found.Failures[0].Message, "in time")
}

func TestGatherStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	slow := &fake{name: "wikipedia", do: func(ctx context.Context, _ backend.Search) ([]backend.Passage, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	_, err := evidence.New([]evidence.Provider{slow}, evidence.Options{}).Gather(ctx, search(question), allOn)
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
}

// memory is a cache of two maps.
type memory struct {
	mu   sync.Mutex
	m    map[string][]byte
	fail bool
}

func (m *memory) Cached(kind, key string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail {
		return nil, false, errors.New("disk")
	}
	v, ok := m.m[kind+"/"+key]
	return v, ok, nil
}

func (m *memory) PutCached(kind, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail {
		return errors.New("disk")
	}
	m.m[kind+"/"+key] = value
	return nil
}

func TestGatherCache(t *testing.T) {
	cache := &memory{m: map[string][]byte{}}
	p := &fake{name: "wikipedia", do: gives("Ann Other leads Freedonia.")}
	g := evidence.New([]evidence.Provider{p}, evidence.Options{Cache: cache})
	ask := func(q string, class backend.Class, at time.Time) backend.Found {
		t.Helper()
		found, err := g.Gather(context.Background(), backend.Search{Question: q, Class: class, Now: at}, allOn)
		require.NoError(t, err)
		require.Len(t, found.Passages, 1)
		return found
	}
	now := evidencetest.Now
	firstFound := ask(question, backend.ClassFast, now)
	require.Equal(t, firstFound.Passages, ask(" who is the Prime Minister of freedonia", backend.ClassFast, now.Add(5*time.Hour)).Passages)
	require.Equal(t, 1, p.asked)
	ask(question, backend.ClassFast, now.Add(7*time.Hour))
	require.Equal(t, 2, p.asked, "fast answers are asked again after six hours")
	ask(question, backend.ClassEvergreen, now.Add(20*24*time.Hour))
	require.Equal(t, 2, p.asked, "evergreen ones after thirty days")
	ask(question, backend.ClassEvergreen, now.Add(40*24*time.Hour))
	require.Equal(t, 3, p.asked)
	ask(question, backend.ClassFast, now.Add(-time.Hour))
	require.Equal(t, 4, p.asked, "a clock that went back trusts nothing")
	for k := range cache.m {
		require.NotContains(t, k, "Freedonia", "the key tells nothing")
		cache.m[k] = []byte(`{"at":"2026-`)
	}
	ask(question, backend.ClassFast, now)
	require.Equal(t, 5, p.asked, "a damaged record is asked for again")
	cache.fail = true
	ask("Another?", backend.ClassFast, now)

	found, err := g.Gather(context.Background(), search(question), map[string]bool{})
	require.NoError(t, err)
	require.Empty(t, found.Passages, "what was cached while a provider was on is not shown when it is off")
}

func TestGatherLimit(t *testing.T) {
	p := &fake{name: "wikipedia", do: gives("One is A.", "Two is B.", "Three is C.", "Four is D.")}
	s := search(question)
	s.Limit = 3
	found, err := evidence.New([]evidence.Provider{p}, evidence.Options{}).Gather(context.Background(), s, allOn)
	require.NoError(t, err)
	require.Len(t, found.Passages, 3)
}

func TestNearDuplicates(t *testing.T) {
	const text = "The long serving minister Ann Other was sworn in as prime minister of Freedonia on 5 July 2026 after a clear win over the party of Bob Former in the general election that was held a week before."
	tests := []struct {
		name, other string
		kept        int
	}{
		{"the same", text, 1},
		{"other case and points", strings.ToUpper(text[:1]) + text[1:] + "..", 1},
		{"one small word more", strings.Replace(text, "a clear win", "a very clear win", 1), 1},
		{"another name", strings.Replace(text, "Ann Other", "Eve Third", 1), 2},
		{"another year", strings.Replace(text, "2026", "2022", 1), 2},
		{"denied", strings.Replace(text, "was sworn", "was not sworn", 1), 2},
		{"another text", "The palace of Freedonia has twenty rooms and a garden.", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &fake{name: "wikipedia", do: gives(text, tt.other)}
			found, err := evidence.New([]evidence.Provider{p}, evidence.Options{}).Gather(context.Background(), search(question), allOn)
			require.NoError(t, err)
			require.Len(t, found.Passages, tt.kept)
		})
	}
	own := shelf{{URL: "/a.md", Domain: "library", Title: "Mine", Text: text, DateSource: "none"}}
	g := evidence.New([]evidence.Provider{&fake{name: "wikipedia", do: gives(text)}, evidence.NewLibrary(own)}, evidence.Options{})
	found, err := g.Gather(context.Background(), search(question), allOn)
	require.NoError(t, err)
	require.Len(t, found.Passages, 1)
	require.Equal(t, "library", found.Passages[0].Provider)
}

func TestHealthSendsNothing(t *testing.T) {
	server := evidencetest.Serve(t)
	g := evidence.New([]evidence.Provider{wikipedia(t, server.URL), wikidata(t, server.URL), googleAt(evidencetest.Now)(t, server.URL), evidence.NewClock(), evidence.NewLibrary(shelf{})}, evidence.Options{})
	health := g.Health(context.Background(), map[string]bool{"wikipedia": true})
	require.Len(t, health, 5)
	on := map[string]bool{}
	for _, h := range health {
		on[h.Name] = h.On
		require.NotEmpty(t, h.Title)
		require.NotEmpty(t, h.Message)
	}
	require.Equal(t, map[string]bool{"wikipedia": true, "wikidata": false, "google": false, "clock": true, "library": false}, on)
	require.Empty(t, server.Requests())
}

// Looking for a key may open the system's password window, so the key of a
// provider that is off is left alone, and one that is on does not hold up the rest.
func TestHealthLooksForKeysOfProvidersThatAreOn(t *testing.T) {
	looked := atomic.Int64{}
	locked := func(ctx context.Context) (string, error) {
		looked.Add(1)
		<-ctx.Done()
		return "", ctx.Err()
	}
	p, err := evidence.NewTavily(evidence.TavilyOptions{Key: locked})
	require.NoError(t, err)
	g := evidence.New([]evidence.Provider{p, evidence.NewClock()}, evidence.Options{})
	health := g.Health(context.Background(), nil)
	require.False(t, health[1].Ready)
	require.Contains(t, health[1].Message, "key")
	require.Zero(t, looked.Load())

	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	health = g.Health(ctx, map[string]bool{"tavily": true})
	require.True(t, health[0].Ready)
	require.False(t, health[1].Ready)
	require.EqualValues(t, 1, looked.Load())
	require.Equal(t, []backend.ProviderNeed{{Label: "Key"}}, health[1].Needs)
}

// The Gatherer is the port that the use cases own, and takes the store's cache.
var (
	_ flow.Evidence  = (*evidence.Gatherer)(nil)
	_ evidence.Cache = flow.CacheStore(nil)
)
