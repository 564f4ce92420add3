package backend

import "time"

// Search is what the evidence providers are asked. Queries never contain the
// model's answer; Question is the user's own and leaves the machine only to
// providers that are on.
type Search struct {
	Question string
	Queries  []string
	Class    Class
	Now      time.Time
	Limit    int  // passages wanted from each provider; 0 means 8
	Fresh    bool // ask again what was asked before
}

// Found is what the providers gave. A provider that failed is named in Failures
// and does not make the search fail.
type Found struct {
	Passages []Passage         `json:"passages"`
	Asked    []string          `json:"asked"` // providers asked
	Sent     []string          `json:"sent"`  // words that left the machine, as sent
	Failures []ProviderFailure `json:"failures"`
}

// RecordedPage is a page as a search service names it and, with HTML, as its
// server sends it.
type RecordedPage struct {
	URL     string `json:"url"`
	Title   string `json:"title"`
	Snippet string `json:"snippet"`
	Date    string `json:"date,omitempty"` // as the service says, 2025-06-15
	HTML    string `json:"html,omitempty"`
}

// ProviderFailure says why a provider gave nothing.
type ProviderFailure struct {
	Provider string `json:"provider"`
	Code     Code   `json:"code"`
	Message  string `json:"message"`
	Offline  bool   `json:"offline"` // the network could not be reached
}

// ProviderHealth is one provider as Settings and doctor list it.
type ProviderHealth struct {
	Name    string         `json:"name"`
	Title   string         `json:"title"`
	On      bool           `json:"on"`
	Local   bool           `json:"local"` // sends nothing out
	Ready   bool           `json:"ready"`
	Message string         `json:"message"`
	Sends   string         `json:"sends"` // what leaves the machine and where it goes; empty for nothing
	Needs   []ProviderNeed `json:"needs"` // what the user gives it
}

// ProviderNeed is one thing that a provider cannot work without.
type ProviderNeed struct {
	// Setting is the field of Settings, as in its JSON, that keeps it. It is empty
	// for a key, which is kept as a secret under the provider's name.
	Setting string `json:"setting"`
	Label   string `json:"label"`
	Example string `json:"example,omitempty"`
}
