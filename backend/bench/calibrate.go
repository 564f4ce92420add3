package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/score"
)

// CalibrateOptions is what a person asks for.
type CalibrateOptions struct {
	Data   string // folder that holds judge/realtime.jsonl
	Model  string
	Judge  string  // "default": the others give no confidence to calibrate
	Limit  int     // rows at most; 0: all
	Target float64 // share of wrong verdicts that is let through; 0: 0.1
	Rows   string  // folder of calibrate.rows.jsonl; empty: bench/ in the home
	// Progress is told after each row; it may be nil.
	Progress func(Progress)
}

const (
	// calibratedTask is the only one whose rows run the whole check, so that their
	// confidence is the one that a person sees.
	calibratedTask = taskRealtime
	defaultTarget  = 0.1
	folds          = 5
)

// CheckCalibrate says what is wrong with the options, before anything is started.
func CheckCalibrate(o CalibrateOptions) error {
	const op = "bench.calibrate"
	switch {
	case o.Data == "": // many of the shipped rows are invented
		return backend.Errorf(backend.CodeInvalid, op, "The rows that are shipped say nothing about real questions, so that nothing is fitted to them.").
			WithHint("Give a folder of labelled rows: --data DIR, with judge/realtime.jsonl in it.")
	case o.Judge != JudgeDefault:
		return backend.Errorf(backend.CodeInvalid, op, "The judge %q gives no confidence that could be calibrated.", o.Judge).WithHint("Calibrate the default judge.")
	case o.Target < 0 || o.Target >= 0.5:
		return backend.Errorf(backend.CodeInvalid, op, "A target error of %g makes no sense.", o.Target).WithHint("Give a share under 0.5, such as 0.1.")
	}
	return CheckJudge(o.judge())
}

func (o CalibrateOptions) judge() JudgeOptions {
	return JudgeOptions{Data: o.Data, Task: calibratedTask, Model: o.Model, Judge: judgeAsApp, Limit: o.Limit, Rows: o.Rows, Progress: o.Progress}
}

// Calibrate judges the rows as the app would and fits the confidence of each kind
// of verdict. Replies that the benchmark of the judge kept are used again.
func Calibrate(ctx context.Context, o CalibrateOptions, parts JudgeParts, now time.Time) (backend.Calibration, error) {
	var none backend.Calibration
	if o.Target == 0 {
		o.Target = defaultTarget
	}
	if err := CheckCalibrate(o); err != nil {
		return none, err
	}
	if parts.Info.Digest == "" {
		return none, backend.Errorf(backend.CodeInvalid, "bench.calibrate", "The engine does not tell the digest of %s, so that a fit could not be found again.", parts.Info.Name)
	}
	result, rows, all, err := measure(ctx, o.judge(), parts, "calibrate")
	if err != nil {
		return none, err
	}
	out := backend.Calibration{
		Schema: backend.CalibrationSchema, Model: result.Model, ModelDigest: result.ModelDigest, PromptVersion: judge.PromptVersion(), Judge: o.Judge,
		Task: calibratedTask, Rows: len(rows), DataSHA256: hashOf(rows), TargetError: o.Target, Level: score.CalibrationLevel, Folds: folds,
		Kinds: map[backend.VerdictKind]backend.CalibrationKind{}, Program: parts.Program, FittedAt: now.UTC(),
	}
	var before, after []scored
	for _, kind := range []backend.VerdictKind{backend.Supported, backend.Outdated, backend.Contradicted} {
		list := labelled(rows, all, kind)
		fit := score.Calibrate(observed(list), o.Target)
		if len(fit.Knots) > 0 {
			crossed := crossFit(list, o.Target)
			fit.ECEBefore, fit.ECEAfter = composite(list, calibrationError), composite(crossed, calibrationError)
			before, after = append(before, list...), append(after, crossed...)
		}
		out.Kinds[kind] = fit
	}
	if len(before) > 0 {
		out.ECEBefore, out.ECEAfter = composite(before, calibrationError), composite(after, calibrationError)
	}
	return out, nil
}

func hashOf(rows []judgeRow) string {
	h := sha256.New()
	for _, r := range rows {
		h.Write(append(slices.Clone(r.raw), '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// labelled are the verdicts of a kind whose truth is known: on the right answer
// and on the wrong one, not on what the model itself said.
func labelled(rows []judgeRow, all []Judged, kind backend.VerdictKind) []scored {
	byID := map[string]judgeRow{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	var out []scored
	for _, j := range all {
		if j.Side != sideOwn && j.Verdict == string(kind) && j.Confidence > 0 {
			out = append(out, scored{j, byID[j.ID]})
		}
	}
	return out
}

func observed(list []scored) []score.Observed {
	out := make([]score.Observed, 0, len(list))
	for _, s := range list {
		out = append(out, score.Observed{Raw: s.Confidence, Right: correct(s)})
	}
	return out
}

// foldOf puts all verdicts of a row into one fold, because they share its evidence.
func foldOf(id string) int {
	sum := sha256.Sum256(fmt.Appendf(nil, "fold %s", id))
	return int(sum[0]) % folds
}

// crossFit gives each verdict the confidence of a fit to the other folds. Where
// those are too few to fit, it keeps its own.
func crossFit(list []scored, target float64) []scored {
	out := slices.Clone(list)
	for fold := range folds {
		fit := score.Calibrate(observed(slices.DeleteFunc(slices.Clone(list), func(s scored) bool { return foldOf(s.ID) == fold })), target)
		for i, s := range out {
			if foldOf(s.ID) == fold {
				out[i].Confidence = fit.P(list[i].Confidence)
			}
		}
	}
	return out
}
