package evidence

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/page"
)

// NewWikidata makes the provider of Wikidata. It understands questions of the
// form "who holds this office of that place", "what is the capital of …" and
// gives what the statements say as sentences, with the dates of their start and
// end. Other questions give nothing and send nothing.
func NewWikidata(o WikiOptions) (Provider, error) {
	w, err := o.service("Wikidata", "https://www.wikidata.org")
	if err != nil {
		return nil, err
	}
	return &wikidata{about{name: "wikidata", title: "Wikidata", sends: "The name that a question is about goes to www.wikidata.org."}, w}, nil
}

type wikidata struct {
	about
	wiki *wiki
}

func (w *wikidata) Health(context.Context) (bool, string) { return w.wiki.health("Needs no key.") }

// maxEntities is how many things of one name are tried.
const maxEntities = 3

func (w *wikidata) Search(ctx context.Context, s backend.Search) ([]backend.Passage, error) {
	out := []backend.Passage{}
	ask, ok := understand(s.Question)
	for _, q := range s.Queries {
		if ok {
			break
		}
		ask, ok = understand(q)
	}
	if !ok {
		return out, nil
	}
	things, err := w.find(ctx, ask.subject)
	if err != nil {
		return out, err
	}
	for _, thing := range things {
		for _, property := range ask.relation.properties {
			statements, err := w.statements(ctx, thing.ID, property.id)
			if err != nil {
				return out, err
			}
			if len(statements) == 0 {
				continue
			}
			labels, modified, err := w.labels(ctx, thing.ID, statements)
			if err != nil {
				return out, err
			}
			text := tell(thing.Label, property.label, statements, labels)
			f, ok := finish(backend.Passage{
				URL: "https://www.wikidata.org/wiki/" + thing.ID + "#" + property.id, Title: thing.Label, Text: text,
				PublishedAt: modified, DateSource: backend.DateRevision,
			}, w.Name(), s.Now)
			if ok && text != "" { // the first thing of that name that has the relation
				return append(out, f), nil
			}
		}
	}
	return out, nil
}

type thing struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

func (w *wikidata) find(ctx context.Context, name string) ([]thing, error) {
	var reply struct {
		wikiError
		Search []thing `json:"search"`
	}
	err := w.wiki.get(ctx, name, url.Values{
		"action": {"wbsearchentities"}, "search": {name}, "language": {"en"}, "uselang": {"en"}, "type": {"item"}, "limit": {fmt.Sprint(maxEntities)},
	}, &reply)
	if err == nil {
		err = reply.err("Wikidata")
	}
	var out []thing
	for _, t := range reply.Search {
		if entityID(t.ID) && len(out) < maxEntities {
			if t.Label == "" {
				t.Label = name
			}
			out = append(out, t)
		}
	}
	return out, err
}

func entityID(s string) bool {
	return len(s) > 1 && len(s) < 16 && s[0] == 'Q' && strings.Trim(s[1:], "0123456789") == ""
}

// statement is one claim: its value and the time for which it holds.
type statement struct {
	Rank  string `json:"rank"`
	Snak  snak   `json:"mainsnak"`
	Quals struct {
		Start []snak `json:"P580"`
		End   []snak `json:"P582"`
		Point []snak `json:"P585"`
	} `json:"qualifiers"`
}

type snak struct {
	Type  string `json:"snaktype"`
	Value struct {
		Type  string          `json:"type"`
		Value json.RawMessage `json:"value"`
	} `json:"datavalue"`
}

func (w *wikidata) statements(ctx context.Context, id, property string) ([]statement, error) {
	var reply struct {
		wikiError
		Claims json.RawMessage `json:"claims"` // an empty list when there are none, else an object
	}
	err := w.wiki.get(ctx, "", url.Values{"action": {"wbgetclaims"}, "entity": {id}, "property": {property}}, &reply)
	if err == nil {
		err = reply.err("Wikidata")
	}
	if err != nil {
		return nil, err
	}
	var claims map[string][]json.RawMessage
	if json.Unmarshal(reply.Claims, &claims) != nil {
		return nil, nil //nolint:nilerr // an item without statements has a list here, not an object
	}
	var out []statement
	for _, raw := range claims[property] {
		var st statement
		if lenient(raw, &st) && st.Rank != "deprecated" && st.Snak.Type == "value" {
			out = append(out, st)
		}
	}
	return out, nil
}

// lenient decodes a statement; qualifiers is an empty list where there are none.
func lenient(raw json.RawMessage, st *statement) bool {
	if json.Unmarshal(raw, st) == nil {
		return true
	}
	var bare struct {
		Rank string `json:"rank"`
		Snak snak   `json:"mainsnak"`
	}
	if json.Unmarshal(raw, &bare) != nil {
		return false
	}
	*st = statement{Rank: bare.Rank, Snak: bare.Snak}
	return true
}

