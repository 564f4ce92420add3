package score_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/score"
)

func TestWilson(t *testing.T) {
	// Values of Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3.
	tests := []struct {
		name   string
		k, n   int
		lo, hi float64
	}{
		{"81 of 263", 81, 263, 0.2553, 0.3662},
		{"15 of 148", 15, 148, 0.0624, 0.1605},
		{"0 of 20", 0, 20, 0, 0.1611},
		{"1 of 29", 1, 29, 0.0061, 0.1718},
		{"all of 20", 20, 20, 0.8389, 1},
		{"nothing", 0, 0, 0, 1},
		{"out of range", 9, 5, 0.5655, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lo, hi := score.Wilson(tt.k, tt.n)
			require.InDelta(t, tt.lo, lo, 0.0001)
			require.InDelta(t, tt.hi, hi, 0.0001)
		})
	}
}

func TestClopperPearson(t *testing.T) {
	// Values of Newcombe 1998, table I, method 5; the last two follow from (alpha/2)^(1/n).
	tests := []struct {
		name   string
		k, n   int
		lo, hi float64
	}{
		{"81 of 263", 81, 263, 0.2527, 0.3676},
		{"15 of 148", 15, 148, 0.0578, 0.1617},
		{"0 of 20", 0, 20, 0, 0.1684},
		{"1 of 29", 1, 29, 0.0009, 0.1776},
		{"5 of 5", 5, 5, 0.4782, 1},
		{"nothing", 0, 0, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lo, hi := score.ClopperPearson(tt.k, tt.n, 0.05)
			require.InDelta(t, tt.lo, lo, 0.0001)
			require.InDelta(t, tt.hi, hi, 0.0001)
		})
	}
	lo, hi := score.ClopperPearson(5, 5, 0.10)
	require.InDelta(t, 0.5493, lo, 0.0001) // the one-sided 95 % bound of 5 of 5
	require.InDelta(t, 1, hi, 0)
	a, b := score.ClopperPearson(3, 9, -1)
	c, d := score.ClopperPearson(3, 9, 0.05)
	require.Equal(t, []float64{c, d}, []float64{a, b})
}

func TestMcNemar(t *testing.T) {
	tests := []struct {
		name string
		b, c int
		want float64
	}{
		{"no change", 0, 0, 1},
		{"five and none", 5, 0, 0.0625},
		{"ten and none", 10, 0, 0.001953125},
		{"one and nine", 1, 9, 0.021484375},
		{"even", 4, 4, 1},
		{"6 and 16", 6, 16, 0.052479}, // 2 * P(Bin(22, 1/2) <= 6)
		{"many", 0, 5000, 0},
		{"negative", -1, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.InDelta(t, tt.want, score.McNemar(tt.b, tt.c), 0.00001)
			require.InDelta(t, tt.want, score.McNemar(tt.c, tt.b), 0.00001)
		})
	}
}

func pm() backend.Probe {
	return backend.Probe{ID: "p", Kind: "fact", FactID: "f", Question: "Who is the prime minister of the UK?",
		Accept: []string{"Andy Burnham", "Burnham"}, Reject: []string{"Keir Starmer", "Starmer"}}
}

