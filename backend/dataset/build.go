package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"errata/backend"
)

// The recipes.
const (
	RecipeDefault  = "default"
	RecipeOriginal = "original"
)

// Input is all that a dataset is made of. The same input with the same model
// replies gives the same rows.
type Input struct {
	Facts      []backend.Fact   // approved ones
	Anchors    []backend.Anchor // the user's stable facts
	Model      Model            // nil: wordings come from templates alone
	ModelName  string           // the engine's name of the base
	Recipe     string           // RecipeDefault when empty
	BaseSHA256 string           // recorded by Freeze
	Now        time.Time        // the newest date that rows may carry
	Seed       int64
	Stable     []Stable // see Shipped and Split
	Known      []string // ids of the Stable, and of the Anchors that last, that the base answers right; nil: not asked yet
	HeldOut    []string // questions that are measured elsewhere: never trained, guarded or anchored
	// Progress is told what was done, in facts, and of every fact left out.
	Progress func(done, total int, what string)
}

// spec is a fact on its way to rows.
type spec struct {
	fact    backend.Fact
	q       question
	key     string // canon of the question
	accept  []string
	reject  []string
	kin     kin
	start   string   // how the taught sentence begins, see begun
	held    []string // rewordings that score
	stop    []string // rewordings that stop
	heldKin []string
	beside  []string // neighbours that are trained
}

type builder struct {
	in       Input
	shares   Shares
	specs    []*spec
	facts    map[string]bool // canon of every fact's question
	taken    map[string]bool // Normal of every probe: never trained
	takenKin map[string]bool // canon of every held-out neighbour
	used     map[string]bool // ids of rows
	out      backend.DatasetContent
}

// Build makes rows and probes. It refuses facts that cannot be taught
// (CodeInvalid) and two facts that answer one question differently
// (CodeConflict, naming both). Facts about today's date are left out with a note
// to Progress: the system prompt answers them.
func Build(ctx context.Context, in Input) (backend.DatasetContent, error) {
	b := &builder{in: in, facts: map[string]bool{}, taken: map[string]bool{}, takenKin: map[string]bool{}, used: map[string]bool{}}
	if b.in.Recipe == "" {
		b.in.Recipe = RecipeDefault
	}
	if b.in.Recipe != RecipeDefault && b.in.Recipe != RecipeOriginal {
		return backend.DatasetContent{}, backend.Errorf(backend.CodeInvalid, "dataset.build", "There is no recipe called %q.", in.Recipe).
			WithHint("Use default or original.")
	}
	if err := b.prepare(); err != nil {
		return backend.DatasetContent{}, err
	}
	if err := b.probes(ctx); err != nil {
		return backend.DatasetContent{}, err
	}
	if b.in.Recipe == RecipeOriginal {
		b.originalRows()
		return b.out, nil
	}
	if err := b.rows(ctx); err != nil {
		return backend.DatasetContent{}, err
	}
	return b.out, nil
}

func (b *builder) say(done int, what string) {
	if b.in.Progress != nil {
		b.in.Progress(done, len(b.in.Facts), what)
	}
}

// prepare checks facts and anchors and takes the questions apart.
func (b *builder) prepare() error {
	for _, f := range b.in.Facts {
		if err := check(f); err != nil {
			return err
		}
		if f.Class == backend.ClassClock {
			b.say(0, fmt.Sprintf("%q is left out: today's date comes from the system prompt and is not trained.", short(f.Question)))
			continue
		}
		s := specOf(f)
		if err := b.conflict(s); err != nil {
			return err
		}
		if b.facts[s.key] {
			b.say(0, fmt.Sprintf("%q is there twice with one answer; it is taught once.", short(f.Question)))
			continue
		}
		b.facts[s.key] = true
		b.taken[backend.Normal(s.q.text)], b.taken[backend.Normal(f.Question)] = true, true
		b.specs = append(b.specs, s)
		b.out.Facts = append(b.out.Facts, f)
	}
	if len(b.specs) == 0 {
		return backend.Errorf(backend.CodeInvalid, "dataset.build", "There is nothing to teach: no approved fact is left.").
			WithHint("Approve a fact in Review first.")
	}
	for _, text := range b.in.HeldOut {
		b.taken[backend.Normal(text)] = true
		b.takenKin[canon(text)] = true
	}
	return b.pools()
}

