package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

// script answers the calls of a verb by method.
type script struct {
	answers map[string]any
	asked   map[string][]any
}

func (c *script) Call(_ context.Context, method string, out any, args ...any) error {
	if c.asked == nil {
		c.asked = map[string][]any{}
	}
	c.asked[method] = args
	answer := c.answers[method]
	if f, ok := answer.(func(args []any) any); ok {
		answer = f(args)
	}
	if err, ok := answer.(error); ok {
		return err
	}
	b, err := json.Marshal(answer)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(b, out)
}

func (c *script) Events() (<-chan backend.Event, func()) {
	events := make(chan backend.Event)
	return events, func() { close(events) }
}

func runWith(t *testing.T, doors Doors, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("ERRATA_HOME", t.TempDir())
	var out, errs bytes.Buffer
	code = Run(t.Context(), args, doors, IO{Out: &out, Err: &errs, In: bytes.NewBufferString(stdin)})
	return code, out.String(), errs.String()
}

func run(t *testing.T, c *script, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return runWith(t, Doors{Open: func(context.Context, string) (Caller, func(), error) { return c, func() {}, nil }}, stdin, args...)
}

func TestAFailedDoorIsNoUsageError(t *testing.T) {
	newer := backend.Errorf(backend.CodeInvalid, "bolt.open", "The store was written by a newer Errata.")
	served := false
	doors := Doors{
		Open:   func(context.Context, string) (Caller, func(), error) { return nil, nil, newer },
		Serve:  func(context.Context, ServeOptions) error { served = true; return newer },
		Window: func(context.Context, string) error { return newer },
	}
	for _, args := range [][]string{{"facts", "list"}, {"serve"}, {}} {
		code, _, says := runWith(t, doors, "", args...)
		require.Equal(t, ExitFailed, code, "%v", args)
		require.Contains(t, says, "newer Errata")
	}
	require.True(t, served)
}

func TestOnlyWithoutAWindowIsTheBrowserServed(t *testing.T) {
	tests := []struct {
		name string
		err  *backend.Error
		want bool
	}{
		{"no window in this build", backend.Errorf(backend.CodeUnavailable, NoWindowOp, "This build has no window."), true},
		{"damaged database", backend.Errorf(backend.CodeUnavailable, "check", "The database is damaged."), false},
		{"full disk", backend.Errorf(backend.CodeUnavailable, "write", "The disk is full."), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			served := false
			code, _, says := runWith(t, Doors{
				Window: func(context.Context, string) error { return tt.err },
				Serve:  func(context.Context, ServeOptions) error { served = true; return nil },
			}, "")
			require.Equal(t, tt.want, served)
			require.Equal(t, tt.want, code == ExitOK)
			require.Contains(t, says, tt.err.Message)
		})
	}
}

func TestJSONIsOneObject(t *testing.T) {
	arrived := backend.Settings{LibraryFolders: []string{}}
	c := &script{answers: map[string]any{
		"Run":      api.RunView{Run: backend.Run{ID: "r1", State: backend.RunCancelled}},
		"Settings": arrived, "SaveSettings": arrived, "RescanLibrary": []backend.Document{}, "Backup": "/home/b.db", "SetSecret": "keyring",
		"Models": []backend.ModelInfo{{Name: "m:1", Listed: true}},
	}}
	for _, args := range [][]string{
		{"runs", "stop", "r1"}, {"versions", "discard", "a1"}, {"library", "rescan"}, {"backup"}, {"trainer", "setup"},
		{"settings", "secret", "google"}, {"settings", "secret", "google", "--remove"}, {"models", "use", "m:1"},
	} {
		code, out, says := run(t, c, "key\n", append([]string{"--json"}, args...)...)
		require.Equal(t, ExitOK, code, "%v: %s", args, says)
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(out), &object), "%v: %q", args, out)
		require.NotEmpty(t, object, "%v", args)
	}
	require.Equal(t, []any{"google", "key"}, c.asked["SetSecret"])

	code, out, says := runWith(t, Doors{Serve: func(_ context.Context, o ServeOptions) error {
		return o.Serving(Serving{Address: "http://127.0.0.1:1/", Token: "t", Open: "http://127.0.0.1:1/?token=t"})
	}}, "", "--json", "serve")
	require.Equal(t, ExitOK, code)
	var at Serving
	require.NoError(t, json.Unmarshal([]byte(out), &at), out)
	require.Equal(t, "http://127.0.0.1:1/", at.Address)
	require.Contains(t, says, "Port 8765 belongs to another program; port 1 is used instead.")
}

