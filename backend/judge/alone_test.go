package judge_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

const (
	mayorQuestion = "Who is the mayor of Larkstead?"
	mayorBirch    = "Ada Birch has been the mayor of Larkstead since the spring."
	mayorBirch2   = "Larkstead: mayor Ada Birch opened the new pool in front of two hundred children."
	mayorVoss     = "Casper Voss is the mayor of Larkstead, said the harbour office."
)

// reads says the same to both ways of reading.
func reads(values ...string) *judgetest.Model {
	m := says(values...)
	m.OnChat = func(prompt string) (string, error) {
		for _, v := range values {
			if strings.Contains(prompt, v) {
				return v, nil
			}
		}
		return "none", nil
	}
	return m
}

// One source refutes an answer only when somebody answers for it, it is fresh and
// nothing else that was found speaks for another value.
func TestOneSourceRefutesOnlyWithANameAndUnopposed(t *testing.T) {
	wrong := "The mayor of Larkstead is Tom Quill."
	voss := web("2", "thebaygazette.example", mayorVoss, at(4))
	tests := []struct {
		name  string
		pages []backend.Passage
		want  backend.VerdictKind
	}{
		{"an agency", []backend.Passage{web("1", "reuters.com", mayorBirch, at(10))}, backend.Contradicted},
		{"a national paper", []backend.Passage{web("1", "lemonde.fr", mayorBirch, at(10))}, backend.Contradicted},
		{"an official page", []backend.Passage{web("1", "larkstead.gov", mayorBirch, at(10))}, backend.Contradicted},
		{"two texts of one paper", []backend.Passage{web("1", "lemonde.fr", mayorBirch, at(10)), web("2", "lemonde.fr", mayorBirch2, at(4))}, backend.Contradicted},
		{"a domain without a name", []backend.Passage{web("1", "larkstead-news.example", mayorBirch, at(10))}, backend.NotEnoughEvidence},
		{"a name in front", []backend.Passage{web("1", "reuters.com.co", mayorBirch, at(10))}, backend.NotEnoughEvidence},
		{"a name with something behind", []backend.Passage{web("1", "reuters-news.com", mayorBirch, at(10))}, backend.NotEnoughEvidence},
		{"a name in another script", []backend.Passage{web("1", "rеuters.com", mayorBirch, at(10))}, backend.NotEnoughEvidence},
		{"a name in punycode", []backend.Passage{web("1", "xn--reters-p5a.com", mayorBirch, at(10))}, backend.NotEnoughEvidence},
		{"gov as a part of a name", []backend.Passage{web("1", "larkstead-gov.com", mayorBirch, at(10))}, backend.NotEnoughEvidence},
		{"what everybody writes", []backend.Passage{web("1", "wikipedia.org", mayorBirch, at(10))}, backend.NotEnoughEvidence},
		{"a room of a university", []backend.Passage{web("1", "larkstead.edu", mayorBirch, at(10))}, backend.NotEnoughEvidence},
		{"a blog", []backend.Passage{web("1", "the-desk.blogspot.com", mayorBirch, at(10))}, backend.NotEnoughEvidence},
		{"no date", []backend.Passage{web("1", "reuters.com", mayorBirch, nil)}, backend.NotEnoughEvidence},
		{"too old", []backend.Passage{web("1", "reuters.com", mayorBirch, at(400))}, backend.NotEnoughEvidence},
		{"another value beside it", []backend.Passage{web("1", "reuters.com", mayorBirch, at(10)), voss}, backend.NotEnoughEvidence},
		{"an old other value beside it", []backend.Passage{web("1", "reuters.com", mayorBirch, at(10)), web("2", "thebaygazette.example", mayorVoss, at(2000))}, backend.Contradicted},
		{"the answer beside it", []backend.Passage{web("1", "reuters.com", mayorBirch, at(10)), web("2", "thebaygazette.example", "The mayor of Larkstead, Tom Quill, spoke at the fair.", at(4))}, backend.NotEnoughEvidence},
		{"the answer in passing, in a part that is not read", []backend.Passage{web("1", "reuters.com", mayorBirch+" The bells rang. The band played. Crowds came early. Mayor Tom Quill of Larkstead waved from the tower.", at(10))}, backend.NotEnoughEvidence},
		{"in a sentence on something else", []backend.Passage{web("1", "reuters.com", "The mayor of Larkstead was at the fair too. Ada Birch sold eleven goats there.", at(10))}, backend.NotEnoughEvidence},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t, judge.Options{Model: reads("Ada Birch", "Casper Voss"), Gather: gives(tt.pages...)})
			v, err := j.Check(t.Context(), input(mayorQuestion, wrong), nil)
			require.NoError(t, err)
			require.Equal(t, tt.want, v.Kind, "%s %+v", v.Reason, v)
			if v.Kind == backend.Contradicted {
				require.Equal(t, "Ada Birch", v.RivalValue)
				v.Calibrated, v.Confidence = true, 0.99
				require.False(t, v.Proposes(), "one domain proposes nothing by itself")
			}
		})
	}
}