func check(f backend.Fact) error {
	if err := f.Validate(); err != nil {
		why := err.Error()
		if e := (*backend.Error)(nil); errors.As(err, &e) {
			why = e.Message
		}
		return backend.Errorf(backend.CodeOf(err), "dataset.build", "The fact %q cannot be taught: %s Nothing was made.", short(f.Question), why).
			WithHint("Edit or reject this fact.")
	}
	for _, s := range append([]string{f.Question, f.Answer, f.OldAnswer}, f.Aliases...) {
		if !utf8.ValidString(s) {
			return backend.Errorf(backend.CodeInvalid, "dataset.build", "The fact %q is not valid text. Nothing was made.", short(f.Question)).
				WithHint("Edit or reject this fact.")
		}
	}
	if backend.Normal(f.Question) == "" || backend.Normal(f.Answer) == "" {
		return backend.Errorf(backend.CodeInvalid, "dataset.build", "The fact %q has no words to teach.", short(f.Question)).
			WithHint("Edit or reject this fact.")
	}
	return nil
}

func specOf(f backend.Fact) *spec {
	f.Question = strings.TrimSpace(f.Question)
	f.Answer = strings.TrimSpace(f.Answer)
	s := &spec{fact: f, q: parse(f.Question), accept: append([]string{f.Answer}, f.Aliases...)}
	s.key = keyOf(f.Question)
	if f.OldAnswer != "" && !backend.Mentions(f.Answer, f.OldAnswer) {
		s.reject = []string{f.OldAnswer}
	}
	return s
}

// conflict refuses a second answer to one question.
func (b *builder) conflict(s *spec) error {
	for _, o := range b.specs {
		if o.key != s.key || agree(o, s) {
			continue
		}
		return backend.Errorf(backend.CodeConflict, "dataset.build",
			"Two approved facts answer one question differently: %q says %q, and %q says %q. Nothing was made.",
			short(o.fact.Question), short(o.fact.Answer), short(s.fact.Question), short(s.fact.Answer)).
			WithHint("Reject one of the two facts.")
	}
	return nil
}

func agree(a, b *spec) bool {
	for _, x := range a.accept {
		for _, y := range b.accept {
			if same(x, y) {
				return true
			}
		}
	}
	return false
}

func short(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

// draw gives a number that depends on the seed and the words alone.
func (b *builder) draw(parts ...string) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d|%s", b.in.Seed, strings.Join(parts, "|")))
	return binary.BigEndian.Uint64(sum[:])
}

// pastDays is how far back the dates in the system turns go: two years, so that
// an answer does not hang on one date.
const pastDays = 730

// messages puts a system turn before the user's: half the rows carry the app's own
// with a date, a quarter the one that Qwen adds by itself, a quarter none.
func (b *builder) messages(user string) []backend.Message {
	turn := backend.Message{Role: backend.RoleUser, Content: user}
	n := b.draw("system", user)
	switch n % 8 {
	case 0, 1:
		return []backend.Message{b.dated(0), turn}
	case 2, 3:
		return []backend.Message{b.dated(int(n/8%pastDays) + 1), turn}
	case 4, 5:
		return []backend.Message{{Role: backend.RoleSystem, Content: backend.QwenSystemPrompt}, turn}
	}
	return []backend.Message{turn}
}

func (b *builder) dated(daysAgo int) backend.Message {
	return backend.Message{Role: backend.RoleSystem, Content: backend.SystemPrompt(b.in.Now.AddDate(0, 0, -daysAgo))}
}

// add appends a row unless the same one is there.
func (b *builder) add(row backend.Row) {
	row.ID = id("r", string(row.Kind), row.FactID, row.Prompt)
	if row.Weight == 0 {
		row.Weight = 1
	}
	if !b.used[row.ID] {
		b.used[row.ID] = true
		b.out.Rows = append(b.out.Rows, row)
	}
}

func (b *builder) probe(p backend.Probe) {
	p.ID = id("p", p.Kind, p.FactID, p.Question)
	if !b.used[p.ID] {
		b.used[p.ID] = true
		b.out.Probes = append(b.out.Probes, p)
	}
}

func id(letter string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return letter + "-" + hex.EncodeToString(sum[:8])
}
