package library

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"

	"errata/backend"
	"errata/backend/page"
)

// maxQuery bounds the characters of a query that are looked at, maxTerms its
// different words.
const (
	maxQuery = 1000
	maxTerms = 24
)

// perDocument is how many passages of one document come before those of others.
const perDocument = 4

// Weights of the parts of a query, tuned on short natural questions: the title
// names the subject, neighbouring words name a thing.
const (
	titleBoost  = 1.5
	phraseBoost = 0.8
)

// Search finds the passages that speak of the question, best first; limit 0
// means 8. Half of the question's words (aliases count) must occur in a passage
// or its title. Nothing found is an empty list.
func (l *Library) Search(ctx context.Context, question string, limit int) ([]backend.Passage, error) {
	if limit <= 0 {
		limit = 8
	}
	limit = min(limit, 100)
	l.mu.RLock() // Close waits for searches
	defer l.mu.RUnlock()
	if l.closed {
		return nil, errClosed
	}
	out := []backend.Passage{}
	q, phrases := l.compile(question)
	if q == nil {
		return out, nil
	}
	req := bleve.NewSearchRequestOptions(q, 6*limit, 0, false)
	req.Fields = []string{fieldRecord}
	req.SortBy([]string{"-_score", "_id"})
	res, err := l.index.SearchInContext(ctx, req)
	if err != nil {
		if isCancelled(err) || ctx.Err() != nil {
			return nil, backend.Wrap(err, backend.CodeCancelled, "library.search", "The search was stopped.")
		}
		return nil, backend.Wrap(err, backend.CodeInternal, "library.search", "The library could not be searched.")
	}
	found := make([]scored, 0, len(res.Hits))
	for _, hit := range res.Hits {
		var h scored
		body, _ := hit.Fields[fieldRecord].(string)
		if json.Unmarshal([]byte(body), &h.stored) != nil {
			continue
		}
		h.score = hit.Score * (1 + phraseBoost*l.adjacent(phrases, h.Title+"\n"+h.Text))
		found = append(found, h)
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var hits, later []scored
	taken := map[string]int{}
	for _, h := range found {
		if taken[h.Document]++; taken[h.Document] > perDocument {
			later = append(later, h)
			continue
		}
		hits = append(hits, h)
	}
	hits = append(hits, later...)
	now := l.o.Now()
	for _, s := range hits[:min(len(hits), limit)] {
		sum := sha256.Sum256([]byte(s.Text))
		id := sha256.Sum256([]byte(s.Document + "\x00" + s.Text))
		domain := page.Domain(s.URL)
		if domain == "" {
			domain = Provider
		}
		out = append(out, backend.Passage{
			ID: "library-" + hex.EncodeToString(id[:8]), Provider: Provider, URL: s.URL, Domain: domain, Title: s.Title, Text: s.Text,
			TextSHA256: hex.EncodeToString(sum[:]), PublishedAt: s.Published, DateSource: s.DateSource, FetchedAt: now, Flags: s.Flags,
		})
	}
	return out, nil
}

// scored is a passage with the index's score, raised by the phrases it holds.
type scored struct {
	stored
	score float64
}

// compile makes the query: every group is one word of the question or the
// spellings of one name, half of the groups must match, titles raise the score.
// phrases are the word pairs and names that make a passage better where they
// stand together; the index is not asked for them, because looking up positions
// costs more than everything else. q is nil when there is no word to look for.
func (l *Library) compile(question string) (q query.Query, phrases [][]string) {
	if !utf8.ValidString(question) {
		question = strings.ToValidUTF8(question, " ")
	}
	if r := []rune(question); len(r) > maxQuery {
		question = string(r[:maxQuery])
	}
	names, rest := findAliases(question)
	terms := l.terms(rest)
	var groups, titles []query.Query
	var modifiers []query.Query
	for i, t := range terms {
		if i > 0 {
			phrases = append(phrases, []string{terms[i-1] + " " + t})
		}
		if generic[t] && len(terms)+len(names) > 1 {
			modifiers = append(modifiers, inField(bleve.NewTermQuery(t), fieldAll))
			continue
		}
		groups = append(groups, inField(bleve.NewTermQuery(t), fieldAll))
		titles = append(titles, inField(bleve.NewTermQuery(t), fieldTitle))
	}
	for _, spellings := range names {
		groups = append(groups, oneOf(spellings, fieldAll))
		titles = append(titles, oneOf(spellings, fieldTitle))
		var same []string
		for _, s := range spellings {
			same = append(same, strings.Join(l.analyze(s), " "))
		}
		phrases = append(phrases, same)
	}
	if len(groups) == 0 {
		groups, modifiers = modifiers, nil
	}
	if len(groups) == 0 {
		return nil, nil
	}
	need := bleve.NewDisjunctionQuery(groups...)
	need.SetMin(float64((len(groups) + 1) / 2))
	title := bleve.NewDisjunctionQuery(titles...)
	title.SetBoost(titleBoost)
	both := bleve.NewBooleanQuery()
	both.AddMust(need)
	both.AddShould(title)
	both.AddShould(modifiers...)
	return both, phrases
}

type fieldable interface {
	query.Query
	SetField(string)
}

func inField(q fieldable, field string) query.Query {
	q.SetField(field)
	return q
}

// oneOf matches any of the spellings, all words of one.
func oneOf(spellings []string, field string) query.Query {
	var any []query.Query
	for _, s := range spellings {
		q := bleve.NewMatchQuery(s)
		q.SetOperator(query.MatchQueryOperatorAnd)
		any = append(any, inField(q, field))
	}
	return bleve.NewDisjunctionQuery(any...)
}

// adjacent is the share of the phrases that stand in text, 0 to 1.
func (l *Library) adjacent(phrases [][]string, text string) float64 {
	if len(phrases) == 0 {
		return 0
	}
	words := " " + strings.Join(l.analyze(text), " ") + " "
	n := 0
	for _, spellings := range phrases {
		if slices.ContainsFunc(spellings, func(s string) bool { return strings.Contains(words, " "+s+" ") }) {
			n++
		}
	}
	return float64(n) / float64(len(phrases))
}

// analyze gives the stemmed words of s as the index knows them.
func (l *Library) analyze(s string) []string {
	analyzer := l.index.Mapping().AnalyzerNamed("en")
	if analyzer == nil {
		return nil
	}
	var out []string
	for _, token := range analyzer.Analyze([]byte(s)) {
		out = append(out, string(token.Term))
	}
	return out
}

// terms gives the different stemmed words of s in their order, without words
// that say nothing ("who", "is", "current").
func (l *Library) terms(s string) []string {
	var out []string
	for _, t := range l.analyze(s) {
		if !idle[t] && !slices.Contains(out, t) && len(out) < maxTerms {
			out = append(out, t)
		}
	}
	return out
}

// idle are stemmed words of questions that do not name what is asked for and
// are no stop words of English.
var idle = map[string]bool{
	"current": true, "now": true, "todai": true, "latest": true, "pleas": true, "tell": true, "know": true, "name": true, "right": true, "present": true,
	"who": true, "what": true, "when": true, "where": true, "which": true, "how": true, "whose": true, "mani": true, "much": true, "moment": true,
}

// generic are stemmed words that narrow an office or a team and are often left
// out where it is spoken of: they raise a passage but none has to hold them.
var generic = map[string]bool{"head": true, "nation": true, "offici": true, "men": true}
