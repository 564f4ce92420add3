package flow

import (
	"context"

	"errata/backend"
)

// roomFor refuses a run that would fill the memory, or the disk: checkpoint, adapter
// and a merged copy of the base at twice their expected size. rows are those of its
// dataset, 0 before there is one. Other machines look after their own memory.
func (l *Loop) roomFor(ctx context.Context, model string, rows int, elsewhere *backend.Remote) error {
	free, err := l.Workspace.FreeBytes()
	if err != nil {
		return err
	}
	info, err := l.Engine.Ensure(ctx, model)
	if err != nil {
		return err
	}
	need := 2 * (info.Size + info.Size/3 + 64<<20)
	if free < need {
		return backend.Errorf(backend.CodeUnavailable, "train", "Training needs %d MB of disk; %d MB are free. Nothing was started.", need/1e6, free/1e6).
			WithHint("Free some space, or move ERRATA_HOME to a bigger disk.")
	}
	if elsewhere != nil {
		return nil
	}
	return l.memoryFor(info, rows)
}

// spare is how much more than its need must be free before a training starts: a
// machine that swaps trains for days, and one without swap kills something.
const spare = 1.15

// The need of a model was measured with about so many rows. Each one more keeps its
// states twice and what the base answers: of any model about this part of its need.
const (
	roomyRows = 400
	rowShare  = 35_000
)

func (l *Loop) memoryFor(info backend.ModelInfo, rows int) error {
	more := info.TrainMemory * int64(max(0, rows-roomyRows)) / rowShare
	need := int64(float64(info.TrainMemory+more) * spare)
	free, err := l.Engine.HostMemory()
	if err != nil {
		l.Log.Warn("train", "err", err) // not known on every system
		return nil
	}
	if free < need {
		return backend.Errorf(backend.CodeUnavailable, "train", "Training %s needs %d MB of memory; %d MB are free. Nothing was started.", info.Name, need/1e6, free/1e6).
			WithHint("Close other programs, or choose a smaller model in Settings.")
	}
	return nil
}
