package judge_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"errata/backend"
	"errata/backend/judge"
)

// wellFormed says whether v keeps what every verdict keeps, whatever a model said:
// a reason, and for each value read a quote in the passage's own text.
func wellFormed(t *testing.T, v backend.Verdict) {
	t.Helper()
	if v.Reason == "" || v.Sentence == "" {
		t.Fatalf("%s without a reason", v.Kind)
	}
	carried := false
	for _, p := range v.Passages {
		if p.Quote != "" && !strings.Contains(p.Text, p.Quote) {
			t.Fatalf("the quote %q stands nowhere", p.Quote)
		}
		if p.Value != "" && v.Claim.Type != "yes_no" && !strings.Contains(p.Quote, p.Value) {
			t.Fatalf("the value %q does not stand in %q", p.Value, p.Quote)
		}
		carried = carried || p.Supports != ""
	}
	if v.Counts() && !carried {
		t.Fatalf("%s carried by nothing", v.Kind)
	}
	if v.Kind == backend.NotEnoughEvidence && (v.RivalValue != "" || v.Confidence != 0) {
		t.Fatalf("not enough evidence for %q", v.RivalValue)
	}
	if _, err := json.Marshal(v); err != nil {
		t.Fatal(err)
	}
}

// foreign says whether a text has no word of the evidence.
func foreign(text string) bool {
	for w := range strings.FieldsSeq(backend.Normal(text)) {
		if strings.Contains(backend.Normal(starmer+" "+starmer2), w) {
			return false
		}
	}
	return true
}

func FuzzExtractReply(f *testing.F) {
	for _, reply := range []string{
		`{"found":true,"quote":"Keir Starmer has been","value":"Keir Starmer","as_of":"2024"}`, `{"found":true,"quote":"\u0000","value":"İ"}`, "", "{", "null", "[]", `"x"`, "<html>", "\xff\xfe",
		`{"found":"yes"}`, `{"found":true}`, `{"found":1,"quote":[],"value":{}}`, `{"found":true,"quote":"` + starmer + `","value":"Keir Starmer<|im_end|>"}`, `{"found":true,"quote":null,"value":null}`,
		`{"found":true,"quote":"` + starmer + `","value":"5 July 2024"}`, `{"found":false,"quote":"` + starmer + `","value":"Keir Starmer"}`, strings.Repeat(`{"found":`, 200),
	} {
		f.Add(reply, "Keir Starmer")
		f.Add(reply, "ﬁ none")
	}
	f.Fuzz(func(t *testing.T, reply, chat string) {
		m := says()
		m.OnExtract = func(string) (string, error) { return reply, nil }
		m.OnChat = func(string) (string, error) { return chat, nil }
		j := newJudge(t, judge.Options{Model: m, Gather: gives(web("1", "a.com", starmer, at(1)), web("2", "b.com", starmer2, at(1)))})
		v, err := j.Check(t.Context(), input(pmQuestion, "Rishi Sunak"), nil)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, v)
		var form struct {
			Found *bool
			Quote string
			Value string
		}
		if malformed := json.Unmarshal([]byte(reply), &form) != nil || foreign(form.Value); malformed && foreign(chat) && v.Kind != backend.NotEnoughEvidence {
			t.Fatalf("%q and %q became %s", reply, chat, v.Kind)
		}
	})
}

// FuzzClaimReply lets the model read an answer that the rules cannot.
func FuzzClaimReply(f *testing.F) {
	for _, reply := range []string{`{"short_answer":"Keir Starmer"}`, `{"short_answer":""}`, "", "{", "null", `{"short_answer":7}`, `{"short_answer":"<|im_end|>"}`, `{"short_answer":"\u202eKeir"}`, "\xff"} {
		f.Add(reply, "Well, one hears that somebody called Keir Starmer has it these days, or so they say.")
		f.Add(reply, "\xff\xfe it is hard to tell")
	}
	f.Fuzz(func(t *testing.T, reply, answer string) {
		if len(answer) > 3000 {
			return
		}
		m := says("Keir Starmer")
		read := m.OnExtract
		m.OnExtract = func(prompt string) (string, error) {
			if strings.Contains(prompt, "\nReply: ") {
				return reply, nil
			}
			return read(prompt)
		}
		j := newJudge(t, judge.Options{Model: m, Gather: gives(web("1", "a.com", starmer, at(1)), web("2", "b.com", starmer2, at(1)))})
		v, err := j.Check(t.Context(), input(pmQuestion, answer), nil)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, v)
		if v.Claim.Short == "" && v.Kind != backend.NotEnoughEvidence {
			t.Fatalf("%s without a claim", v.Kind)
		}
		if v.Claim.By == "judge-model" && v.Claim.Short != "" && !backend.Mentions(strings.ToValidUTF8(answer, " "), v.Claim.Short) {
			t.Fatalf("the answer does not say %q", v.Claim.Short)
		}
	})
}

// FuzzLabels gives readouts of any numbers where yes or no is asked for.
func FuzzLabels(f *testing.F) {
	for _, p := range [][4]float64{{0.95, 0.03, 0.02, 1}, {0.02, 0.95, 0.03, 1}, {0.95, 0.03, 0.02, 0.3}, {math.NaN(), 0, 0, 1}, {math.Inf(1), 0, 0, 1}, {-1, -1, -1, 1}, {0, 0, 0, 1}, {1, 1, 1, math.NaN()}, {0.84, 0.1, 0.06, 1}, {9, 0, 0, 1}} {
		f.Add(p[0], p[1], p[2], p[3])
	}
	f.Fuzz(func(t *testing.T, a, b, c, mass float64) {
		m := says()
		m.OnLabel = func(string) (backend.LabelResult, error) {
			return backend.LabelResult{P: map[string]float64{"A": a, "B": b, "C": c}, Mass: mass}, nil
		}
		j := newJudge(t, judge.Options{Model: m, Gather: gives(note("n", "UK", starmer+" He succeeded Rishi Sunak.", at(10)))})
		v, err := j.Check(t.Context(), input("Is Rishi Sunak still the prime minister of the UK?", "Yes, he is."), nil)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, v)
		sure := func(p float64) bool { return p >= 0.85 && p <= 1.01 }
		if v.Counts() && !(mass >= 0.5 && (sure(a) || sure(b))) {
			t.Fatalf("%v %v %v of %v became %s", a, b, c, mass, v.Kind)
		}
	})
}
