// Package dataset turns approved facts and anchors into the rows that a trainer
// learns from, the rows that hold the rest of the model in place, and the probes
// that measure the outcome. A taught fact must not leak into the questions beside
// it, so every fact brings neighbours of its own kind, held by KL to the base.
//
//	Fact ──> question, rewordings, typo, sentence, "is it still OLD?", reverse ──> RowFact
//	  │ ──> same relation, other subject · other year · other relation ──────────> RowNeighbour
//	  │ ──> two rewordings that are neither trained nor scored ──────────────────> RowProbe
//	  └───> held-out rewordings and neighbours ──────────────────────────────────> Probe
//	Anchor, Stable ──split by hash──> RowAnchor │ RowGuard, RowGuardProbe │ Probe (retention)
//
// It never touches a file, a socket or a clock, never puts evidence into a
// training prompt, and never changes a dataset once it is frozen.
package dataset