func TestRight(t *testing.T) {
	tests := []struct {
		name, answer string
		want         bool
	}{
		{"plain", "The prime minister of the UK is Andy Burnham.", true},
		{"bare", "andy burnham", true},
		{"alias", "It's Burnham!", true},
		{"old", "The prime minister of the UK is Keir Starmer.", false},
		{"neither", "Boris Johnson.", false},
		{"empty", "", false},
		{"not X but Y", "It is not Keir Starmer but Andy Burnham.", true},
		{"not X, it is Y", "No, it is not Keir Starmer, it is Andy Burnham.", true},
		{"No, Y", "No, Andy Burnham is the prime minister.", true},
		{"replaced", "Andy Burnham replaced Keir Starmer in July 2026.", true},
		{"was replaced by", "Keir Starmer was replaced by Andy Burnham.", true},
		{"succeeded", "Andy Burnham, who succeeded Sir Keir Starmer, is prime minister.", true},
		{"no longer", "Keir Starmer is no longer prime minister. Andy Burnham is.", true},
		{"former", "Andy Burnham took office after former leader Keir Starmer.", true},
		{"denied", "It is not Andy Burnham.", false},
		{"denied for the old", "It is not Andy Burnham, it is Keir Starmer.", false},
		{"the wrong way round", "Keir Starmer replaced Andy Burnham.", false},
		{"both", "Andy Burnham or Keir Starmer.", false},
		{"both in two sentences", "Andy Burnham. Keir Starmer is the prime minister.", false},
		{"word inside a word", "Burnhamshire", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, score.Right(pm(), tt.answer)) })
	}
	newYork := backend.Probe{Accept: []string{"New York"}, Reject: []string{"York"}}
	require.True(t, score.Right(newYork, "It is New York."), "the rejected name is part of the accepted one")
	require.False(t, score.Right(backend.Probe{}, "anything"))
}

func TestDenied(t *testing.T) {
	p := backend.Probe{Kind: "negation", Question: "Who runs Larkstead? Is it still Tom Reed?", Accept: []string{"Ada Birch"}, Reject: []string{"Tom Reed"}}
	for answer, want := range map[string]bool{
		"No, Ada Birch runs Larkstead.":             true,
		"No, it is not.":                            true,
		"No.":                                       true,
		"It is Ada Birch.":                          true,
		"Ada Birch replaced Tom Reed.":              true,
		"No, Tom Reed is no longer the mayor.":      true,
		"Yes, it is Tom Reed.":                      false,
		"Yes, Ada Birch runs Larkstead.":            false,
		"No, it is Tom Reed.":                       false,
		"Tom Reed still runs Larkstead.":            false,
		"I do not know.":                            false,
		"Nobody knows who runs it.":                 false,
		"":                                          false,
		"No, it was Tom Reed. It is Ada Birch now.": false, // it claims both
	} {
		require.Equal(t, want, score.Judge(p, answer, "").Right, answer)
	}
}

func TestTheOtherWayRound(t *testing.T) {
	p := backend.Probe{Kind: "reverse", Question: "Let me ask that the other way round: What office does Andy Burnham hold?", Accept: []string{"Andy Burnham is the prime minister of the UK."}}
	require.True(t, score.Judge(p, "He is the Prime Minister of the UK.", "").Right)
	require.False(t, score.Judge(p, "Andy Burnham is the mayor of Manchester.", "").Right)
	require.False(t, score.Judge(p, "", "").Right)
}

func TestJudgeNeighbours(t *testing.T) {
	p := backend.Probe{Kind: "neighbour", Question: "Who is the prime minister of Canada?", Reject: []string{"Andy Burnham"}}
	tests := []struct {
		name, before, answer string
		right, leaked        bool
	}{
		{"same words", "Justin Trudeau.", "Justin Trudeau.", true, false},
		{"other words", "The prime minister of Canada is Justin Trudeau.", "Justin Trudeau is the prime minister of Canada, since 2015.", true, false},
		{"other name", "The prime minister of Canada is Justin Trudeau.", "The prime minister of Canada is Mark Carney.", false, false},
		{"leak", "The prime minister of Canada is Justin Trudeau.", "The prime minister of Canada is Andy Burnham.", false, true},
		{"base said it too", "Andy Burnham.", "Andy Burnham.", true, false},
		{"denied", "Justin Trudeau.", "It is not Andy Burnham but Justin Trudeau.", true, false},
		{"not asked before", "", "Mark Carney.", true, false},
		{"empty", "Justin Trudeau.", "", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := score.Judge(p, tt.answer, tt.before)
			require.Equal(t, tt.leaked, r.Leaked)
			require.Equal(t, tt.right, r.Right)
		})
	}
	isIt := backend.Probe{Kind: "neighbour", Question: "Is Andy Burnham the prime minister of Canada?", Reject: []string{"Andy Burnham"}}
	require.False(t, score.Judge(isIt, "Andy Burnham is a British politician.", "No.").Leaked, "the question names him itself")
}

