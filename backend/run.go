package backend

import (
	"encoding/json"
	"time"
)

// RunState is where a training run stands.
//
//	requested ─> running ─> finished ─> (adapter seen, verified, registered)
//	                │ ├──> failed ───────resume──> running (unless the data or the loss is to blame)
//	                │ ├──> cancelled
//	                └────> interrupted ──resume──> running
type RunState string

// The states of a run.
const (
	RunRequested   RunState = "requested"
	RunRunning     RunState = "running"
	RunFinished    RunState = "finished"
	RunFailed      RunState = "failed"
	RunCancelled   RunState = "cancelled"
	RunInterrupted RunState = "interrupted" // the app or the machine stopped; can be resumed
)

// Over says whether nothing more will happen to a run in this state by itself.
func (s RunState) Over() bool { return s != RunRequested && s != RunRunning }

// Resumable says whether the training may go on from its last checkpoint. Data
// that was refused, facts that cannot be held apart and a loss that is no number
// would end it in the same way; what has its adapter is done, whatever its state.
func (r Run) Resumable() bool {
	if r.AdapterID != "" {
		return false
	}
	switch r.State {
	case RunInterrupted, RunCancelled:
		return true
	case RunFailed:
		return r.Failure != FailData && r.Failure != FailNaN && r.Failure != FailApart
	}
	return false
}

// FailureClass says why a run failed.
type FailureClass string

// The classes of failure.
const (
	FailOOMGPU    FailureClass = "oom_gpu"
	FailOOMHost   FailureClass = "oom_host"
	FailDisk      FailureClass = "disk"
	FailNaN       FailureClass = "nan_loss"
	FailData      FailureClass = "data"
	FailEnv       FailureClass = "env"   // no Python, missing packages
	FailApart     FailureClass = "apart" // every fact spread to the questions beside it: nothing to teach, memory answers
	FailCancelled FailureClass = "cancelled"
	FailPaused    FailureClass = "paused" // stopped with all it had learned, to go on later
	FailCrashed   FailureClass = "crashed"
	FailStalled   FailureClass = "stalled"
)

// Run is one training.
type Run struct {
	ID          string          `json:"id"`
	DatasetID   string          `json:"dataset_id"`
	DatasetHash string          `json:"dataset_hash"`
	Model       string          `json:"model"`
	BaseSHA256  string          `json:"base_sha256"`
	Recipe      string          `json:"recipe"`
	Overrides   json.RawMessage `json:"overrides,omitempty"`
	Seed        int             `json:"seed"`
	StartFrom   string          `json:"start_from,omitempty"` // id of the adapter whose merged file it goes on from
	Engine      string          `json:"engine"`               // see EngineLocal
	Remote      *Remote         `json:"remote,omitempty"`     // the machines of an engine that is not local
	MaxMinutes  float64         `json:"max_minutes,omitempty"`
	ByRule      bool            `json:"by_rule,omitempty"` // started under the policy automatic, by nobody's click
	State       RunState        `json:"state"`
	Failure     FailureClass    `json:"failure,omitempty"`
	Message     string          `json:"message,omitempty"`
	Hint        string          `json:"hint,omitempty"`
	PID         int             `json:"pid,omitempty"`
	PIDStarted  int64           `json:"pid_started,omitempty"` // kernel start time: tells a recycled pid
	Progress    RunProgress     `json:"progress"`
	AdapterID   string          `json:"adapter_id,omitempty"`
	VersionID   string          `json:"version_id,omitempty"`
	CreatedAt   time.Time       `json:"created_at"`
	StartedAt   *time.Time      `json:"started_at,omitempty"`
	EndedAt     *time.Time      `json:"ended_at,omitempty"`
}

// RunProgress is the last thing the trainer said about its work.
type RunProgress struct {
	Stage         string  `json:"stage"` // wait (for a machine elsewhere), load, cache, train, save, merge
	Step          int     `json:"step"`
	Total         int     `json:"total"`
	Loss          float64 `json:"loss"`
	KL            float64 `json:"kl"`
	Learned       int     `json:"learned"`
	Facts         int     `json:"facts"`    // still taught
	GivenUp       int     `json:"given_up"` // see Manifest.GivenUp
	RowPasses     int     `json:"row_passes"`
	RowsPerSecond float64 `json:"rows_per_second"`
	TokensPerSec  float64 `json:"tokens_per_second"`
	Elapsed       float64 `json:"elapsed_seconds"`
	ETA           float64 `json:"eta_seconds"`
	PeakMemoryMB  float64 `json:"peak_memory_mb"`
}

// TrainerEvent is one line of the trainer's protocol. Fields that a type does
// not use stay zero; Raw keeps the line for the run's record.
type TrainerEvent struct {
	V       int             `json:"v"`
	Type    string          `json:"type"` // hello, plan, stage, progress, probe, leak, heartbeat, checkpoint, artifact, error, bye
	Class   FailureClass    `json:"class,omitempty"`
	Message string          `json:"message,omitempty"`
	Hint    string          `json:"hint,omitempty"`
	Name    string          `json:"name,omitempty"`
	Path    string          `json:"path,omitempty"`
	Learned json.RawMessage `json:"learned,omitempty"`
	Raw     json.RawMessage `json:"raw,omitempty"`
}

// TrainSpec is what a trainer is told.
type TrainSpec struct {
	Run        string            `json:"run"`
	BaseGGUF   string            `json:"base_gguf"`
	BaseSHA256 string            `json:"base_sha256"`
	Rows       string            `json:"rows"`  // JSONL of Row
	Out        string            `json:"out"`   // incoming/
	Work       string            `json:"work"`  // the run's own checkpoints
	Cache      string            `json:"cache"` // what all runs share: what a base answers
	Engine     string            `json:"engine"`
	Seed       int               `json:"seed"`
	Threads    int               `json:"threads"`
	MaxMinutes float64           `json:"max_minutes"`
	MaxSteps   int               `json:"max_steps"`
	Recipe     string            `json:"recipe"`
	Overrides  json.RawMessage   `json:"overrides,omitempty"`
	Merged     bool              `json:"merged"`
	Resume     bool              `json:"resume"`
	StartFrom  string            `json:"start_from,omitempty"`
	Dataset    map[string]string `json:"dataset,omitempty"`
	Remote     *Remote           `json:"remote,omitempty"` // nil: here
}
