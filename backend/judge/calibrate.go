package judge

import "errata/backend"

// calibration is the fit of the model that answered every call of the check. Where
// two shared it there is none: nobody measured how often they are right together.
func (r *run) calibration() *backend.Calibration {
	switch {
	case r.extractor == r.model, !r.asked.extractor:
		return r.o.Calibration
	case !r.asked.model:
		return r.o.Extracting
	}
	return nil
}

// calibrate settles a verdict that independent sources decided: it gets the
// confidence that such verdicts earned, and one that was wrong too often is
// withheld. What the user's own documents or the clock decide was not measured,
// so that it stays uncalibrated.
func (r *run) calibrate(v *backend.Verdict, bySources bool) {
	v.ConfidenceRaw = v.Confidence
	c := r.calibration()
	if c == nil || !bySources || !v.Counts() {
		return
	}
	p, given, known := c.Settle(v.Kind, v.ConfidenceRaw)
	if !known {
		return
	}
	v.Confidence, v.Calibrated, v.Calibration = p, true, c.ID()
	if !given {
		v.Withheld = v.Kind
		v.Kind, v.Reason, v.RivalValue, v.RivalFrom = backend.NotEnoughEvidence, backend.ReasonLowConfidence, "", nil
	}
}
