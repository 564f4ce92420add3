package judge

import (
	"time"

	"errata/backend"
)

// ClassByRule is the gate's first step, without a model; sure is false when the
// rules cannot tell.
func ClassByRule(question string, now time.Time) (class backend.Class, sure bool) {
	class, sure, _ = gateRules(question, now)
	return class, sure
}
