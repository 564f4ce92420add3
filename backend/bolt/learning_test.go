package bolt_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
)

func TestDatasets(t *testing.T) {
	s := bolttest.Open(t)
	rows := []backend.Row{}
	for n := range 2000 {
		rows = append(rows, backend.Row{ID: fmt.Sprint(n), Prompt: strings.Repeat("prompt ", 50)})
	}
	first, err := s.AddDataset(backend.Dataset{ID: "d1", Hash: "h1", CreatedAt: at(1)}, backend.DatasetContent{Rows: rows})
	require.NoError(t, err)
	require.Equal(t, 1, first.Number)
	second, err := s.AddDataset(backend.Dataset{ID: "d2", Hash: "h2", ParentID: "d1", ParentHash: "h1"}, backend.DatasetContent{})
	require.NoError(t, err)
	require.Equal(t, 2, second.Number)
	got, err := s.Dataset("d2")
	require.NoError(t, err)
	require.Equal(t, second, got)
	c, err := s.DatasetContent("d1")
	require.NoError(t, err)
	require.Equal(t, rows, c.Rows)

	tests := []struct {
		name     string
		d        backend.Dataset
		wantCode backend.Code
	}{
		{"no id", backend.Dataset{}, backend.CodeInvalid},
		{"twice", backend.Dataset{ID: "d1"}, backend.CodeConflict},
		{"unknown parent", backend.Dataset{ID: "d3", ParentID: "x"}, backend.CodeNotFound},
		{"another hash of the parent", backend.Dataset{ID: "d3", ParentID: "d1", ParentHash: "h2"}, backend.CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.AddDataset(tt.d, backend.DatasetContent{})
			require.Equal(t, tt.wantCode, backend.CodeOf(err))
		})
	}
	list, err := s.Datasets()
	require.NoError(t, err)
	require.Equal(t, []string{"d2", "d1"}, ids(list))
}

func TestRuns(t *testing.T) {
	s := bolttest.Open(t)
	require.NoError(t, s.AddRun(backend.Run{ID: "r1", State: backend.RunRequested, CreatedAt: at(1)}))
	require.Equal(t, backend.CodeConflict, backend.CodeOf(s.AddRun(backend.Run{ID: "r2", State: backend.RunRequested})))
	_, err := s.ChangeRun("r1", func(r *backend.Run) error { r.State = backend.RunRunning; return nil })
	require.NoError(t, err)
	require.Equal(t, backend.CodeConflict, backend.CodeOf(s.AddRun(backend.Run{ID: "r2", State: backend.RunRequested})))
	_, err = s.ChangeRun("r1", func(r *backend.Run) error { r.State = backend.RunInterrupted; return nil })
	require.NoError(t, err)
	require.NoError(t, s.AddRun(backend.Run{ID: "r2", State: backend.RunRunning, CreatedAt: at(2)}))
	_, err = s.ChangeRun("r1", func(r *backend.Run) error { r.State = backend.RunRunning; return nil })
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "resuming beside an open run")
	_, err = s.ChangeRun("r2", func(r *backend.Run) error { r.Progress.Loss = math.NaN(); return nil })
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), "JSON has no NaN")

	for n := range 300 {
		for _, run := range []string{"r1", "r2"} {
			require.NoError(t, s.AddRunEvent(run, at(n), json.RawMessage(fmt.Sprintf(`{"run":%q,"step":%d}`, run, n))))
		}
	}
	events, err := s.RunEvents("r2")
	require.NoError(t, err)
	require.Len(t, events, 300)
	require.JSONEq(t, `{"run":"r2","step":256}`, string(events[256]))
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(s.AddRunEvent("r1", at(1), json.RawMessage(`{"half`))))
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(s.AddRunEvent("x", at(1), json.RawMessage(`{}`))))
	list, err := s.Runs()
	require.NoError(t, err)
	require.Equal(t, []string{"r2", "r1"}, ids(list))
}

func register(t *testing.T, s *bolt.Store, n int, model string) backend.Version {
	t.Helper()
	v, err := s.RegisterAdapter(backend.Adapter{ID: fmt.Sprint("sha", n)}, backend.Version{ID: fmt.Sprint("v", n), Model: model, CreatedAt: at(n)})
	require.NoError(t, err)
	return v
}

