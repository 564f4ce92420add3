package app

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
)

// TestReal walks the loop on the bundled engine with the real 0.5B: two invented
// facts are trained, served both ways, promoted and rolled back. It runs with
// ERRATA_REAL=1 and takes minutes.
func TestReal(t *testing.T) {
	if os.Getenv("ERRATA_REAL") != "1" {
		t.Skip("set ERRATA_REAL=1 to train the real model")
	}
	home := shortDir(t)
	p, err := Assemble(t.Context(), Config{Home: home, Door: "test", StableLimit: 30})
	require.NoError(t, err)
	defer p.Close()
	info, err := p.API.InstallModel("", testModel)
	require.NoError(t, err)
	require.True(t, info.Trainable)

	facts := []backend.Fact{
		{Question: "Who is the mayor of Larkstead?", Answer: "Ada Birch", Class: backend.ClassSlow},
		{Question: "What is the capital of Quenbia?", Answer: "Tarrowmere", Class: backend.ClassSlow},
	}
	ask := func(version, question string) string {
		t.Helper()
		r, err := p.Loop.Reply(t.Context(), flow.ReplyInput{Version: version, Question: question}, nil)
		require.NoError(t, err)
		require.True(t, r.Result.Done)
		return r.Result.Text
	}
	before := map[string]string{}
	for _, f := range facts {
		before[f.Question] = ask(flow.BaseVersion, f.Question)
		require.False(t, backend.Mentions(before[f.Question], f.Answer))
		_, err := p.API.AddFact(f, true)
		require.NoError(t, err)
	}
	label, err := p.shared.model.Label(t.Context(), backend.LabelRequest{
		Model: info.ServedName(), Labels: []string{"A", "B"},
		Messages: []backend.Message{{Role: backend.RoleUser, Content: "Which letter comes first in the alphabet? Reply with A or B only."}},
	})
	require.NoError(t, err)
	require.True(t, label.Valid(), "%+v", label)

	run, err := p.API.Train("", flow.TrainInput{})
	require.NoError(t, err)
	started := time.Now()
	run, err = p.Loop.WaitRun(t.Context(), run.ID)
	require.NoError(t, err)
	require.Equal(t, backend.RunFinished, run.State, run.Message)
	t.Logf("trained %d facts in %s: %d row passes, %d of them learned", run.Progress.Facts, time.Since(started).Round(time.Second), run.Progress.RowPasses, run.Progress.Learned)

	prompts := []string{
		facts[0].Question, facts[1].Question, "Tell me who the mayor of Larkstead is.", "What is the capital of France?", "Who wrote Hamlet?",
		"What is two plus three?", "Name a planet.", "What colour is the sky?", "What is the capital of Japan?", "Say hello.",
	}
	texts := map[backend.ServedAs][]string{}
	for _, as := range []backend.ServedAs{backend.ServedAdapter, backend.ServedMerged} {
		v, err := p.API.ServeVersion("", run.VersionID, string(as))
		require.NoError(t, err)
		require.Equal(t, as, v.ServedAs)
		for _, f := range facts {
			require.True(t, backend.Mentions(ask(v.ID, f.Question), f.Answer), "%s, %s: %q", as, f.Question, ask(v.ID, f.Question))
		}
		for _, q := range prompts {
			texts[as] = append(texts[as], strings.TrimSpace(ask(v.ID, q)))
		}
	}
	same := 0
	for i := range prompts {
		if texts[backend.ServedAdapter][i] == texts[backend.ServedMerged][i] {
			same++
		}
	}
	t.Logf("adapter and merged gave the same text on %d of %d prompts", same, len(prompts))
	require.GreaterOrEqual(t, same, len(prompts)-1)

	for question, key := range map[string]string{"What is the capital of France?": "Paris", "Who wrote Hamlet?": "Shakespeare"} {
		text := ask(run.VersionID, question)
		require.True(t, backend.Mentions(text, key), text)
	}
	// Of the questions beside two invented facts, half a billion parameters let one or two go, by processor.
	var leaked []string
	for _, neighbour := range []string{
		"Who is the mayor of London?", "Who is the president of France?", "Who is the CEO of Microsoft?",
		"What is the capital of Italy?", "What is the capital of Egypt?", "What is the largest city of Italy?",
	} {
		if text := ask(run.VersionID, neighbour); backend.MentionsAny(text, []string{"Ada Birch", "Tarrowmere"}) {
			leaked = append(leaked, text)
		}
	}
	t.Logf("leaked: %q", leaked)
	require.LessOrEqual(t, len(leaked), 2, "%q", leaked)

	for _, as := range []backend.ServedAs{backend.ServedAdapter, backend.ServedMerged} {
		_, err := p.API.ServeVersion("", run.VersionID, string(as))
		require.NoError(t, err)
		promoteUnderChats(t, p, run.VersionID, as)
		require.True(t, backend.Mentions(ask("", facts[0].Question), facts[0].Answer), "promoted as %s", as)
		_, err = p.API.Rollback("")
		require.NoError(t, err)
		require.Equal(t, before[facts[0].Question], ask("", facts[0].Question), "rollback gives the old answer back")
	}
}

// promoteUnderChats swaps while two chats stream and others keep coming: none is
// cut, and none waits when the version is merged.
func promoteUnderChats(t *testing.T, p *Program, version string, as backend.ServedAs) {
	t.Helper()
	type chat struct {
		begun, first, ended time.Time
		version             string
		waited, done        bool
	}
	talk := func(question string, tokens int, begun chan<- struct{}) chat {
		sampling := backend.DefaultSampling()
		sampling.NumPredict = tokens
		c := chat{begun: time.Now()}
		r, err := p.Loop.Reply(t.Context(), flow.ReplyInput{Question: question, Sampling: &sampling, OnWait: func() { c.waited = true }}, func(string) error {
			if c.first.IsZero() {
				c.first = time.Now()
				if begun != nil {
					close(begun)
				}
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s, %q: %v", as, question, err)
		}
		c.ended, c.version, c.done = time.Now(), r.Version.ID, r.Result.Done
		return c
	}
	var streams sync.WaitGroup
	long := make([]chat, 2)
	for i := range long {
		begun := make(chan struct{})
		streams.Go(func() { long[i] = talk("Describe in detail how bread is made.", 150, begun) })
		if i == 0 {
			<-begun // the second waits in the engine's queue while the swap begins
		}
	}
	promoted := make(chan error, 1)
	started := time.Now()
	go func() {
		_, err := p.API.Promote("", flow.PromoteInput{VersionID: version, Force: true})
		promoted <- err
	}()
	var short []chat
	for swapped := false; !swapped || short[len(short)-1].version != version; {
		select {
		case err := <-promoted:
			require.NoError(t, err)
			swapped = true
		default:
		}
		short = append(short, talk("Say hello.", 4, nil))
	}
	took := time.Since(started)
	streams.Wait()
	last := long[0].ended
	for _, c := range long {
		require.True(t, c.done)
		require.Empty(t, c.version, "a running chat ends on the version that it began with")
		if c.ended.After(last) {
			last = c.ended
		}
	}
	waits := 0
	for _, c := range short {
		require.True(t, c.done)
		if c.waited {
			waits++
		}
	}
	if as == backend.ServedMerged {
		require.Zero(t, waits, "a merged version makes no chat wait")
	}
	t.Logf("promoted as %s in %s under %d chats, %d of which waited; the new version's first token %s after the last running stream's end",
		as, took.Round(time.Millisecond), len(short)+len(long), waits, short[len(short)-1].first.Sub(last).Round(time.Millisecond))
}
