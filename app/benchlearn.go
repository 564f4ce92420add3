package app

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"errata/app/api"
	"errata/backend"
	"errata/backend/bench"
	"errata/backend/flow"
)

// benchLearn measures teaching. The home is opened for its engine and for the
// replies kept in it; facts are taught in another home below bench/.
func benchLearn(ctx context.Context, home string, o bench.LearnOptions) (bench.LearnResult, error) {
	var none bench.LearnResult
	if err := bench.CheckLearn(o); err != nil {
		return none, err
	}
	dir, err := HomeDir(home)
	if err != nil {
		return none, err
	}
	p, parts, err := openBench(ctx, dir, o.Model)
	if err != nil {
		return none, err
	}
	defer p.Finish(ctx, sayWaiting)
	if tell := o.Progress; tell != nil { // the trainings tell of themselves beside the benchmark
		var one sync.Mutex
		o.Progress = func(at bench.Progress) {
			one.Lock()
			defer one.Unlock()
			tell(at)
		}
	}
	return bench.RunLearn(ctx, o, bench.LearnParts{
		JudgeParts: parts, Cells: filepath.Join(dir, benchDir, "learn"),
		Open: func(ctx context.Context, home string) (*flow.Loop, func(bool), error) {
			second, err := p.assembleAside(ctx, home, 0, api.Throwaway{AsOf: bench.LearnDay, Model: o.Model})
			if err != nil {
				return nil, nil, err
			}
			stop := tellOfTraining(second.Hub, o.Progress)
			return second.Loop, func(remove bool) {
				second.Close()
				stop()
				if remove {
					_ = removeAll(home)
				}
			}, nil
		},
	})
}

// tellOfTraining passes on how making a dataset and training on it get on.
func tellOfTraining(hub *api.Hub, tell func(bench.Progress)) (stop func()) {
	events, end := hub.Listen()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range events {
			if tell == nil {
				continue
			}
			switch at := e.Data.(type) {
			case flow.Progress:
				if e.Topic == "dataset.progress" {
					tell(bench.Progress{Task: "rows: " + at.What, Done: at.Done, Total: at.Total})
				}
			case backend.Run:
				if p := at.Progress; e.Topic == "run.changed" && p.Step > 0 {
					tell(bench.Progress{Task: "training", Done: p.Step, Total: p.Total, Left: time.Duration(p.ETA * float64(time.Second))})
				}
			}
		}
	}()
	return func() { end(); <-done }
}
