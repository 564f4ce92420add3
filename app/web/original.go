package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

// bodyLimit bounds the body of an API call, in bytes.
const bodyLimit = 8 << 20

// original serves the web API of the project that Errata grew out of, so that its
// page works on ours unchanged. A verdict is never guessed: without one the
// answer is an error.
func (s *Server) original() {
	s.mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) {
		send(w, http.StatusOK, map[string]any{"status": "online", "service": "errata", "version": s.Version})
	})
	s.mux.HandleFunc("GET /api/model/current", s.currentModel)
	s.mux.HandleFunc("POST /api/chat", s.chat)
	s.mux.HandleFunc("POST /api/validate", s.validate)
	s.mux.HandleFunc("POST /api/train", s.train)
}

func (s *Server) currentModel(w http.ResponseWriter, _ *http.Request) {
	settings, err := s.API.Settings()
	if err != nil {
		failWith(w, err)
		return
	}
	v, err := s.API.FindVersion("current")
	if err != nil && backend.CodeOf(err) != backend.CodeNotFound {
		failWith(w, err)
		return
	}
	path := settings.Model
	if v.Number > 0 {
		path += "-" + v.Name()
	}
	send(w, http.StatusOK, map[string]any{"model_path": path, "is_base_model": v.Number == 0})
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Question string `json:"question"`
	}
	if !read(w, r, &in) {
		return
	}
	reply, err := api.Reply(r.Context(), s.API, flow.ReplyInput{Question: in.Question, Memory: true}, nil)
	if err != nil {
		failWith(w, err)
		return
	}
	send(w, http.StatusOK, map[string]any{"answer": reply.Result.Text, "model_version": reply.Version.Name()})
}

func (s *Server) validate(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Question string `json:"question"`
		Answer   string `json:"model_answer"`
	}
	if !read(w, r, &in) {
		return
	}
	v, err := s.API.CheckText("", in.Question, in.Answer)
	if err != nil {
		failWith(w, err)
		return
	}
	fact := v.RivalValue
	if v.Kind == backend.Supported && len(v.Clusters) > 0 {
		fact = v.Clusters[0].Value
	}
	send(w, http.StatusOK, map[string]any{
		"model_answer": in.Answer, "web_fact": fact, "judge_decision": string(v.Kind) + ": " + v.Sentence,
		"is_outdated": v.Kind == backend.Outdated || v.Kind == backend.Contradicted,
	})
}

func (s *Server) train(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Data []struct {
			Question string `json:"question"`
			Answer   string `json:"answer"`
			Stable   bool   `json:"is_stable"`
		} `json:"training_data"`
	}
	if !read(w, r, &in) {
		return
	}
	if len(in.Data) == 0 {
		fail(w, http.StatusBadRequest, "There is no training data.", "Send training_data with question and answer.")
		return
	}
	proposed := 0
	for _, d := range in.Data {
		if d.Stable {
			continue // stable facts are chosen by Errata itself, from what the model knows
		}
		if _, err := s.API.AddFactBy(backend.Fact{Question: d.Question, Answer: d.Answer, ProposedBy: "api"}, false, "api"); err != nil {
			failWith(w, err)
			return
		}
		proposed++
	}
	counts, err := s.API.FactCounts()
	if err != nil {
		failWith(w, err)
		return
	}
	if counts[backend.FactApproved] == 0 {
		fail(w, http.StatusConflict, "The facts are in the queue; a person has to approve them before anything is trained.", "Approve them in Review.")
		return
	}
	run, err := s.API.Train("", flow.TrainInput{})
	if err != nil {
		failWith(w, err)
		return
	}
	send(w, http.StatusOK, map[string]any{"status": "training_started", "job_id": run.ID, "proposed": proposed})
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		fail(w, http.StatusUnsupportedMediaType, "The body must be JSON.", "Send Content-Type: application/json.")
		return false
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyLimit)).Decode(into); err != nil {
		fail(w, http.StatusBadRequest, "The body is not the JSON that is expected here.", "")
		return false
	}
	return true
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a caller that is gone needs no answer
}

func fail(w http.ResponseWriter, status int, message, hint string) {
	send(w, status, map[string]any{"error": message, "hint": hint})
}

func failWith(w http.ResponseWriter, err error) {
	fail(w, statusOf(err), api.Sentence(err), backend.HintOf(err))
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
