// Package dateparser is linked in the place of github.com/markusmobius/go-dateparser,
// by a replace in the go.mod of Errata. go-htmldate needs it to compile, for an
// extensive search that page never asks for: it guesses at dates in two hundred
// languages, and making its tables cost every start 0.3 s and 95 MB whether or not
// a page was read. Here no text has a date; those that are written plainly are found
// by go-htmldate itself.
//
//	page ──> go-htmldate ──> dateparser (this one)
//	               └───────> go-dateutil, which reads the dates
package dateparser

import (
	"errors"
	"time"
)

// Parser would read dates by the ways it names.
type Parser struct {
	ParserTypes []ParserType
}

// ParserType is a way to read dates.
type ParserType uint8

// The ways that go-htmldate names.
const (
	CustomFormat ParserType = iota
	AbsoluteTime
)

// PreferredDateSource says whether a date without a year lies behind or ahead.
type PreferredDateSource uint8

// Past is what go-htmldate prefers.
const Past PreferredDateSource = 1

// Configuration is what go-htmldate is told. Of it only CurrentTime has an effect,
// in go-htmldate: the day to which an incomplete date is related.
type Configuration struct {
	CurrentTime         time.Time
	PreferredDateSource PreferredDateSource
	StrictParsing       bool
}

// Date is what was found.
type Date struct {
	Time time.Time
}

// ErrNoDate is what Parse answers.
var ErrNoDate = errors.New("dates are not guessed from their words here")

// Parse finds no date: the error is always ErrNoDate.
func (*Parser) Parse(*Configuration, string, ...string) (Date, error) { return Date{}, ErrNoDate }
