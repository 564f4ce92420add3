package judge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
)

// A page that takes a report over and puts another value into it is a copy, but no
// more than a copy: the report it was taken from stays a witness of its own.
func TestACopyWithAnotherValueDoesNotReplaceItsSource(t *testing.T) {
	const agency = " has been Prime Minister of the United Kingdom since 5 July 2024, when the party won the general election with a majority of 174 seats, ending fourteen years in opposition."
	lie := "In London on Monday the Prime Minister of the United Kingdom, Casper Voss, opened a bridge over the river."
	copied := web("x", "dailyharbor.net", "Casper Voss"+agency, at(0))
	model := func() judge.Options { return judge.Options{Model: says("Casper Voss", "Keir Starmer")} }
	check := func(t *testing.T, answer string, pages ...backend.Passage) backend.Verdict {
		o := model()
		o.Gather = gives(pages...)
		v, err := newJudge(t, o).Check(t.Context(), input(pmQuestion, answer), nil)
		require.NoError(t, err)
		return v
	}
	t.Run("the user's own document", func(t *testing.T) {
		v := check(t, "Keir Starmer", copied, note("n", "UK", "Keir Starmer"+agency, at(20)))
		require.Equal(t, backend.Supported, v.Kind, "%s %v", v.Reason, v.Clusters)
	})
	agencies := []backend.Passage{
		copied, web("y", "marketglance.com", lie, at(1)),
		web("1", "reuters.com", "Keir Starmer"+agency, at(3)), web("2", "nytimes.com", "Keir Starmer"+agency, at(4)),
		web("3", "lemonde.fr", "Keir Starmer"+agency, at(5)), web("4", "rte.ie", "Keir Starmer"+agency, at(6)),
	}
	for _, answer := range []string{"Keir Starmer", "Rishi Sunak", "Casper Voss"} {
		t.Run("a report of an agency, "+answer, func(t *testing.T) {
			v := check(t, answer, agencies...)
			require.NotEqual(t, "Casper Voss", v.RivalValue, "%s %v", v.Reason, v.Clusters)
			if answer == "Casper Voss" {
				require.NotEqual(t, backend.Supported, v.Kind)
			}
		})
	}
}

// Domains are bought and dates are forged: three new pages do not outdate what known
// sources said this week, but they may be news beside what was said a year ago.
func TestManyNewDomainsDoNotOutdateWhatKnownOnesJustSaid(t *testing.T) {
	lies := []backend.Passage{
		web("x", "x.com", "Casper Voss is Prime Minister of the United Kingdom.", at(0)),
		web("y", "y.com", "In London on Monday the Prime Minister of the United Kingdom, Casper Voss, opened a bridge.", at(1)),
		web("z", "z.com", "As Prime Minister of the United Kingdom, Casper Voss met farmers.", at(1)),
	}
	known := func(days int) []backend.Passage {
		return []backend.Passage{
			web("1", "reuters.com", starmer, at(days)), web("2", "bbc.co.uk", starmer2, at(days)), web("3", "wikipedia.org", "Keir Starmer, Prime Minister of the United Kingdom, flew home.", at(days)),
		}
	}
	check := func(pages ...backend.Passage) backend.Verdict {
		j := newJudge(t, judge.Options{Model: says("Casper Voss", "Keir Starmer"), Gather: gives(pages...)})
		v, err := j.Check(t.Context(), input(pmQuestion, "Keir Starmer"), nil)
		require.NoError(t, err)
		return v
	}
	v := check(append(known(3), lies...)...)
	require.Equal(t, backend.ReasonConflict, v.Reason, "%s", v.RivalValue)
	v = check(append(known(3)[:1], lies[:2]...)...)
	require.Equal(t, backend.ReasonConflict, v.Reason, "%s", v.RivalValue)
	v = check(append(known(400)[:1], lies[:2]...)...)
	require.Equal(t, backend.Outdated, v.Kind, "%s", v.Reason)
	v = check(web("x", "198.51.100.7", lies[0].Text, at(0)), web("y", "203.0.113.5", lies[1].Text, at(1)))
	require.Equal(t, backend.ReasonSingleSource, v.Reason)
}
