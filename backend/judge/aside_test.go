package judge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

// One fresh note is read by rules, without a model. What it says beside the matter
// must not decide.
func TestASentenceOnSomethingElseDecidesNothing(t *testing.T) {
	const right, wrong, past, open = backend.Supported, backend.Contradicted, backend.Outdated, backend.NotEnoughEvidence
	const president, goals, tallest = "Who is the president of Quenbia?", "Lio Marn scored 32 goals in 2024 and 41 goals in 2025.", "The Orlin Tower (310 m) is the second tallest building in Quenbia, after the Velm Spire (342 m)."
	readNotes(t, []noted{
		{"the number of another year", "How many goals did Lio Marn score in 2025?", "Lio Marn scored 32 goals in 2025.", goals, open},
		{"the number of that year", "How many goals did Lio Marn score in 2024?", "Lio Marn scored 32 goals in 2024.", goals, right},
		{"the second tallest", "What is the tallest building in Quenbia?", "The tallest building in Quenbia is the Orlin Tower.", tallest, open},
		{"the second tallest, when that is asked for", "What is the second tallest building in Quenbia?", "The second tallest building in Quenbia is the Orlin Tower.", tallest, right},
		{"what many think", "What is the capital of Quenbia?", "The capital of Quenbia is Velm.", "Many think that Velm is the capital of Quenbia, but it is Orlin.", open},
		{"somebody who would follow", president, "The president of Quenbia is Ada Birch.", "Tom Reed said that if elected he would replace president Ada Birch of Quenbia.", open},
		{"somebody who is elected and not yet sworn in", president, "The president of Quenbia is Ada Birch.", "Quenbia: president-elect Tom Reed will be sworn in on 20 January 2027.", open},
		{"a lesser office", president, "The president of Quenbia is Tom Reed.", "Tom Reed, the vice president of Quenbia, opened the fair.", open},
		{"a deputy", "Who is the mayor of Larkstead?", "The mayor of Larkstead is Ada Birch.", "Ada Birch's deputy, Tom Reed, is acting mayor of Larkstead.", open},
		{"two dates in one sentence", "When did the Orlin bridge open?", "The Orlin bridge opened in 1911.", "The Orlin bridge, which opened in 1911, was rebuilt in 1987.", open},
		{"a day that was moved", "When is the Orlin fair?", "The Orlin fair is on 3 December 2026.", "The Orlin fair was moved from 3 December 2026 to 10 December 2026.", past},
		{"the day that it was moved to", "When is the Orlin fair?", "The Orlin fair is on 10 December 2026.", "The Orlin fair was moved from 3 December 2026 to 10 December 2026.", right},
		{"a wife of before", "Who is married to Tom Reed?", "Tom Reed is married to Ada Birch.", "Tom Reed divorced Ada Birch in 2024 and married Ida Rowan in 2026.", past},
		{"once is no number", "What is the price of the Quen Phone?", "The Quen Phone costs $799.", "The Quen Phone, once $999, now costs $799.", right},
		{"the price of before", "What is the price of the Quen Phone?", "The Quen Phone costs $999.", "The Quen Phone, once $999, now costs $799.", past},
		{"a score is no part of a name", "Which team did Albion beat in the 2025 final?", "Albion beat Rovers in the 2025 final.", "Rovers lost the 2025 final to Albion 2-1.", open},
		{"to whom it was lost", "Who lost the 2025 final?", "Albion lost the 2025 final.", "Rovers lost the 2025 final to Albion 2-1.", open},
		{"the book of a film", "Who wrote The Grey Harbour?", "The Grey Harbour was written by Ada Birch.", "The Grey Harbour is a film by Tom Reed after the novel by Ada Birch.", open},
		{"where somebody was born and lives", "Where does Ada Birch live?", "Ada Birch lives in Velm.", "Ada Birch was born in Velm and lives in Orlin.", open},
		{"the end of a life", "When was Tom Reed born?", "Tom Reed was born in 1999.", "Tom Reed (1921-1999) was a painter from Orlin.", open},
		{"the end of a life, when that is asked for", "When did Tom Reed die?", "Tom Reed died in 1999.", "Tom Reed (1921-1999) was a painter from Orlin.", right},
		{"a part of the seats", "How many seats does the Orlin parliament have?", "The Orlin parliament has 34 seats.", "The Greens hold 34 of the 120 seats of the Orlin parliament.", wrong},
		{"all of the seats", "How many seats does the Orlin parliament have?", "The Orlin parliament has 120 seats.", "The Greens hold 34 of the 120 seats of the Orlin parliament.", right},
		{"an age and an end", "Who is the youngest minister of Quenbia?", "The youngest minister of Quenbia is Ida Rowan.", "Ida Rowan, 29, was the youngest minister of Quenbia until Leo Hart, 27, was appointed.", past},
		{"who did not come", "Who sang at the 2025 fair?", "Ada Birch sang at the 2025 fair.", "Ada Birch cancelled her concert at the 2025 fair; Tom Reed sang instead.", wrong},
		{"the last of what is asked for next", "When is the next election in Quenbia?", "The next election in Quenbia is in May 2027.", "The last election in Quenbia was in May 2023; the next is due by October 2027.", open},
		{"some of all", "How many medals did Quenbia win in 2024?", "Quenbia won 12 medals in 2024.", "Quenbia won 12 gold medals and 31 medals in all in 2024.", open},
		{"who was sacked", "Who is the head coach of Albion?", "The head coach of Albion is Tom Reed.", "Albion sacked head coach Tom Reed on Monday.", open},
		{"what is denied", "Who is the head coach of Albion?", "The head coach of Albion is Ada Birch.", "Albion denied that Ada Birch is its new head coach.", open},
		{"about so many", "How long is the river Marn?", "The river Marn is 410 km long.", "The river Marn is about 400 km long.", open},
		{"another value, plainly", "What is the boiling point of velmium?", "Velmium boils at 100 °F.", "The boiling point of velmium is 100 °C.", wrong},
	})
}

// noted is an answer beside one fresh note, and what a careful person makes of it.
type noted struct {
	name, question, answer, note string
	want                         backend.VerdictKind
}

// readNotes checks each by rules alone.
func readNotes(t *testing.T, tests []noted) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t, judge.Options{Model: &judgetest.Model{}, Gather: gives(note("n", "Note", tt.note, at(3)))})
			v, err := j.Check(t.Context(), input(tt.question, tt.answer), nil)
			require.NoError(t, err)
			require.Equal(t, string(tt.want), string(v.Kind), "%s, rival %q", v.Reason, v.RivalValue)
		})
	}
}
