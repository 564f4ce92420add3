package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/ollama/ollama/api"

	"errata/backend"
)

// Causes with which a watched generation is cancelled.
var (
	errFirstToken = errors.New("no first token in time")
	errTokenGap   = errors.New("no further token in time")
)

// failure gives an error of the API its code and its sentence. model may be empty.
func failure(ctx context.Context, op, model string, err error) error {
	if err == nil {
		return nil
	}
	var ours *backend.Error
	if errors.As(err, &ours) {
		return err
	}
	is := func(code backend.Code, message, hint string) error {
		return &backend.Error{Code: code, Op: op, Message: message, Hint: hint, Err: err}
	}
	switch cause := context.Cause(ctx); {
	case cause == nil:
	case errors.Is(cause, errFirstToken):
		return is(backend.CodeUnavailable, "The model gave no first word in time.",
			"Choose a smaller model, or look whether the machine is busy.")
	case errors.Is(cause, errTokenGap):
		return is(backend.CodeUnavailable, "The model stopped in the middle of its answer.",
			"Ask again; if it happens often, choose a smaller model.")
	case errors.Is(cause, context.DeadlineExceeded):
		return is(backend.CodeUnavailable, "The engine did not answer in time.", "Look whether the machine is busy, then try again.")
	default:
		return is(backend.CodeCancelled, "It was stopped.", "")
	}

	var status api.StatusError
	var auth api.AuthorizationError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var netErr net.Error
	switch {
	case diskFull(err):
		return is(backend.CodeUnavailable, "The disk is full: the engine could not write.", "Free some space and try again; nothing is lost.")
	case errors.As(err, &auth):
		return is(backend.CodeUnavailable, "The engine asks for a sign-in.", "Use a model that runs on this computer.")
	case errors.As(err, &status):
		return byStatus(is, op, status, model)
	case errors.As(err, &syntax), errors.As(err, &kind), notJSON(err):
		return is(backend.CodeUnavailable, "What answers at the engine's address does not speak Ollama's language.",
			"Set OLLAMA_HOST to the address of an Ollama, or unset it to use the bundled engine.")
	case isCrash(err):
		return is(backend.CodeUnavailable, "The engine's model runner stopped.", "Ask again; if it happens often, choose a smaller model.")
	case outOfMemory(err.Error()):
		return is(backend.CodeUnavailable, "The model does not fit into memory.", "Close other programs, or choose a smaller model.")
	case errors.As(err, &netErr), errors.Is(err, http.ErrServerClosed):
		return is(backend.CodeUnavailable, "The engine cannot be reached.", "It is started again with the next question.")
	}
	return is(backend.CodeUnavailable, "The engine reported an error.", "Try again; the engine's own words are in the details.")
}

func byStatus(is func(backend.Code, string, string) error, op string, status api.StatusError, model string) error {
	switch {
	case status.StatusCode == http.StatusNotFound && model != "":
		return is(backend.CodeNotFound, "The engine has no model "+model+".", "Install it in Settings, or run: errata models install "+model)
	case status.StatusCode == http.StatusNotFound:
		return is(backend.CodeUnavailable, "What answers at the engine's address is not an Ollama of today.",
			"Set OLLAMA_HOST to the address of an Ollama, or unset it to use the bundled engine.")
	case status.StatusCode == http.StatusServiceUnavailable, status.StatusCode == http.StatusTooManyRequests:
		return is(backend.CodeUnavailable, "The engine is busy.", "Try again in a moment.")
	case outOfMemory(status.ErrorMessage):
		return is(backend.CodeUnavailable, "The model does not fit into memory.", "Close other programs, or choose a smaller model.")
	case tooLong(status.ErrorMessage):
		return &backend.Error{Code: backend.CodeInvalid, Op: op, Message: "The text does not fit into the model's context.",
			Hint: "Shorten it, or begin a new chat.", Err: errors.Join(backend.ErrTooLong, status)}
	case status.StatusCode < http.StatusInternalServerError:
		return is(backend.CodeInvalid, "The engine refused the request.", "")
	}
	return is(backend.CodeUnavailable, "The engine failed.", "Try again; the engine's own words are in the details.")
}

func isBusy(err error) bool {
	var status api.StatusError
	return errors.As(err, &status) &&
		(status.StatusCode == http.StatusServiceUnavailable || status.StatusCode == http.StatusTooManyRequests)
}

// isCrash knows the words with which Ollama reports a runner that died.
func isCrash(err error) bool {
	return strings.Contains(err.Error(), "model runner has unexpectedly stopped") ||
		strings.Contains(err.Error(), "an error was encountered while running the model") ||
		strings.Contains(err.Error(), "llama runner process has terminated")
}

// diskFull knows a full disk by its number and, where an engine passes it on, by
// its words.
func diskFull(err error) bool {
	s := strings.ToLower(err.Error())
	return errors.Is(err, syscall.ENOSPC) || strings.Contains(s, "no space left") || strings.Contains(s, "not enough space on the disk")
}

// tooLong knows the words with which Ollama refuses a prompt it may not cut.
func tooLong(words string) bool { return strings.Contains(words, "exceeds the context length") }

func outOfMemory(words string) bool {
	return strings.Contains(words, "requires more system memory") || strings.Contains(words, "out of memory") ||
		strings.Contains(words, "unable to allocate")
}

// notJSON knows what the API client makes of a line that is no JSON: an error
// whose text is the line itself.
func notJSON(err error) bool {
	s := strings.TrimSpace(err.Error())
	return strings.HasPrefix(s, "<") || strings.HasPrefix(s, "HTTP/") || strings.Contains(s, "malformed HTTP")
}

// adaptersRefused knows the words with which an engine says that it serves no
// LoRA adapters (Ollama from 0.34.1 on).
func adaptersRefused(err error) bool {
	s := strings.ToLower(err.Error())
	return strings.Contains(s, "adapter") && (strings.Contains(s, "not supported") || strings.Contains(s, "unsupported") || strings.Contains(s, "no longer"))
}
