package backend

import (
	"errors"
	"fmt"
)

// Code says what kind of failure an Error is, so that a caller can decide
// without reading its text.
type Code string

// The codes. CodeInternal is the code of any error that carries none.
const (
	CodeInvalid     Code = "invalid"     // the input is wrong; nothing was done
	CodeNotFound    Code = "not_found"   // the thing named does not exist
	CodeConflict    Code = "conflict"    // the state forbids it (already done, already running)
	CodeUnavailable Code = "unavailable" // something outside is missing (engine, network, disk, Python)
	CodeCancelled   Code = "cancelled"   // a person or a deadline stopped it
	CodeInternal    Code = "internal"    // a fault of Errata
)

// Error is the one error type that crosses a package boundary with a meaning.
type Error struct {
	Code    Code   // what kind
	Op      string // where: "engine.start"
	Message string // one plain sentence for a person: what happened, what was kept
	Hint    string // the next step, empty if there is none
	Err     error  // the cause, may be nil
}

// Error joins operation, message and cause.
func (e *Error) Error() string {
	s := e.Message
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error without a cause; use Wrap to keep one.
func Errorf(code Code, op, format string, args ...any) *Error {
	return &Error{Code: code, Op: op, Message: fmt.Sprintf(format, args...)}
}

// Wrap gives err a code, an operation and a sentence; nil stays nil.
func Wrap(err error, code Code, op, message string) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Op: op, Message: message, Err: err}
}

// WithHint returns a copy of e that names the next step.
func (e *Error) WithHint(hint string) *Error {
	c := *e
	c.Hint = hint
	return &c
}

// CodeOf finds the code of the outermost Error in err's chain; CodeInternal if
// there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// HintOf finds the first next step named in err's chain.
func HintOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}
