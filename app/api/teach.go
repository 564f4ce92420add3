package api

import (
	"context"
	"encoding/json"
	"strings"

	"errata/backend"
	"errata/backend/dataset"
	"errata/backend/flow"
)

// Datasets lists frozen datasets, newest first.
func (a *API) Datasets() ([]backend.Dataset, error) {
	return call(a, "datasets", func(context.Context) ([]backend.Dataset, error) { return some(a.o.Loop.Store.Datasets()) })
}

// DatasetView is a dataset with its frozen content.
type DatasetView struct {
	Dataset backend.Dataset        `json:"dataset"`
	Content backend.DatasetContent `json:"content"`
}

// Dataset opens one dataset.
func (a *API) Dataset(id string) (DatasetView, error) {
	return call(a, "dataset", func(context.Context) (DatasetView, error) {
		d, err := a.o.Loop.Store.Dataset(id)
		if err != nil {
			return DatasetView{}, err
		}
		c, err := a.o.Loop.Store.DatasetContent(id)
		return DatasetView{Dataset: d, Content: c}, err
	})
}

// BuildDataset freezes all approved facts; progress comes as "dataset.progress" events.
func (a *API) BuildDataset(requestID string, in flow.FreezeInput) (backend.Dataset, error) {
	return alone(a, requestID, "dataset.build", "", func(ctx context.Context) (backend.Dataset, error) { return a.o.Loop.Freeze(ctx, in) })
}

// DiffDatasets tells two datasets apart; an empty from means nothing at all.
func (a *API) DiffDatasets(from, to string) (backend.DatasetDiff, error) {
	return call(a, "dataset.diff", func(context.Context) (backend.DatasetDiff, error) {
		var before backend.DatasetContent
		var err error
		if from != "" {
			if before, err = a.o.Loop.Store.DatasetContent(from); err != nil {
				return backend.DatasetDiff{}, err
			}
		}
		after, err := a.o.Loop.Store.DatasetContent(to)
		if err != nil {
			return backend.DatasetDiff{}, err
		}
		diff := dataset.Diff(before, after)
		diff.From, diff.To = from, to
		return diff, nil
	})
}

// ExportDataset gives a dataset's rows as other trainers read them: "chatml",
// "openai", "alpaca" or "csv".
func (a *API) ExportDataset(id, format string) (string, error) {
	return call(a, "dataset.export", func(context.Context) (string, error) {
		c, err := a.o.Loop.Store.DatasetContent(id)
		if err != nil {
			return "", err
		}
		var b strings.Builder
		err = dataset.Export(&b, c.Rows, format)
		return b.String(), err
	})
}

// Runs lists trainings, newest first.
func (a *API) Runs() ([]backend.Run, error) {
	return call(a, "runs", func(context.Context) ([]backend.Run, error) { return some(a.o.Loop.Store.Runs()) })
}

// RunView is a run with what its trainer said.
type RunView struct {
	Run    backend.Run       `json:"run"`
	Events []json.RawMessage `json:"events"`
}

// Run opens one training.
func (a *API) Run(id string) (RunView, error) {
	return call(a, "run", func(context.Context) (RunView, error) {
		r, err := a.o.Loop.Store.Run(id)
		if err != nil {
			return RunView{Events: []json.RawMessage{}}, err
		}
		events, err := some(a.o.Loop.Store.RunEvents(id))
		return RunView{Run: r, Events: events}, err
	})
}

// Train starts a training; it goes on when the door closes the call. Building
// the dataset before it may take minutes and can be cancelled.
func (a *API) Train(requestID string, in flow.TrainInput) (backend.Run, error) {
	return alone(a, requestID, "train", "", func(ctx context.Context) (backend.Run, error) { return a.o.Loop.Train(ctx, in) })
}

// StartTraining starts a training behind the caller's back: freezing the facts
// may take minutes, and a web request would be given up before. What can be known
// at once is refused at once; what fails later is told as "training.failed". The
// job's id cancels it. It is no method, because the doors show the freezing.
func StartTraining(ctx context.Context, a *API, in flow.TrainInput) (job string, err error) {
	if err := a.o.Trainer.Ready(ctx); err != nil {
		return "", err
	}
	runs, err := a.o.Loop.Store.Runs()
	if err != nil {
		return "", err
	}
	for _, r := range runs {
		if !r.State.Over() {
			return "", backend.Errorf(backend.CodeConflict, "train", "A training is already running.").WithHint("Wait for it, or stop it in Training.")
		}
	}
	job = a.o.Loop.NewID()
	a.o.Behind(func() {
		if _, err := a.Train(job, in); err != nil {
			a.o.Log.Error("train", "job", job, "err", err)
			a.o.Hub.Emit(backend.Event{At: a.o.Loop.Now(), Topic: "training.failed", ID: job, Data: Sentence(err)})
		}
	})
	return job, nil
}

// StopRun stops a running training, with a checkpoint if save.
func (a *API) StopRun(id string, save bool) error {
	_, err := call(a, "train.stop", func(context.Context) (struct{}, error) { return struct{}{}, a.o.Loop.StopRun(id, save) })
	return err
}

// FinishRun ends a running training now and makes a version of what it learned.
func (a *API) FinishRun(id string) error {
	_, err := call(a, "train.finish", func(context.Context) (struct{}, error) { return struct{}{}, a.o.Loop.FinishRun(id) })
	return err
}

// ResumeRun continues an interrupted training.
func (a *API) ResumeRun(id string) (backend.Run, error) {
	return call(a, "train.resume", func(ctx context.Context) (backend.Run, error) { return a.o.Loop.Resume(ctx, id) })
}

// DiscardRun gives an interrupted training up.
func (a *API) DiscardRun(id string) (backend.Run, error) {
	return call(a, "train.discard", func(context.Context) (backend.Run, error) { return a.o.Loop.Discard(id) })
}

// TrainerReady says whether training can start, as an error if not.
func (a *API) TrainerReady() error {
	_, err := call(a, "trainer", func(ctx context.Context) (struct{}, error) { return struct{}{}, a.o.Trainer.Ready(ctx) })
	return err
}

// SetupTrainer builds the trainer's environment; lines come as "trainer.setup" events.
func (a *API) SetupTrainer(requestID string) error { return a.setupTrainer(requestID) }

// SetupRay is SetupTrainer with what a training on a Ray cluster needs here.
func (a *API) SetupRay(requestID string) error { return a.setupTrainer(requestID, "ray") }

func (a *API) setupTrainer(requestID string, extras ...string) error {
	requestID = a.named(requestID)
	_, err := alone(a, requestID, "trainer.setup", "", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, a.o.Trainer.Setup(ctx, func(line string) {
			a.o.Hub.Emit(backend.Event{At: a.o.Loop.Now(), Topic: "trainer.setup", ID: requestID, Data: line})
		}, extras...)
	})
	return err
}
