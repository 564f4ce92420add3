package judge

import (
	"context"
	"slices"
	"strings"

	"errata/backend"
)

// Finding is what one step of a check found when it is asked alone.
type Finding struct {
	Relation   Relation
	Leaning    Relation // of SameAnswer, when Relation is Unknown: what is likelier; nothing may rest on it
	Tier       string
	Confidence float64 // as the step gives it, not calibrated
	Short      string  // the short answer that was read off a text
	Reason     backend.Reason
	Flipped    bool // the judge changed its mind with the order of the labels
}

// What the tiers are trusted with before anything is fitted.
const (
	sureString    = 0.97
	sureTyped     = 0.95
	sureTypedDiff = 0.9
	sureGiven     = 0.98 // different, where no claim had to be read off a text
	sureRule      = 0.9
)

// begin is a check of which single steps are asked.
func (j *Judge) begin() *run {
	return &run{o: j.o, id: j.o.NewID(), model: j.o.ModelName, extractor: j.o.Extractor, now: j.o.Now()}
}

// Gate is the first step alone: how fast the answer to a question can change,
// and how sure that is.
func (j *Judge) Gate(ctx context.Context, question string) (class backend.Class, confidence float64, err error) {
	r := j.begin()
	class, err = r.gate(ctx, squeeze(clip(strings.ToValidUTF8(question, " "), 4000)))
	return class, r.surely, err
}

// SameAnswer is the steps from the claim to the comparison: whether a free text
// gives one of the reference values, which are names for the same thing. It
// differs only when every one of them is another value.
func (j *Judge) SameAnswer(ctx context.Context, question, answer string, references []string) (Finding, error) {
	r := j.begin()
	f := parseQuestion(clip(strings.ToValidUTF8(question, " "), 4000))
	answer = strings.ToValidUTF8(answer, " ")
	claim, err := r.claim(ctx, f, backend.ClassEvergreen, answer)
	if stops(err) != "" {
		return Finding{Reason: stops(err)}, err
	}
	if !f.version {
		f.Kind = openKind(f.Kind, claim.Short)
	}
	r.firm = r.firm && !f.recurs()
	return r.compareAll(ctx, f, claim, answer, references)
}

// SameValue is the comparison alone: two short answers of the evidence to one
// question, the second with all its names.
func (j *Judge) SameValue(ctx context.Context, question, value string, references []string) (Finding, error) {
	r := j.begin()
	r.firm = true
	value = trimValue(strings.ToValidUTF8(value, " "))
	f := parseQuestion(clip(strings.ToValidUTF8(question, " "), 4000))
	return r.compareAll(ctx, f, backend.Claim{Short: value, Sentence: value, Type: string(f.Kind)}, value, references)
}

func (r *run) compareAll(ctx context.Context, f form, claim backend.Claim, answer string, references []string) (Finding, error) {
	out := Finding{Short: claim.Short}
	out.Leaning = f.leaning(answer, references)
	if claim.Short == "" {
		out.Reason = backend.ReasonNoClaim
		for _, ref := range references {
			if ref = trimValue(strings.ToValidUTF8(ref, " ")); statedAlone(f, answer, ref) {
				return out.committed(Same, backend.TierString), ctx.Err()
			}
		}
		return out, ctx.Err()
	}
	all, apart := Different, 0
	var open *reading // the first name that T1 and T2 leave open
	for _, ref := range references {
		ref = squeeze(strings.ToValidUTF8(ref, " "))
		got := reading{chosen: chosen{window: ref, first: ref}, value: trimValue(ref), quote: ref}
		got.rel, got.tier = relate(f, claim, r.firm, answer, got)
		switch {
		case got.rel == Same:
			return out.committed(got.rel, got.tier), ctx.Err()
		case got.rel == Unknown && r.firm && (otherType(claim.Short, got.value) || claim.By != "" && f.doubtful(claim.Short, got.value)):
			apart++ // "the Great Flood" beside "1925": another name is the one to compare
		case got.rel == Unknown:
			all = Unknown
			if open == nil && undecided(f, claim, got) {
				open = &got
			}
		default:
			out.Tier = got.tier
		}
	}
	if apart == len(references) {
		all = Unknown
	}
	if all == Different {
		out = out.committed(Different, out.Tier)
		if claim.By == "" {
			out.Confidence = sureGiven
		}
		return out, ctx.Err()
	}
	out.Tier, out.Reason = "", backend.ReasonLowConfidence
	if open == nil {
		return out, ctx.Err()
	}
	err := r.settleByJudge(ctx, f, claim, answer, open, references[:min(len(references), 3)])
	if open.flipped {
		out.Flipped, out.Reason = true, backend.ReasonOrder
	}
	if open.rel != Unknown {
		out = out.committed(open.rel, open.tier)
		out.Confidence = open.sure
	}
	return out, err
}

