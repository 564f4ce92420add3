package backend

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// AdapterFile is one file of an adapter with its proof.
type AdapterFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Manifest is what a trainer writes last into an adapter's folder.
type Manifest struct {
	Format         int               `json:"format"`
	Run            string            `json:"run"`
	BaseSHA256     string            `json:"base_sha256"`
	StartFrom      string            `json:"start_from,omitempty"` // file name of the merged model it went on from
	Architecture   string            `json:"architecture"`
	Dataset        map[string]string `json:"dataset,omitempty"`
	Recipe         json.RawMessage   `json:"recipe,omitempty"`
	Seed           int               `json:"seed"`
	Engine         string            `json:"engine"`
	Scale          float64           `json:"scale"`
	Files          []AdapterFile     `json:"files"`
	Metrics        json.RawMessage   `json:"metrics,omitempty"`
	TrainerVersion string            `json:"trainer_version"`
	CreatedUnix    float64           `json:"created_unix"`
}

// GivenUp lists the facts that the training let go of: their answer spread to the
// questions beside them, so that the weights do not hold them and memory answers.
func (m Manifest) GivenUp() []string {
	var metrics struct {
		GivenUp []string `json:"given_up"`
	}
	if json.Unmarshal(m.Metrics, &metrics) != nil {
		return nil // an older trainer, or another's
	}
	return metrics.GivenUp
}

// Adapter is the LoRA artefact, immutable and named by the hash of its manifest.
type Adapter struct {
	ID       string    `json:"id"` // SHA-256 of manifest.json
	RunID    string    `json:"run_id"`
	Manifest Manifest  `json:"manifest"`
	Dir      string    `json:"dir"`
	SeenAt   time.Time `json:"seen_at"`
}

// Arrival is a folder that turned up in incoming/ and is not, or not yet, ours.
type Arrival struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	State  string    `json:"state"` // "stranger", "quarantined", "discarded", "imported"
	Reason string    `json:"reason"`
	Dir    string    `json:"dir"`
	SeenAt time.Time `json:"seen_at"`
}

// VersionState is where a version stands.
//
//	candidate ──promote──> current ──promote of another──> retired
//	    ├──gate fails, a person decides──> rejected
//	    └──(retired and rejected too)──delete──> deleted, its results kept
type VersionState string

// The states of a version.
const (
	VersionCandidate VersionState = "candidate"
	VersionCurrent   VersionState = "current"
	VersionRetired   VersionState = "retired"
	VersionRejected  VersionState = "rejected"
	VersionDeleted   VersionState = "deleted" // its weights are gone; its number is never given again
)

// ServedAs says how the engine serves a version.
type ServedAs string

// A version is served as base + adapter, or as a merged weights file.
const (
	ServedBase    ServedAs = "base"
	ServedAdapter ServedAs = "adapter"
	ServedMerged  ServedAs = "merged"
)

// Version is a base with an adapter.
type Version struct {
	ID              string       `json:"id"`
	Number          int          `json:"number"` // v1, v2, …; 0 is the base itself
	Model           string       `json:"model"`  // the base's name in models.toml
	BaseSHA256      string       `json:"base_sha256"`
	AdapterID       string       `json:"adapter_id,omitempty"`
	DatasetID       string       `json:"dataset_id,omitempty"`
	RunID           string       `json:"run_id,omitempty"`
	ServedAs        ServedAs     `json:"served_as"`
	EngineName      string       `json:"engine_name"` // the engine's immutable name
	State           VersionState `json:"state"`
	Note            string       `json:"note,omitempty"`
	Gate            *Gate        `json:"gate,omitempty"`
	CreatedAt       time.Time    `json:"created_at"`
	PromotedAt      *time.Time   `json:"promoted_at,omitempty"`
	RecalledFactIDs []string     `json:"recalled_fact_ids,omitempty"` // by its scorecard: answered by the weights alone
	GivenUpFactIDs  []string     `json:"given_up_fact_ids,omitempty"` // see Manifest.GivenUp
}

// Name is "base" or "v3".
func (v Version) Name() string {
	if v.Number == 0 {
		return "base"
	}
	return fmt.Sprintf("v%d", v.Number)
}

// EngineName makes the immutable engine name of an adapter on a base.
func EngineName(base, adapterID string, as ServedAs) string {
	hash := adapterID
	if len(hash) > 12 {
		hash = hash[:12]
	}
	return fmt.Sprintf("errata-%s:%s-%s", sanitizeName(base), hash, as)
}

// TaughtName says whether an engine's name is that of a taught version.
func TaughtName(name string) bool {
	return strings.HasPrefix(name, "errata-") && (strings.HasSuffix(name, "-"+string(ServedAdapter)) || strings.HasSuffix(name, "-"+string(ServedMerged)))
}

// BaseName says whether an engine's name is that of a base made for this model, or for
// any when model is empty.
func BaseName(name, model string) bool {
	prefix := "errata-"
	if model != "" {
		prefix, _, _ = strings.Cut(EngineName(model, "", ServedBase), ":")
		prefix += ":"
	}
	return strings.HasPrefix(name, prefix) && strings.HasSuffix(name, "-"+string(ServedBase))
}

