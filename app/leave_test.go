package app

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
	"errata/backend/ollama/ollamatest"
)

// closingWindow is a leave whose window writes down what is done to it.
type closingWindow struct {
	*leave
	works bool
	used  bool // somebody calls through the program
	did   []string
}

func newClosingWindow(works bool) *closingWindow {
	w := &closingWindow{works: works}
	did := func(what string) func() { return func() { w.did = append(w.did, what) } }
	w.leave = &leave{
		work:  func() api.Work { return api.Work{Training: w.works} },
		ask:   func(api.Work) { w.did = append(w.did, "ask") },
		alone: func() bool { return !w.used },
		hide:  did("hide"), show: did("show"),
		quit: func() {
			if !w.closing() {
				w.did = append(w.did, "quit")
			}
		},
	}
	return w
}

func TestClosedWindow(t *testing.T) {
	steps := map[string]func(t *testing.T, w *closingWindow){
		"close":        func(t *testing.T, w *closingWindow) { require.True(t, w.closing()) },
		"close for it": func(t *testing.T, w *closingWindow) { require.False(t, w.closing()) },
		"keep":         func(_ *testing.T, w *closingWindow) { w.decide(api.LeaveHidden) },
		"stop":         func(_ *testing.T, w *closingWindow) { w.decide(api.LeaveEnded) },
		"go on":        func(_ *testing.T, w *closingWindow) { w.decide(api.LeaveNot) },
		"start again":  func(_ *testing.T, w *closingWindow) { w.front() },
		"signal":       func(_ *testing.T, w *closingWindow) { w.end() },
		"look":         func(_ *testing.T, w *closingWindow) { w.look() },
		"work ends":    func(_ *testing.T, w *closingWindow) { w.works = false },
		"work begins":  func(_ *testing.T, w *closingWindow) { w.works = true },
		"guest":        func(_ *testing.T, w *closingWindow) { w.used = true },
		"guest leaves": func(_ *testing.T, w *closingWindow) { w.used = false },
	}
	tests := []struct {
		name, works, steps, did string
	}{
		{"nothing goes on", "", "close for it", ""},
		{"kept, until its work ends", "yes", "close, keep, look, look, work ends, look, look", "ask, hide, quit"},
		{"one work follows another", "yes", "close, keep, work ends, look, work begins, look, work ends, look", "ask, hide"},
		{"stopped", "yes", "close, stop, close for it", "ask, quit"},
		{"not closed after all, and asked anew", "yes", "close, go on, close, keep", "ask, ask, hide"},
		{"a page that does not answer", "yes", "close, close, close", "ask, hide"},
		{"brought back", "yes", "close, keep, start again, work ends, look, look, look", "ask, hide, show"},
		{"brought back and closed again", "yes", "close, keep, start again, close, keep", "ask, hide, show, ask, hide"},
		{"a second start beside an open one", "", "start again, look, look, look", "show"},
		{"a command is served to its end", "yes", "close, keep, work ends, guest, look, look, look, guest leaves, look", "ask, hide, quit"},
		{"ended by a signal while hidden", "yes", "close, keep, signal", "ask, hide, quit"},
		{"a signal after its end", "", "close for it, signal", ""},
		{"an answer that comes too late", "yes", "keep, go on", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newClosingWindow(tt.works != "")
			for step := range strings.SplitSeq(tt.steps, ", ") {
				steps[step](t, w)
			}
			require.Equal(t, tt.did, strings.Join(w.did, ", "))
		})
	}
}

func TestSecondStartBringsTheWindowBack(t *testing.T) {
	home := newHome(t, ollamatest.Script{})
	p, c, err := prepare(t.Context(), Config{Home: home, CheckDB: func(string) error { return nil }}, shared{})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	reached, err := bringBack(t.Context(), home)
	require.False(t, reached, "it holds the home and is not there yet")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	require.NoError(t, p.complete(c))
	shown := make(chan struct{}, 1)
	p.options.Show = func() { shown <- struct{}{} }
	time.AfterFunc(100*time.Millisecond, func() { api.Begin(p.life, p.API, p.options) })
	reached, err = bringBack(t.Context(), home)
	require.True(t, reached)
	require.NoError(t, err)
	require.Len(t, shown, 1)
	require.Eventually(t, p.leave().alone, 5*time.Second, 10*time.Millisecond, "who brought it back leaves")
	_, err = bringBack(t.Context(), home)
	require.Error(t, err, "who ends lets nobody in")
}

func TestSecondStartBesideAProgramWithoutAWindow(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	reached, err := bringBack(t.Context(), p.Home)
	require.True(t, reached)
	require.Equal(t, "This Errata runs without a window.", api.Sentence(err))
	require.Contains(t, backend.HintOf(err), "End it first")
}
