package judge_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

// heard notes which model each kind of call went to.
type heard struct {
	*judgetest.Model
	by map[string]string
}

func (h *heard) Label(ctx context.Context, req backend.LabelRequest) (backend.LabelResult, error) {
	h.by["label"] += req.Model
	return h.Model.Label(ctx, req)
}

func (h *heard) Extract(ctx context.Context, req backend.ExtractRequest, out any) error {
	h.by["extract"] += req.Model
	return h.Model.Extract(ctx, req, out)
}

func (h *heard) Chat(ctx context.Context, req backend.ChatRequest, on func(string) error) (backend.ChatResult, error) {
	h.by["chat"] += req.Model
	return h.Model.Chat(ctx, req, on)
}

func TestEachRoleHasItsModelAndItsFit(t *testing.T) {
	// No rule knows how fast this answer changes, so that a label is asked as well.
	const unsure = "What do the people of Larkstead call the round tower?"
	tower := gives(web("1", "a.com", "The people of Larkstead call the round tower the Grey Lantern.", at(10)),
		web("2", "b.com", "Grey Lantern is what the people of Larkstead call the round tower, built of flint.", at(20)))
	tests := []struct {
		name, question, answer, value string
		gather                        judge.Gather
		extractor                     string
		by                            map[string]string
		fit                           string
	}{
		{"no extractor of its own", pmQuestion, "It is Rishi Sunak.", "Keir Starmer", pages, "", map[string]string{"extract": "judge-modeljudge-model"}, "j"},
		{"only values were copied", pmQuestion, "It is Rishi Sunak.", "Keir Starmer", pages, "reader", map[string]string{"extract": "readerreader"}, "r"},
		{"a value that only plain chat gave", pmQuestion, "It is Rishi Sunak.", "", pages, "reader", map[string]string{"extract": "readerreader", "chat": "readerreader"}, "r"},
		{"only labels were asked", "Is Keir Starmer Prime Minister of the United Kingdom?", "Yes, he is.", "", pages, "reader", map[string]string{"label": "judge-modeljudge-model"}, "j"},
		{"both worked, and nobody measured them together", unsure, "They call the round tower the Red Widow.", "Grey Lantern", tower, "reader",
			map[string]string{"label": "judge-model", "extract": "readerreader"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &heard{says(tt.value), map[string]string{}}
			if tt.value == "" {
				m.Model = says()
				m.OnChat = func(string) (string, error) { return "Keir Starmer", nil }
			}
			j := newJudge(t, judge.Options{Model: m, Extractor: tt.extractor, Gather: tt.gather, Calibration: fitOf("j"), Extracting: fitOf("r")})
			v, err := j.Check(t.Context(), input(tt.question, tt.answer), nil)
			require.NoError(t, err)
			require.Equal(t, backend.Contradicted, v.Kind, v.Reason)
			require.Equal(t, tt.by, m.by)
			require.Equal(t, "judge-model", v.Judge)
			require.Equal(t, tt.fit != "", v.Calibrated)
			if tt.fit != "" {
				require.Equal(t, fitOf(tt.fit).ID(), v.Calibration)
			}
		})
	}
}

var pages = gives(web("1", "a.com", starmer, at(10)), web("2", "b.com", starmer2, at(20)))

// fitOf is the fit of a model that has this digest.
func fitOf(digest string) *backend.Calibration {
	c := fit(0.3)
	c.ModelDigest = digest
	return c
}
