package backend

import (
	"sort"
	"time"
)

// CalibrationSchema is the layout of a calibration file that this program reads.
const CalibrationSchema = 1

// Calibration says how often the verdicts of one judge were right on labelled
// rows, by how sure the judge was. It holds for one model and one set of prompts.
type Calibration struct {
	Schema        int                             `json:"schema"`
	Model         string                          `json:"model"`
	ModelDigest   string                          `json:"model_digest"`   // the engine's, as in ModelInfo
	PromptVersion string                          `json:"prompt_version"` // of the judge's prompts and table
	Judge         string                          `json:"judge"`
	Task          string                          `json:"task"`         // the benchmark task that the rows are of
	Rows          int                             `json:"rows"`         // labelled rows that were judged
	DataSHA256    string                          `json:"data_sha256"`  // of those rows, in their order
	TargetError   float64                         `json:"target_error"` // share of wrong verdicts that is let through
	Level         float64                         `json:"level"`        // at which the bound holds, one-sided
	Folds         int                             `json:"folds"`        // of the cross-fitted errors
	Kinds         map[VerdictKind]CalibrationKind `json:"kinds"`
	ECEBefore     Metric                          `json:"ece_before"` // of all fitted kinds, 15 equal-mass bins
	ECEAfter      Metric                          `json:"ece_after"`  // each row by a fit that did not see it
	Program       string                          `json:"program"`
	FittedAt      time.Time                       `json:"fitted_at"`
}

// CalibrationKind is the fit of one kind of verdict.
type CalibrationKind struct {
	N      int `json:"n"`      // verdicts of this kind
	Errors int `json:"errors"` // of them wrong
	// Threshold is the least raw confidence that is let through; nil: at none is
	// the error surely under the target, so that this kind is never given.
	Threshold  *float64 `json:"threshold"`
	Kept       int      `json:"kept"`        // verdicts at or over the threshold
	KeptErrors int      `json:"kept_errors"` // of them wrong
	Bound      float64  `json:"bound"`       // upper bound on the error of those kept, 1 without a threshold
	// Knots map raw to calibrated confidence, with straight lines between them; raw
	// rises. None: there were too few verdicts to fit anything.
	Knots     []CalibrationKnot `json:"knots"`
	ECEBefore Metric            `json:"ece_before"`
	ECEAfter  Metric            `json:"ece_after"`
}

// CalibrationKnot is a point of the mapping.
type CalibrationKnot struct {
	Raw float64 `json:"raw"`
	P   float64 `json:"p"`
}

// ID names the calibration in verdicts that were settled by it.
func (c Calibration) ID() string {
	digest := c.ModelDigest
	if len(digest) > 12 {
		digest = digest[:12]
	}
	return digest + "/" + c.PromptVersion + "/" + c.FittedAt.UTC().Format(time.RFC3339)
}

// Validate refuses a calibration that must not settle verdicts.
func (c Calibration) Validate() error {
	bad := func(what string) error {
		return Errorf(CodeInvalid, "calibration", "The calibration is not usable: %s.", what).WithHint("Fit it again: errata bench calibrate --data DIR.")
	}
	switch {
	case c.Schema != CalibrationSchema:
		return bad("its schema is another one")
	case c.ModelDigest == "" || c.PromptVersion == "":
		return bad("it does not say which model and prompts it is for")
	}
	for kind, k := range c.Kinds {
		if kind != Supported && kind != Outdated && kind != Contradicted {
			return bad("no verdict is called " + string(kind))
		}
		if k.Threshold != nil && (len(k.Knots) == 0 || !share(*k.Threshold)) {
			return bad("a threshold stands without its mapping")
		}
		for i, n := range k.Knots {
			if !share(n.Raw) || !share(n.P) || i > 0 && (n.Raw <= k.Knots[i-1].Raw || n.P < k.Knots[i-1].P) {
				return bad("a mapping does not rise")
			}
		}
	}
	return nil
}

func share(p float64) bool { return p >= 0 && p <= 1 }

// Settle gives the calibrated confidence of a verdict and whether it may be given.
// known is false where nothing was fitted for its kind.
func (c Calibration) Settle(kind VerdictKind, raw float64) (p float64, given, known bool) {
	k, ok := c.Kinds[kind]
	if !ok || len(k.Knots) == 0 {
		return raw, true, false
	}
	return k.P(raw), k.Threshold != nil && raw >= *k.Threshold, true
}

// P maps a raw confidence; outside of the knots the nearest one holds. Without
// knots it is the raw one.
func (k CalibrationKind) P(raw float64) float64 {
	if len(k.Knots) == 0 {
		return raw
	}
	i := sort.Search(len(k.Knots), func(i int) bool { return k.Knots[i].Raw >= raw })
	switch {
	case i == 0:
		return k.Knots[0].P
	case i == len(k.Knots):
		return k.Knots[i-1].P
	}
	a, b := k.Knots[i-1], k.Knots[i]
	// Rounding alone may step over the next knot, and the mapping would fall there.
	return min(a.P+(b.P-a.P)*(raw-a.Raw)/(b.Raw-a.Raw), b.P)
}
