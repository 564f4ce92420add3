package backend

import (
	"encoding/json"
	"net/url"
)

// Engines name where a training runs.
const (
	EngineLocal = "local" // on this machine
	EngineRay   = "ray"   // on a Ray cluster, as jobs of it
)

// Remote says which other machines train, and how. They get the rows of the dataset,
// the base's digest and the recipe, and nothing else.
type Remote struct {
	Kind    string  `json:"kind"`    // EngineRay
	Address string  `json:"address"` // of the cluster's dashboard: http://HEAD:8265
	GPUs    float64 `json:"gpus"`    // that one training asks for
	CPUs    float64 `json:"cpus"`    // that one training asks for; 0 beside no GPU: 1
	Models  string  `json:"models"`  // folder there that holds the base; empty: where Ollama keeps models
	// Sweep maps settings of the recipe to lists of values. All combinations are
	// trained and the best one is taken.
	Sweep json.RawMessage `json:"sweep,omitempty"`
}

// Validate says what is wrong before anything is sent.
func (r Remote) Validate() error {
	const op = "train.remote"
	u, err := url.Parse(r.Address)
	switch {
	case r.Kind != EngineRay:
		return Errorf(CodeInvalid, op, "No engine for training is called %q.", r.Kind).WithHint("Choose local or ray.")
	case r.Address == "":
		return Errorf(CodeInvalid, op, "The address of the Ray cluster is missing.").WithHint("Give that of its dashboard, such as http://10.0.0.5:8265.")
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "", u.User != nil:
		return Errorf(CodeInvalid, op, "%q is not the address of a Ray dashboard.", r.Address).WithHint("Give one such as http://10.0.0.5:8265.")
	case r.GPUs < 0, r.CPUs < 0, r.GPUs > 1024, r.CPUs > 4096:
		return Errorf(CodeInvalid, op, "No training can ask for so many GPUs or cores.")
	}
	if len(r.Sweep) == 0 {
		return nil
	}
	var sweep map[string][]json.RawMessage
	if err := json.Unmarshal(r.Sweep, &sweep); err != nil || len(sweep) == 0 {
		return Errorf(CodeInvalid, op, "The sweep is not a JSON object with a list of values for each setting.").WithHint(`Give one such as {"rate": [0.0002, 0.0004]}.`)
	}
	return nil
}
