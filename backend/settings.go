package backend

import "strings"

// Settings are what a user chose. The zero value of a field means its default.
type Settings struct {
	Confirmed      bool            `json:"confirmed"` // first run was confirmed: only then may anything be sent
	Model          string          `json:"model"`     // base model name
	JudgeModel     string          `json:"judge_model,omitempty"`
	Providers      map[string]bool `json:"providers"` // name -> on
	LibraryFolders []string        `json:"library_folders"`
	AllowedOrigins []string        `json:"allowed_origins"`
	Approval       string          `json:"approval"` // "person" (default)
	Training       string          `json:"training"` // "propose" (default), "start", "never"
	ServeAs        string          `json:"serve_as"` // "auto" (default), "adapter", "merged"
	Memory         bool            `json:"memory"`   // give approved facts as context
	AutoCheck      bool            `json:"auto_check"`
	Theme          string          `json:"theme"` // "system", "light", "dark"
	GoogleCX       string          `json:"google_cx,omitempty"`
	SearXNG        string          `json:"searxng,omitempty"` // address of the user's own server
}

// NormalOrigin is an origin as a browser sends it: lower case, no slash behind.
func NormalOrigin(origin string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(origin), "/"))
}

// DefaultSettings are those of a first start.
func DefaultSettings() Settings {
	return Settings{
		Providers:      map[string]bool{"library": true, "wikipedia": true, "wikidata": true, "google": false},
		LibraryFolders: []string{}, AllowedOrigins: []string{},
		Approval: "person", Training: "propose", ServeAs: "auto", Memory: true, AutoCheck: true, Theme: "system",
	}
}

// Document is a file of the library.
type Document struct {
	ID     string `json:"id"` // SHA-256 of its path
	Path   string `json:"path"`
	Title  string `json:"title"`
	Bytes  int64  `json:"bytes"`
	Status string `json:"status"` // indexed, unreadable
	Reason string `json:"reason,omitempty"`
}
