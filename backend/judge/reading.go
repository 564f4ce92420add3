package judge

import (
	"context"
	"sort"

	"errata/backend"
)

// readAll reads the passages one by one, newest and most relevant first, and
// stops as soon as no further reading can change the outcome.
func (r *run) readAll(ctx context.Context, f form, class backend.Class, claim backend.Claim, answer string, kept []chosen, onStep func(Step)) ([]reading, backend.Reason) {
	order := append([]chosen{}, kept...)
	best := 0.0
	for _, c := range order {
		best = max(best, c.coverage)
	}
	rank := func(c chosen) int {
		switch {
		case c.Trusted() && c.coverage >= 0.85*best:
			return 0
		case c.Trusted():
			return 1
		}
		return 2
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := order[i], order[j]
		if rank(a) != rank(b) {
			return rank(a) < rank(b)
		}
		return rank(a) == 0 && older(b, a) && a.at != nil
	})
	var out []reading
	var judged *reading
	for i, c := range order {
		if r.filled == nil {
			if !c.Trusted() && class != backend.ClassEvergreen && f.Kind != KindYesNo { // nothing settles before all are read
				r.fillAll(ctx, f, order[i:], func(n int) { onStep(Step{Name: StepRead, Count: len(order), At: i + n}) })
			} else {
				onStep(Step{Name: StepRead, Count: len(order), At: i + 1})
			}
		}
		r.ahead = max(0, len(order)-i-1-len(r.filled))
		got, ok, err := r.read(ctx, f, claim, c)
		if reason := stops(err); reason != "" {
			return out, reason
		}
		if !ok {
			continue
		}
		got.rel, got.tier = relate(f, claim, r.firm, answer, got)
		if got.rel != Same && got.other != "" && got.by == "model" {
			got, err = r.arbitrate(ctx, f, got)
			if reason := stops(err); reason != "" {
				return out, reason
			}
			got.rel, got.tier = relate(f, claim, r.firm, answer, got)
		}
		if err := r.settleOnce(ctx, f, claim, answer, &got, &judged); err != nil {
			return out, stops(err)
		}
		out = append(out, got)
		if settled(f, class, claim, out, order[i+1:]) && (i+1 == len(order) || !rivals(got.chosen, order[i+1]) && !r.confirms(f, out, order[i+1])) {
			break
		}
	}
	return out, ""
}

// fillAll asks for the forms of passages in one go, before any other question about
// them: an engine then reads what all these prompts begin with only once.
func (r *run) fillAll(ctx context.Context, f form, list []chosen, onStep func(n int)) {
	r.filled = map[string]filled{}
	for i, c := range list {
		onStep(i + 1)
		got := filled{}
		got.err = r.extract(ctx, r.formOf(f, c), &got.reply)
		r.filled[c.ID+c.URL] = got
		if stops(got.err) != "" {
			return
		}
	}
}

// fill gives the form of one passage.
func (r *run) fill(ctx context.Context, f form, c chosen) (reply extractReply, err error) {
	if got, ok := r.filled[c.ID+c.URL]; ok {
		return got.reply, got.err
	}
	err = r.extract(ctx, r.formOf(f, c), &reply)
	return reply, err
}

// filled is the reply to the form of a passage, or why there is none.
type filled struct {
	reply extractReply
	err   error
}

// confirms: a first document that says otherwise of what happened once is confirmed
// by a second one that fits, since the newer of two is not the better there.
func (r *run) confirms(f form, list []reading, next chosen) bool {
	return len(list) == 1 && list[0].rel == Different && f.happenedOnce(r.now) && next.Trusted() && next.coverage >= 0.85*list[0].coverage
}

// rivals: another trusted passage of the same day that fits the question as well.
func rivals(a, b chosen) bool {
	return a.Trusted() && b.Trusted() && sameDay(a.at, b.at) && b.coverage >= 0.95*a.coverage && b.score >= 0.85*a.score
}

// settled: a trusted passage, newest first, that was compared decides; for a
// question that never changes so does good support without a rival, read or not.
func settled(f form, class backend.Class, claim backend.Claim, list []reading, rest []chosen) bool {
	last := list[len(list)-1]
	if claim.Short != "" && last.Trusted() && last.rel != Unknown && last.coverage >= 0.6 {
		return true
	}
	if class != backend.ClassEvergreen {
		return false
	}
	domains := map[string]bool{}
	strong := false
	for _, x := range list {
		if x.rel != Same {
			return false
		}
		domains[source(x.Passage)] = true
		strong = strong || reputation(x.Passage) >= 0.6
	}
	return strong || len(domains) >= 2 && len(dissent(f, last.value, rest)) == 0
}
