package backend

import (
	"errors"
	"strings"
	"time"
)

// Role of a message in a chat.
type Role string

// The three roles of ChatML.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
)

// Message is one turn as a model sees it.
type Message struct {
	Role    Role   `json:"role"`
	Content string `json:"content"`
}

// Sampling holds the parameters of one generation; they are stored with each
// answer. The zero value is greedy decoding with the limits of DefaultSampling.
type Sampling struct {
	Temperature   float64 `json:"temperature"`
	TopP          float64 `json:"top_p,omitempty"`
	RepeatPenalty float64 `json:"repeat_penalty,omitempty"`
	Seed          int     `json:"seed"`
	NumCtx        int     `json:"num_ctx"`     // tokens
	NumPredict    int     `json:"num_predict"` // tokens
}

// DefaultSampling is greedy: a model version is compared and proven by what it
// says without chance.
func DefaultSampling() Sampling {
	return Sampling{Temperature: 0, TopP: 1, RepeatPenalty: 1, Seed: 7, NumCtx: 4096, NumPredict: 1024}
}

// ChatRequest asks a served model for the next assistant turn.
type ChatRequest struct {
	Model    string    `json:"model"` // the engine's name for it
	Messages []Message `json:"messages"`
	Sampling Sampling  `json:"sampling"`
}

// ErrTooLong is in the chain of an error about a prompt that is longer than the
// model's context.
var ErrTooLong = errors.New("the prompt is longer than the context")

// ErrUnusable is in the chain of an error about a reply that came whole but is
// not what was asked for: asked again, the model says the same.
var ErrUnusable = errors.New("the model's reply is not usable")

// ChatResult is what a finished generation reports. Done is false when the
// stream ended without the engine's own "done": such a text is a partial answer. The
// one exception is an answer that the engine ended because it went round in a circle.
type ChatResult struct {
	Text         string        `json:"text"`
	Done         bool          `json:"done"`
	DoneReason   string        `json:"done_reason,omitempty"` // stop, length, or repeat: the engine ended a circle
	PromptTokens int           `json:"prompt_tokens"`
	OutputTokens int           `json:"output_tokens"`
	Load         time.Duration `json:"load"`
	PromptEval   time.Duration `json:"prompt_eval"`
	Eval         time.Duration `json:"eval"`
}

// TokensPerSecond of the generation, 0 when unknown.
func (r ChatResult) TokensPerSecond() float64 {
	if r.Eval <= 0 {
		return 0
	}
	return float64(r.OutputTokens) / r.Eval.Seconds()
}

// LabelRequest asks for one token out of a few single-token labels ("A", "B").
type LabelRequest struct {
	Model    string
	Messages []Message
	Labels   []string
}

// LabelResult holds the renormalised probability of each label and the mass
// that fell on labels at all; a mass under 0.5 makes the readout invalid.
type LabelResult struct {
	P    map[string]float64
	Mass float64
}

// Valid says whether the readout may be used: enough of it fell on labels, and
// what is there are probabilities.
func (r LabelResult) Valid() bool {
	for _, p := range r.P {
		if !(p >= 0 && p <= 1+1e-6) { // also no NaN
			return false
		}
	}
	return r.Mass >= 0.5
}

// Best returns the most probable label and its probability.
func (r LabelResult) Best() (label string, p float64) {
	for l, v := range r.P {
		if v > p || (v == p && l < label) {
			label, p = l, v
		}
	}
	return label, p
}

// ExtractRequest asks for one JSON object that follows Schema.
type ExtractRequest struct {
	Model      string
	Messages   []Message
	Schema     []byte // JSON schema
	NumPredict int    // tokens; 0 means 160
}

// ModelInfo describes a model that the engine can serve.
type ModelInfo struct {
	Name         string `json:"name"`
	Digest       string `json:"digest"`      // of the engine's manifest
	BaseSHA256   string `json:"base_sha256"` // of the weights file, when known
	Size         int64  `json:"size"`        // bytes
	Architecture string `json:"architecture,omitempty"`
	Parameters   string `json:"parameters,omitempty"` // "494M"
	Quantization string `json:"quantization,omitempty"`
	Licence      string `json:"licence,omitempty"`
	Listed       bool   `json:"listed"`    // its digest stands in models.toml
	Installed    bool   `json:"installed"` // the engine has it
	Trainable    bool   `json:"trainable"` // architecture qwen2 or llama and a weights file at hand
	Title        string `json:"title,omitempty"`
	Bytes        int64  `json:"bytes,omitempty"`        // size of its weights file when listed
	ChatMemory   int64  `json:"chat_memory,omitempty"`  // bytes it needs to chat, 0 when not known
	TrainMemory  int64  `json:"train_memory,omitempty"` // bytes a training needs, 0 when not known
	Remote       bool   `json:"remote,omitempty"`
	Served       string `json:"served,omitempty"` // the engine's name to chat with, when it differs from Name
}

// ServedName is what the engine is asked for.
func (m ModelInfo) ServedName() string {
	if m.Served != "" {
		return m.Served
	}
	return m.Name
}

// NoModel is the error where a model is needed and none is chosen. It names those of
// models that are here to be chosen: the listed ones, else others that can be taught.
func NoModel(models []ModelInfo) error {
	var listed, others []string
	for _, m := range models {
		switch {
		case m.Installed && m.Listed:
			listed = append(listed, m.Name)
		case m.Installed && m.Trainable:
			others = append(others, m.Name)
		}
	}
	here := listed
	if len(here) == 0 {
		here = others
	}
	err := Errorf(CodeNotFound, "model", "No model is chosen yet.")
	switch len(here) {
	case 0:
		return err.WithHint("Choose one in Settings, or run `errata models install qwen2.5-coder:0.5b`.")
	case 1:
		return err.WithHint(here[0] + " is installed: choose it in Settings, or run `errata models use " + here[0] + "`.")
	}
	return err.WithHint(strings.Join(here, ", ") + " are installed: choose one in Settings, or run `errata models use " + here[0] + "`.")
}

// EngineStatus says which engine answers and what it can do.
type EngineStatus struct {
	Address  string `json:"address"`
	Version  string `json:"version"`
	Source   string `json:"source"` // "env", "running", "bundled"
	Adapters bool   `json:"adapters"`
	GPUShare int    `json:"gpu_share"` // percent of the loaded model, -1 when nothing is loaded
}
