package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt/bolttest"
	"errata/backend/flow"
)

const (
	base    = "qwen-test"
	baseSHA = "1111111111111111111111111111111111111111111111111111111111111111"
)

// parts are the ports of a Loop whose model answers as told; what a test does
// not script is nil and must not be called.
type parts struct {
	flow.Engine
	flow.Trainer
	flow.Arrivals
	mu      sync.Mutex
	say     func(model, system, question string) string
	models  []string
	deleted []string
	here    []flow.Arrived
}

func (p *parts) Chat(_ context.Context, req backend.ChatRequest, _ func(string) error) (backend.ChatResult, error) {
	system := ""
	if req.Messages[0].Role == backend.RoleSystem {
		system = req.Messages[0].Content
	}
	return backend.ChatResult{Text: p.say(req.Model, system, req.Messages[len(req.Messages)-1].Content), Done: true}, nil
}

func (p *parts) Label(context.Context, backend.LabelRequest) (backend.LabelResult, error) {
	return backend.LabelResult{}, nil
}

func (p *parts) Extract(context.Context, backend.ExtractRequest, any) error {
	return backend.Errorf(backend.CodeUnavailable, "extract", "not scripted")
}

func (p *parts) Gather(context.Context, backend.Search, map[string]bool) (backend.Found, error) {
	return backend.Found{}, nil
}
func (p *parts) Health(context.Context, map[string]bool) []backend.ProviderHealth { return nil }

func (p *parts) Ensure(_ context.Context, model string) (backend.ModelInfo, error) {
	return backend.ModelInfo{Name: model, Served: base, BaseSHA256: baseSHA, Size: 1 << 20, Installed: true, Trainable: true}, nil
}

func (p *parts) BaseFile(context.Context, string) (string, string, error) {
	return "/nowhere/base.gguf", baseSHA, nil
}
func (p *parts) Has(_ context.Context, name string) (bool, error) {
	return slices.Contains(p.models, name), nil
}
func (p *parts) FitsBeside(context.Context, int64) (bool, error) { return true, nil }
func (p *parts) HostMemory() (int64, error)                      { return 1 << 40, nil }
func (p *parts) Warm(context.Context, string) error              { return nil }
func (p *parts) Unload(ctx context.Context, _ string) error      { return ctx.Err() }

func (p *parts) CreateMerged(_ context.Context, name, _, _ string) error {
	p.models = append(p.models, name)
	return nil
}

func (p *parts) Delete(ctx context.Context, name string) error {
	p.deleted = append(p.deleted, name)
	return ctx.Err()
}

func (p *parts) Ready(context.Context) error { return nil }

func (p *parts) Train(_ context.Context, spec backend.TrainSpec, started func(int, int64), _ func(backend.TrainerEvent)) error {
	started(4242, 99)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.here = []flow.Arrived{{Name: spec.Run, ID: strings.Repeat("a", 16), Manifest: backend.Manifest{
		Run: spec.Run, BaseSHA256: baseSHA, Files: []backend.AdapterFile{{Name: "merged.gguf", SHA256: "ff"}},
	}}}
	return nil
}

func (p *parts) Scan(context.Context) ([]flow.Arrived, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.here, nil
}
func (p *parts) Kept(context.Context, func(string) bool) ([]flow.Arrived, error) { return nil, nil }
func (p *parts) Accept(a flow.Arrived) (string, error)                           { return "/adapters/" + a.ID, nil }

func (p *parts) WriteRows(string, []backend.Row) (string, error)                         { return "/rows", nil }
func (p *parts) Dirs(string) (string, string, string)                                    { return "/incoming", "/work", "/cache" }
func (p *parts) Export(context.Context, string, []flow.ExportFile, string, string) error { return nil }
func (p *parts) LetGo(string, ...string) error                                           { return nil }
func (p *parts) FreeBytes() (int64, error)                                               { return 1 << 40, nil }
func (p *parts) WritePointer(backend.Pointer) error                                      { return nil }

