package flow_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

// twoBases is an engine that has the base in use and big:1, and hears which model
// extracts.
type twoBases struct {
	reader
	mu        sync.Mutex
	extracted map[string]bool
}

func (e *twoBases) Ensure(ctx context.Context, model string) (backend.ModelInfo, error) {
	switch model {
	case "qwen":
		return e.scriptedEngine.Ensure(ctx, model)
	case "big:1":
		return backend.ModelInfo{Name: model, Title: "Big", Digest: "d2", Served: "big-test", Installed: true}, nil
	}
	return backend.ModelInfo{}, backend.Errorf(backend.CodeNotFound, "engine.ensure", "The model %s is not installed.", model).WithHint("Install it in Settings.")
}

func (e *twoBases) Extract(ctx context.Context, req backend.ExtractRequest, out any) error {
	e.mu.Lock()
	e.extracted[req.Model] = true
	e.mu.Unlock()
	return e.reader.Extract(ctx, req, out)
}

// withRoles is a world with a fit for each base, and the roles chosen.
func withRoles(t *testing.T, extractor, judging string) (*world, *twoBases) {
	t.Helper()
	w := calibrated(t, 0.95)
	e := &twoBases{reader: reader{w.engine}, extracted: map[string]bool{}}
	w.Engine, w.Model = e, e
	fit := w.Calibration
	w.Calibration = func(digest, promptVersion string) (*backend.Calibration, error) {
		c, err := fit("d1", promptVersion)
		c.ModelDigest = digest
		return c, err
	}
	w.choose(t, extractor, judging)
	return w, e
}

func (w *world) choose(t *testing.T, extractor, judging string) {
	t.Helper()
	s, err := w.store.Settings()
	require.NoError(t, err)
	s.Extractor, s.Judge = extractor, judging
	require.NoError(t, w.store.PutSettings(s))
}

func TestTheChosenModelsCheckWhatTheTaughtVersionAnswered(t *testing.T) {
	tests := []struct {
		name, extractor, judge                          string
		wantExtractor, wantTitle, wantJudge, calibrated string
	}{
		{"neither: the plain base", "", "", "qwen-test", "qwen", "qwen-test", "d1"},
		{"an extractor", "big:1", "", "big-test", "Big", "qwen-test", "d2"},
		{"a judge, which nothing was left for", "", "big:1", "qwen-test", "qwen", "big-test", "d1"},
		{"one for both", "big:1", "big:1", "big-test", "Big", "big-test", "d2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, e := withRoles(t, tt.extractor, tt.judge)
			taught := w.version(t, "aaaa", backend.ServedMerged)
			_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: taught.ID})
			require.NoError(t, err)
			v := w.checked(t)
			require.Equal(t, backend.Contradicted, v.Kind)
			answer, err := w.store.Answer(v.AnswerID)
			require.NoError(t, err)
			require.Equal(t, taught.EngineName, answer.Model)
			require.Equal(t, map[string]bool{tt.wantExtractor: true}, e.extracted)
			require.Equal(t, []string{tt.wantExtractor, tt.wantTitle, tt.wantJudge}, []string{v.Extractor, v.ExtractorTitle, v.Judge})
			require.True(t, strings.HasPrefix(v.Calibration, tt.calibrated+"/"), v.Calibration)
		})
	}
}

func TestAMissingModelOfARoleLosesNothing(t *testing.T) {
	tests := []struct {
		name, extractor, judge string
		code                   backend.Code
		says, hint             string
	}{
		{"the extractor", "gone:1", "", backend.CodeNotFound, "The model gone:1 is not installed. It is chosen as extractor.", "Install it in Settings. Or choose another extractor in Settings."},
		{"the judge", "big:1", "gone:1", backend.CodeNotFound, "The model gone:1 is not installed. It is chosen as judge.", "choose another judge"},
		{"a taught version", "errata-qwen:aaaa-merged", "", backend.CodeInvalid, "it would judge itself", "Choose a base model"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, _ := withRoles(t, "", "")
			before := w.checked(t)
			w.choose(t, tt.extractor, tt.judge)
			_, err := w.Verify(t.Context(), before.AnswerID)
			require.Equal(t, tt.code, backend.CodeOf(err))
			require.ErrorContains(t, err, tt.says)
			require.Contains(t, backend.HintOf(err), tt.hint)
			answer, err := w.store.Answer(before.AnswerID)
			require.NoError(t, err)
			require.Equal(t, backend.AnswerComplete, answer.State)
			recent, err := w.store.RecentVerdicts(10)
			require.NoError(t, err)
			require.Len(t, recent, 1)
			require.Equal(t, before.ID, recent[0].ID)
			w.choose(t, "", "")
			_, err = w.Verify(t.Context(), before.AnswerID)
			require.NoError(t, err)
		})
	}
}
