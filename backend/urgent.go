package backend

// Urgency says why a fact is to be decided before the others.
type Urgency string

// The reasons.
const (
	UrgentMoved    Urgency = "moved"    // a later look at the evidence speaks against an approved fact
	UrgentConflict Urgency = "conflict" // another fact, waiting or approved, answers the question otherwise
	UrgentExpired  Urgency = "expired"  // approved, but past its expiry: it is neither taught nor remembered
)

// UrgentFact is a fact on top of the queue, with the facts that it disagrees with.
type UrgentFact struct {
	Fact   Fact    `json:"fact"`
	Why    Urgency `json:"why"`
	Beside []Fact  `json:"beside"`
}
