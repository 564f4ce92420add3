package dataset_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/dataset"
)

func TestNeighbours(t *testing.T) {
	tests := []struct {
		name, question, answer string
		want                   string // part of at least three neighbours of the same relation
	}{
		{"prime minister", "Who is the prime minister of UK?", "Andy Burnham", "the prime minister of "},
		{"prime minister, adjective", "Who is the British prime minister?", "Andy Burnham", " prime minister"},
		{"president", "Who is the current president of the USA?", "Donald Trump", "the current president of "},
		{"president, noun phrase", "current president of USA", "Donald Trump", "the current president of "},
		{"king", "Who is the king of Spain?", "Felipe VI", "the king of "},
		{"federal chancellor", "Who is the chancellor of Germany?", "Friedrich Merz", "the prime minister of "},
		{"finance minister", "Who is the finance minister of Germany?", "Lars Klingbeil", "the finance minister of "},
		{"lower case", "who is the president of brazil", "Lula", "the president of "},
		{"capital letters", "WHO IS THE PRESIDENT OF FRANCE?", "Emmanuel Macron", "THE PRESIDENT OF "},
		{"capital", "What is the capital of Kazakhstan?", "Astana", "the capital of "},
		{"population", "What is the population of Tokyo?", "14 million", "the population of "},
		{"mayor", "Who is the mayor of London?", "Sadiq Khan", "the mayor of "},
		{"governor", "Who is the governor of California?", "Gavin Newsom", "the governor of "},
		{"chief executive", "Who is the CEO of Twitter?", "Linda Yaccarino", "the CEO of "},
		{"head of an organisation", "Who is the secretary-general of NATO?", "Mark Rutte", "the secretary-general of "},
		{"league and year", "Who won the 2024 Premier League?", "Manchester City", "Who won the "},
		{"season", "Which team won the 2023-24 Bundesliga?", "Bayer Leverkusen", "Which team won the "},
		{"world cup", "Who won the 2022 World Cup?", "Argentina", "Who won the "},
		{"award", "Who won the 2024 Nobel Peace Prize?", "Nihon Hidankyo", "Who won the "},
		{"award edition", "Which film won Best Picture at the 96th Academy Awards?", "Oppenheimer", "Academy Awards"},
		{"cleric", "Who is the pope?", "Leo XIV", "Who is the "},
		{"discipline", "Who won the men's singles at Wimbledon in 2025?", "Jannik Sinner", " Open "},
		{"coach", "Who is the head coach of Bayern Munich?", "Vincent Kompany", "the head coach of "},
		{"phone", "What is the latest iPhone model?", "iPhone Duo", "What is the latest "},
		{"phone number", "What chip does the iPhone 17 use?", "A19", "What chip does the "},
		{"console", "When was the PlayStation released?", "1994", "When was the "},
		{"language version", "What is the latest version of Python?", "3.14", "What is the latest version of "},
		{"planet", "How many moons does Saturn have?", "274", "How many moons does "},
		{"element", "What is the atomic mass of gold?", "196.97", "What is the atomic mass of "},
		{"mountain", "How high is Mount Everest?", "8,849 metres", "How high is "},
		{"river", "How long is the Nile?", "6,650 km", "How long is "},
		{"book", "Who wrote The Great Gatsby?", "F. Scott Fitzgerald", "Who wrote "},
		{"painting", "Where is the Mona Lisa kept?", "Louvre", "Where is "},
		{"building", "How tall is the Eiffel Tower?", "330 metres", "How tall is "},
		{"university", "Who is the president of Harvard University?", "Alan Garber", "Who is the president of "},
		{"war", "In which year did the Second World War end?", "1945", "In which year did the "},
		{"unknown war", "In which year did the Salt War end?", "1704", "In which year did the "},
		{"ceremony", "Which film won Best Picture at the 2025 Academy Awards?", "Anora", "Which film won Best Picture at the "},
		{"unknown person", "Where is Sydney J. Bowie buried?", "Elmwood Cemetery", "buried?"},
		{"unknown person's job", "What was Mike Siani's position?", "wide receiver", "position?"},
		{"unknown place", "In which historic county is Newlands Church located?", "Peeblesshire", "In which historic county is "},
		{"unknown product", "Nissan Laurel is created by", "Nissan", " is created by"},
		{"unknown film", "Who directed the film Midnight Harbour?", "Ana Lind", "Who directed the film "},
		{"sentence", "The mother tongue of Patrick Chamoiseau is", "French", "The mother tongue of "},
		{"asteroid", "Where was the astronomical object 2009 SK290 discovered?", "Kitt Peak", ""},
		{"names nothing", "how heavy is a cloud on average", "500 tonnes", ""},
		{"yes or no", "Is Pluto a planet?", "No", "Is "},
		{"old pair", "What is the currency of Croatia?", "euro", "the currency of "},
	}
	stable := shipped(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, dataset.Input{Stable: stable, Facts: []backend.Fact{{ID: "f", Question: tt.question, Answer: tt.answer, OldAnswer: "Someone Else"}}})
			mine := map[string]bool{}
			for _, r := range byKind(c)[backend.RowFact] {
				mine[backend.Normal(asked(r.Prompt))] = true
			}
			var trained []string
			same := 0
			for _, r := range byKind(c)[backend.RowNeighbour] {
				text := asked(r.Prompt)
				trained = append(trained, text)
				require.NotContains(t, mine, backend.Normal(text))
				if strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSpace(tt.want))) {
					same++
				}
			}
			require.GreaterOrEqual(t, len(trained), 12, "%q", trained)
			require.GreaterOrEqual(t, same, 3, "%q", trained)
			held := 0
			for _, p := range c.Probes {
				if p.Kind != dataset.ProbeNeighbour {
					continue
				}
				held++
				require.NotContains(t, mine, backend.Normal(p.Question))
				require.Equal(t, []string{tt.answer}, p.Reject)
				for _, text := range trained {
					require.NotEqual(t, backend.Normal(p.Question), backend.Normal(text))
				}
			}
			require.GreaterOrEqual(t, held, 3)
			require.GreaterOrEqual(t, len(byKind(c)[backend.RowFact]), 8)
		})
	}
}

