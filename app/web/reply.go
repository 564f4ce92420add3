package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"errata/app/api"
	"errata/backend"
)

// bodyLimit bounds the body of an API call, in bytes.
const bodyLimit = 8 << 20

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		fail(w, r, http.StatusUnsupportedMediaType, "The body must be JSON.", "Send Content-Type: application/json.")
		return false
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyLimit)).Decode(into); err != nil {
		var ours *backend.Error
		if errors.As(err, &ours) {
			failWith(w, r, ours)
			return false
		}
		fail(w, r, http.StatusBadRequest, "The body is not the JSON that is expected here.", "")
		return false
	}
	return true
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a caller that is gone needs no answer
}

// fail answers with an error in the shape that callers of the path expect.
func fail(w http.ResponseWriter, r *http.Request, status int, message, hint string) {
	if !strings.HasPrefix(r.URL.Path, "/v1/") {
		send(w, status, map[string]any{"error": message, "hint": hint})
		return
	}
	send(w, status, map[string]any{"error": openAIError(status, message, hint)})
}

func failWith(w http.ResponseWriter, r *http.Request, err error) {
	fail(w, r, statusOf(err), api.Sentence(err), backend.HintOf(err))
}

// openAIError is an error as OpenAI's own clients read it.
func openAIError(status int, message, hint string) map[string]any {
	kind := "invalid_request_error"
	switch {
	case status == http.StatusUnauthorized:
		kind = "authentication_error"
	case status == http.StatusForbidden:
		kind = "permission_error"
	case status >= http.StatusInternalServerError:
		kind = "server_error"
	}
	return map[string]any{"message": strings.TrimSpace(message + " " + hint), "type": kind, "param": nil, "code": nil}
}

func statusOf(err error) int {
	switch backend.CodeOf(err) {
	case backend.CodeInvalid:
		return http.StatusBadRequest
	case backend.CodeNotFound:
		return http.StatusNotFound
	case backend.CodeConflict:
		return http.StatusConflict
	case backend.CodeUnavailable:
		return http.StatusServiceUnavailable
	case backend.CodeCancelled:
		return 499
	}
	return http.StatusInternalServerError
}
