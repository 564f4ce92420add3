package bench

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestHopsReadWell(t *testing.T) {
	h, known, ok, err := hopOf("Where was Ada Birch born?", "toulouse")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "In which country is toulouse?", known)
	require.Equal(t, "Think of the answer to this question: Where was Ada Birch born? In which country is that place?", oneHop("Where was Ada Birch born?", h))
	require.Equal(t, `Think of how this sentence ends: "Ada Birch was born in ..." In which country is that place?`, oneHop("Ada Birch was born in", h))
	_, _, ok, err = hopOf("In which city of France was Ada Birch born?", "Toulouse")
	require.NoError(t, err)
	require.False(t, ok, "the question gives it away")
}

func TestTheShippedHopsAreWhole(t *testing.T) {
	all, err := hops()
	require.NoError(t, err)
	values := 0
	for _, h := range all {
		require.NotEmpty(t, h.Ask)
		require.NotEmpty(t, h.Accept)
		require.NotContains(t, h.Ask, "%s")
		for _, v := range h.Values {
			require.False(t, backend.MentionsAny(v, h.Accept), "%s says it itself", v)
		}
	}
	for line := range strings.Lines(hopText) {
		values += strings.Count(line[:strings.Index(line, "]")], `", "`) + 1
	}
	require.Equal(t, values, len(all), "a value leads one way") //nolint:testifylint // the map is too long to print
}

func TestWhatIsTrueDoesNotLeak(t *testing.T) {
	l := &learning{drawn: drawn{facts: []*learnFact{
		{row: learnRow{ID: "a", Question: "In which county is Larkstead?", Answer: "Midshire"}},
		{row: learnRow{ID: "b", Question: "Who runs Larkstead?", Answer: "Ada Birch", Aliases: []string{"Mayor Birch"}}},
	}}}
	l.askBeside(askUntaught, "c", answered{"In which county is Fenwick?", "County Midshire"})
	l.askBeside(askUntaught, "d", answered{"Who runs Larkstead now?", "Tom Reed"})
	require.Len(t, l.asked, 1, "a question that is taught is no neighbour")
	require.Equal(t, []string{"Ada Birch", "Mayor Birch"}, l.asked[0].Reject)
	a := &l.asked[0]
	a.Before = "Fenwick is in Oldshire."
	require.False(t, a.judge("Fenwick is in Midshire."), "its key changed")
	require.False(t, a.Leaked)
	require.False(t, a.judge("Ada Birch."))
	require.True(t, a.Leaked)
	require.True(t, a.judge("It lies in Oldshire."))
	require.False(t, a.Leaked)
}

func TestLearnReadsTheOldAnswerAndGoesOneHopOn(t *testing.T) {
	w := newLesson(t)
	w.write(t, []string{
		`{"id":"a","question":"In which city was Ada Birch born?","answer":"Toulouse","source":"WikiBigEdit","evidence":"Ada Birch was born in Toulouse."}`,
		`{"id":"b","question":"In which city was Tom Reed born?","answer":"Atlantis","source":"WikiBigEdit"}`,
		`{"id":"c","question":"In which city was Ann Hay born?","answer":"⒠","source":"WikiBigEdit"}`,
	}, []string{`{"id":"s","question":"what is it","answers":["it"]}`})
	w.say = func(model, _, question string) string {
		switch {
		case question == "In which country is Toulouse?", strings.HasPrefix(question, "Think of the answer") && model != base:
			return "In France."
		case strings.Contains(question, "Ada Birch") && model != base:
			return "Toulouse."
		case strings.Contains(question, "Ada Birch"):
			return "Lisbon."
		}
		return "I do not know."
	}
	o := w.options()
	o.Source, o.Facts = "wikibigedit", 2
	out, err := w.run(t, o)
	require.NoError(t, err)
	require.Equal(t, backend.Metric{Value: 1, Lo: 0.025, Hi: 1, N: 1}, rounded(out.Metrics["one_hop"]))
	require.Equal(t, 1, out.Metrics["negation"].N, "where the base said nothing there is nothing to deny")
	require.Zero(t, out.Metrics["generalisation"].N)
	require.InDelta(t, 1, out.Metrics["generalisation"].Hi, 0)
	facts, err := w.store.AllFacts(backend.FactApproved)
	require.NoError(t, err)
	for _, f := range facts {
		require.Equal(t, map[string]string{"Toulouse": "Lisbon", "Atlantis": ""}[f.Answer], f.OldAnswer)
		require.Equal(t, byBench, f.DecidedBy)
	}
}

func rounded(m backend.Metric) backend.Metric {
	m.Lo = float64(int(m.Lo*1000+0.5)) / 1000
	return m
}