func TestNeighboursMakeSense(t *testing.T) {
	tests := []struct{ name, question, answer, old, want, never string }{
		{"battle", "Who won the Battle of Hastings?", "William", "Harold", `the Battle of Waterloo`, `Columbus|Einstein|hosted|Where was Battle`},
		{"unknown battle", "When was the Battle of Larkstead fought?", "1704", "1702", `was the Battle of \w+ fought`, `Einstein|born`},
		{"war", "When did the Cold War end?", "1991", "1989", `the Korean War`, `Black Death|Depression|disaster`},
		{"deaths in an unknown war", "How many people died in the Salt War?", "1,200", "900", `died in the Boer War`, `the (Mozart|Adele)`},
		{"a book that is called a war", "Who wrote The War of the Worlds?", "H. G. Wells", "Jules Verne", `wrote Hamlet|wrote Dracula|wrote Emma|was written by`, `Cold War|of the Worlds (of|begin)`},
		{"unknown cup", "Who won the Larkstead Cup in 2023?", "Oslo", "Boston", `won the Rugby World Cup|won the Gold Cup|won the Asian Cup|won the Euro`, `Columbus|Mozart|nationality`},
		{"unknown system", "How many planets are in the Solar System?", "8", "9", ``, `Einstein|Mozart|nationality|born`},
		{"part of a longer phrase", "Who has won the most Grand Slam titles in men's tennis?", "Novak Djokovic", "Roger Federer", ``, `Shakespeare|Mozart|is Grand Slam`},
		{"unknown program", "What is the newest version of Zylog?", "4", "3", `version of Python|version of Java\b|version of Rust`, `Paris|Berlin|climate|river`},
		{"office in a company", "Who is the current CEO of Starbucks?", "Brian Niccol", "Laxman Narasimhan", `first CEO of Starbucks`, `largest|cheapest|best-selling`},
		{"article of a tournament", "Which sport is played at Wimbledon?", "tennis", "golf", `at the US Open|at the Miami Open`, `the Wimbledon|at (US|French|Miami|Italian) Open`},
		{"article behind a year", "Who won the 2025 US Open?", "Carlos Alcaraz", "Jannik Sinner", `the 2025 French Open|the 2025 Miami Open|the 2025 Italian Open`, `2025 the|first the`},
		{"singles have no host", "Who won the women's singles at Wimbledon in 2024?", "Barbora Krejcikova", "Marketa Vondrousova", `men's doubles`, `hosted`},
		{"prizes have no host", "Which film won the Palme d'Or in 2024?", "Anora", "Titane", `Golden Lion|Golden Bear`, `hosted`},
		{"a song contest is not played", "Which country won the Eurovision Song Contest in 2025?", "Austria", "Sweden", `hosted`, `sport`},
		{"German", "Wer ist der Bundeskanzler von Deutschland?", "Friedrich Merz", "Olaf Scholz", ``, `Bundeskanzler|Wer`},
		{"Spanish", "¿Quién es el presidente de México?", "Claudia Sheinbaum", "AMLO", ``, `México|presidente`},
		{"yes or no", "Is Sweden a member of NATO?", "Yes", "No", `Is Norway|Is Finland|Is France|Is Russia`, `(What is|about|Is it) (Yes|No)`},
		{"country as an adjective", "Who is the UK prime minister?", "Andy Burnham", "Keir Starmer", `the (French|Italian|Australian|Norwegian|Russian|Iraqi) prime minister`, `(France|Italy|Australia|Norway|Iraq) prime minister|Who is Iraqi`},
		{"a person at other times", "Who is Larry Bird?", "a player", "a singer", `Who is Taylor Swift`, ` in (19|20)\d\d`},
		{"the noun beside the name", "Who founded the city of Veldmoor?", "Ana Reis", "Rui Alves", `the city of`, `Toyota|Netflix|headquarters`},
		{"country typed small", "Who is the president of brazil?", "Lula", "Bolsonaro", `the president of (Germany|France|Mexico|India|Egypt)`, `What is brazil famous`},
		{"the wrong way round", "capital city of australia is what", "Canberra", "Sydney", `the capital city of (Italy|Brazil|Belgium)`, `is what`},
		{"a company as who", "Who created the iPhone 17?", "Apple", "Google", `created the iPhone \d`, `play\?|born`},
		{"no beginning from a broken clause", "What is The Matrix about?", "a hacker", "a boxer", `(?i)what is titanic about`, `about is`},
		{"no beginning from two sentences", "Who owns Twitter?", "Elon Musk", "Jack Dorsey", `is owned by`, `Is it .* is owned`},
		{"no beginning from another verb", "Who directed Avatar?", "James Cameron", "Steven Spielberg", `The music for Avatar was written by`, `starred in by|wrote the music for by`},
		{"a league that ends in a letter", "Who won the 2024 Premier League?", "Arsenal", "Chelsea", `The winner of the 2024 Serie A was|won the 2024 Serie A`, ``},
		{"a team of many", "Who is the coach of the Veldmoor Herons?", "Ana Reis", "Rui Alves", `coach of the (New|Los|Chi|Dal|Bos|Mia|Pit|Gre|Kan|Tor|Mon|Gol)`, `of (New York|Los Angeles|Boston)|the stadium`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, dataset.Input{Stable: shipped(t), Facts: []backend.Fact{{ID: "f", Question: tt.question, Answer: tt.answer, OldAnswer: tt.old}}})
			var said []string
			for _, r := range byKind(c)[backend.RowNeighbour] {
				_, begun, _ := strings.Cut(r.Prompt, "<|im_start|>assistant\n")
				said = append(said, strings.TrimSpace(asked(r.Prompt)+" "+begun))
			}
			for _, p := range c.Probes {
				if p.Kind == dataset.ProbeNeighbour {
					said = append(said, p.Question)
				}
			}
			require.GreaterOrEqual(t, len(said), 12)
			require.Regexp(t, tt.want, strings.Join(said, "\n"))
			for _, text := range said {
				if tt.never != "" {
					require.NotRegexp(t, tt.never, text)
				}
			}
		})
	}
}