func TestVersionsSayWhatIsInMemoryAlone(t *testing.T) {
	c := &script{answers: map[string]any{"Versions": []backend.Version{
		{Number: 2, State: backend.VersionCandidate, Gate: &backend.Gate{Passed: true}, GivenUpFactIDs: []string{"f1", "f2"}}, {Number: 1, State: backend.VersionCurrent},
	}}}
	code, out, says := run(t, c, "", "versions", "list")
	require.Equal(t, ExitOK, code, says)
	require.Contains(t, out, "gate passed, 2 facts in memory alone\n")
	require.Equal(t, 1, strings.Count(out, "in memory alone"))
}

func TestImportOfNothingFails(t *testing.T) {
	tests := []struct {
		name string
		took api.Imported
		want int
	}{
		{"garbage", api.Imported{Facts: []backend.Fact{}, Problems: []string{"line 1: not a JSON object"}}, ExitFailed},
		{"empty", api.Imported{Facts: []backend.Fact{}, Problems: []string{}}, ExitFailed},
		{"some", api.Imported{Facts: []backend.Fact{{ID: "f1"}}, Problems: []string{"line 1: not a JSON object"}}, ExitOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, out, says := run(t, &script{answers: map[string]any{"ImportFacts": tt.took}}, "x", "facts", "import", "-")
			require.Equal(t, tt.want, code)
			for _, p := range tt.took.Problems {
				require.Contains(t, out+says, p)
			}
		})
	}
}

func TestUnknownWeightsAreWarnedOf(t *testing.T) {
	c := &script{answers: map[string]any{
		"Models":   []backend.ModelInfo{{Name: "listed:1", Listed: true, Installed: true}, {Name: "mine:latest", Installed: true, Trainable: true}},
		"Settings": backend.Settings{}, "SaveSettings": func(args []any) any { return args[0] },
		"ImportModel": backend.ModelInfo{Name: "errata-mine:1-base"},
	}}
	tests := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"a listed one", []string{"models", "use", "listed:1"}, ExitOK, ""},
		{"one of the engine's", []string{"models", "use", "mine"}, ExitOK, "warning: mine:latest is not a listed model"},
		{"a file", []string{"models", "import", "mine.gguf"}, ExitOK, "cannot be taught"},
		{"any text", []string{"models", "use", "qwen9"}, ExitFailed, "Neither the list nor the engine"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c.asked = nil
			code, _, says := run(t, c, "", tt.args...)
			require.Equal(t, tt.code, code, says)
			require.Contains(t, says, tt.says)
			require.Equal(t, tt.says == "", says == "")
			if tt.code == ExitFailed {
				require.NotContains(t, c.asked, "SaveSettings")
			}
		})
	}
}

func TestAskGoesOnAfterTheLastCompleteAnswer(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	answer := func(id string, minute int, state backend.AnswerState) backend.Answer {
		return backend.Answer{ID: id, State: state, CreatedAt: at.Add(time.Duration(minute) * time.Minute)}
	}
	c := &script{answers: map[string]any{
		"Ask": flow.Asked{},
		"Chat": api.ChatView{Turns: []backend.Turn{
			{Answers: []backend.Answer{answer("a1", 0, backend.AnswerComplete)}},
			{Answers: []backend.Answer{answer("a2", 1, backend.AnswerComplete), answer("a3", 2, backend.AnswerInterrupted)}},
		}},
	}}
	code, _, says := run(t, c, "", "ask", "--chat", "c1", "And", "before?")
	require.Equal(t, ExitOK, code, says)
	require.Equal(t, flow.AskInput{ChatID: "c1", ParentID: "a2", Text: "And before?"}, c.asked["Ask"][1])
}