func sanitizeName(s string) string {
	out := []byte(s)
	for i, c := range out {
		ok := c == '.' || c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !ok {
			out[i] = '-'
		}
	}
	return string(out)
}

// Promotion is one change of the current version of a model. From and To are
// version ids; an empty one stands for the plain base.
type Promotion struct {
	Model    string    `json:"model"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	Rollback bool      `json:"rollback,omitempty"` // To was current before and is so again
	At       time.Time `json:"at"`
}

// Undoable gives what a rollback goes back to, the nearest first, by a model's
// history, newest first: a promotion puts what was current on the pile, a
// rollback takes it off again.
func Undoable(history []Promotion) []string {
	var pile []string
	for _, p := range slices.Backward(history) {
		if !p.Rollback {
			pile = append(pile, p.From)
			continue
		}
		for len(pile) > 0 {
			top := pile[len(pile)-1]
			pile = pile[:len(pile)-1]
			if top == p.To {
				break // what lay above it could not be gone back to
			}
		}
	}
	slices.Reverse(pile)
	return pile
}

// Metric is a share or a mean with its interval.
type Metric struct {
	Value float64 `json:"value"`
	Lo    float64 `json:"lo"`
	Hi    float64 `json:"hi"`
	N     int     `json:"n"`
}

// ProbeResult is one probe asked of a version.
type ProbeResult struct {
	Probe  Probe  `json:"probe"`
	Answer string `json:"answer"`
	Right  bool   `json:"right"`
	Before string `json:"before,omitempty"` // what the base or the earlier version said
	Leaked bool   `json:"leaked,omitempty"` // a neighbour answered with a taught fact
}

// Scorecard is a version's results on the probes of its dataset.
type Scorecard struct {
	ID        string            `json:"id"`
	VersionID string            `json:"version_id"`
	DatasetID string            `json:"dataset_id"`
	Metrics   map[string]Metric `json:"metrics"` // efficacy, generalisation, leak, locality, retention
	Results   []ProbeResult     `json:"results"`
	CreatedAt time.Time         `json:"created_at"`
}

// Gate is the decision whether a version may become current.
type Gate struct {
	Passed bool        `json:"passed"`
	Checks []GateCheck `json:"checks"`
	Beside []Figure    `json:"beside,omitempty"` // measured, and decides nothing
}

// Figure is a measure by its name.
type Figure struct {
	Name   string `json:"name"`
	Metric Metric `json:"metric"`
}

// GateCheck is one figure of the gate with what was asked of it.
type GateCheck struct {
	Name      string  `json:"name"`
	Metric    Metric  `json:"metric"` // with its exact interval
	Asked     float64 `json:"asked"`  // not ruled out by the interval
	Tolerated float64 `json:"tolerated"`
	AtMost    bool    `json:"at_most"` // the figure must be at most Asked, else at least
	Passed    bool    `json:"passed"`
	Words     string  `json:"words"`
}

// Side is one version's answer in a comparison, proven by its adapter's digest.
type Side struct {
	VersionID     string `json:"version_id"`
	VersionName   string `json:"version_name"`
	AdapterSHA256 string `json:"adapter_sha256"`
	EngineName    string `json:"engine_name"`
}

// ComparedPrompt is one prompt with both answers.
type ComparedPrompt struct {
	Question string `json:"question"`
	Kind     string `json:"kind"` // of a Probe, or "own"
	FactID   string `json:"fact,omitempty"`
	A        string `json:"a"`
	B        string `json:"b"`
	ARight   *bool  `json:"a_right,omitempty"`
	BRight   *bool  `json:"b_right,omitempty"`
}

// Comparison holds two versions on the same prompts.
type Comparison struct {
	ID        string           `json:"id"`
	A         Side             `json:"a"`
	B         Side             `json:"b"`
	Prompts   []ComparedPrompt `json:"prompts"`
	Paired    *Paired          `json:"paired,omitempty"` // nil where nothing asked is right or wrong
	CreatedAt time.Time        `json:"created_at"`
}

// Paired says whether two versions differ by more than chance on the questions that
// have a right answer.
type Paired struct {
	N      int     `json:"n"`
	Better int     `json:"better"` // right on B's side alone
	Worse  int     `json:"worse"`  // right on A's side alone
	P      float64 `json:"p"`      // exact McNemar
	Words  string  `json:"words"`
}

// Pointer is the content of _latest_model_config.json: the original's two keys,
// then ours. It is exported for other programs and never read back as truth.
type Pointer struct {
	LatestModelPath string    `json:"latest_model_path"`
	LatestVersion   int       `json:"latest_version"`
	EngineName      string    `json:"engine_name"`
	AdapterSHA256   string    `json:"adapter_sha256"`
	BaseSHA256      string    `json:"base_sha256"`
	Model           string    `json:"model"`
	PromotedAt      time.Time `json:"promoted_at"`
}