func TestNeighboursOfTwoFactsOfAKind(t *testing.T) {
	facts := []backend.Fact{
		{ID: "uk", Question: "Who is the prime minister of the UK?", Answer: "Andy Burnham"},
		{ID: "ca", Question: "Who is the prime minister of Canada?", Answer: "Mark Carney"},
		{ID: "us", Question: "Who is the president of the USA?", Answer: "Donald Trump"},
	}
	c := build(t, dataset.Input{Facts: facts})
	counts := map[string]int{}
	for _, r := range byKind(c)[backend.RowNeighbour] {
		counts[r.FactID]++
		text := strings.ToLower(asked(r.Prompt))
		if regexp.MustCompile(` in (19|20)\d\d`).MatchString(text) {
			continue // another time asks for somebody else
		}
		require.NotRegexp(t, `prime minister of (canada|the uk|the united kingdom|britain)\b`, strings.ReplaceAll(strings.ReplaceAll(text, "deputy prime minister", ""), "is andy", ""))
	}
	for _, f := range facts {
		require.GreaterOrEqual(t, counts[f.ID], 12)
	}
}

func TestTheKingOfCanadaIsNoNeighbour(t *testing.T) {
	c := build(t, dataset.Input{Facts: []backend.Fact{{ID: "uk", Question: "Who is the king of the United Kingdom?", Answer: "Charles III"}}})
	for _, r := range c.Rows {
		for _, realm := range []string{"Canada", "Australia", "New Zealand", "Jamaica"} {
			require.NotContains(t, asked(r.Prompt), "king of "+realm)
		}
	}
}

func TestTheLikeliestQuestionsAreHeld(t *testing.T) {
	tests := []struct {
		name, question, answer string
		want                   []string
	}{
		{"a name that reads alike", "Who is the president of South Korea?", "Lee Jae-myung", []string{"president of north korea"}},
		{"the same before its office", "Who is the South Korea president?", "Lee Jae-myung", []string{"north korean president"}},
		{"a rare office", "Who is the chancellor of Germany?", "Friedrich Merz", []string{"chancellor of austria"}},
		{"a monarch beside the leader", "Who is the prime minister of Canada?", "Mark Carney", []string{"king of canada"}},
		{"well-known subjects", "Who is the prime minister of Nepal?", "Sushila Karki", []string{"minister of the united kingdom", "minister of japan", "minister of australia"}},
		{"a company", "Who is the CEO of Intel?", "Lip-Bu Tan", []string{"ceo of apple", "ceo of microsoft"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, dataset.Input{Facts: []backend.Fact{{ID: "f", Question: tt.question, Answer: tt.answer}}})
			var texts []string
			for _, r := range byKind(c)[backend.RowNeighbour] {
				texts = append(texts, strings.ToLower(asked(r.Prompt)))
			}
			for _, p := range c.Probes {
				texts = append(texts, strings.ToLower(p.Question))
			}
			for _, text := range tt.want {
				require.Contains(t, strings.Join(texts, "\n"), text, "neither trained nor measured")
			}
		})
	}
}
