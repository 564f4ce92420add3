package judge

// memo keeps what was found out about sentences for one question, because one check
// looks at the best of them again and again. It ends with the check.
type memo struct {
	spans    map[sentenceAs][]span
	picks    map[sentenceAs]picked
	overlaps map[sentenceAs]float64
}

// sentenceAs is a sentence with what may change of the question it is read for.
type sentenceAs struct {
	kind    Kind
	anyRole bool
	loose   bool
	asked   string
	s       string
}

type picked struct {
	span
	ok bool
}

func newMemo() *memo {
	return &memo{map[sentenceAs][]span{}, map[sentenceAs]picked{}, map[sentenceAs]float64{}}
}

// remember gives what is known for a key, and finds it out the first time.
func remember[K comparable, V any](known map[K]V, key K, find func() V) V {
	v, ok := known[key]
	if !ok {
		v = find()
		known[key] = v
	}
	return v
}

// loose takes the question's own words for values too.
func (f form) loose() form {
	f.Terms = map[string]bool{}
	return f
}

func (f form) as(s string) sentenceAs {
	return sentenceAs{f.Kind, f.anyRole, len(f.Terms) == 0, f.Text, s}
}

// candidates finds values of the asked kind in a sentence that are not the
// question's own words, with their roles.
func candidates(f form, s string) []span {
	if f.memo == nil {
		return findCandidates(f, s)
	}
	return remember(f.memo.spans, f.as(s), func() []span { return findCandidates(f, s) })
}

// pick reads the one value that a sentence states in reply to the question, by
// grammar alone. What the sentence says of the question's own words ("The
// capital of France is …") or what stands before them ("… is the capital of
// France") is the value. Of several clauses the one closest to the question goes
// first.
func pick(f form, s string) (span, bool) {
	if f.memo == nil {
		return pickAnew(f, s)
	}
	p := remember(f.memo.picks, f.as(s), func() picked {
		v, ok := pickAnew(f, s)
		return picked{v, ok}
	})
	return p.span, p.ok
}

// overlap is the share of a text's content terms that the question has too. A
// date counts only where the question names it.
func (f form) overlap(s string) float64 {
	if f.memo == nil {
		return f.measureOverlap(s)
	}
	return remember(f.memo.overlaps, sentenceAs{loose: len(f.Terms) == 0, s: s}, func() float64 { return f.measureOverlap(s) })
}