func TestVerdictSaysWhoWasNotReached(t *testing.T) {
	v := backend.Verdict{Kind: backend.Supported, Failures: []backend.ProviderFailure{{Provider: "wikipedia", Offline: true}}}
	_, out, _ := run(t, &script{answers: map[string]any{"CheckText": v}}, "", "check", "--question", "Who?", "--answer", "Ada")
	require.Contains(t, out, "not reached: wikipedia")
}

func TestEvidenceIsNamed(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	note := backend.Passage{Provider: "library", Domain: "library", URL: "/notes/town.md", Title: "Town news", PublishedAt: &at, DateSource: "front_matter"}
	sourced, undated := note, note
	sourced.Domain, sourced.URL = "example.org", "https://example.org/news"
	undated.DateSource = "file"
	tests := []struct {
		name string
		p    backend.Passage
		want string
	}{
		{"a note", note, "Town news, your document, 2026-11-01"},
		{"a note with its source", sourced, "Town news, https://example.org/news, your document, 2026-11-01"},
		{"a note without a date", undated, "Town news, your document, file changed 2026-11-01"},
		{"a page", backend.Passage{Provider: "wikipedia", Domain: "wikipedia.org", Title: "Larkstead"}, "Larkstead, wikipedia.org, no date"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, source(tt.p)) })
	}
}

func TestAnUncalibratedVerdictIsExplained(t *testing.T) {
	tests := []struct {
		name string
		v    backend.Verdict
		want string
	}{
		{"by its model", backend.Verdict{Kind: backend.Supported, Judge: "errata-qwen:1d96-base", JudgeTitle: "Qwen 2.5 Coder 0.5B"}, "(uncalibrated: confidence not yet fitted for Qwen 2.5 Coder 0.5B)"},
		{"by two", backend.Verdict{Kind: backend.Supported, Extractor: "errata-qwen:7c01-base", ExtractorTitle: "Qwen 2.5 Coder 1.5B", JudgeTitle: "Qwen 2.5 Coder 0.5B"}, "fitted for Qwen 2.5 Coder 1.5B as extractor and Qwen 2.5 Coder 0.5B as judge)"},
		{"by one in both roles", backend.Verdict{Kind: backend.Supported, ExtractorTitle: "Qwen 2.5 Coder 0.5B", JudgeTitle: "Qwen 2.5 Coder 0.5B"}, "fitted for Qwen 2.5 Coder 0.5B)"},
		{"one stored without it", backend.Verdict{Kind: backend.Supported, Judge: "errata-qwen:1d96-base"}, "(uncalibrated: confidence not yet fitted for this model)"},
		{"none was given", backend.Verdict{Kind: backend.NotEnoughEvidence}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, out, _ := run(t, &script{answers: map[string]any{"CheckText": tt.v}}, "", "check", "--question", "Who?", "--answer", "Ada")
			require.Contains(t, out, tt.want)
			require.Equal(t, tt.want != "", strings.Contains(out, "uncalibrated"))
			require.NotContains(t, out, "errata-qwen")
		})
	}
}

