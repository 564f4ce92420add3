package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

var fitDay = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// mayors are realtime rows; in the last wrong of them the evidence names the wrong one.
func mayors(n, wrong int) []string {
	var out []string
	for i := range n {
		named := "Ida Novak"
		if i >= n-wrong {
			named = "Henry Marsh"
		}
		town := "Harrow" + strings.Repeat("a", i/26+1) + string(rune('a'+i%26))
		out = append(out, fmt.Sprintf(`{"id":"m%d","question":"Who is the mayor of %[2]s?","asked_at":"2025-03-10","choices":["Ida Novak","Henry Marsh"],"answer":"Ida Novak","evidence":[`+
			`{"title":"%[2]s","url":"https://news.one.example/1","text":"%[3]s is the mayor of %[2]s since Sunday.","published_at":"2025-03-09"},`+
			`{"title":"%[2]s","url":"https://www.two.example/2","text":"The new mayor of %[2]s is %[3]s, who won by far.","published_at":"2025-03-08"}]}`, i, town, named))
	}
	return out
}

func reads() *judgetest.Model {
	return &judgetest.Model{
		OnLabel: func(string) (backend.LabelResult, error) { return sure("C") },
		OnChat:  func(string) (string, error) { return "none", nil },
		OnExtract: func(prompt string) (string, error) {
			for _, line := range strings.Split(prompt, "\n") {
				for _, name := range []string{"Ida Novak", "Henry Marsh"} {
					if strings.Contains(line, "mayor of") && strings.Contains(line, name) {
						b, err := json.Marshal(map[string]any{"found": true, "quote": line, "value": name, "as_of": ""})
						return string(b), err
					}
				}
			}
			return `{"short_answer":""}`, nil
		},
	}
}

func TestAFitIsFoundAgainByModelAndPrompt(t *testing.T) {
	m, rows, home := reads(), t.TempDir(), filepath.Join(t.TempDir(), "calibration")
	o := CalibrateOptions{Data: folder(t, taskRealtime, mayors(120, 4)...), Model: "m", Judge: JudgeDefault, Rows: rows}
	c, err := Calibrate(t.Context(), o, partsOf(m, ""), fitDay)
	require.NoError(t, err)
	require.NoError(t, c.Validate())
	require.Equal(t, "d1", c.ModelDigest)
	require.Equal(t, judge.PromptVersion(), c.PromptVersion)
	require.Equal(t, JudgeDefault, c.Judge)
	require.Equal(t, fitDay, c.FittedAt)
	require.InDelta(t, 0.1, c.TargetError, 0)
	for _, kind := range []backend.VerdictKind{backend.Supported, backend.Contradicted} {
		k := c.Kinds[kind]
		require.Equal(t, 120, k.N, "one of the two sides of each row; what the model itself says has no label")
		require.Equal(t, 4, k.Errors)
		require.NotNil(t, k.Threshold)
		require.Equal(t, 120, k.Kept)
		require.InDelta(t, 0.0746, k.Bound, 1e-3)
		require.Less(t, k.ECEAfter.Value, k.ECEBefore.Value, "one confidence for all is mapped to the share that is right")
		require.Equal(t, 120, k.ECEAfter.N)
	}
	require.Empty(t, c.Kinds[backend.Outdated].Knots)
	require.Equal(t, 240, c.ECEBefore.N)

	file, err := SaveCalibration(home, c)
	require.NoError(t, err)
	again, err := LoadCalibration(home, "d1", c.PromptVersion)
	require.NoError(t, err)
	require.Equal(t, c, *again)
	for _, other := range [][2]string{{"d2", c.PromptVersion}, {"d1", "1-other"}} {
		none, err := LoadCalibration(home, other[0], other[1])
		require.NoError(t, err)
		require.Nil(t, none)
	}
	require.NoError(t, os.WriteFile(file, []byte(`{"schema":`), 0o600))
	_, err = LoadCalibration(home, "d1", c.PromptVersion)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))

	// Verdicts are kept: a second fit asks the model nothing.
	asked := len(m.Calls())
	o.Target = 0.05
	c, err = Calibrate(t.Context(), o, partsOf(m, ""), fitDay)
	require.NoError(t, err)
	require.Len(t, m.Calls(), asked)
	require.Nil(t, c.Kinds[backend.Contradicted].Threshold, "4 of 120 wrong is not surely under 5 %")
	require.NotEmpty(t, c.Kinds[backend.Contradicted].Knots)
}

func TestRepliesOfTheJudgesBenchmarkServeTheFit(t *testing.T) {
	m, replies, data := reads(), t.TempDir(), folder(t, taskRealtime, mayors(3, 0)...)
	_, err := RunJudge(t.Context(), JudgeOptions{Data: data, Task: taskRealtime, Judge: JudgeDefault, Rows: t.TempDir()}, partsOf(m, replies))
	require.NoError(t, err)
	asked := len(m.Calls())
	c, err := Calibrate(t.Context(), CalibrateOptions{Data: data, Judge: JudgeDefault, Rows: t.TempDir()}, partsOf(m, replies), fitDay)
	require.NoError(t, err)
	require.Len(t, m.Calls(), asked)
	require.Equal(t, 3, c.Kinds[backend.Supported].N)
	require.Empty(t, c.Kinds[backend.Supported].Knots, "three are too few to fit")
	require.Zero(t, c.ECEBefore.N)
}

func TestNoFitOfOneFoldSeesItself(t *testing.T) {
	// A row whose own fold holds all that is right at its confidence gets the
	// confidence that the others earned.
	var list []scored
	for i := range 200 {
		id := fmt.Sprint(i)
		s := scored{Judged{ID: id, Side: sideGold, Verdict: string(backend.Supported), Confidence: 0.8}, judgeRow{ID: id}}
		if foldOf(id) != 0 {
			s.Side = sideWrong
		}
		list = append(list, s)
	}
	for _, s := range crossFit(list, 0.1) {
		if foldOf(s.ID) == 0 {
			require.Less(t, s.Confidence, 0.01)
		} else {
			require.Greater(t, s.Confidence, 0.1)
		}
	}
}

func TestBadCalibrationsAreRefusedWithTheNextStep(t *testing.T) {
	data := folder(t, taskRealtime, mayors(1, 0)...)
	for name, o := range map[string]CalibrateOptions{
		"the shipped sample":         {Judge: JudgeDefault},
		"a judge without confidence": {Data: data, Judge: JudgeLexical},
		"a target that is no share":  {Data: data, Judge: JudgeDefault, Target: 10},
		"no realtime rows":           {Data: folder(t, taskClass, class(1)), Judge: JudgeDefault},
	} {
		t.Run(name, func(t *testing.T) {
			err := CheckCalibrate(o)
			require.Error(t, err)
			require.NotEmpty(t, backend.HintOf(err))
		})
	}
	parts := partsOf(reads(), "")
	parts.Info.Digest = ""
	_, err := Calibrate(t.Context(), CalibrateOptions{Data: data, Judge: JudgeDefault, Rows: t.TempDir()}, parts, fitDay)
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
}
