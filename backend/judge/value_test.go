package judge_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/judge"
)

const (
	who    = "Who is the prime minister of the UK?"
	when   = "When did it happen?"
	many   = "How many are there?"
	tall   = "How tall is it?"
	what   = "What is it called?"
	city   = "What is the capital of that country?"
	symbol = "What is the chemical symbol of the element?"
	yes    = "Is it still open?"
	python = "What is the latest version of Python?"
	colors = "What are the three primary colours?"
)

func TestCompare(t *testing.T) {
	tests := []struct {
		name, question, a, b string
		want                 judge.Relation
	}{
		{"equal names", who, "Keir Starmer", "Keir Starmer", judge.Same},
		{"title", who, "Keir Starmer", "Sir Keir Starmer", judge.Same},
		{"last name alone", who, "Starmer", "Sir Keir Starmer", judge.Same},
		{"initial", who, "K. Starmer", "Keir Starmer", judge.Same},
		{"nickname", who, "Joe Biden", "Joseph R. Biden", judge.Same},
		{"middle name", who, "Donald J. Trump", "Donald Trump", judge.Same},
		{"accents", who, "Francois Hollande", "François Hollande", judge.Same},
		{"spelling", who, "Volodymyr Zelensky", "Volodymyr Zelenskyy", judge.Same},
		{"family name first", who, "Ishiba Shigeru", "Shigeru Ishiba", judge.Same},
		{"other person", who, "Rishi Sunak", "Keir Starmer", judge.Different},
		{"same last name, other first", who, "Ivanka Trump", "Donald Trump", judge.Different},
		{"part of a name", who, "Leonardo", "Leonardo da Vinci", judge.Same},
		{"other king", "Who is the king?", "Charles II", "Charles III", judge.Different},
		{"king without numeral", "Who is the king?", "King Charles", "Charles III", judge.Same},
		{"queen and king", "Who is the king?", "Queen Elizabeth II", "Charles III", judge.Different},
		{"pope", "Who is the pope?", "Pope Francis", "Leo XIV", judge.Different},
		{"short club", "Who won the cup?", "Man City", "Manchester City", judge.Same},
		{"other club of the town", "Who won the cup?", "Manchester United", "Manchester City", judge.Different},
		{"utd", "Who won the cup?", "Man Utd", "Manchester United", judge.Same},
		{"club with FC", "Who won the cup?", "Liverpool FC", "Liverpool", judge.Same},
		{"mount", "Which is the highest mountain?", "Mt. Everest", "Mount Everest", judge.Same},
		{"everest alone", "Which is the highest mountain?", "Everest", "Mount Everest", judge.Same},
		{"other mountain", "Which is the highest mountain?", "K2", "Mount Everest", judge.Different},
		{"acronym", "Which country is it?", "UAE", "United Arab Emirates", judge.Same},
		{"states", "Which country is it?", "the U.S.", "United States of America", judge.Same},
		{"other name of a state", "Which country is it?", "Holland", "the Netherlands", judge.Same},
		{"direction", city, "York", "New York", judge.Different},
		{"korea", "Which country is it?", "North Korea", "South Korea", judge.Different},
		{"place with country", city, "Paris, France", "Paris", judge.Same},
		{"other capital", city, "Sydney", "Canberra", judge.Different},
		{"product", "What is the latest iPhone model?", "iPhone 15", "iPhone 17 Pro", judge.Different},
		{"product, variant", "What is the latest iPhone model?", "iPhone 17", "iPhone 17 Pro", judge.Unknown},
		{"product, variant, where any will do", "Which phone did she use?", "iPhone 17", "iPhone 17 Pro", judge.Same},
		{"current product", "What is Nintendo's current console?", "Nintendo Switch", "Nintendo Switch 2", judge.Different},
		{"current product, variant", "What is Sony's current console?", "PlayStation 5", "PlayStation 5 Pro", judge.Unknown},
		{"current product, same variant", "What is Sony's current console?", "Sony PlayStation 5 Pro", "PlayStation 5 Pro", judge.Same},
		{"current office", "Who is the current king?", "Charles", "Charles III", judge.Same},
		{"product, same variant of another", "What is the latest iPhone model?", "iPhone 14 Pro Max", "iPhone 17 Pro Max", judge.Different},
		{"product with maker", "What is the latest iPhone model?", "Apple iPhone 17 Pro", "iPhone 17 Pro", judge.Same},
		{"one of a list", "What is the latest iPhone model?", "iPhone 17", "iPhone 17, iPhone Air and iPhone 17 Pro", judge.Same},
		{"no number against a number", "What is the latest iPhone model?", "iPhone", "iPhone 17", judge.Unknown},
		{"letter numbers", "What is the latest Galaxy phone?", "Galaxy S24 Ultra", "Galaxy S26", judge.Different},
		{"versions", "What is the latest version of Python?", "Python 3.9", "Python 3.14", judge.Different},
		{"model before", "What is the newest Nintendo console?", "Nintendo Switch", "Nintendo Switch 2", judge.Different},
		{"the kind asked for in the name", "What is the largest desert?", "Antarctic Desert", "Antarctica", judge.Same},
		{"zeros are not all rounding", "What is the distance?", "300,000 km", "384,400 km", judge.Different},
		{"hyphen", what, "GPT-5", "GPT 5", judge.Same},
		{"symbol", symbol, "Au", "Au", judge.Same},
		{"symbol in lower case", symbol, "au", "Au", judge.Same},
		{"other symbol", symbol, "Ag", "Au", judge.Different},
		{"subscript", "What is the chemical formula of water?", "H2O", "H₂O", judge.Same},
		{"year", when, "1989", "9 November 1989", judge.Same},
		{"month", when, "November 1989", "9 November 1989", judge.Same},
		{"other order", when, "November 9, 1989", "1989-11-09", judge.Same},
		{"other day", when, "10 November 1989", "9 November 1989", judge.Different},
		{"other year", when, "1991", "1989", judge.Different},
		{"season contains the year", when, "2024", "2023–24", judge.Same},
		{"decade", when, "the 1920s", "1925", judge.Same},
		{"century", when, "16th century", "1503", judge.Same},
		{"other century", when, "15th century", "1703", judge.Different},
		{"day without year", when, "April 1st", "1 April", judge.Same},
		{"other day without year", when, "April 2", "1 April", judge.Different},
		{"before Christ", when, "44 BC", "44 BC", judge.Same},
		{"year and BC", when, "44 BC", "1944", judge.Different},
		{"rounded", tall, "8,848 m", "8,848.86 metres", judge.Same},
		{"rounded up", tall, "8849 meters", "8,848.86 metres", judge.Same},
		{"feet", tall, "29,032 feet", "8,849 m", judge.Same},
		{"other height", tall, "324 metres", "330 metres", judge.Different},
		{"no unit", tall, "330", "330 metres", judge.Same},
		{"million", "What is the population of it?", "84 million", "83.5 million", judge.Same},
		{"digits against million", "What is the population of it?", "83,500,000", "83.5 million", judge.Same},
		{"billion against million", "What is the population of it?", "8 billion", "8 million", judge.Different},
		{"coarse billion", "What is the population of it?", "8 billion", "8.2 billion people", judge.Same},
		{"words", many, "twenty-seven", "27", judge.Same},
		{"off by one", many, "28", "27", judge.Different},
		{"temperature", "What is the boiling point of it?", "212 °F", "100 °C", judge.Same},
		{"time", "What is the world record time?", "2:00:35", "2:01:09", judge.Different},
		{"year-like numbers", many, "2019", "2024", judge.Different},
		{"percent", many, "19%", "20 percent", judge.Different},
		{"other dimension", many, "5 km", "5 kg", judge.Unknown},
		{"yes", yes, "yes", "Yes, it is.", judge.Same},
		{"no", yes, "yes", "No", judge.Different},
		{"neither", yes, "it is", "no", judge.Unknown},
		{"list in another order", colors, "blue, red and yellow", "red, yellow and blue", judge.Same},
		{"list with another item", colors, "red, green and blue", "red, yellow and blue", judge.Different},
		{"shorter list", colors, "red and blue", "red, yellow and blue", judge.Same},
		{"lower-case words", what, "the skin", "skin", judge.Same},
		{"other lower-case word", what, "liver", "skin", judge.Different},
		{"long texts", what, "a defence that keeps rain away from people", "symbol of the high status of an emperor", judge.Unknown},
		{"negation", what, "not Paris", "Paris", judge.Unknown},
		{"kinds apart", what, "9.58 seconds", "Usain Bolt", judge.Unknown},
		{"empty", what, "", "Paris", judge.Unknown},
		{"punctuation", what, "...", "Paris", judge.Unknown},
		{"markup", what, "**Paris**", "Paris", judge.Same},
		{"patches of one version", python, "3.11.5", "3.11.9", judge.Different},
		{"no decimal fraction", python, "1.3", "1.34", judge.Different},
		{"a version without its product", python, "Python 3.11", "3.14", judge.Different},
		{"a shorter version", python, "Python 3.14", "3.14.2", judge.Same},
		{"a version with a v", "What is the latest version of Node.js?", "v24.1.0", "24.1.0", judge.Same},
		{"a version with a word after it", "What is the latest Ubuntu?", "Ubuntu 22.04.3 LTS", "Ubuntu 22.04.3", judge.Same},
		{"two products", "What is the newest release?", "Python 3.14", "Ruby 3.14", judge.Different},
		{"versions where none is asked for", "What runs there?", "Python 3.11", "Python 3.14", judge.Different},
		{"decimals that are no versions", "What is the population of it?", "1.4 billion", "1.41 billion", judge.Same},
		{"lengths that are no versions", what, "3.5 metres", "3.5 m", judge.Same},
		{"initials of a city", "Who won the series?", "Los Angeles Dodgers", "LA Dodgers", judge.Same},
		{"beginnings of a city", "Who won the series?", "OKC Thunder", "Oklahoma City Thunder", judge.Same},
		{"initials of New York", "Who won the series?", "NY Yankees", "New York Yankees", judge.Same},
		{"another club of New York", "Who won the series?", "NY Mets", "New York Yankees", judge.Different},
		{"another club of the city", "Who won the series?", "LA Clippers", "Los Angeles Dodgers", judge.Different},
		{"initials with a saint", "Who won the cup?", "PSG", "Paris Saint-Germain", judge.Same},
		{"other initials", "Who won the cup?", "PSG", "Real Madrid", judge.Different},
		{"initials in doubt", "Who won the cup?", "BVB", "Borussia Dortmund", judge.Unknown},
		{"a club by one letter", "Who won the cup?", "Man U", "Manchester United", judge.Same},
		{"a nickname", "Who won the cup?", "Spurs", "Tottenham Hotspur", judge.Same},
		{"a nickname that two clubs have", "Who won the title?", "Spurs", "San Antonio Spurs", judge.Same},
		{"a nickname of another", "Who won the cup?", "Spurs", "Arsenal", judge.Different},
		{"wolves", "Who won the cup?", "Wolves", "Wolverhampton Wanderers", judge.Same},
		{"the beginning of a name", "Who won the cup?", "Juve", "Juventus Turin", judge.Unknown},
		{"one of two states", "Which country is it?", "Korea", "South Korea", judge.Unknown},
		{"neither of two states", "Which country is it?", "Korea", "Japan", judge.Different},
		{"countries that begin alike", "Which country is it?", "Austria", "Australia", judge.Different},
		{"New in a name", city, "New Delhi", "New York", judge.Different},
		{"hundreds in words", many, "one hundred and ninety-three", "193", judge.Same},
		{"other hundreds in words", many, "one hundred and ninety-three", "100", judge.Different},
		{"thousands in words", many, "two thousand five hundred", "2,500", judge.Same},
		{"hours and minutes", "What is the world record time?", "2 hours, 1 minute and 39 seconds", "2:00:35", judge.Different},
		{"the same hours and minutes", "What is the world record time?", "2 hours, 1 minute and 39 seconds", "2:01:39", judge.Same},
		{"feet and inches", tall, "5 feet 11 inches", "180 cm", judge.Same},
		{"two lists that share one", "Who played in the final?", "Harriers and Rovers", "Harriers and Albion", judge.Different},
		{"the same written with a v", "Who played in the final?", "Harriers v Rovers", "Rovers vs Harriers", judge.Same},
		{"one against a pair", "Who played in the final?", "Rovers", "Harriers vs Rovers", judge.Same},
		{"lists of several lengths that share one", "Who played in it?", "Ann Lee, Bob Ray and Cid Fox", "Ann Lee and Dan Poe", judge.Unknown},
		{"two towns of one state", city, "Austin, Texas", "Dallas, Texas", judge.Unknown},
		{"a town with its state and its country", city, "Austin, Texas", "Austin, USA", judge.Same},
		{"a season by its number", "What is the current season of it?", "Season 4", "5", judge.Different},
		{"an ordinal season", "Which season is the last of it?", "Season 3", "the third season", judge.Same},
		{"a Roman number", "Where in the book is it?", "Chapter IV", "Chapter Four", judge.Same},
		{"another Roman number", "Where in the book is it?", "Chapter IV", "Chapter Six", judge.Different},
		{"a bare number of something else", what, "Season 4", "5", judge.Unknown},
		{"storms where a time is asked for", "When was the last time a storm hit the town?", "Storm Lena", "1953 Storm", judge.Different},
		{"a year of our era", when, "AD 845", "9th century", judge.Same},
		{"a late century", when, "late 14th century", "1310", judge.Different},
		{"an early decade", when, "early 1980s", "1982", judge.Same},
		{"an early decade and its end", when, "early 1980s", "1989", judge.Different},
		{"initials and another spelling", who, "B. L. Birck", "Berta Louise Birch", judge.Same},
		{"other initials of one name", who, "C. L. Birck", "Berta Louise Birch", judge.Different},
		{"Latin for what is UTF-8", who, "Jens Müller", "MÃ¼ller", judge.Same},
		{"plurals", what, "mainly branches and leaves", "branch", judge.Same},
		{"days and a week", "How long did it take?", "two days", "one week", judge.Different},
		{"a month and a week", "How long did it take?", "one month", "one week", judge.Unknown},
		{"seven days", "How long did it take?", "seven days", "one week", judge.Same},
		{"miles and kilometres, roughly", "How long is it?", "about 2 miles", "3.2 km", judge.Same},
		{"a rounded count", many, "about 1,200", "1,192", judge.Same},
		{"a rounded count without a comma", many, "about 1200", "1192", judge.Same},
		{"another count", many, "about 1,200", "1,492", judge.Different},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, tier := judge.Compare(test.question, test.a, test.b)
			require.Equal(t, test.want.String(), got.String(), tier)
			back, _ := judge.Compare(test.question, test.b, test.a)
			require.Equal(t, got.String(), back.String(), "the order of the values must not matter")
		})
	}
}

