// Package judge checks one answer against dated evidence. Models fill typed
// slots, this package decides, a person teaches.
//
//	question, answer
//	   │ gate       which class: evergreen, slow, fast, clock, or not checkable; by rules,
//	   │            then by weighed cues, then by one label
//	   │ claim      the one short answer that the text states
//	   │ queries    the question's own words, never the answer's
//	   │ gather     passages, through the port
//	   │ select     sanitised windows, ranked, near-duplicates collapsed, at most six
//	   │ extract    one passage a call; the quote must stand in it, the value in the quote
//	   │ cluster    equal values together, weighed by reputation, freshness, independence
//	   │ decide     a table; every failure is not_enough_evidence with a reason
//	   │ ground     optional: a rival that its own passages do not carry is withheld
//	   v
//	verdict
//
// It never opens a connection or a file, never reads a clock of its own, never
// lets a failure become "contradicted", and never sends the answer's words to a
// provider.
package judge
