package evidence

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestUnderstand(t *testing.T) {
	tests := []struct{ name, property, subject string }{
		{"Who is the prime minister of UK?", "P6", "UK"},
		{"Who is the current prime minister of the United Kingdom right now?", "P6", "United Kingdom"},
		{"who's the president of USA", "P35", "USA"},
		{"Who is the current president of the USA?", "P35", "USA"},
		{"Current president of USA", "P35", "USA"},
		{"What is the capital of France?", "P36", "France"},
		{"capital city of Australia", "P36", "Australia"},
		{"What is the chemical symbol of gold?", "P246", "gold"},
		{"What's the chemical symbol for gold?", "P246", "gold"},
		{"Who painted the Mona Lisa?", "P170", "Mona Lisa"},
		{"Who wrote Romeo and Juliet?", "P50", "Romeo and Juliet"},
		{"Who won the 2024 Premier League?", "P1346", "2024 Premier League"},
		{"Who is the winner of the 2024 Premier League?", "P1346", "2024 Premier League"},
		{"What is the highest mountain on Earth?", "P610", "Earth"},
		{"Who is the CEO of Apple?", "P169", "Apple"},
		{"When was the Eiffel Tower established?", "P571", "Eiffel Tower"},
		{"Please tell me who is the king of Spain", "P35", "Spain"},
		{"Who was the mayor of London as of 2026?", "P6", "London"},
		{"Why is the sky blue?", "", ""},
		{"Who is the wife of the president of France?", "", ""},
		{"What is the capital of the country that won in 2018?", "", ""},
		{"Who?", "", ""},
		{"president of ", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := understand(tt.name)
			require.Equal(t, tt.property != "", ok)
			if ok {
				require.Equal(t, tt.property, got.relation.properties[0].id)
				require.Equal(t, tt.subject, got.subject)
			}
		})
	}
}

func TestWikidataTime(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"day", `{"time":"+2024-07-05T00:00:00Z","precision":11}`, "5 July 2024"},
		{"month", `{"time":"+2024-07-00T00:00:00Z","precision":10}`, "July 2024"},
		{"year", `{"time":"+1911-00-00T00:00:00Z","precision":9}`, "1911"},
		{"century", `{"time":"+1900-00-00T00:00:00Z","precision":7}`, ""},
		{"before Christ", `{"time":"-0044-03-15T00:00:00Z","precision":11}`, ""},
		{"impossible", `{"time":"+2024-02-31T00:00:00Z","precision":11}`, ""},
		{"short", `{"time":"+2024","precision":9}`, ""},
		{"no object", `7`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s snak
			s.Value.Type, s.Value.Value = "time", json.RawMessage(tt.raw)
			_, said := s.time()
			require.Equal(t, tt.want, said)
		})
	}
}

func FuzzUnderstand(f *testing.F) {
	for _, s := range []string{"Who is the prime minister of UK?", "who won the 2024 Premier League", "capital of \xff", "president of of of"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, q string) {
		if got, ok := understand(q); ok && (got.subject == "" || len(got.subject) > 200) {
			t.Fatalf("%q asks about %q", q, got.subject)
		}
	})
}

// FuzzStatements feeds replies into the part that makes sentences of them.
func FuzzStatements(f *testing.F) {
	f.Add([]byte(`{"rank":"preferred","mainsnak":{"snaktype":"value","datavalue":{"type":"wikibase-entityid","value":{"id":"Q1"}}},"qualifiers":{"P580":[{"snaktype":"value","datavalue":{"type":"time","value":{"time":"+2024-07-05T00:00:00Z","precision":11}}}]}}`))
	f.Add([]byte(`{"qualifiers":[],"mainsnak":{"datavalue":{"type":"quantity","value":{"amount":"+7"}}}}`))
	f.Add([]byte(`{"mainsnak":{"datavalue":{"type":"monolingualtext","value":{"text":"\u202ex"}}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var st statement
		if !lenient(raw, &st) {
			return
		}
		text := tell("Freedonia", "head of government", []statement{st, {}, st}, map[string]string{"Q1": "Ann Other"})
		if !utf8.ValidString(text) {
			t.Fatalf("%q", text)
		}
	})
}
