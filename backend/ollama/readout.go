package ollama

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/ollama/ollama/api"

	"errata/backend"
)

// readLabels sums the probability of the tokens that trim to each label.
func readLabels(labels []string, at api.Logprob) backend.LabelResult {
	result := backend.LabelResult{P: make(map[string]float64, len(labels))}
	for _, label := range labels {
		result.P[label] = 0
	}
	tokens := at.TopLogprobs
	if len(tokens) == 0 {
		tokens = []api.TokenLogprob{at.TokenLogprob}
	}
	for _, t := range tokens {
		label := strings.TrimSpace(t.Token)
		if _, ours := result.P[label]; !ours {
			continue
		}
		if p := math.Exp(t.Logprob); p > 0 && p <= 1.000001 {
			result.P[label] += p
			result.Mass += p
		}
	}
	if result.Mass > 0 {
		for label := range result.P {
			result.P[label] /= result.Mass
		}
	}
	return result
}

// decode takes exactly one JSON value with no unknown field and nothing after it.
func decode(op string, result backend.ChatResult, out any) error {
	if result.DoneReason == "length" {
		return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "The model's structured answer was longer than allowed.", Err: backend.ErrUnusable}
	}
	d := json.NewDecoder(strings.NewReader(result.Text))
	d.DisallowUnknownFields()
	err := d.Decode(out)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("something follows the object")
	}
	return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "The model's structured answer does not follow its schema.", Err: fmt.Errorf("%w: %w", backend.ErrUnusable, err)}
}
