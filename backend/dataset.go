package backend

import "time"

// RowKind says what a training row is for.
type RowKind string

// The kinds of rows.
const (
	RowFact       RowKind = "fact"        // cross entropy on the answer
	RowNeighbour  RowKind = "neighbour"   // held by KL to the base
	RowAnchor     RowKind = "anchor"      // held by KL to the base
	RowGuard      RowKind = "guard"       // held by KL to the base
	RowProbe      RowKind = "probe"       // never trained: the stop rule
	RowGuardProbe RowKind = "guard_probe" // never trained: the alarm on drift
)

// Row is one training example, rendered exactly as it will be served.
type Row struct {
	ID         string   `json:"id"`
	Kind       RowKind  `json:"kind"`
	FactID     string   `json:"fact,omitempty"`
	Form       string   `json:"form,omitempty"` // question, paraphrase, statement, negation, reverse, typo, …
	Prompt     string   `json:"prompt"`         // rendered template up to the assistant turn
	Completion string   `json:"completion"`     // may be empty for KL rows: the base's own answer
	Accept     []string `json:"accept,omitempty"`
	Reject     []string `json:"reject,omitempty"`
	Weight     float64  `json:"weight"`
}

// Probe is a question that measures a version and is never trained on.
type Probe struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"` // fact, paraphrase, neighbour, retention, negation, reverse
	FactID   string   `json:"fact,omitempty"`
	Question string   `json:"question"`
	Accept   []string `json:"accept,omitempty"` // right when one of them is contained
	Reject   []string `json:"reject,omitempty"`
}

// Dataset is a frozen, content-hashed list of facts and anchors with the rows
// that were made of them.
type Dataset struct {
	ID         string          `json:"id"`
	Number     int             `json:"number"`
	Hash       string          `json:"hash"` // SHA-256 over facts, anchors, rows, probes and recipe
	ParentID   string          `json:"parent_id,omitempty"`
	ParentHash string          `json:"parent_hash,omitempty"`
	FactIDs    []string        `json:"fact_ids"`
	AnchorIDs  []string        `json:"anchor_ids"`
	Recipe     string          `json:"recipe"`      // default, original
	BaseSHA256 string          `json:"base_sha256"` // the base the rows were made with
	Model      string          `json:"model"`
	RowCount   int             `json:"row_count"`
	Counts     map[RowKind]int `json:"counts"`
	CreatedAt  time.Time       `json:"created_at"`
}

// DatasetContent is the frozen body of a dataset, kept apart from its head.
type DatasetContent struct {
	Facts   []Fact   `json:"facts"`
	Anchors []Anchor `json:"anchors"`
	Rows    []Row    `json:"rows"`
	Probes  []Probe  `json:"probes"`
}

// DatasetDiff tells two datasets apart by their facts.
type DatasetDiff struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Added   []Fact `json:"added"`
	Changed []Fact `json:"changed"`
	Removed []Fact `json:"removed"`
}