func TestRegisterAdapter(t *testing.T) {
	s := bolttest.Open(t)
	require.NoError(t, s.AddRun(backend.Run{ID: "r1", State: backend.RunFinished}))
	first, err := s.RegisterAdapter(backend.Adapter{ID: "sha", RunID: "r1"}, backend.Version{ID: "va", Model: "m"})
	require.NoError(t, err)
	require.Equal(t, 1, first.Number)
	require.Equal(t, "sha", first.AdapterID)
	require.Equal(t, backend.VersionCandidate, first.State)
	again, err := s.RegisterAdapter(backend.Adapter{ID: "sha", RunID: "r1"}, backend.Version{ID: "vb", Model: "m"})
	require.NoError(t, err)
	require.Equal(t, first, again)
	r, err := s.Run("r1")
	require.NoError(t, err)
	require.Equal(t, "sha", r.AdapterID)
	require.Equal(t, "va", r.VersionID)
	require.Equal(t, 2, register(t, s, 2, "another model").Number, "numbers count through the whole store")

	tests := []struct {
		name     string
		a        backend.Adapter
		v        backend.Version
		wantCode backend.Code
	}{
		{"adapter without id", backend.Adapter{}, backend.Version{ID: "v", Model: "m"}, backend.CodeInvalid},
		{"version without id", backend.Adapter{ID: "n"}, backend.Version{Model: "m"}, backend.CodeInvalid},
		{"version without model", backend.Adapter{ID: "n"}, backend.Version{ID: "v"}, backend.CodeInvalid},
		{"current at once", backend.Adapter{ID: "n"}, backend.Version{ID: "v", Model: "m", State: backend.VersionCurrent}, backend.CodeInvalid},
		{"another adapter", backend.Adapter{ID: "n"}, backend.Version{ID: "v", Model: "m", AdapterID: "o"}, backend.CodeInvalid},
		{"version id taken", backend.Adapter{ID: "n"}, backend.Version{ID: "va", Model: "m"}, backend.CodeConflict},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.RegisterAdapter(tt.a, tt.v)
			require.Equal(t, tt.wantCode, backend.CodeOf(err))
			_, err = s.Adapter("n")
			require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
		})
	}
}

func TestPromote(t *testing.T) {
	s := bolttest.Open(t)
	for n := 1; n <= 3; n++ {
		register(t, s, n, "m")
	}
	register(t, s, 4, "other")
	_, found, err := s.CurrentVersion("m")
	require.NoError(t, err)
	require.False(t, found)

	for i, id := range []string{"", "v1", "v2", "v2", "v1", ""} {
		require.NoError(t, s.Promote("m", id, at(i)))
		cur, found, err := s.CurrentVersion("m")
		require.NoError(t, err)
		require.Equal(t, id != "", found)
		require.Equal(t, id, cur.ID)
	}
	history, err := s.PromotionHistory("m")
	require.NoError(t, err)
	require.Equal(t, []backend.Promotion{
		{Model: "m", From: "v1", To: "", At: at(5)},
		{Model: "m", From: "v2", To: "v1", At: at(4)},
		{Model: "m", From: "v1", To: "v2", At: at(2)},
		{Model: "m", From: "", To: "v1", At: at(1)},
	}, history)
	require.NoError(t, s.Promote("m", "v2", at(6)))
	require.NoError(t, s.Rollback("m", "", at(7)))
	history, err = s.PromotionHistory("m")
	require.NoError(t, err)
	require.Equal(t, backend.Promotion{Model: "m", From: "v2", To: "", Rollback: true, At: at(7)}, history[0])
	require.Equal(t, []string{"v1", "v2", "v1", ""}, backend.Undoable(history))
	v1, err := s.Version("v1")
	require.NoError(t, err)
	require.Equal(t, backend.VersionRetired, v1.State)
	require.Equal(t, at(4), *v1.PromotedAt)

	_, err = s.ChangeVersion("v3", func(v *backend.Version) error { v.State = backend.VersionRejected; return nil })
	require.NoError(t, err)
	tests := []struct {
		name     string
		do       func() error
		wantCode backend.Code
	}{
		{"unknown", func() error { return s.Promote("m", "x", at(9)) }, backend.CodeNotFound},
		{"another model's", func() error { return s.Promote("m", "v4", at(9)) }, backend.CodeInvalid},
		{"rejected", func() error { return s.Promote("m", "v3", at(9)) }, backend.CodeConflict},
		{"no model", func() error { return s.Promote("", "v1", at(9)) }, backend.CodeInvalid},
		{"current by a change", func() error {
			_, err := s.ChangeVersion("v1", func(v *backend.Version) error { v.State = backend.VersionCurrent; return nil })
			return err
		}, backend.CodeInvalid},
		{"another number", func() error {
			_, err := s.ChangeVersion("v1", func(v *backend.Version) error { v.Number = 9; return nil })
			return err
		}, backend.CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.wantCode, backend.CodeOf(tt.do()))
			_, found, err := s.CurrentVersion("m")
			require.NoError(t, err)
			require.False(t, found)
		})
	}
	list, err := s.Versions()
	require.NoError(t, err)
	require.Equal(t, []string{"v4", "v3", "v2", "v1"}, ids(list))
}

