package bolt_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
	"errata/backend/propertytest"
)

// factMachine runs decisions on a store and on a map, which must agree.
type factMachine struct {
	s     *bolt.Store
	model map[string]backend.Fact
	order []string
	now   int
}

func (m *factMachine) same(id string) []string {
	var out []string
	for _, other := range m.order {
		f := m.model[other]
		if other != id && f.State == backend.FactApproved && backend.Normal(f.Question) == backend.Normal(m.model[id].Question) {
			out = append(out, other)
		}
	}
	return out
}

func (m *factMachine) pick(t *rapid.T) string {
	if len(m.order) == 0 {
		t.Skip("no fact yet")
	}
	m.now++
	return rapid.SampledFrom(m.order).Draw(t, "id")
}

func (m *factMachine) add(t *rapid.T) {
	m.now++
	id := fmt.Sprintf("f%03d", len(m.order))
	f := fact(id, rapid.SampledFrom([]string{"Who?", "who", "Where is it?", "When?"}).Draw(t, "question"), "so", m.now)
	require.NoError(t, m.s.AddFact(f))
	m.model[id] = f
	m.order = append(m.order, id)
}

func (m *factMachine) approve(t *rapid.T) {
	id := m.pick(t)
	want := m.model[id]
	wantErr := want.Decide(backend.FactApproved, "p", at(m.now))
	got, gone, err := m.s.ApproveFact(id, "p", at(m.now))
	require.Equal(t, backend.CodeOf(wantErr), backend.CodeOf(err))
	if wantErr != nil {
		return
	}
	require.Equal(t, want, got)
	same := m.same(id)
	require.ElementsMatch(t, same, ids(gone))
	for _, other := range same {
		f := m.model[other]
		f.Supersede(id, at(m.now))
		m.model[other] = f
	}
	m.model[id] = want
}

func (m *factMachine) change(t *rapid.T, do func(*backend.Fact) error) {
	id := m.pick(t)
	want := m.model[id]
	wantErr := do(&want)
	got, err := m.s.ChangeFact(id, do)
	if wantErr == nil && want.State == backend.FactApproved && m.model[id].State != backend.FactApproved && len(m.same(id)) > 0 {
		require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
		return
	}
	require.Equal(t, backend.CodeOf(wantErr), backend.CodeOf(err))
	if wantErr == nil {
		require.Equal(t, want, got)
		m.model[id] = want
	}
}

func (m *factMachine) check(t *rapid.T) {
	counts := map[backend.FactState]int{"proposed": 0, "approved": 0, "rejected": 0, "superseded": 0, "expired": 0}
	byState := map[backend.FactState][]string{}
	var all []string
	for _, id := range m.order {
		f := m.model[id]
		counts[f.State]++
		byState[f.State] = append(byState[f.State], id)
		all = append([]string{id}, all...)
		stored, err := m.s.Fact(id)
		require.NoError(t, err)
		require.Equal(t, f, stored)
	}
	got, err := m.s.FactCounts()
	require.NoError(t, err)
	require.Equal(t, counts, got)
	for state := range counts {
		list, err := m.s.AllFacts(state)
		require.NoError(t, err)
		require.ElementsMatch(t, byState[state], ids(list))
	}
	list, err := m.s.Facts(backend.FactFilter{Limit: 1000})
	require.NoError(t, err)
	if all == nil {
		all = []string{}
	}
	require.Equal(t, all, ids(list))
}

func TestFactMachine(t *testing.T) {
	dir, n := t.TempDir(), 0
	propertytest.Check(t, func(rt *rapid.T) {
		n++
		s, err := bolt.Open(filepath.Join(dir, fmt.Sprint(n)), bolt.Options{})
		require.NoError(rt, err)
		m := &factMachine{s: s, model: map[string]backend.Fact{}}
		rt.Repeat(map[string]func(*rapid.T){
			"add":     m.add,
			"approve": m.approve,
			"reject": func(t *rapid.T) {
				m.change(t, func(f *backend.Fact) error { return f.Decide(backend.FactRejected, "p", at(m.now)) })
			},
			"undo":   func(t *rapid.T) { m.change(t, func(f *backend.Fact) error { return f.Undo(at(m.now)) }) },
			"rename": func(t *rapid.T) { m.change(t, func(f *backend.Fact) error { f.Answer += "!"; return nil }) },
			"":       m.check,
		})
		bolttest.Verify(t, s)
		require.NoError(rt, s.Close())
	})
}

func TestVersionMachine(t *testing.T) {
	dir, n := t.TempDir(), 0
	propertytest.Check(t, func(rt *rapid.T) {
		n++
		s, err := bolt.Open(filepath.Join(dir, fmt.Sprint(n)), bolt.Options{})
		require.NoError(rt, err)
		models := []string{"m1", "m2"}
		owner, state := map[string]string{}, map[string]backend.VersionState{}
		current, history := map[string]string{}, map[string]int{}
		var order []string
		rt.Repeat(map[string]func(*rapid.T){
			"register": func(t *rapid.T) {
				k := rapid.IntRange(0, len(order)).Draw(t, "adapter")
				id := fmt.Sprint("v", k)
				model := rapid.SampledFrom(models).Draw(t, "model")
				v, err := s.RegisterAdapter(backend.Adapter{ID: fmt.Sprint("sha", k)}, backend.Version{ID: id, Model: model})
				require.NoError(t, err)
				require.Equal(t, k+1, v.Number)
				if k == len(order) {
					order = append(order, id)
					owner[id], state[id] = model, backend.VersionCandidate
				}
			},
			"promote": func(t *rapid.T) {
				id := rapid.SampledFrom(append([]string{""}, order...)).Draw(t, "id")
				model := rapid.SampledFrom(models).Draw(t, "model")
				err := s.Promote(model, id, at(1))
				switch {
				case id == current[model]:
					require.NoError(t, err)
				case id != "" && owner[id] != model:
					require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
				case id != "" && state[id] == backend.VersionRejected:
					require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
				default:
					require.NoError(t, err)
					if current[model] != "" {
						state[current[model]] = backend.VersionRetired
					}
					if id != "" {
						state[id] = backend.VersionCurrent
					}
					current[model] = id
					history[model]++
				}
			},
			"reject": func(t *rapid.T) {
				if len(order) == 0 {
					t.Skip("no version yet")
				}
				id := rapid.SampledFrom(order).Draw(t, "id")
				_, err := s.ChangeVersion(id, func(v *backend.Version) error { v.State = backend.VersionRejected; return nil })
				if state[id] == backend.VersionCurrent {
					require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
					return
				}
				require.NoError(t, err)
				state[id] = backend.VersionRejected
			},
			"": func(t *rapid.T) {
				for _, model := range models {
					v, found, err := s.CurrentVersion(model)
					require.NoError(t, err)
					require.Equal(t, current[model] != "", found)
					require.Equal(t, current[model], v.ID)
					past, err := s.PromotionHistory(model)
					require.NoError(t, err)
					require.Len(t, past, history[model])
				}
				for id, want := range state {
					v, err := s.Version(id)
					require.NoError(t, err)
					require.Equal(t, want, v.State)
				}
			},
		})
		bolttest.Verify(t, s)
		require.NoError(rt, s.Close())
	})
}
