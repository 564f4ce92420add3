package dataset

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"errata/backend"
)

//go:embed stable.jsonl
var stableText string

// Stable is a question whose answer does not change, with the ways its answer may
// be given; the first is shown.
type Stable struct {
	Question string   `json:"q"`
	Answers  []string `json:"a"`
	Field    string   `json:"field"`
}

// ID names the question by its words, so that it survives a reordering of the file.
func (s Stable) ID() string {
	sum := sha256.Sum256([]byte(backend.Normal(s.Question)))
	return "stable-" + hex.EncodeToString(sum[:6])
}

var loadStable = sync.OnceValues(func() ([]Stable, error) {
	var all []Stable
	for line := range strings.Lines(stableText) {
		var s Stable
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			return nil, backend.Wrap(err, backend.CodeInternal, "dataset.stable", "The shipped stable questions cannot be read.")
		}
		all = append(all, s)
	}
	return all, nil
})

// Shipped gives the stable questions that come with Errata.
func Shipped() ([]Stable, error) {
	all, err := loadStable()
	return slices.Clone(all), err
}

// Shares are the three uses of stable questions. No question has two uses.
type Shares struct {
	Anchors   []Stable
	Guards    []Stable
	Retention []Stable
}

// Split divides stable questions by the hash of what they ask, so that a question
// has the same use in every dataset and in every wording, whatever else is in the list.
func Split(stable []Stable) Shares {
	var t Shares
	seen := map[string]bool{}
	for _, s := range stable {
		key := backend.Normal(s.Question)
		if seen[key] || key == "" {
			continue
		}
		seen[key] = true
		sum := sha256.Sum256([]byte("use|" + keyOf(s.Question)))
		switch sum[0] % 4 { // half are measured: a training can use some 70, a share is known by its number
		case 0:
			t.Anchors = append(t.Anchors, s)
		case 1:
			t.Guards = append(t.Guards, s)
		default:
			t.Retention = append(t.Retention, s)
		}
	}
	return t
}

// knownOf keeps the questions that the base answers right; a nil list means that
// nobody asked it yet, and keeps all.
func knownOf(stable []Stable, known []string) []Stable {
	if known == nil {
		return stable
	}
	ids := map[string]bool{}
	for _, id := range known {
		ids[id] = true
	}
	return slices.DeleteFunc(slices.Clone(stable), func(s Stable) bool { return !ids[s.ID()] })
}
