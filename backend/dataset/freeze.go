package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"errata/backend"
)

// Freeze makes the head of a dataset: its content hash, its counts and its place
// after the parent, which may be nil. id is the dataset's own id.
func Freeze(parent *backend.Dataset, content backend.DatasetContent, id string, in Input) backend.Dataset {
	recipe := in.Recipe
	if recipe == "" {
		recipe = RecipeDefault
	}
	d := backend.Dataset{
		ID: id, Hash: Hash(content, recipe), Recipe: recipe, BaseSHA256: in.BaseSHA256, Model: in.ModelName, RowCount: len(content.Rows),
		Counts: map[backend.RowKind]int{}, FactIDs: make([]string, 0, len(content.Facts)), AnchorIDs: make([]string, 0, len(content.Anchors)), CreatedAt: in.Now,
	}
	if parent != nil {
		d.ParentID, d.ParentHash = parent.ID, parent.Hash
	}
	for _, f := range content.Facts {
		d.FactIDs = append(d.FactIDs, f.ID)
	}
	for _, a := range content.Anchors {
		d.AnchorIDs = append(d.AnchorIDs, a.ID)
	}
	for _, r := range content.Rows {
		d.Counts[r.Kind]++
	}
	return d
}

// taught is the part of a fact that its dataset depends on: a decision undone and
// taken again changes no hash.
type taught struct {
	ID, Question, Answer, OldAnswer string
	Aliases                         []string
}

// Hash is the SHA-256 of the canonical JSON of facts, anchors, rows, probes and
// recipe. It changes with what is trained or measured, and with nothing else.
func Hash(content backend.DatasetContent, recipe string) string {
	facts := make([]taught, 0, len(content.Facts))
	for _, f := range content.Facts {
		facts = append(facts, taught{f.ID, f.Question, f.Answer, f.OldAnswer, append([]string{}, f.Aliases...)})
	}
	anchors := make([]taught, 0, len(content.Anchors))
	for _, a := range content.Anchors {
		anchors = append(anchors, taught{ID: a.ID, Question: a.Question, Aliases: append([]string{}, a.Answers...)})
	}
	body, err := json.Marshal(map[string]any{
		"facts": facts, "anchors": anchors, "recipe": recipe,
		"rows": append([]backend.Row{}, content.Rows...), "probes": append([]backend.Probe{}, content.Probes...),
	})
	if err != nil { // a weight that is not a number: no JSON, but still one hash
		body = fmt.Appendf(nil, "%q %+v", recipe, content)
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Diff tells two datasets apart by their facts: by question, so that a corrected
// answer is a change and not a removal with an addition.
func Diff(a, b backend.DatasetContent) backend.DatasetDiff {
	d := backend.DatasetDiff{Added: []backend.Fact{}, Changed: []backend.Fact{}, Removed: []backend.Fact{}}
	before := map[string]backend.Fact{}
	for _, f := range a.Facts {
		before[canon(f.Question)] = f
	}
	after := map[string]bool{}
	for _, f := range b.Facts {
		key := canon(f.Question)
		after[key] = true
		old, known := before[key]
		switch {
		case !known:
			d.Added = append(d.Added, f)
		case !same(old.Answer, f.Answer):
			d.Changed = append(d.Changed, f)
		}
	}
	for _, f := range a.Facts {
		if !after[canon(f.Question)] {
			d.Removed = append(d.Removed, f)
		}
	}
	return d
}
