package backend

import (
	"strings"
	"time"
	"unicode/utf8"
)

// MaxSystemRunes bounds a system text of a person's own: it stands before every
// question and takes its room.
const MaxSystemRunes = 4000

// OtherModel begins a Manner's Version that names another model of the engine,
// which answers but is never taught.
const OtherModel = "model:"

// Manner is how the questions of a chat are answered and its answers checked. The
// zero value is what Settings say.
type Manner struct {
	Version  string    `json:"version,omitempty"`  // version id, "base", OtherModel + name; empty: the current version
	System   string    `json:"system,omitempty"`   // said to the model instead of "You are a helpful assistant."
	Sampling *Sampling `json:"sampling,omitempty"` // nil: DefaultSampling
	Local    bool      `json:"local,omitempty"`    // checks ask nobody outside this machine
}

// Preset is the part of a Manner that a person keeps under a name.
type Preset struct {
	Name     string    `json:"name"`
	System   string    `json:"system,omitempty"`
	Sampling *Sampling `json:"sampling,omitempty"`
}

// Validate refuses what no model could be asked with.
func (m Manner) Validate() error {
	if !utf8.ValidString(m.System) || utf8.RuneCountInString(m.System) > MaxSystemRunes {
		return Errorf(CodeInvalid, "manner", "A system text has at most %d characters.", MaxSystemRunes)
	}
	if m.Sampling == nil {
		return nil
	}
	s := *m.Sampling
	for _, f := range []struct {
		name          string
		v, least, top float64
	}{
		{"Temperature", s.Temperature, 0, 2},
		{"Top p", s.TopP, 0, 1},
		{"Repeat penalty", s.RepeatPenalty, 0, 2},
		{"The context", float64(s.NumCtx), 512, 131072},
		{"The length of an answer", float64(s.NumPredict), 1, 32768},
	} {
		if !(f.v >= f.least && f.v <= f.top) { // also no NaN
			return Errorf(CodeInvalid, "manner", "%s lies between %g and %g, not at %g.", f.name, f.least, f.top, f.v)
		}
	}
	if s.NumPredict > s.NumCtx {
		return Errorf(CodeInvalid, "manner", "An answer of %d tokens does not fit into a context of %d.", s.NumPredict, s.NumCtx)
	}
	return nil
}

// SystemTurn is the system turn of a chat with this manner: the person's text, if
// there is one, with today's date behind it.
func (m Manner) SystemTurn(now time.Time) string {
	own := strings.TrimSpace(m.System)
	if own == "" {
		return SystemPrompt(now)
	}
	return own + "\n\n" + dateLine(now)
}
