package backend

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ByRule is who decides when the policy is automatic.
const ByRule = "rule"

// RuleTwoSources approves the correction of a calibrated verdict that the domains of at
// least two independent owners carry, one of them known, without a tripwire and of
// nothing that changes within weeks, after a wait. Unknown domains are for sale.
const RuleTwoSources = "two_sources"

// Rule is what approved a fact in a person's place, and on what ground.
type Rule struct {
	Name        string   `json:"name"`
	Confidence  float64  `json:"confidence"`  // calibrated
	Calibration string   `json:"calibration"` // its ID
	Domains     []string `json:"domains"`
	WaitHours   int      `json:"wait_hours"`
}

// RuleOf gives the rule that may approve a verdict's correction, false when none does.
func RuleOf(v Verdict, wait time.Duration) (Rule, bool) {
	known := slices.ContainsFunc(v.Clusters, func(c Cluster) bool { return c.Value == v.RivalValue && c.Strong >= KnownFrom })
	if !v.Proposes() || !known || v.Class == ClassFast || v.Calibration == "" {
		return Rule{}, false
	}
	return Rule{Name: RuleTwoSources, Confidence: v.Confidence, Calibration: v.Calibration, Domains: v.RivalDomains(), WaitHours: int(wait / time.Hour)}, true
}

// Words says the ground in plain words.
func (r Rule) Words() string {
	return fmt.Sprintf("sources %s; %.0f in 100 such verdicts are right; waited %d h", strings.Join(r.Domains, ", "), 100*r.Confidence, r.WaitHours)
}

// DecideByRule approves a waiting fact in a person's place. What a person has
// touched is left to persons.
func (f *Fact) DecideByRule(r Rule, now time.Time) error {
	if f.State != FactProposed || f.ByHand {
		return Errorf(CodeConflict, "fact.rule", "A person has decided on this fact or changed it; no rule does.")
	}
	if err := f.Decide(FactApproved, ByRule, now); err != nil {
		return err
	}
	f.ByHand, f.Rule = false, &r
	return nil
}
