package flow

import (
	"context"
	"fmt"

	"errata/backend"
	"errata/backend/judge"
)

// roles names the models of a check and makes them ready: the one that copies values
// out of texts and the one that labels.
func (l *Loop) roles(ctx context.Context, s backend.Settings) (extractor, judging backend.ModelInfo, err error) {
	if extractor, err = l.role(ctx, "extractor", s.Extractor); err != nil || s.Judge == s.Extractor {
		return extractor, extractor, err
	}
	judging, err = l.role(ctx, "judge", s.Judge)
	return extractor, judging, err
}

// role makes the model chosen for a role ready, else the plain base; never a taught
// version, which would judge itself.
func (l *Loop) role(ctx context.Context, role, name string) (backend.ModelInfo, error) {
	if name == "" {
		return l.Base(ctx)
	}
	if backend.TaughtName(name) {
		return backend.ModelInfo{}, backend.Errorf(backend.CodeInvalid, "check", "%s is a taught version; as %s it would judge itself. Nothing was checked, and nothing is lost.", name, role).
			WithHint("Choose a base model as " + role + " in Settings.")
	}
	info, err := l.Engine.Ensure(ctx, name)
	if backend.CodeOf(err) == backend.CodeNotFound {
		return info, &backend.Error{Code: backend.CodeNotFound, Op: "check", Err: err,
			Message: fmt.Sprintf("%s It is chosen as %s. Nothing was checked, and nothing is lost.", plain(err), role),
			Hint:    backend.HintOf(err) + " Or choose another " + role + " in Settings."}
	}
	return info, err
}

// calibrationOf gives the fit for a model of a check, nil without one. One that
// cannot be read must not keep answers from being checked: they stay uncalibrated.
func (l *Loop) calibrationOf(model backend.ModelInfo) *backend.Calibration {
	if l.Calibration == nil || model.Digest == "" {
		return nil
	}
	c, err := l.Calibration(model.Digest, judge.PromptVersion())
	if err != nil {
		l.Log.Warn("calibration", "model", model.Name, "err", err)
		return nil
	}
	return c
}
