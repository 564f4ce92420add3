package backend_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func fitted() backend.Calibration {
	from := 0.8
	return backend.Calibration{
		Schema: backend.CalibrationSchema, ModelDigest: "0123456789abcdef", PromptVersion: "1-aa", FittedAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		Kinds: map[backend.VerdictKind]backend.CalibrationKind{
			backend.Contradicted: {N: 60, Threshold: &from, Knots: []backend.CalibrationKnot{{Raw: 0.7, P: 0.5}, {Raw: 0.9, P: 0.9}}},
			backend.Supported:    {N: 60, Knots: []backend.CalibrationKnot{{Raw: 0.9, P: 0.6}}},
			backend.Outdated:     {N: 4},
		},
	}
}

func TestACalibrationSettlesAVerdict(t *testing.T) {
	tests := []struct {
		name         string
		kind         backend.VerdictKind
		raw, want    float64
		given, known bool
	}{
		{"under the first knot", backend.Contradicted, 0.1, 0.5, false, true},
		{"between knots, under the threshold", backend.Contradicted, 0.75, 0.6, false, true},
		{"at the threshold", backend.Contradicted, 0.8, 0.7, true, true},
		{"over the last knot", backend.Contradicted, 1, 0.9, true, true},
		{"no threshold keeps the target", backend.Supported, 1, 0.6, false, true},
		{"too few to fit", backend.Outdated, 0.4, 0.4, true, false},
		{"not a kind that is fitted", backend.NotCheckable, 0.4, 0.4, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, given, known := fitted().Settle(tt.kind, tt.raw)
			require.InDelta(t, tt.want, p, 1e-9)
			require.Equal(t, tt.given, given)
			require.Equal(t, tt.known, known)
		})
	}
	require.Equal(t, "0123456789ab/1-aa/2026-03-01T00:00:00Z", fitted().ID())
}

func TestAnUnusableCalibrationIsRefused(t *testing.T) {
	require.NoError(t, fitted().Validate())
	far := 1.5
	tests := map[string]func(*backend.Calibration){
		"schema":            func(c *backend.Calibration) { c.Schema = 2 },
		"no model":          func(c *backend.Calibration) { c.ModelDigest = "" },
		"strange kind":      func(c *backend.Calibration) { c.Kinds["wrong"] = backend.CalibrationKind{} },
		"bare threshold":    func(c *backend.Calibration) { c.Kinds[backend.Outdated] = backend.CalibrationKind{Threshold: &far} },
		"confidence over 1": func(c *backend.Calibration) { c.Kinds[backend.Supported].Knots[0].P = 1.1 },
		"falling":           func(c *backend.Calibration) { c.Kinds[backend.Contradicted].Knots[1].P = 0.4 },
		"not in order":      func(c *backend.Calibration) { c.Kinds[backend.Contradicted].Knots[1].Raw = 0.6 },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			c := fitted()
			spoil(&c)
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(c.Validate()))
		})
	}
}

func TestOnlySureIndependentUnflaggedVerdictsPropose(t *testing.T) {
	rival := func(domain string) backend.Passage {
		return backend.Passage{Domain: domain, Provider: "web", Supports: "rival"}
	}
	good := func() backend.Verdict {
		return backend.Verdict{Kind: backend.Contradicted, RivalValue: "Ada", Calibrated: true, Confidence: 0.95,
			Clusters: []backend.Cluster{{Value: "Ada", Domains: []string{"a.com", "b.com"}}}, Passages: []backend.Passage{rival("a.com"), rival("b.com")}}
	}
	require.True(t, good().Proposes())
	hosted := good()
	hosted.Passages[0].Domain, hosted.Clusters[0].Domains[0] = "ada.blogspot.com", "blogspot.com"
	require.True(t, hosted.Proposes(), "a blog counts as its host")
	require.Equal(t, []string{"blogspot.com", "b.com"}, hosted.RivalDomains())
	tests := map[string]func(*backend.Verdict){
		"uncalibrated":                           func(v *backend.Verdict) { v.Calibrated = false },
		"unsure":                                 func(v *backend.Verdict) { v.Confidence = 0.89 },
		"not teachable":                          func(v *backend.Verdict) { v.Kind = backend.Supported },
		"one domain":                             func(v *backend.Verdict) { v.Passages[1].Domain = "a.com" },
		"a document of ours is no second domain": func(v *backend.Verdict) { v.Passages[1].Provider = "library" },
		"one only answers":                       func(v *backend.Verdict) { v.Passages[1].Supports = "answer" },
		"a copy":                                 func(v *backend.Verdict) { v.Clusters[0].Domains = []string{"a.com"} },
		"a tripwire": func(v *backend.Verdict) {
			v.Passages = append(v.Passages, backend.Passage{Flags: []string{"injection"}})
		},
		"the clock": func(v *backend.Verdict) { v.Class = backend.ClassClock },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			v := good()
			spoil(&v)
			require.False(t, v.Proposes())
		})
	}
}
