package judge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
	"errata/backend/judge/judgetest"
)

// TestCheckNote lets the rules read one fresh note without a model.
func TestCheckNote(t *testing.T) {
	const right, wrong, past, open = backend.Supported, backend.Contradicted, backend.Outdated, backend.NotEnoughEvidence
	tests := []struct {
		name, question, answer, note, claim string
		want                                backend.VerdictKind
	}{
		{"a country is asked for, not its population", "Which country has the largest population?", "China has the largest population, at about 1.4 billion people.", "India has the largest population of any country, at about 1.4 billion people.", "China", wrong},
		{"the right country", "Which country has the largest population?", "India has the largest population, at about 1.4 billion people.", "India has the largest population of any country, at about 1.46 billion people.", "India", right},
		{"people who live there", "How many people live in Quenbia?", "About 61 thousand people live in Quenbia.", "Quenbia has about 61,000 inhabitants.", "61 thousand", right},
		{"a year before the one in office came", "Who was the chancellor of Quenbia in 2022?", "Otto Bern was the chancellor of Quenbia in 2022.", "Ida Rowan (CDU) has been the chancellor of Quenbia since 6 May 2025. She succeeded Otto Bern (SPD), who held the office from December 2021.", "Otto Bern", open},
		{"the same, the wrong one", "Who was the chancellor of Quenbia in 2022?", "Ida Rowan was the chancellor of Quenbia in 2022.", "Ida Rowan has been the chancellor of Quenbia since 6 May 2025.", "Ida Rowan", open},
		{"a year of the one in office", "Who was the chancellor of Quenbia in 2026?", "Otto Bern was the chancellor of Quenbia in 2026.", "Ida Rowan has been the chancellor of Quenbia since 6 May 2025.", "Otto Bern", wrong},
		{"an element is asked for, not its number", "Which element has the atomic number 79?", "Silver has the atomic number 79.", "Gold is the element with the atomic number 79.", "Silver", wrong},
		{"a record and who set it", "What is the pole vault world record?", "The pole vault world record is 6.23 metres, set by Armand Duplantis.", "The pole vault world record is 6.31 metres, set by Armand Duplantis.", "6.23 metres", wrong},
		{"a film and who directed it", "What is the highest-grossing film?", "The highest-grossing film is Titanic, directed by James Cameron.", "The highest-grossing film is Avatar, directed by James Cameron.", "Titanic", wrong},
		{"the painter after the verb", "Who painted the Mona Lisa?", "The Mona Lisa was painted in Florence by Leonardo da Vinci.", "The Mona Lisa was painted by Leonardo da Vinci.", "Leonardo da Vinci", right},
		{"a name beside its head", "Who is the director of Avatar?", "The director of Avatar is James Cameron, advised by Jon Landau.", "The director of Avatar is James Cameron.", "James Cameron", right},
		{"New York", "Which is the largest city in the USA?", "New York is the largest city in the USA.", "The largest city in the USA is New York City.", "New York", right},
		{"New Zealand", "Which country won the 2025 Test series?", "New Zealand won the 2025 Test series.", "The 2025 Test series was won by New Zealand.", "New Zealand", right},
		{"a new officer", "Who is the CEO of Starbucks?", "Brian Niccol is the CEO of Starbucks.", "New CEO Brian Niccol has led Starbucks since September 2024.", "Brian Niccol", right},
		{"a place in the subject", "What is the tallest animal?", "The tallest animal on Earth is the giraffe.", "The giraffe is the tallest animal.", "giraffe", right},
		{"another animal", "What is the tallest animal?", "The tallest animal on Earth is the elephant.", "The tallest animal on Earth is the giraffe.", "elephant", wrong},
		{"a season beside the name", "Who won the Premier League in 2025?", "Arsenal won the Premier League in 2025.", "In 2024–25 Liverpool won the Premier League.", "Arsenal", wrong},
		{"an age before the name", "Who is the president of the USA?", "Donald Trump is the president of the USA.", "The 79-year-old Donald Trump is the president of the United States.", "Donald Trump", right},
		{"a former officer who won again", "Who won the 2024 presidential election in the USA?", "Donald Trump won the 2024 presidential election.", "Former president Donald Trump won the 2024 presidential election in the United States.", "Donald Trump", right},
		{"a former banker", "Who is the prime minister of Canada?", "Mark Carney is the prime minister of Canada.", "Former banker Mark Carney is the prime minister of Canada.", "Mark Carney", right},
		{"a former officer", "Who is the prime minister of the UK?", "Rishi Sunak is the prime minister of the UK.", "Former prime minister Rishi Sunak is a member of parliament. Keir Starmer is the prime minister of the UK.", "Rishi Sunak", past},
		{"elected, with an earlier post", "Who is the pope?", "The pope is Leo XIV.", "Leo XIV was elected pope on 8 May 2025, having previously served in Rome.", "Leo XIV", right},
		{"in office, with an earlier post", "Who is the CEO of Intel?", "The CEO of Intel is Lip-Bu Tan.", "CEO Lip-Bu Tan has led Intel since March 2025, having earlier led Cadence.", "Lip-Bu Tan", right},
		{"won before something else", "Who won the 2025 cup?", "Albion won the 2025 cup.", "Albion won the 2025 cup on 1 May, before a crowd of fifty thousand.", "Albion", right},
		{"became and fell", "Who is the mayor of Springfield?", "Joe Quimby is the mayor of Springfield.", "Joe Quimby became mayor of Springfield in 2018, before being ousted. Diana Prince is the mayor of Springfield.", "Joe Quimby", past},
		{"a count that looks like a year", "How many islands does the Maldives have?", "The Maldives has 1192 islands.", "The Maldives has about 1,200 islands.", "1192", right},
		{"subscripts", "What is the chemical formula of water?", "The chemical formula of water is H₂O.", "Water has the chemical formula H2O.", "H₂O", right},
		{"another formula", "What is the chemical formula of water?", "The chemical formula of water is CO₂.", "Water has the chemical formula H2O.", "CO₂", wrong},
		{"a version with a word after it", "What is the latest version of Ubuntu?", "The latest version of Ubuntu is Ubuntu 22.04.3 LTS.", "The latest version of Ubuntu is Ubuntu 24.04.1 LTS.", "Ubuntu 22.04.3 LTS", wrong},
		{"an older version without its product", "What is the latest version of Python?", "The latest version of Python is Python 3.11.", "The latest version of Python is 3.14.2, released in December.", "Python 3.11", wrong},
		{"a version, less exact", "What is the latest version of Python?", "The latest version is Python 3.14.", "Python 3.14.2 is the latest version of Python.", "Python 3.14", right},
		{"a version and the one that it replaces", "What is the latest version of Quill?", "The latest version of Quill is 4.2.", "Quill 4.3 is the latest version of Quill and replaces 4.2.", "4.2", past},
		{"a bare version", "What is the latest version of Python?", "3.11", "Python 3.14.2 is the latest version of Python.", "3.11", wrong},
		{"a time in words", "What is the marathon world record time?", "The marathon world record time is 2 hours, 1 minute and 39 seconds.", "The marathon world record time is 2:00:35.", "2 hours, 1 minute and 39 seconds", wrong},
		{"a number in words", "How many members does the United Nations have?", "The United Nations has one hundred and ninety-three members.", "The United Nations has 193 members.", "one hundred and ninety-three", right},
		{"a club by its city's initials", "Who won the 2024 World Series?", "The LA Dodgers won the 2024 World Series.", "The Los Angeles Dodgers won the 2024 World Series.", "LA Dodgers", right},
		{"one of three that share it", "Which country has won the most World Cups?", "Germany has won the most World Cups.", "Brazil, Germany and Italy have won the most World Cups of all countries.", "Germany", open},
		{"one of several latest", "What is the latest iPhone model?", "The latest iPhone model is the iPhone Air.", "The latest iPhone models are the iPhone 17, the iPhone Air and the iPhone 17 Pro.", "iPhone Air", right},
		{"one of several released", "Which countries won the cup?", "Germany won the cup.", "Brazil, Germany and Italy won the cup.", "Germany", right},
		{"a coach of a nation", "Who is the head coach of the German national football team?", "The head coach of the German national football team is Hansi Flick.", "Julian Nagelsmann has coached Germany since 2023.", "Hansi Flick", wrong},
		{"a current console", "What is Nintendo's current console?", "Nintendo's current console is the Nintendo Switch.", "Nintendo's current console is the Nintendo Switch 2.", "Nintendo Switch", wrong},
		{"a current console, another variant", "What is Sony's current console?", "Sony's current console is the PlayStation 5.", "Sony's current console is the PlayStation 5 Pro.", "PlayStation 5", open},
		{"a name with two small words", "Who is the mayor of Veldmoor?", "The mayor of Veldmoor is John van der Veld.", "Ingrid Halloran is the mayor of Veldmoor.", "John van der Veld", wrong},
		{"a film, not who made it", "Which film won the Golden Lion in 2024?", "Titanic won the Golden Lion in 2024.", "The Golden Lion of 2024 went to a film by Pedro Almodovar, The Room Next Door.", "Titanic", wrong},
		{"a prize won by a film", "Which film won the Golden Lion in 2024?", "The Room Next Door won the Golden Lion in 2024.", "The Golden Lion of 2024 was won by The Room Next Door.", "Room Next Door", right},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := newJudge(t, judge.Options{Model: &judgetest.Model{}, Gather: gives(note("n", "Note", test.note, at(10)))})
			v, err := j.Check(t.Context(), input(test.question, test.answer), nil)
			require.NoError(t, err)
			require.Equal(t, test.claim, v.Claim.Short)
			require.Equal(t, test.want, v.Kind, "%s: %+v", v.Reason, v.Passages)
		})
	}
}

