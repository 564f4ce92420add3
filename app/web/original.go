package web

import (
	"net/http"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

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

func (s *Server) currentModel(w http.ResponseWriter, r *http.Request) {
	settings, err := s.API.Settings()
	if err != nil {
		failWith(w, r, err)
		return
	}
	v, err := s.API.FindVersion("current")
	if err != nil && backend.CodeOf(err) != backend.CodeNotFound {
		failWith(w, r, err)
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
	settings, err := s.API.Settings()
	if err != nil {
		failWith(w, r, err)
		return
	}
	reply, err := api.Reply(r.Context(), s.API, flow.ReplyInput{Question: in.Question, Memory: settings.Memory}, nil)
	if err != nil {
		failWith(w, r, err)
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
		failWith(w, r, err)
		return
	}
	send(w, http.StatusOK, map[string]any{
		"model_answer": in.Answer, "web_fact": webFact(v), "judge_decision": string(v.Kind) + ": " + v.Sentence,
		"is_outdated": v.Kind == backend.Outdated || v.Kind == backend.Contradicted,
	})
}

// webFact is the value of the evidence on which a verdict rests. The heaviest cluster
// need not be that of a supported one: its value may be one that could not be compared.
func webFact(v backend.Verdict) string {
	if v.Kind != backend.Supported {
		return v.RivalValue
	}
	for _, p := range v.Passages {
		if p.Supports == "answer" && p.Value != "" {
			return p.Value
		}
	}
	return v.Claim.Short
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
		fail(w, r, http.StatusBadRequest, "There is no training data.", "Send training_data with question and answer.")
		return
	}
	var facts []backend.Fact
	for _, d := range in.Data {
		if !d.Stable { // stable facts are chosen by Errata itself, from what the model knows
			facts = append(facts, backend.Fact{Question: d.Question, Answer: d.Answer, ProposedBy: "api"})
		}
	}
	proposed, waiting, err := api.Propose(s.API, facts, "api")
	if err != nil {
		failWith(w, r, err)
		return
	}
	counts, err := s.API.FactCounts()
	if err != nil {
		failWith(w, r, err)
		return
	}
	if waiting > 0 || counts[backend.FactApproved] == 0 {
		fail(w, r, http.StatusConflict, "The facts wait in Review; a person has to approve them before anything is trained.", "Approve them in Review, then send them again.")
		return
	}
	job, err := api.StartTraining(r.Context(), s.API, flow.TrainInput{})
	if err != nil {
		failWith(w, r, err)
		return
	}
	send(w, http.StatusOK, map[string]any{"status": "training_started", "job_id": job, "proposed": proposed})
}