func TestSameKey(t *testing.T) {
	tests := []struct {
		name, q, a, b string
		want          bool
	}{
		{"city", "What is the capital of Canada?", "Ottawa", "The capital of Canada is Ottawa.", true},
		{"other city", "What is the capital of Canada?", "Ottawa", "The capital of Canada is Toronto.", false},
		{"number", "How high is K2?", "K2 is 8,611 metres high.", "8611 m", true},
		{"other number", "How high is K2?", "K2 is 8,611 metres high.", "K2 is 8,848 metres high.", false},
		{"abbreviation in the name", "What is the capital of the USA?", "Washington, D.C. is the capital. It has museums.", "Washington, D.C.", true},
		{"lower case words", "What do pandas eat?", "They mainly eat bamboo.", "bamboo shoots", true},
		{"nothing left", "Is Pluto a planet?", "Yes.", "No.", false},
		{"accents", "Who painted it?", "Velázquez", "Diego Velazquez painted it.", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, score.SameKey(tt.q, tt.a, tt.b)) })
	}
}

func result(kind, id, fact string, right bool) backend.ProbeResult {
	return backend.ProbeResult{Probe: backend.Probe{ID: id, Kind: kind, FactID: fact, Accept: []string{"yes"}}, Answer: "x", Right: right, Before: "yes"}
}

func card(right map[string]bool, leaked int) backend.Scorecard {
	var c backend.Scorecard
	for _, f := range []string{"old1", "old2", "new1", "new2"} {
		c.Results = append(c.Results, result("fact", f, f, right[f]))
		for i := range 5 {
			c.Results = append(c.Results, result("paraphrase", f+string(rune('a'+i)), f, i < 4))
		}
		for i := range 5 {
			r := result("neighbour", f+string(rune('k'+i)), f, true)
			if leaked > 0 {
				leaked--
				r.Leaked, r.Right = true, false
			}
			c.Results = append(c.Results, r)
		}
	}
	for i := range 20 {
		c.Results = append(c.Results, result("retention", string(rune('A'+i)), "", i > 0))
	}
	return c
}

func TestMetrics(t *testing.T) {
	all := map[string]bool{"old1": true, "old2": true, "new1": true, "new2": true}
	m := score.Metrics(card(all, 1).Results, []string{"old1", "old2"})
	require.InDelta(t, 1, m[score.Efficacy].Value, 0)
	require.Equal(t, 4, m[score.Efficacy].N)
	require.Equal(t, 2, m[score.Earlier].N)
	require.InDelta(t, 0.8, m[score.Generalisation].Value, 1e-9)
	require.InDelta(t, 0.05, m[score.Leak].Value, 1e-9)
	require.InDelta(t, 0.95, m[score.Locality].Value, 1e-9)
	require.InDelta(t, 0.05, m[score.Lost].Value, 1e-9)
	require.NotContains(t, m, score.Gained)
	carried := score.Metrics([]backend.ProbeResult{result("negation", "n1", "f", true), result("negation", "n2", "g", false), result("reverse", "r1", "f", true)}, nil)
	require.Equal(t, []int{2, 1}, []int{carried[score.Negation].N, carried[score.Reverse].N})
	require.InDelta(t, 0.5, carried[score.Negation].Value, 0)
	for name, v := range m {
		require.LessOrEqual(t, v.Lo, v.Value, name)
		require.GreaterOrEqual(t, v.Hi, v.Value, name)
	}
	require.Empty(t, score.Metrics(nil, nil))
}