func TestCompareStringTierNeverSaysDifferent(t *testing.T) {
	values := []string{"Paris", "Lyon", "1989", "330 m", "iPhone 17", "red and blue", "yes", "no", "not Paris", "skin", "Au", "x"}
	for _, question := range []string{who, when, many, what, yes, colors, symbol} {
		for _, a := range values {
			for _, b := range values {
				if r, tier := judge.Compare(question, a, b); r == judge.Different {
					require.Equal(t, backend.TierTyped, tier, "%q %q %q", question, a, b)
				}
			}
		}
	}
}

func FuzzCompare(f *testing.F) {
	for _, s := range []string{"9 November 1989", "31 February 2020", "1e309", "$1.5bn", "12:61", "2023–24", "𝟙𝟡𝟠𝟡", "iPhone 17", "\xff\xfe", "99th century", "0000-00-00", "999999999999999999999", "44 BC", "İstanbul", strings.Repeat("1,", 300)} {
		f.Add(when, s, "1989")
		f.Add(many, s, "27 km")
		f.Add(what, s, s)
	}
	f.Fuzz(func(t *testing.T, question, a, b string) {
		if len(question)+len(a)+len(b) > 3000 {
			return
		}
		got, tier := judge.Compare(question, a, b)
		back, _ := judge.Compare(question, b, a)
		if got == judge.Different && back == judge.Same || got == judge.Same && back == judge.Different {
			t.Fatalf("order matters: %q %q %q: %v, %v", question, a, b, got, back)
		}
		if got != judge.Unknown && tier == "" {
			t.Fatalf("%v without a tier", got)
		}
	})
}