// TestCheckValueOfTheClaimsKind: the model copies the other value of the sentence.
func TestCheckValueOfTheClaimsKind(t *testing.T) {
	tower := "The Burj Khalifa is the tallest building in the world, at 828 metres."
	j := newJudge(t, judge.Options{Model: says("828 metres"), Gather: gives(note("n", "Towers", tower, at(10)))})
	v, err := j.Check(t.Context(), input("What is the tallest building in the world?", "The tallest building in the world is the Shanghai Tower."), nil)
	require.NoError(t, err)
	require.Equal(t, backend.Contradicted, v.Kind, "%s", v.Reason)
	require.Equal(t, "Burj Khalifa", v.RivalValue)
}

// TestCheckNotesThatDiffer: of what happened once, the newer note knows no newer value.
func TestCheckNotesThatDiffer(t *testing.T) {
	older := note("a", "Cup", "Rovers won the cup in 2024.", at(300))
	newer := note("b", "History", "Wanderers won the cup in 2024.", at(10))
	j := newJudge(t, judge.Options{Model: &judgetest.Model{}, Gather: gives(older, newer)})
	v, err := j.Check(t.Context(), input("Who won the cup in 2024?", "Albion won the cup in 2024."), nil)
	require.NoError(t, err)
	require.Equal(t, backend.NotEnoughEvidence, v.Kind)
	require.Equal(t, backend.ReasonConflict, v.Reason)
}

