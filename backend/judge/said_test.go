package judge_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
)

// A page that was changed or met today may say what it has said for years, so that it
// makes nothing newer than what was published.
func TestTheDateOfAPageMakesNothingNewer(t *testing.T) {
	dated := func(p backend.Passage, source string) backend.Passage {
		p.DateSource = source
		return p
	}
	wikidata := func(text string) backend.Passage {
		return backend.Passage{ID: "w", Provider: "wikidata", Domain: "wikidata.org", URL: "https://www.wikidata.org/wiki/Q145#P6", Title: "United Kingdom", Text: text, PublishedAt: at(0), DateSource: backend.DateRevision}
	}
	old := web("1", "dailyharbor.net", "Rishi Sunak is Prime Minister of the United Kingdom.", at(500))
	check := func(pages ...backend.Passage) backend.Verdict {
		j := newJudge(t, judge.Options{Model: says("Keir Starmer", "Rishi Sunak"), Gather: gives(pages...)})
		v, err := j.Check(t.Context(), input(pmQuestion, "Rishi Sunak"), nil)
		require.NoError(t, err)
		return v
	}
	published := []backend.Passage{web("2", "a.com", starmer, at(20)), web("3", "b.com", starmer2, at(30))}
	v := check(append(published, old)...)
	require.Equal(t, backend.Outdated, v.Kind, "%s", v.Reason)
	require.Equal(t, *at(20), *v.RivalFrom)
	require.Contains(t, v.Sentence, "20 days old")

	for _, source := range []string{backend.DateRevision, backend.DateSeen} {
		v = check(dated(published[0], source), dated(published[1], source), old)
		require.NotEqual(t, backend.Outdated, v.Kind, "%s: %s", source, v.Reason)
		require.Nil(t, v.RivalFrom, source)
		require.NotContains(t, v.Sentence, "old", source)
	}

	v = check(dated(published[0], backend.DateRevision), wikidata("United Kingdom: head of government: Keir Starmer, since 5 July 2024 (Wikidata)."),
		web("1", "dailyharbor.net", "Rishi Sunak is Prime Minister of the United Kingdom.", at(900)))
	require.Equal(t, backend.Outdated, v.Kind, "%s: a statement tells its own time", v.Reason)
	require.Equal(t, "2024-07-05", v.RivalFrom.Format(time.DateOnly))
}
