package app

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/app/cli"
	"errata/backend"
	"errata/backend/bench"
	"errata/backend/judge"
	"errata/backend/ollama/ollamatest"
)

func TestTheLoopFindsTheCalibrationsOfItsHome(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	none, err := p.Loop.Calibration("d1", "1-aa")
	require.NoError(t, err)
	require.Nil(t, none)
	_, err = bench.SaveCalibration(filepath.Join(p.Home, calibration), backend.Calibration{Schema: backend.CalibrationSchema, ModelDigest: "d1", PromptVersion: "1-aa", Model: "m"})
	require.NoError(t, err)
	found, err := p.Loop.Calibration("d1", "1-aa")
	require.NoError(t, err)
	require.Equal(t, "m", found.Model)
}

func TestSettingsThatMakeNoSenseAreRefused(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	for name, spoil := range map[string]func(*backend.Settings){
		"re-check":        func(s *backend.Settings) { s.Recheck = "never" },
		"approval":        func(s *backend.Settings) { s.Approval = "nobody" },
		"too long a wait": func(s *backend.Settings) { s.ApprovalHours = 721 },
		"negative days":   func(s *backend.Settings) { s.RecheckDays = -1 },
		"too many days":   func(s *backend.Settings) { s.RecheckDays = 366 },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := p.API.Settings()
			require.NoError(t, err)
			spoil(&s)
			_, err = p.API.SaveSettings(s)
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
		})
	}
	s, err := p.API.Settings()
	require.NoError(t, err)
	s.Recheck, s.RecheckDays = "", 0 // as an older Errata stored them
	_, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	plan, err := p.API.RecheckPlan()
	require.NoError(t, err)
	require.False(t, plan.Paused)
	require.Equal(t, 7, plan.EveryDays)
}

func TestARoleTakesOnlyAnInstalledBase(t *testing.T) {
	taught := backend.EngineName(testModel, "abc", backend.ServedMerged)
	p := newProgram(t, ollamatest.Script{Models: []ollamatest.Model{
		ollamatest.Ours("mine:latest", "b1", ""), ollamatest.Ours(taught, "b2", ""), {Name: "far:1", Weights: "b3", Remote: true},
	}})
	before, err := p.API.Settings()
	require.NoError(t, err)
	for _, role := range []string{"extractor", "judge"} {
		tests := []struct {
			name, model string
			code        backend.Code
			says, hint  string
		}{
			{"unknown", "nothere", backend.CodeNotFound, "nothere is neither in the list of models nor in the engine", "errata models list"},
			{"not installed", "qwen2.5-coder:1.5b", backend.CodeNotFound, "qwen2.5-coder:1.5b is not installed", "errata models install qwen2.5-coder:1.5b"},
			{"taught", taught, backend.CodeInvalid, "would judge itself", "errata models list"},
			{"elsewhere", "far:1", backend.CodeInvalid, "runs on another computer", "errata models list"},
		}
		for _, tt := range tests {
			t.Run(role+" "+tt.name, func(t *testing.T) {
				next := before
				require.NoError(t, backend.ReadSettings(fmt.Appendf(nil, `{"theme": "dark", %q: %q}`, role, tt.model), &next))
				_, err := p.API.SaveSettings(next)
				require.Equal(t, tt.code, backend.CodeOf(err))
				require.ErrorContains(t, err, tt.says)
				require.ErrorContains(t, err, "cannot be the "+role)
				require.Contains(t, backend.HintOf(err), tt.hint)
				kept, err := p.API.Settings()
				require.NoError(t, err)
				require.Equal(t, before, kept)
			})
		}
	}
	next := before
	next.Model = "nope"
	_, err = p.API.SaveSettings(next)
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
	require.ErrorContains(t, err, "nope is neither in the list of models nor in the engine")
	next.Model = "qwen2.5-coder:1.5b"
	_, err = p.API.SaveSettings(next)
	require.NoError(t, err, "the first screen chooses a model before it has it")
	before, err = p.API.SaveSettings(before)
	require.NoError(t, err)

	s := before
	s.Extractor, s.Judge = "Mine", " "+testModel
	s, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	require.Equal(t, []string{"mine:latest", testModel}, []string{s.Extractor, s.Judge}, "as the list has them")

	s.Extractor = "gone:1" // the user's own Ollama lost it since
	require.NoError(t, p.Store.PutSettings(s))
	s.Theme = "dark"
	s, err = p.API.SaveSettings(s)
	require.NoError(t, err, "other settings can still be changed")
	require.Equal(t, "gone:1", s.Extractor)
}

func TestThePolicyRemembersSinceWhen(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	s, err := p.API.Settings()
	require.NoError(t, err)
	rules, err := p.API.RulePlan()
	require.NoError(t, err)
	require.False(t, rules.On, "off by default")
	s.Approval, s.ApprovalHours = "automatic", 72
	s, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	require.NotNil(t, s.AutomaticSince)
	since := *s.AutomaticSince
	s.AutomaticSince, s.Theme = nil, "dark" // a door need not send it back
	s, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	require.True(t, since.Equal(*s.AutomaticSince))
	rules, err = p.API.RulePlan()
	require.NoError(t, err)
	require.True(t, rules.On)
	require.Equal(t, 72, rules.WaitHours)
	s.Approval = "person"
	s, err = p.API.SaveSettings(s)
	require.NoError(t, err)
	require.Nil(t, s.AutomaticSince)
}

func TestACalibrationIsFittedFromTheCommandLine(t *testing.T) {
	home := newHome(t, ollamatest.Script{Reply: ollamatest.Answers(nil, "none")})
	data := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(data, "judge"), 0o700))
	row := `{"id":"%s","question":"Who is the mayor of Larkstead?","asked_at":"2025-03-10","choices":["Ada Birch","Tom Reed"],"answer":"Ada Birch","evidence":[]}` + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(data, "judge", "realtime.jsonl"), []byte(fmt.Sprintf(row+row, "a", "b")), 0o600))
	code, out, says := runCLI(t.Context(), home, "bench", "calibrate", "--data", data, "--model", testModel, "--json", "-")
	require.Equal(t, cli.ExitOK, code, says)
	var fit struct {
		File          string
		Rows          int
		PromptVersion string `json:"prompt_version"`
		ModelDigest   string `json:"model_digest"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &fit), out)
	require.Equal(t, 2, fit.Rows)
	require.Equal(t, filepath.Join(home, calibration), filepath.Dir(fit.File))
	require.FileExists(t, fit.File)
	require.FileExists(t, filepath.Join(home, benchDir, "calibrate.rows.jsonl"))
	c, err := bench.LoadCalibration(filepath.Join(home, calibration), fit.ModelDigest, judge.PromptVersion())
	require.NoError(t, err)
	require.NotNil(t, c)
	require.Empty(t, c.Kinds[backend.Contradicted].Knots, "two rows fit nothing")
}
