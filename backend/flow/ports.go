// Package flow holds the use cases, in the order of the data: ask, verify, review,
// dataset, train, version, compare. It owns the ports, small interfaces that the
// packages beside it satisfy; it never touches a file, a socket or a process itself.
package flow

import (
	"context"
	"encoding/json"
	"time"

	"errata/backend"
)

// Model answers, labels and extracts. Every call may be cancelled; an answer
// counts only when its result says Done.
type Model interface {
	// Chat streams the next assistant turn to onText in pieces. An error after
	// the first piece leaves the partial text in the result.
	Chat(ctx context.Context, req backend.ChatRequest, onText func(piece string) error) (backend.ChatResult, error)
	// Label reads one token's probabilities.
	Label(ctx context.Context, req backend.LabelRequest) (backend.LabelResult, error)
	// Extract fills out from one JSON object that follows the schema.
	Extract(ctx context.Context, req backend.ExtractRequest, out any) error
}

// Engine serves models and versions of them.
type Engine interface {
	Status(ctx context.Context) (backend.EngineStatus, error)
	// Ensure makes the named base model ready to serve (present in the engine's
	// store, with our template) and returns what is known of it.
	Ensure(ctx context.Context, model string) (backend.ModelInfo, error)
	// BaseFile gives the weights file of an installed base and its SHA-256.
	BaseFile(ctx context.Context, model string) (path, sha256 string, err error)
	Models(ctx context.Context) ([]backend.ModelInfo, error)
	// CreateMerged and CreateAdapter make the immutable engine model name; a
	// name that is already there with the same weights is kept. An adapter on an
	// engine that refuses them fails with CodeUnavailable.
	CreateMerged(ctx context.Context, name, ggufPath, sha256 string) error
	CreateAdapter(ctx context.Context, name, base, adapterPath, sha256 string) error
	Has(ctx context.Context, name string) (bool, error)
	Warm(ctx context.Context, name string) error
	Unload(ctx context.Context, name string) error
	Loaded(ctx context.Context) ([]string, error)
	Delete(ctx context.Context, name string) error
	// FitsBeside says whether another model of size bytes fits in memory beside
	// the loaded ones.
	FitsBeside(ctx context.Context, size int64) (bool, error)
	// HostMemory gives the free bytes of the machine's own memory; an error when
	// they are unknown.
	HostMemory() (int64, error)
}

// Evidence asks the providers that are switched on.
type Evidence interface {
	Gather(ctx context.Context, search backend.Search, on map[string]bool) (backend.Found, error)
	Health(ctx context.Context, on map[string]bool) []backend.ProviderHealth
}

// Trainer runs one training in a process of its own. Train returns when that
// process has ended; cancelling ctx stops it (with a checkpoint if save was
// asked by Stop) and ends its whole process group. started is called once with
// the pid and the kernel's start time of the process.
type Trainer interface {
	Train(ctx context.Context, spec backend.TrainSpec, started func(pid int, startTime int64), on func(backend.TrainerEvent)) error
	// Stop asks the run to stop by itself, saving a checkpoint if save.
	Stop(run string, save bool) error
	// Finish asks the run to end now with what it has learned.
	Finish(run string) error
	// Alive says whether the process of a run recorded earlier still lives.
	Alive(pid int, startTime int64) bool
	// Kill ends a leftover process group of an earlier start.
	Kill(pid int, startTime int64) error
	// Merge rebuilds the merged weights file of an adapter and gives its SHA-256.
	Merge(ctx context.Context, baseGGUF, adapterDir, out string) (sha256 string, err error)
	// Ready says what is missing, nil when training can start.
	Ready(ctx context.Context) error
}

// Arrivals verifies what turned up in incoming/ and moves it: into adapters/
// when it is right, into quarantine/ when it is broken.
type Arrivals interface {
	// Scan looks at every finished folder once and returns what it found.
	Scan(ctx context.Context) ([]Arrived, error)
	// Kept gives the right adapters of adapters/ whose id is not known.
	Kept(ctx context.Context, known func(id string) bool) ([]Arrived, error)
	// Accept moves a verified folder to adapters/<sha256> and returns the new path.
	Accept(a Arrived) (dir string, err error)
	// Quarantine moves a broken folder away with its reason.
	Quarantine(a Arrived, reason string) (dir string, err error)
	Discard(dir string) error
	// Remove deletes an adapter that was taken in; one that is gone is no error.
	Remove(adapterID string) error
}

// Arrived is one folder of incoming/. Problem says what is wrong with it, empty
// when every hash and header is right.
type Arrived = backend.Arrived

// Clock, NewID and the like are injected so that tests control them.
type (
	Clock func() time.Time
	NewID func() string
)

// ChatStore keeps chats.
type ChatStore interface {
	AddChat(backend.Chat) error
	Chat(id string) (backend.Chat, error)
	Chats(f backend.ChatFilter) ([]backend.Chat, error)
	ChangeChat(id string, change func(*backend.Chat) error) (backend.Chat, error)
	// TakeChats stores of each chat what is not there yet, in one transaction.
	TakeChats([]backend.ChatTree) ([]backend.TakenChat, error)
	TrashChats(ids []string, now time.Time) (int, error)
	EmptyTrash() (removed int, err error)
	AddQuestion(backend.Question) error
	Question(id string) (backend.Question, error)
	PutAnswer(backend.Answer) error
	Answer(id string) (backend.Answer, error)
	Turns(chatID string) ([]backend.Turn, error)
	InterruptStreaming(reason string, now time.Time) (int, error)
}

