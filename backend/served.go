package backend

import "slices"

// ServedModel is what an engine says of one model in its store: enough to prove
// which weights and which template answer under a name.
type ServedModel struct {
	Info          ModelInfo `json:"info"` // BaseSHA256 is that of the weights in the store
	Template      string    `json:"template"`
	Stop          []string  `json:"stop"`
	AdapterSHA256 string    `json:"adapter_sha256,omitempty"`
	WeightsPath   string    `json:"weights_path,omitempty"` // on the engine's machine
}

// OursTemplate says whether the model is served with ChatMLTemplate and all of
// ChatMLStop.
func (m ServedModel) OursTemplate() bool {
	if m.Template != ChatMLTemplate {
		return false
	}
	for _, s := range ChatMLStop {
		if !slices.Contains(m.Stop, s) {
			return false
		}
	}
	return true
}
