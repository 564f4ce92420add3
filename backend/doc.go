// Package backend holds the nouns of Errata and their rules. It does no I/O,
// reads no clock and starts no goroutine: times and ids come in as arguments.
//
//	Chat ── Question ── Answer ── Claim ── Passage
//	                       │                  │
//	                       └──── Verdict ─────┘
//	                                │ proposes
//	                              Fact ──┐
//	                            Anchor ──┴─> Dataset ─> Run ─> Adapter ─> Version
//	                                                                        │
//	                                                   Scorecard, Comparison ┘
//
// Every value here can be encoded as JSON and is what the store keeps, what the
// command line prints and what the window receives.
package backend