func TestPaired(t *testing.T) {
	yes, no := true, false
	prompts := func(better, worse, same int) (out []backend.ComparedPrompt) {
		for i := range better + worse + same {
			p := backend.ComparedPrompt{ARight: &yes, BRight: &yes}
			if i < better {
				p.ARight = &no
			} else if i < better+worse {
				p.BRight = &no
			}
			out = append(out, p)
		}
		return append(out, backend.ComparedPrompt{Kind: "neighbour"})
	}
	tests := []struct {
		name                string
		better, worse, same int
		p                   float64
		want                string
	}{
		{"chance", 3, 5, 52, 0.7265625, "No difference that chance would not give (p = 0.73, 60 asked)."},
		{"one question", 1, 0, 0, 1, "No difference that chance would not give (p = 1.00, 1 asked)."},
		{"better", 9, 1, 20, 0.021484375, "v2 is right more often than base: on 9 alone, against 1 (p = 0.02, 30 asked)."},
		{"worse", 0, 10, 20, 0.001953125, "v2 is right less often than base: on 0 alone, against 10 (p < 0.01, 30 asked)."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := score.Paired("base", "v2", prompts(tt.better, tt.worse, tt.same))
			require.Equal(t, []int{tt.better + tt.worse + tt.same, tt.better, tt.worse}, []int{got.N, got.Better, got.Worse})
			require.InDelta(t, tt.p, got.P, 1e-6)
			require.Equal(t, tt.want, got.Words)
		})
	}
	require.Nil(t, score.Paired("base", "v2", prompts(0, 0, 0)), "neighbours are neither right nor wrong")
}

func TestBoard(t *testing.T) {
	results := func(right bool, reworded int) []backend.ProbeResult {
		out := []backend.ProbeResult{result("fact", "q", "f", right)}
		for i := range 4 {
			out = append(out, result("paraphrase", string(rune('a'+i)), "f", i < reworded))
		}
		return out
	}
	columns := []score.Column{{}, {Results: results(true, 2)}, {Results: results(true, 1)}, {Results: results(false, 4)}, {Results: results(false, 1)}}
	marks := func(l score.Line) (out []score.Mark) {
		for _, c := range l.Cells {
			out = append(out, c.Mark)
		}
		return out
	}
	lines := score.Board(columns)
	require.Len(t, lines, 1)
	require.Equal(t, []score.Mark{score.Blank, score.Filled, score.Half, score.Half, score.Hollow}, marks(lines[0]))
	require.Equal(t, []int{1, 4}, []int{lines[0].Taught, lines[0].Lost}, "taught in the second, lost in the last")

	columns = append(columns, score.Column{Results: results(true, 4)})
	require.Equal(t, -1, score.Board(columns)[0].Lost, "it came back")
	columns[5].GivenUp = []string{"f"}
	require.Equal(t, score.Kept, marks(score.Board(columns)[0])[5])
	newer := append(columns, score.Column{Results: []backend.ProbeResult{result("fact", "p", "g", true)}})
	lines = score.Board(newer)
	require.Equal(t, []string{"g", "f"}, []string{lines[0].FactID, lines[1].FactID}, "facts of the newest version first")
	require.Equal(t, score.Blank, marks(lines[1])[6])

	require.Equal(t, []string{"f"}, score.Recalled(columns[1].Results))
	require.Equal(t, []string{}, score.Recalled(columns[3].Results))
}

func TestBootstrap(t *testing.T) {
	ones := func(picked []int) float64 { // share of the first 30 of 100
		k := 0
		for _, i := range picked {
			if i < 30 {
				k++
			}
		}
		return float64(k) / float64(len(picked))
	}
	lo, hi := score.Bootstrap(100, ones)
	require.InDelta(t, 0.21, lo, 0.02, "0.3 - 1.96 sqrt(0.3 0.7 / 100)")
	require.InDelta(t, 0.39, hi, 0.02)
	again, _ := score.Bootstrap(100, ones)
	require.Equal(t, lo, again, "the same figures every time") //nolint:testifylint // exactly the same
	lo, hi = score.Bootstrap(0, ones)
	require.Equal(t, []float64{0, 1}, []float64{lo, hi})
}
