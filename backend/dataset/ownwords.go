package dataset

import (
	"context"
	"regexp"
	"strings"

	"errata/backend"
)

// ownWordsTokens is enough for the first sentence of an answer.
const ownWordsTokens = 40

// ownWords is the fact in the words that the base finds for this question by
// itself, with the old answer replaced; "" when it finds none that fit. Taught in
// other words a small model learns the answer badly: it never begins to say it.
func (b *builder) ownWords(ctx context.Context, s *spec, text string) (string, error) {
	if s.fact.OldAnswer == "" {
		return "", nil
	}
	reply, err := b.chat(ctx, backend.SystemPrompt(b.in.Now), text, ownWordsTokens)
	if err != nil {
		return "", err
	}
	return s.corrected(text, firstSentence(reply)), nil
}

// completion is what the fact's rows teach to say to a question: in the base's own
// words, else as a statement, else as the base says it with the evidence in sight.
func (b *builder) completion(ctx context.Context, s *spec, text string) (string, error) {
	own, err := b.ownWords(ctx, s, text)
	if own != "" || err != nil {
		return own, err
	}
	if s.q.begin == "" {
		said, err := b.answer(ctx, s, text)
		if said != "" || err != nil {
			return said, err
		}
	}
	return s.q.statement(s.fact.Answer), nil
}

var (
	sentenceEnd = regexp.MustCompile(`([\p{Ll}0-9)])[.!?](?:\s|$)`)
	quotes      = strings.NewReplacer(`"`, "", "“", "", "”", "") // they stand around the old answer
	asOf        = regexp.MustCompile(`(?i)^as of [^,]{1,40}, `)
	sideClause  = regexp.MustCompile(`\s*([,;:(]|\b(and|who|which|that|with|since|as|after|when|where|but|while)\b).*$`)
)

func firstSentence(reply string) string {
	line := firstLine(quotes.Replace(reply))
	if end := sentenceEnd.FindStringSubmatchIndex(line); end != nil {
		line = line[:end[3]]
	}
	return capitalise(asOf.ReplaceAllString(strings.TrimRight(line, ".!? "), ""))
}

// linking words may stand around an answer whatever was asked.
var linking = set("currently current presently incumbent known named called answer winner latest recent title held this that from will have been with")

// corrected puts the fact's answer in place of the old one in a sentence of the
// base, and gives "" unless everything else in it was asked: what the base adds of
// its own belonged to the old answer.
func (s *spec) corrected(text, sentence string) string {
	start, end, n := place(sentence, s.fact.OldAnswer)
	if n != 1 {
		return ""
	}
	asked := set(backend.Normal(text + " " + s.q.text))
	before := titleEnd.ReplaceAllString(sentence[:start], "$1")
	after := sideClause.ReplaceAllString(sentence[end:], "")
	if next := wordsOf(after); len(next) > 0 && !fits(next[0].text, asked) {
		after = "" // the old answer was part of a longer name
		before = articleEnd.ReplaceAllString(before, "$1")
	}
	for _, w := range append(wordsOf(before), wordsOf(after)...) {
		if !fits(w.text, asked) {
			return ""
		}
	}
	out := capitalise(strings.TrimSpace(before+s.fact.Answer+after)) + "."
	if strings.HasPrefix(after, "'") || strings.HasPrefix(after, "’") || !s.states(out) {
		return ""
	}
	return strings.TrimSuffix(strings.TrimSuffix(out, "."), ".") + "."
}

var (
	articleEnd = regexp.MustCompile(`(?i)(^|\s)(the|an?)\s+$`)
	titleEnd   = regexp.MustCompile(`(^|\s)(The|An?)\s+$`) // an article written as part of a name
)

// fits says that a word of an answer was asked, or says nothing by itself.
func fits(word string, asked map[string]bool) bool {
	w := backend.Normal(word)
	for _, ending := range []string{"s", "d", "ed", "es", "ing"} {
		if stem, ok := strings.CutSuffix(w, ending); ok && len(stem) > 2 && asked[stem] {
			return true // "did the war end", "the war ended"
		}
	}
	return asked[w] || linking[w] || len(w) < 4 && !strings.ContainsAny(w, "0123456789")
}

// place finds a value in a text by its words, as backend.Mentions does, and counts
// how often it is there; start and end are bytes of the first.
func place(text, value string) (start, end, n int) {
	want := backend.Normal(value)
	words := wordsOf(text)
	for i := 0; i < len(words); i++ {
		// An article is no word of a value, unless it is written there.
		if backend.Normal(words[i].text) == "" && !strings.HasPrefix(strings.ToLower(value), strings.ToLower(words[i].text)) {
			continue
		}
		for j := i; j < len(words); j++ {
			got := backend.Normal(text[words[i].start:words[j].end])
			if len(got) > len(want) {
				break
			}
			if got == want && want != "" {
				if n++; n == 1 {
					start, end = words[i].start, words[j].end
				}
				i = j
				break
			}
		}
	}
	return start, end, n
}

// begunWith is how the taught sentence begins, up to the answer.
func (s *spec) begunWith(completion string) string {
	start, _, n := place(completion, s.fact.Answer)
	if n == 0 {
		return ""
	}
	return strings.TrimSpace(completion[:start])
}

// begun is the beginning of the taught sentence as it would stand in the answer to
// a neighbour: "The CEO of Nikon is". Held there, the base's distribution is held
// at the very place where the taught answer would leak. "" where it cannot be made.
func (s *spec) begun(neighbour string) string {
	if s.start == "" {
		return ""
	}
	mine, theirs := difference(s.q.text, neighbour)
	if start, end, n := place(s.start, mine); n == 1 && theirs != "" {
		switch {
		case passive[strings.ToLower(mine)] != "" && strings.HasSuffix(s.start, " by"): // "was directed by", but never "was starred in by"
		case clause(strings.ToLower(theirs)), endsOpen(theirs), strings.Contains(theirs, "?"):
			return ""
		default:
			return capitalise(s.start[:start] + theirs + s.start[end:])
		}
	}
	begin := parse(neighbour).begin
	if s.q.begin == "" || same(begin, s.start) || same(begin, s.q.begin) {
		return ""
	}
	return begin
}

// difference gives what two questions do not share between their common first and
// last words.
func difference(a, b string) (inA, inB string) {
	x, y := strings.Fields(strings.TrimRight(a, "?. ")), strings.Fields(strings.TrimRight(b, "?. "))
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return strings.Join(x, " "), strings.Join(y, " ")
}
