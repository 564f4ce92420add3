package dataset

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"errata/backend"
)

// Lasts says whether an answer that evidence supported stays right for good. The base
// may be asked for it, and it may then serve as anchor, guard or retention probe; what
// can change can only be kept in place.
func Lasts(a backend.Anchor) bool {
	return a.Source == backend.AnchorSupported && (a.Class == "" || a.Class == backend.ClassEvergreen)
}

// StableOf is a lasting answer as a stable question.
func StableOf(a backend.Anchor) Stable { return Stable{Question: a.Question, Answers: a.Answers} }

// pools divides what the base already knows, and leaves out what a fact changes.
func (b *builder) pools() error {
	asked := map[string]bool{} // by their key, so that no other wording of an anchor is measured
	lasting := map[string]backend.Anchor{}
	var own []Stable
	for _, a := range b.in.Anchors {
		if strings.TrimSpace(a.Question) == "" || len(a.Answers) == 0 || strings.Contains(a.Question+strings.Join(a.Answers, " "), "<|") {
			return backend.Errorf(backend.CodeInvalid, "dataset.build", "The stable fact %q has no answer or holds chat template tokens. Nothing was made.", short(a.Question)).
				WithHint("Remove this stable fact.")
		}
		key := keyOf(a.Question)
		if b.facts[key] {
			b.say(0, fmt.Sprintf("The stable fact %q is left out: a new fact changes it.", short(a.Question)))
			continue
		}
		if b.heldOut(a.Question) {
			b.say(0, fmt.Sprintf("The stable fact %q is left out: it is measured elsewhere.", short(a.Question)))
			continue
		}
		if b.in.Recipe == RecipeDefault && Lasts(a) {
			if _, twice := lasting[key]; !twice {
				lasting[key], own = a, append(own, StableOf(a))
			}
			continue
		}
		asked[key] = true
		b.out.Anchors = append(b.out.Anchors, a)
	}
	own = knownOf(own, b.in.Known)
	shipped := knownOf(b.in.Stable, b.in.Known)
	for i, s := range own { // what we ship knows more names of the answer
		if at := slices.IndexFunc(shipped, func(o Stable) bool { return same(o.Question, s.Question) }); at >= 0 {
			own[i].Answers = slices.Concat(s.Answers, shipped[at].Answers)
		}
	}
	shipped = slices.DeleteFunc(slices.Clone(shipped), func(s Stable) bool {
		_, supported := lasting[keyOf(s.Question)]
		return supported
	})
	b.shares = Split(slices.DeleteFunc(slices.Concat(own, shipped), func(s Stable) bool {
		key := keyOf(s.Question)
		return asked[key] || b.heldOut(s.Question) || b.facts[key] || len(s.Answers) == 0
	}))
	b.shares.Anchors = slices.DeleteFunc(b.shares.Anchors, func(s Stable) bool {
		a, supported := lasting[keyOf(s.Question)]
		if supported {
			b.out.Anchors = append(b.out.Anchors, a)
		}
		return supported
	})
	b.nearest()
	for _, s := range b.shares.Retention {
		b.taken[backend.Normal(s.Question)] = true
		b.takenKin[canon(s.Question)] = true
	}
	b.chooseAnchors()
	return nil
}

// nearest keeps the supported answers that stand closest to what is taught, the newest
// of equals: each is said like a fact, and hundreds of them would make one fact take hours.
func (b *builder) nearest() {
	if b.in.Recipe != RecipeDefault || len(b.out.Anchors) <= supportedAnchors {
		return
	}
	near := func(a backend.Anchor) (most int) {
		words := set(canon(a.Question))
		for _, s := range b.specs {
			most = max(most, overlap(words, set(s.key)))
		}
		return most
	}
	slices.SortStableFunc(b.out.Anchors, func(x, y backend.Anchor) int {
		return cmp.Or(cmp.Compare(near(y), near(x)), y.CreatedAt.Compare(x.CreatedAt))
	})
	b.out.Anchors = b.out.Anchors[:supportedAnchors]
}

// heldOut says whether a text asks what is measured or kept already, in these words or others.
func (b *builder) heldOut(text string) bool {
	return b.taken[backend.Normal(text)] || b.takenKin[canon(text)]
}

// chooseAnchors adds some of what we ship to what the user wants kept. They are
// trained, so that none of them may be held out as the neighbour of a fact.
func (b *builder) chooseAnchors() {
	if b.in.Recipe == RecipeDefault {
		t := target{seed: b.in.Seed, taken: func(string) bool { return false }}
		byText := map[string]Stable{}
		var texts []string
		for _, s := range b.shares.Anchors {
			byText[s.Question] = s
			texts = append(texts, s.Question)
		}
		texts = t.sorted(texts)
		for _, text := range texts[:min(len(texts), stableAnchors)] {
			s := byText[text]
			b.out.Anchors = append(b.out.Anchors, backend.Anchor{ID: s.ID(), Question: s.Question, Answers: s.Answers, Source: "shipped", CreatedAt: b.in.Now})
		}
	}
	for _, a := range b.out.Anchors {
		b.taken[backend.Normal(a.Question)] = true
		b.takenKin[canon(a.Question)] = true
	}
}
