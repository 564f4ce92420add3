package api

import (
	"encoding/json"
	"errors"

	"errata/backend"
)

// Sentence is an error as a person reads it: the outermost plain sentence.
func Sentence(err error) string {
	var e *backend.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

// ErrorJSON is an error as the front end parses it. It is a string because a
// window's bridge turns any other value into "[object Object]".
func ErrorJSON(err error) string {
	b, marshalErr := json.Marshal(struct {
		Code    backend.Code `json:"code"`
		Message string       `json:"message"`
		Hint    string       `json:"hint"`
		Detail  string       `json:"detail"`
	}{backend.CodeOf(err), Sentence(err), backend.HintOf(err), err.Error()})
	if marshalErr != nil {
		return `{"code":"internal","message":"Errata made a mistake."}`
	}
	return string(b)
}
