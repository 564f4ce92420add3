// Package score judges what a version answered to its probes, and decides whether
// it may become current. Every share comes with an interval, because five right of
// five is not yet a proof.
//
//	Probe + answer ──Judge──> ProbeResult ──Metrics──> efficacy, generalisation,
//	                              │                    leak, locality, lost, …
//	                              │                       │
//	                            Board                   Gate ──> promote or not
//
// It never calls a model, stores nothing and draws nothing at random.
package score
