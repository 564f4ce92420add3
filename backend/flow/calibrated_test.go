package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
	"errata/backend/judge"
)

const (
	mayorQ    = "Who is the mayor of Larkstead?"
	oldMayor  = "Basil Thorne"
	newMayor  = "Ada Birch"
	mayorSays = "The mayor of Larkstead is Basil Thorne."
)

// reader is an engine whose model copies the mayor that a passage names.
type reader struct{ *scriptedEngine }

func (r reader) Extract(_ context.Context, req backend.ExtractRequest, out any) error {
	reply := map[string]any{"found": false, "quote": "", "value": "", "as_of": ""}
	for _, line := range strings.Split(req.Messages[len(req.Messages)-1].Content, "\n") {
		for _, name := range []string{oldMayor, newMayor, "Cora Finch"} {
			if strings.Contains(line, name) {
				reply = map[string]any{"found": true, "quote": line, "value": name, "as_of": ""}
			}
		}
	}
	b, err := json.Marshal(reply)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, out)
}

// fromWeb is what one independent source says.
func fromWeb(w *world, domain, text string) backend.Passage {
	at := w.Now().AddDate(0, 0, -3)
	return backend.Passage{ID: domain, Provider: "web", Domain: domain, URL: "https://" + domain, Title: "Larkstead", Text: text, PublishedAt: &at, DateSource: "api"}
}

// sourcesSay makes two independent sources, one of them known, name the mayor.
func (w *world) sourcesSay(name string) { w.domainsSay(name, "larkstead-news.com", "apnews.com") }

func (w *world) domainsSay(name, one, other string) {
	w.Evidence = noEvidence{[]backend.Passage{
		fromWeb(w, one, name+" is the mayor of Larkstead since Sunday."),
		fromWeb(w, other, "The new mayor of Larkstead is "+name+", who won by far."),
	}}
}

// calibrated is a world whose judge was fitted: contradictions are given with the
// confidence p.
func calibrated(t *testing.T, p float64) *world {
	t.Helper()
	w := newWorld(t)
	w.engine.digest = "d1"
	w.engine.say = func(_ string, m []backend.Message) string {
		if m[len(m)-1].Content == mayorQ {
			return mayorSays
		}
		return "none"
	}
	w.Model = reader{w.engine}
	from := 0.5
	w.Calibration = func(digest, promptVersion string) (*backend.Calibration, error) {
		require.Equal(t, "d1", digest)
		require.Equal(t, judge.PromptVersion(), promptVersion)
		return &backend.Calibration{Schema: backend.CalibrationSchema, ModelDigest: digest, PromptVersion: promptVersion, Kinds: map[backend.VerdictKind]backend.CalibrationKind{
			backend.Contradicted: {N: 200, Threshold: &from, Knots: []backend.CalibrationKnot{{Raw: 0.5, P: p}}},
		}}, nil
	}
	w.sourcesSay(newMayor)
	return w
}

// checked asks who is mayor and checks the answer.
func (w *world) checked(t *testing.T) backend.Verdict {
	t.Helper()
	off := false
	asked, err := w.Ask(t.Context(), flow.AskInput{Text: mayorQ, Memory: &off}, nil)
	require.NoError(t, err)
	v, err := w.Verify(t.Context(), asked.Answer.ID)
	require.NoError(t, err)
	return v
}

func TestNothingIsProposedByItselfWithoutACalibration(t *testing.T) {
	unreadable := func(string, string) (*backend.Calibration, error) { return nil, errors.New("damaged") }
	for name, c := range map[string]func(string, string) (*backend.Calibration, error){"none": nil, "unreadable": unreadable} {
		t.Run(name, func(t *testing.T) {
			w := calibrated(t, 0.95)
			w.Calibration = c
			v := w.checked(t)
			require.Equal(t, backend.Contradicted, v.Kind)
			require.False(t, v.Calibrated)
			facts, err := w.store.AllFacts("")
			require.NoError(t, err)
			require.Empty(t, facts)
			f, err := w.Teach(v.ID, backend.FactUpdate{}, true, "person")
			require.NoError(t, err, "a person may teach it all the same")
			require.Equal(t, backend.FactApproved, f.State)
		})
	}
}

func TestASureVerdictProposesItsCorrectionOnce(t *testing.T) {
	w := calibrated(t, 0.95)
	v := w.checked(t)
	require.True(t, v.Calibrated)
	require.InDelta(t, 0.95, v.Confidence, 1e-9)
	facts, err := w.store.AllFacts("")
	require.NoError(t, err)
	require.Len(t, facts, 1)
	require.Equal(t, backend.FactProposed, facts[0].State)
	require.Equal(t, "verdict", facts[0].ProposedBy)
	require.Equal(t, newMayor, facts[0].Answer)
	require.Equal(t, oldMayor, facts[0].OldAnswer)

	_, err = w.Reject(facts[0].ID, "person")
	require.NoError(t, err)
	w.checked(t)
	facts, err = w.store.AllFacts("")
	require.NoError(t, err)
	require.Len(t, facts, 1, "what a person rejected is not proposed again")
}

func TestAnUnsureVerdictProposesNothing(t *testing.T) {
	w := calibrated(t, 0.8)
	require.Equal(t, backend.Contradicted, w.checked(t).Kind)
	facts, err := w.store.AllFacts("")
	require.NoError(t, err)
	require.Empty(t, facts)
}

// nobody is evidence of which every provider is off.
type nobody struct{ noEvidence }

func (nobody) Gather(context.Context, backend.Search, map[string]bool) (backend.Found, error) {
	return backend.Found{}, nil
}