// A value that only one way of reading finds refutes nothing without a second source.
func TestOneSourceIsReadTwice(t *testing.T) {
	check := func(other string) backend.Verdict {
		model := says("Ada Birch")
		model.OnChat = func(string) (string, error) { return other, nil }
		j := newJudge(t, judge.Options{Model: model, Gather: gives(web("1", "reuters.com", mayorBirch+" Before the spring there was none.", at(10)))})
		v, err := j.Check(t.Context(), input(mayorQuestion, "The mayor of Larkstead is Tom Quill."), nil)
		require.NoError(t, err)
		return v
	}
	require.Equal(t, backend.Contradicted, check("Ada Birch").Kind)
	require.Equal(t, backend.ReasonSingleSource, check("none").Reason)
	require.Equal(t, backend.ReasonSingleSource, check("the spring").Reason)
}

// A question about the last days is not answered by a page from before them.
func TestAnOldPageSaysNothingOfThisWeek(t *testing.T) {
	const asked = "Which bridge in Larkstead collapsed on Tuesday?"
	page := func(days int, says string) backend.Passage {
		return web(says, "reuters.com", "In Larkstead the "+says+" collapsed on Tuesday, and nobody was hurt.", at(days))
	}
	check := func(t *testing.T, answer string, pages ...backend.Passage) backend.Verdict {
		j := newJudge(t, judge.Options{Model: reads("Miller Bridge", "Eel Bridge"), Gather: gives(pages...)})
		v, err := j.Check(t.Context(), input(asked, answer), nil)
		require.NoError(t, err)
		require.Equal(t, backend.ClassFast, v.Class)
		return v
	}
	require.Equal(t, backend.Supported, check(t, "The Miller Bridge", page(3, "Miller Bridge")).Kind)
	require.Equal(t, backend.Contradicted, check(t, "The Eel Bridge", page(3, "Miller Bridge")).Kind)
	require.Equal(t, backend.ReasonStale, check(t, "The Miller Bridge", page(25, "Miller Bridge")).Reason)
	require.Equal(t, backend.NotEnoughEvidence, check(t, "The Eel Bridge", page(25, "Miller Bridge")).Kind)
	old := check(t, "The Eel Bridge", page(3, "Miller Bridge"), page(25, "Eel Bridge"))
	require.NotEqual(t, backend.Supported, old.Kind, "%+v", old)
}

// What a headline says may be quoted, for it is shown to the model too; the name
// of a file and a question state nothing.
func TestAHeadlineMayBeQuoted(t *testing.T) {
	const headline = "Ada Birch elected mayor of Larkstead after a long count"
	read := func(p backend.Passage, title string) backend.Verdict {
		p.Title = title
		model := says()
		model.OnExtract = func(string) (string, error) {
			return `{"found":true,"quote":"` + title + `","value":"Ada Birch","as_of":""}`, nil
		}
		j := newJudge(t, judge.Options{Model: model, Gather: gives(p)})
		v, err := j.Check(t.Context(), input(mayorQuestion, "The mayor of Larkstead is Ada Birch."), nil)
		require.NoError(t, err)
		return v
	}
	body := "The count for the mayor of Larkstead went on until the morning, and the hall was full."
	v := read(web("1", "reuters.com", body, at(10)), headline)
	require.Equal(t, backend.Supported, v.Kind, "%+v", v)
	require.Equal(t, headline, v.Passages[0].Quote)
	require.Equal(t, backend.NotEnoughEvidence, read(web("1", "reuters.com", body, at(10)), "Is Ada Birch the mayor of Larkstead?").Kind)
	require.NotEqual(t, backend.Supported, read(note("n", "", body, at(10)), headline).Kind)
}
