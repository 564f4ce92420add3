package bench

// ChatResult is the cost of going through Errata: the same prompt asked through the
// served API and of the engine itself, in turn, on one machine. Speeds are medians
// of tokens per second from the request to the last token; Ratios holds
// through / direct, a pair each, in order.
type ChatResult struct {
	Model        string    `json:"model"`
	Runs         int       `json:"runs"`
	ThroughTPS   float64   `json:"through_tokens_per_second"`
	DirectTPS    float64   `json:"direct_tokens_per_second"`
	Ratio        float64   `json:"ratio"`          // median of Ratios
	AddedFirstMS float64   `json:"added_first_ms"` // median added time to the first token, ms
	Ratios       []float64 `json:"ratios"`
}