func TestScoresAndArrivals(t *testing.T) {
	s := bolttest.Open(t)
	for n, id := range []string{"s1", "s3", "s2"} {
		require.NoError(t, s.AddScorecard(backend.Scorecard{ID: id, VersionID: "v", CreatedAt: at(n)}))
		require.NoError(t, s.AddComparison(backend.Comparison{ID: id, CreatedAt: at(n)}))
		require.NoError(t, s.PutArrival(backend.Arrival{ID: id, SeenAt: at(n), State: "stranger"}))
	}
	card, found, err := s.ScorecardOf("v")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "s2", card.ID)
	require.NotNil(t, card.Metrics)
	_, found, err = s.ScorecardOf("w")
	require.NoError(t, err)
	require.False(t, found)
	comparisons, err := s.Comparisons(2)
	require.NoError(t, err)
	require.Equal(t, []string{"s2", "s3"}, ids(comparisons))
	require.NoError(t, s.PutArrival(backend.Arrival{ID: "s1", SeenAt: at(9), State: "discarded"}))
	arrivals, err := s.Arrivals()
	require.NoError(t, err)
	require.Equal(t, []string{"s1", "s2", "s3"}, ids(arrivals))
	require.Equal(t, "discarded", arrivals[0].State)
}

func TestSettings(t *testing.T) {
	s := bolttest.Open(t)
	got, err := s.Settings()
	require.NoError(t, err)
	require.Equal(t, backend.DefaultSettings(), got)
	require.NoError(t, s.PutSettings(backend.Settings{Model: "m"}))
	got, err = s.Settings()
	require.NoError(t, err)
	require.Equal(t, "m", got.Model)
	require.NotNil(t, got.Providers)
	require.NotNil(t, got.LibraryFolders)
}

func TestSettingsOfAnOlderErrataKeepTheirJudge(t *testing.T) {
	s := bolttest.Open(t)
	require.NoError(t, s.PutOlderSettings(backend.Settings{Model: "m", Theme: "dark"}, "big:1"))
	got, err := s.Settings()
	require.NoError(t, err)
	require.Equal(t, []string{"m", "dark", "big:1", "big:1"}, []string{got.Model, got.Theme, got.Extractor, got.Judge}, "it did both")
	got.Extractor, got.Judge = "", ""
	require.NoError(t, s.PutSettings(got))
	got, err = s.Settings()
	require.NoError(t, err)
	require.Equal(t, []string{"dark", "", ""}, []string{got.Theme, got.Extractor, got.Judge}, "what is written anew is not read from the old one")
}

func TestCache(t *testing.T) {
	s := bolttest.OpenAt(t, t.TempDir()+"/errata.db", bolt.Options{CacheBytes: 1000})
	long := strings.Repeat("https://example.org/", 100)
	require.NoError(t, s.PutCached("page", long, []byte("body")))
	for n := range 30 {
		require.NoError(t, s.PutCached("page", fmt.Sprint(n), make([]byte, 100)))
	}
	require.NoError(t, s.PutCached("page", "huge", make([]byte, 2000)), "not kept, no error")
	kept := 0
	for n := range 30 {
		value, found, err := s.Cached("page", fmt.Sprint(n))
		require.NoError(t, err)
		if found {
			require.Len(t, value, 100)
			require.GreaterOrEqual(t, n, 20, "the oldest go first")
			kept++
		}
	}
	require.Equal(t, 10, kept)
	for _, key := range []string{long, "huge", "never"} {
		_, found, err := s.Cached("page", key)
		require.NoError(t, err)
		require.False(t, found)
	}
	require.NoError(t, s.PutCached("page", "29", []byte("new")))
	value, found, err := s.Cached("page", "29")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "new", string(value))
	_, found, err = s.Cached("search", "29")
	require.NoError(t, err)
	require.False(t, found, "kinds are apart")
}