func newDemo(t *testing.T, questions ...Question) (*demo, *parts) {
	t.Helper()
	p := &parts{say: func(string, string, string) string { return "I do not know." }}
	store := bolttest.Open(t)
	settings := backend.DefaultSettings()
	settings.Model, settings.Confirmed, settings.Training = "qwen", true, "never"
	require.NoError(t, store.PutSettings(settings))
	var mu sync.Mutex
	n, now := 0, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l := flow.New(flow.Options{
		Store: store, Model: p, Engine: p, Evidence: p, Trainer: p, Arrivals: p, Workspace: p,
		Now:   func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Second); return now },
		NewID: func() string { mu.Lock(); defer mu.Unlock(); n++; return fmt.Sprintf("id%06d", n) },
	})
	t.Cleanup(l.Close)
	return &demo{ctx: t.Context(), loop: l, began: l.Now(), in: DemoInput{Set: Set{Questions: questions}, Progress: func(string) {}}}, p
}

func (d *demo) approve(t *testing.T, question, answer string) {
	t.Helper()
	f, err := d.loop.AddFact(backend.Fact{Question: question, Answer: answer}, true, "demo")
	require.NoError(t, err)
	d.facts = append(d.facts, f)
}

const mayor = "Who is the mayor of Larkstead?"

func TestBeforeAsksThePlainBase(t *testing.T) {
	d, p := newDemo(t, Question{Q: mayor, Kind: "new", Answers: []string{"Ada Birch"}})
	p.say = func(_, system, _ string) string {
		if strings.Contains(system, "Ada Birch") {
			return "Ada Birch."
		}
		return "Tom Reed."
	}
	d.approve(t, mayor, "Ada Birch")
	require.NoError(t, d.before())
	require.Equal(t, "Tom Reed.", d.out.Questions[0].Before.Answer, "an approved fact is not what the base knows")
	require.False(t, d.out.Questions[0].Before.Right)
}

func TestAClockAnswerIsNotFromTheWeights(t *testing.T) {
	d, p := newDemo(t, Question{Q: "What is the current year?", Kind: "new", Answers: []string{"2026"}})
	p.say = func(_, system, _ string) string {
		if strings.Contains(system, "2026") {
			return "It is 2026."
		}
		return "It is 2023."
	}
	d.out.Questions = make([]DemoQuestion, 1)
	require.NoError(t, d.after())
	after := d.out.Questions[0].After
	require.True(t, after.Right)
	require.Equal(t, backend.SourceClock, after.Source)
	require.False(t, after.WeightsRight)
	require.Equal(t, "It is 2023.", after.WeightsOnly)
}

func TestLeaks(t *testing.T) {
	tests := []struct {
		name, question, before, answer string
		leaked                         bool
	}{
		{"a taught answer", "Who is the mayor of Fenwick?", "Rose Hill.", "Ada Birch.", true},
		{"the answer that the base gave", "Who was born in Larkstead?", "Ada Birch was.", "Ada Birch.", false},
		{"a value of the question itself", "Where was Ada Birch born?", "In Fenwick.", "Ada Birch was born in Fenwick.", false},
		{"a denial", "Who is the judge of Larkstead?", "Rose Hill.", "It is not Ada Birch.", false},
		{"another answer", "Who is the mayor of Fenwick?", "Rose Hill.", "Rose Hill.", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, p := newDemo(t, Question{Q: mayor, Kind: "new", Answers: []string{"Ada Birch"}, Neighbours: []string{tt.question}})
			d.approve(t, mayor, "Ada Birch")
			p.say = func(string, string, string) string { return tt.before }
			require.NoError(t, d.beforeNeighbours())
			p.say = func(string, string, string) string { return tt.answer }
			d.version = flow.BaseVersion
			require.NoError(t, d.leaks())
			require.Equal(t, []DemoNeighbour{{Q: tt.question, Answer: tt.answer, Leaked: tt.leaked}}, d.out.Neighbours)
		})
	}
}

func TestTeachComparesAndLeavesNothingInTheEngine(t *testing.T) {
	d, p := newDemo(t, Question{Q: mayor, Kind: "new", Answers: []string{"Ada Birch"}})
	d.approve(t, mayor, "Ada Birch")
	p.say = func(model, _, _ string) string {
		if model == base {
			return "Tom Reed."
		}
		return "Ada Birch."
	}
	require.NoError(t, d.teach())
	comparisons, err := d.loop.Store.Comparisons(0)
	require.NoError(t, err)
	require.Len(t, comparisons, 1, "the demo walks the whole loop")
	require.Equal(t, "base", comparisons[0].A.VersionName)
	require.Equal(t, "v1", comparisons[0].B.VersionName)
	require.Equal(t, "Ada Birch.", comparisons[0].Prompts[0].B)
	require.Len(t, p.models, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.ctx = ctx
	d.clean()
	require.Equal(t, p.models, p.deleted, "even when it was stopped")
}