// VerdictStore keeps verdicts; they are appended, never changed.
type VerdictStore interface {
	AddVerdict(backend.Verdict) error
	Verdict(id string) (backend.Verdict, error)
	VerdictsOf(answerID string) ([]backend.Verdict, error) // oldest first
	RecentVerdicts(limit int) ([]backend.Verdict, error)   // newest first
	PutRating(backend.Rating) error
	Rating(verdictID string) (backend.Rating, bool, error)
}

// FactStore keeps facts and anchors.
type FactStore interface {
	AddFact(backend.Fact) error
	Fact(id string) (backend.Fact, error)
	Facts(f backend.FactFilter) ([]backend.Fact, error) // newest first
	// FactPart gives a part of that list by place, at any place at the same cost.
	FactPart(r backend.FactRange) (backend.FactPart, error)
	AllFacts(state backend.FactState) ([]backend.Fact, error)
	// FactsOfQuestion gives the facts of a question, in any state.
	FactsOfQuestion(question string) ([]backend.Fact, error)
	FactCounts() (map[backend.FactState]int, error)
	ChangeFact(id string, change func(*backend.Fact) error) (backend.Fact, error)
	// ApproveFact approves a fact and supersedes approved ones of the same
	// question in the same transaction.
	ApproveFact(id, by string, now time.Time) (backend.Fact, []backend.Fact, error)
	// ApproveFactByRule is ApproveFact in a person's place; CodeConflict when one
	// was faster.
	ApproveFactByRule(id string, rule backend.Rule, now time.Time) (backend.Fact, []backend.Fact, error)
	// UndoFact takes the last decision back, and with an approval restores what it
	// superseded, in the same transaction.
	UndoFact(id string, now time.Time) (backend.Fact, []backend.Fact, error)
	TakeFacts([]backend.Fact) error // waiting ones, all or none
	// DecideFacts approves or rejects those of the facts that wait, in one transaction.
	DecideFacts(ids []string, to backend.FactState, by string, now time.Time) ([]backend.Fact, error)
	UndoFacts(ids []string, now time.Time) (undone int, err error)
	// UrgentFacts lists what is to be decided first, at most limit of each kind.
	UrgentFacts(now time.Time, limit int) ([]backend.UrgentFact, error)
	FactOfVerdict(verdictID string) (backend.Fact, bool, error) // the newest
	AddAnchor(backend.Anchor) error
	Anchors() ([]backend.Anchor, error)
}

// DatasetStore keeps frozen datasets.
type DatasetStore interface {
	AddDataset(d backend.Dataset, c backend.DatasetContent) (backend.Dataset, error) // gives the number
	Dataset(id string) (backend.Dataset, error)
	Datasets() ([]backend.Dataset, error) // newest first
	DatasetContent(id string) (backend.DatasetContent, error)
}

// RunStore keeps runs and their events.
type RunStore interface {
	AddRun(backend.Run) error // CodeConflict while another run is not over
	Run(id string) (backend.Run, error)
	Runs() ([]backend.Run, error) // newest first
	ChangeRun(id string, change func(*backend.Run) error) (backend.Run, error)
	AddRunEvent(runID string, at time.Time, event json.RawMessage) error
	RunEvents(runID string) ([]json.RawMessage, error)
}

// VersionStore keeps adapters, versions, scorecards and comparisons.
type VersionStore interface {
	// RegisterAdapter stores an adapter and its new version and ties the run to
	// both, in one transaction; a second sight of the same adapter returns the
	// version that exists.
	RegisterAdapter(a backend.Adapter, v backend.Version) (backend.Version, error)
	Adapter(id string) (backend.Adapter, error)
	Version(id string) (backend.Version, error)
	Versions() ([]backend.Version, error) // newest first
	CurrentVersion(model string) (backend.Version, bool, error)
	ChangeVersion(id string, change func(*backend.Version) error) (backend.Version, error)
	// Promote makes a version current and the one before it retired; id "" goes
	// back to the plain base of model.
	Promote(model, id string, now time.Time) error
	// Rollback is Promote, remembered as a step back.
	Rollback(model, id string, now time.Time) error
	PromotionHistory(model string) ([]backend.Promotion, error) // newest first
	AddScorecard(backend.Scorecard) error
	ScorecardOf(versionID string) (backend.Scorecard, bool, error) // the newest
	AddComparison(backend.Comparison) error
	Comparisons(limit int) ([]backend.Comparison, error)
	PutArrival(backend.Arrival) error
	Arrivals() ([]backend.Arrival, error)
}

// SettingsStore keeps what the user chose.
type SettingsStore interface {
	Settings() (backend.Settings, error)
	PutSettings(backend.Settings) error
}

// CacheStore keeps replies that can be made again, by kind and content key.
type CacheStore interface {
	Cached(kind, key string) ([]byte, bool, error)
	PutCached(kind, key string, value []byte) error
}

// Store is all of it.
type Store interface {
	ChatStore
	VerdictStore
	FactStore
	DatasetStore
	RunStore
	VersionStore
	SettingsStore
	CacheStore
}

// Emitter tells the doors what happened. It never blocks.
type Emitter func(backend.Event)