// otherType: one is a name and the other a time or a number, so that nothing can
// be said of the two.
func otherType(a, b string) bool {
	x, y := valueKind(a), valueKind(b)
	return x != "" && y != "" && x != y
}

func (o Finding) committed(rel Relation, tier string) Finding {
	o.Relation, o.Tier, o.Reason = rel, tier, backend.ReasonSame
	switch {
	case rel == Different:
		o.Reason, o.Confidence = backend.ReasonRival, sureTypedDiff
	case tier == backend.TierString:
		o.Confidence = sureString
	default:
		o.Confidence = sureTyped
	}
	return o
}

// Shares of a statement's terms that stand in the passages: with so many they carry
// it unless a label denies it or one of the two has a "not", and under so many no
// label makes them carry it.
const (
	wordsCarry = 0.75
	wordsTouch = 0.5
)

// Statement is selection and reading for a sentence instead of a question: Same
// when the passages carry it, Different when one denies it, Unknown when none
// speaks of it or they disagree. It is asked as the yes/no question whether the
// sentence is true, as a user would; what the label leaves open, the words decide.
func (j *Judge) Statement(ctx context.Context, statement string, passages []backend.Passage) (Finding, error) {
	r := j.begin()
	statement = strings.TrimRight(squeeze(clip(strings.ToValidUTF8(statement, " "), 400)), ".!? ")
	f := parseQuestion(statement)
	f.Text, f.Kind = "Is it true that "+statement+"?", KindYesNo
	kept, flagged, _ := selectPassages(f, backend.ClassEvergreen, passages, r.o.MaxPassages, r.now)
	out := Finding{Reason: backend.ReasonNoValue}
	if len(flagged) > 0 {
		if len(kept) == 0 {
			out.Reason = backend.ReasonInjection
		}
		passages = nil // their words prove nothing any more
	}
	for _, p := range passages {
		if _, denied := f.denial(p.Title, clip(p.Text, maxPassageText)); denied {
			return Finding{Relation: Different, Tier: backend.TierTyped, Reason: backend.ReasonRival, Short: "no", Confidence: sureTypedDiff}, ctx.Err()
		}
	}
	spoken := f.spokenIn(passages)
	unlike := slices.ContainsFunc(kept, func(c chosen) bool { return negated(c.first) != negated(statement) })
	read := r.readYesNo
	if len(flagged) == 0 {
		read = r.labelYesNo // the rules have seen all passages
	}
	for _, c := range kept {
		got, ok, err := read(ctx, f, c)
		if reason := stops(err); reason != "" {
			return Finding{Reason: reason}, err
		}
		if !ok {
			continue
		}
		rel, reason := Same, backend.ReasonSame
		if got.value == "no" {
			rel, reason = Different, backend.ReasonRival
		} else if len(flagged) == 0 && spoken < wordsTouch {
			continue
		}
		if out.Relation != Unknown && out.Relation != rel {
			return Finding{Reason: backend.ReasonConflict}, nil
		}
		out = Finding{Relation: rel, Reason: reason, Short: got.value, Confidence: max(out.Confidence, got.sure)}
	}
	if out.Relation == Unknown && spoken >= wordsCarry && !unlike && ctx.Err() == nil {
		out = Finding{Relation: Same, Tier: backend.TierString, Reason: backend.ReasonSame, Short: "yes", Confidence: sureSame}
	}
	return out, ctx.Err()
}

// spokenIn is the share of the form's terms in all of the texts.
func (f form) spokenIn(passages []backend.Passage) float64 {
	words := map[string]bool{}
	for _, p := range passages {
		for t := range termSet(p.Title + " " + clip(p.Text, maxPassageText)) {
			words[t] = true
		}
	}
	return f.cover(words, nil)
}