func TestAnAnswerFromMemoryShowsItsFact(t *testing.T) {
	at := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	fact := backend.Fact{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch", State: backend.FactApproved, DecidedAt: &at,
		Passages: []backend.Passage{{Provider: "library", Domain: "library", Title: "Town news", Quote: "Ada Birch is the mayor.", PublishedAt: &at}}}
	asked := flow.Asked{Answer: backend.Answer{Source: backend.SourceMemory}, Memory: []flow.Recalled{{Fact: fact, Said: true}, {Fact: backend.Fact{Question: "Another?"}}}}
	_, out, _ := run(t, &script{answers: map[string]any{"Ask": asked}}, "", "ask", "Who runs Larkstead?")
	require.Contains(t, out, "An approved fact gave this answer.\n  Who is the mayor of Larkstead? Ada Birch (approved 2026-11-03)\n  “Ada Birch is the mayor.”\n    Town news, your document, 2026-11-03\n")
	require.NotContains(t, out, "Another?", "it was given, but did not give the answer")
}

func TestLibraryListSaysTheDates(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	docs := []backend.Document{{Path: "/a.md", Status: "indexed", PublishedAt: &at}, {Path: "/b.md", Status: "indexed"}}
	_, out, _ := run(t, &script{answers: map[string]any{"Documents": docs}}, "", "library", "list")
	require.Regexp(t, `2026-11-01\s+/a\.md`, out)
	require.Regexp(t, `no date\s+/b\.md`, out)
}

func TestDoctorKnowsWhatAModelNeeds(t *testing.T) {
	machine := api.Machine{Available: 2_000_000_000}
	require.Equal(t, "fits", fits(1_500_000_000, machine))
	require.Equal(t, "needs 5000 MB", fits(5_000_000_000, machine))
	require.Equal(t, "need not known", fits(0, machine))
}

func TestDoctorSaysHowToChooseTheModelThatIsHere(t *testing.T) {
	tests := []struct {
		name, chosen string
		says         bool
	}{
		{"none chosen", "", true},
		{"one chosen", "small", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &script{answers: map[string]any{
				"Status": api.Status{Model: tt.chosen}, "Providers": []backend.ProviderHealth{},
				"Models": []backend.ModelInfo{{Name: "small", Installed: true, Listed: true}, {Name: "large", Listed: true}},
			}}
			code, out, errs := run(t, c, "", "doctor")
			require.Equal(t, ExitOK, code, errs)
			require.Equal(t, tt.says, strings.Contains(out, "No model is chosen yet. small is installed"), out)
			_, out, _ = run(t, c, "", "doctor", "--json")
			require.Equal(t, tt.says, strings.Contains(out, "errata models use small"), out)
		})
	}
}

func TestASettingThatIsNotThereIsNamed(t *testing.T) {
	for _, tt := range []struct{ change, want string }{
		{`{"colour":"red"}`, `There is no setting called "colour".`},
		{`{"model":5}`, `The setting "model" cannot be of the kind "number".`},
		{`red`, "That is not a JSON object of settings."},
	} {
		c := &script{answers: map[string]any{"Settings": backend.Settings{}, "SaveSettings": backend.Settings{}}}
		code, _, stderr := run(t, c, "", "settings", "set", tt.change)
		require.Equal(t, 2, code)
		require.Contains(t, stderr, tt.want)
		require.NotContains(t, c.asked, "SaveSettings")
	}
}

func TestACheckSaysThatItStaysHere(t *testing.T) {
	for _, confirmed := range []bool{false, true} {
		for _, args := range [][]string{{"check", "--question", "Who?", "--answer", "Ada"}, {"ask", "Who?", "--check"}} {
			c := &script{answers: map[string]any{"Settings": backend.Settings{Confirmed: confirmed}, "CheckText": backend.Verdict{}, "Check": backend.Verdict{}, "Ask": flow.Asked{}}}
			code, _, says := run(t, c, "", args...)
			require.Equal(t, ExitOK, code, says)
			require.Equal(t, !confirmed, strings.Contains(says, "only your own documents are read"), says)
			_, _, says = run(t, c, "", append([]string{"--quiet"}, args...)...)
			require.NotContains(t, says, "only your own documents")
		}
	}
}