// labels names the values that are things and says when the subject was changed
// last.
func (w *wikidata) labels(ctx context.Context, subject string, statements []statement) (map[string]string, *time.Time, error) {
	ids := []string{subject}
	for _, st := range newestFirst(statements) {
		if id := st.Snak.entity(); id != "" && !slices.Contains(ids, id) && len(ids) < 40 {
			ids = append(ids, id)
		}
	}
	var reply struct {
		wikiError
		Entities map[string]struct {
			Modified time.Time `json:"modified"`
			Labels   map[string]struct {
				Value string `json:"value"`
			} `json:"labels"`
		} `json:"entities"`
	}
	err := w.wiki.get(ctx, "", url.Values{
		"action": {"wbgetentities"}, "ids": {strings.Join(ids, "|")}, "props": {"labels|info"}, "languages": {"en|mul"},
	}, &reply)
	if err == nil {
		err = reply.err("Wikidata")
	}
	if err != nil {
		return nil, nil, err
	}
	out := map[string]string{}
	for id, e := range reply.Entities {
		label := e.Labels["en"].Value
		if label == "" {
			label = e.Labels["mul"].Value
		}
		out[id] = clipRunes(strings.ReplaceAll(page.Clean(label), "\n", " "), 120)
	}
	if m := reply.Entities[subject].Modified; !m.IsZero() {
		return out, &m, nil
	}
	return out, nil, nil
}

func (s snak) entity() string {
	var v struct {
		ID string `json:"id"`
	}
	if s.Value.Type != "wikibase-entityid" || json.Unmarshal(s.Value.Value, &v) != nil || !entityID(v.ID) {
		return ""
	}
	return v.ID
}

// text writes a value in words; "" for one that cannot be said.
func (s snak) text(labels map[string]string) string {
	switch s.Value.Type {
	case "wikibase-entityid":
		return labels[s.entity()]
	case "string":
		var v string
		_ = json.Unmarshal(s.Value.Value, &v)
		return clipRunes(page.Clean(v), 120)
	case "monolingualtext":
		var v struct {
			Text string `json:"text"`
		}
		_ = json.Unmarshal(s.Value.Value, &v)
		return clipRunes(page.Clean(v.Text), 120)
	case "time":
		_, said := s.time()
		return said
	case "quantity":
		var v struct {
			Amount string `json:"amount"`
		}
		_ = json.Unmarshal(s.Value.Value, &v)
		return clipRunes(strings.TrimPrefix(v.Amount, "+"), 40)
	}
	return ""
}

// time reads "+2024-07-05T00:00:00Z" with its precision (9 year, 10 month, 11
// day; Wikibase data model). Coarser times and those before Christ are not said.
func (s snak) time() (at time.Time, said string) {
	var v struct {
		Time      string `json:"time"`
		Precision int    `json:"precision"`
	}
	if s.Value.Type != "time" || json.Unmarshal(s.Value.Value, &v) != nil || len(v.Time) < 11 || v.Time[0] != '+' {
		return time.Time{}, ""
	}
	day := strings.ReplaceAll(v.Time[1:11], "-00", "-01")
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, ""
	}
	switch {
	case v.Precision >= 11:
		return at, at.Format("2 January 2006")
	case v.Precision == 10:
		return at, at.Format("January 2006")
	case v.Precision == 9:
		return at, at.Format("2006")
	}
	return time.Time{}, ""
}

func firstTime(snaks []snak) (time.Time, string) {
	for _, s := range snaks {
		if at, said := s.time(); said != "" {
			return at, said
		}
	}
	return time.Time{}, ""
}

// over says whether a statement has an end, known or not; "novalue" says that it
// has none.
func (st statement) over() bool {
	return slices.ContainsFunc(st.Quals.End, func(s snak) bool { return s.Type != "novalue" })
}

// when is the time by which statements are put in order.
func (st statement) when() time.Time {
	at, said := firstTime(st.Quals.Start)
	if said == "" {
		at, _ = firstTime(st.Quals.Point)
	}
	return at
}

// newestFirst orders statements: preferred, then those without an end, then by
// their time, newest first.
func newestFirst(statements []statement) []statement {
	out := slices.Clone(statements)
	slices.SortStableFunc(out, func(a, b statement) int {
		return cmp.Or(
			-compareBool(a.Rank == "preferred", b.Rank == "preferred"),
			compareBool(a.over(), b.over()),
			b.when().Compare(a.when()),
		)
	})
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// maxEarlier is how many former values are told, maxAtOnce how many present ones.
const (
	maxEarlier = 4
	maxAtOnce  = 8
)

// tell makes sentences of statements: what holds now, then what held before.
func tell(subject, relation string, statements []statement, labels map[string]string) string {
	var now, before []string
	ordered := newestFirst(statements)
	preferred := ordered[0].Rank == "preferred"
	for _, st := range ordered {
		value := st.Snak.text(labels)
		if value == "" {
			continue
		}
		_, start := firstTime(st.Quals.Start)
		_, end := firstTime(st.Quals.End)
		_, point := firstTime(st.Quals.Point)
		switch {
		case st.over():
			if len(before) < maxEarlier {
				before = append(before, value+span(start, end))
			}
		case preferred && st.Rank != "preferred":
			// a value that is neither the best nor known to be over says nothing
		case len(now) < maxAtOnce:
			switch {
			case start != "":
				value += ", since " + start
			case point != "":
				value += " (" + point + ")"
			}
			now = append(now, value)
		}
	}
	subject = strings.TrimSpace(subject)
	var b strings.Builder
	if len(now) > 0 {
		fmt.Fprintf(&b, "%s: %s: %s (Wikidata).", subject, relation, strings.Join(now, "; "))
	}
	if len(before) > 0 {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "Former values of %s of %s: %s.", relation, subject, strings.Join(before, "; "))
	}
	return b.String()
}

func span(start, end string) string {
	switch {
	case start != "" && end != "":
		return ", from " + start + " to " + end
	case end != "":
		return ", until " + end
	case start != "":
		return ", from " + start + " (ended)"
	}
	return " (ended)"
}
