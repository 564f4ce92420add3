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
		r.ahead = len(order) - i - 1
		onStep(Step{Name: StepRead, Count: len(order), At: i + 1})
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