// TestCheckOldNote: the user's newest note on what stays until it is changed.
func TestCheckOldNote(t *testing.T) {
	console := note("n", "Consoles", "The latest console of Nintendo is the Nintendo Switch 2.", at(740))
	president := note("n", "Brazil", "Luiz Inácio Lula da Silva is the president of Brazil.", at(1420))
	tests := []struct {
		name, question, answer string
		notes                  []backend.Passage
		want                   backend.VerdictKind
	}{
		{"a product", "What is the latest console of Nintendo?", "The latest console of Nintendo is the Wii U.", []backend.Passage{console}, backend.Contradicted},
		{"an office", "Who is the president of Brazil?", "Lula da Silva is the president of Brazil.", []backend.Passage{president}, backend.Supported},
		{"a newer page on the subject", "Who is the president of Brazil?", "Lula da Silva is the president of Brazil.", []backend.Passage{president,
			web("w", "a.com", "The president of Brazil spoke in the city of Bonn about the forest.", at(3))}, backend.NotEnoughEvidence},
		{"a price", "What is the price of gold?", "The price of gold is 4,000 dollars.", []backend.Passage{note("n", "Gold", "The price of gold is 2,600 dollars.", at(740))}, backend.NotEnoughEvidence},
		{"standings", "Which club currently leads the Premier League?", "Arsenal leads the Premier League.", []backend.Passage{note("n", "League", "Liverpool leads the Premier League.", at(740))}, backend.NotEnoughEvidence},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := newJudge(t, judge.Options{Model: &judgetest.Model{}, Gather: gives(test.notes...)})
			v, err := j.Check(t.Context(), input(test.question, test.answer), nil)
			require.NoError(t, err)
			require.Equal(t, test.want, v.Kind, "%s", v.Reason)
			require.Less(t, v.Confidence, 0.9)
		})
	}
}
