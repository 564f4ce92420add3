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
