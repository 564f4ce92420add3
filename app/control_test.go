package app

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/app/cli"
	"errata/backend"
	"errata/backend/flow"
	"errata/backend/ollama/ollamatest"
)

// newHome is a home whose model is chosen and which nobody has open.
func newHome(t *testing.T, script ollamatest.Script) string {
	t.Helper()
	p := newProgram(t, script)
	p.Close()
	return p.Home
}

// runCLI runs one command line on a home.
func runCLI(ctx context.Context, home string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = cli.Run(ctx, append([]string{"--home", home}, args...), doors(), cli.IO{Out: &out, Err: &errs, In: strings.NewReader("")})
	return code, out.String(), errs.String()
}

// held replies only when it is let go.
func held(text string) (script ollamatest.Script, asked <-chan struct{}, letGo func()) {
	began, open := make(chan struct{}), make(chan struct{})
	var once, twice sync.Once
	return ollamatest.Script{Reply: func(ollamatest.Request) ollamatest.Reply {
		once.Do(func() { close(began) })
		<-open
		return ollamatest.Reply{Text: text}
	}}, began, func() { twice.Do(func() { close(open) }) }
}

func TestCommandOutlivesTheOneItRunsIn(t *testing.T) {
	script, asked, letGo := held("Late but whole.")
	home := newHome(t, script)
	t.Cleanup(letGo) // before the fake engine is closed
	first, finish, err := openCaller(t.Context(), home)
	require.NoError(t, err)
	second, hangUp, err := openCaller(t.Context(), home)
	require.NoError(t, err)
	require.IsType(t, &remoteCaller{}, second)

	got := make(chan error, 1)
	var answer flow.Asked
	go func() {
		got <- second.Call(t.Context(), "Ask", &answer, "second", flow.AskInput{Text: "Who runs Larkstead?"})
	}()
	<-asked
	finished := make(chan struct{})
	go func() { defer close(finished); finish() }()
	select {
	case <-finished:
		t.Fatal("the first command ended under the call of the second")
	case <-time.After(200 * time.Millisecond):
	}
	require.NoError(t, first.Call(t.Context(), "Cycle", nil), "nothing is closed while somebody is connected")
	letGo()
	require.NoError(t, <-got)
	require.Equal(t, "Late but whole.", answer.Answer.Text)
	hangUp()
	<-finished
	_, err = os.Stat(home + "/" + socketName)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestCtrlCEndsACommandThatWaits(t *testing.T) {
	home := newHome(t, ollamatest.Script{})
	ctx, cancel := context.WithCancel(t.Context())
	_, finish, err := openCaller(ctx, home)
	require.NoError(t, err)
	_, hangUp, err := openCaller(t.Context(), home)
	require.NoError(t, err)
	defer hangUp()
	cancel()
	finish() // hangs for ever without the end of ctx
}

func TestCommandWaitsForOneThatEnds(t *testing.T) {
	home := newHome(t, ollamatest.Script{})
	p, err := Assemble(t.Context(), Config{Home: home, CheckDB: func(string) error { return nil }})
	require.NoError(t, err)
	p.control.Drain(t.Context(), func() {}) // lets nobody in any more
	go func() {
		time.Sleep(200 * time.Millisecond)
		p.Close()
	}()
	_, finish, err := openCaller(t.Context(), home)
	require.NoError(t, err)
	finish()
}

func TestCallIsCancelledHoweverLongItLasted(t *testing.T) {
	script, asked, letGo := held("")
	p := newProgram(t, script)
	t.Cleanup(letGo)
	remote, err := dialControl(t.Context(), p.Home)
	require.NoError(t, err)
	defer remote.close()
	remote.limit = 100 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got := make(chan error, 1)
	go func() { got <- remote.Call(ctx, "Ask", nil, cli.RequestID, flow.AskInput{Text: "Hi?"}) }()
	<-asked
	time.Sleep(2 * remote.limit)
	cancel()
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(<-got))
}
