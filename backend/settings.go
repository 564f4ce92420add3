package backend

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"strings"
	"time"
)

// Settings are what a user chose. The zero value of a field means its default.
type Settings struct {
	Confirmed      bool            `json:"confirmed"` // first run was confirmed: only then may anything be sent
	Model          string          `json:"model"`     // base model name
	Extractor      string          `json:"extractor"` // model that copies values out of texts; empty: the plain base
	Judge          string          `json:"judge"`     // model that labels; empty: the plain base
	Providers      map[string]bool `json:"providers"` // name -> on
	LibraryFolders []string        `json:"library_folders"`
	AllowedOrigins []string        `json:"allowed_origins"`
	Approval       string          `json:"approval"` // "person" (default), "automatic"
	Training       string          `json:"training"` // "propose" (default), "start", "never"
	ServeAs        string          `json:"serve_as"` // "auto" (default), "adapter", "merged"
	Memory         bool            `json:"memory"`   // give approved facts as context
	AutoCheck      bool            `json:"auto_check"`
	Theme          string          `json:"theme"` // "system", "light", "dark"
	GoogleCX       string          `json:"google_cx,omitempty"`
	SearXNG        string          `json:"searxng,omitempty"`         // address of the user's own server
	ApprovalHours  int             `json:"approval_hours"`            // how long a fact waits before a rule approves it; 0: 24
	AutomaticSince *time.Time      `json:"automatic_since,omitempty"` // when the policy automatic was chosen; kept by the API
	Recheck        string          `json:"recheck"`                   // "on" (default), "paused"
	RecheckDays    int             `json:"recheck_days"`              // how often a fact with an expiry is checked again; 0: 7
	Language       string          `json:"language"`                  // "en", "de", "zh"; empty: as the system
	Zoom           int             `json:"zoom"`                      // size of everything in percent, 75 to 200; 0: 100
	Letters        string          `json:"letters"`                   // of answers: "serif" (default), "sans"
	Notify         string          `json:"notify"`                    // of what ends while nobody looks: "on" (default), "off"
	Presets        []Preset        `json:"presets,omitempty"`         // manners of chats under a name
	Cluster        *Remote         `json:"cluster,omitempty"`         // machines that can train in place of this one
}

// Automatic says that rules may approve facts.
func (s Settings) Automatic() bool { return s.Approval == "automatic" }

// ApprovalWait is how long a person has to decide before a rule does.
func (s Settings) ApprovalWait() time.Duration {
	return time.Duration(cmp.Or(s.ApprovalHours, 24)) * time.Hour
}

// RecheckPaused says that facts with an expiry are left alone.
func (s Settings) RecheckPaused() bool { return s.Recheck == "paused" }

// RecheckEvery is the time between two checks of a fact with an expiry.
func (s Settings) RecheckEvery() time.Duration {
	return time.Duration(cmp.Or(s.RecheckDays, 7)) * 24 * time.Hour
}

// ReadSettings changes s by a JSON object of settings; what the object does not name
// stays. CodeInvalid for what is no such object, for a name that is no setting (the
// error names it and lists those there are) and for another kind of value; s is then
// as it was. Stored settings are not read by it: they may be of another version.
func ReadSettings(object []byte, s *Settings) error {
	const op = "settings"
	next := *s
	next.Providers = maps.Clone(s.Providers) // decoding adds to a map that is there
	if since := s.AutomaticSince; since != nil {
		at := *since
		next.AutomaticSince = &at // and writes through a pointer
	}
	d := json.NewDecoder(bytes.NewReader(object))
	d.DisallowUnknownFields()
	err := d.Decode(&next)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) || !bytes.HasPrefix(bytes.TrimSpace(object), []byte("{")) {
			err = errors.New("not one object")
		}
	}
	var kind *json.UnmarshalTypeError
	fault := Error{Code: CodeInvalid, Op: op, Message: "That is not a JSON object of settings.", Hint: `Write it as {"theme": "dark"}.`, Err: err}
	switch {
	case err == nil:
		*s = next
		return nil
	case strings.HasPrefix(err.Error(), unknownField):
		fault.Message = "There is no setting called " + strings.TrimPrefix(err.Error(), unknownField) + "."
		fault.Hint = "The settings are " + strings.Join(settingNames(), ", ") + "."
	case errors.As(err, &kind) && kind.Field != "":
		fault.Message = fmt.Sprintf("The setting %q cannot be of the kind %q.", kind.Field, kind.Value)
		fault.Hint = "`errata settings show` lists all settings with their values."
	}
	return &fault
}

// unknownField begins the error of encoding/json that has no type of its own.
const unknownField = "json: unknown field "

// settingNames are the names of all settings, in their order.
func settingNames() []string {
	var names []string
	for f := range reflect.TypeFor[Settings]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
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
		Approval: "person", ApprovalHours: 24, Training: "propose", ServeAs: "auto", Memory: true, AutoCheck: true, Theme: "system",
		Recheck: "on", RecheckDays: 7,
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
	// PublishedAt is the day that the document itself names; the time of its file is
	// none.
	PublishedAt *time.Time `json:"published_at,omitempty"`
}
