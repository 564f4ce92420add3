package engine

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"errata/backend"
)

// beside is how much more than its size a model needs next to another one
// (context and runner; the factor of the one-owner rule for the GPU).
const beside = 1.15

// FitsBeside says whether another model of size bytes fits in memory beside the
// loaded ones: in the GPU's where models lie there, else in the machine's.
func (e *Engine) FitsBeside(ctx context.Context, size int64) (bool, error) {
	free, err := e.FreeMemory(ctx)
	return err == nil && float64(free) >= float64(size)*beside, err
}

// FreeMemory gives the bytes that another model may take.
func (e *Engine) FreeMemory(ctx context.Context) (int64, error) {
	if share, err := e.opt.API.GPUShare(ctx); err == nil && share > 0 {
		if free, ok := e.opt.GPUMemory(ctx); ok {
			return free, nil
		}
		return 0, nil // unknown memory is taken to be full
	}
	return available(e.opt.MemInfo)
}

// HostMemory gives the bytes of the machine's own memory that are free.
func (e *Engine) HostMemory() (int64, error) { return available(e.opt.MemInfo) }

// available reads MemAvailable (KiB) of /proc/meminfo.
func available(path string) (int64, error) {
	const op = "engine.memory"
	file, err := os.Open(path)
	if err != nil {
		return 0, &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "The free memory of this machine is unknown.", Err: err}
	}
	defer file.Close() //nolint:errcheck // read only
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || fields[0] != "MemAvailable:" {
			continue
		}
		if kib, err := strconv.ParseInt(fields[1], 10, 64); err == nil && kib >= 0 {
			return kib << 10, nil
		}
	}
	return 0, backend.Errorf(backend.CodeUnavailable, op, "The free memory of this machine is unknown.")
}

// nvidiaFree asks NVIDIA's own tool for the free memory of the emptiest GPU.
func nvidiaFree(ctx context.Context) (int64, bool) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits").Output()
	if err != nil {
		return 0, false
	}
	var most int64
	for line := range strings.Lines(string(out)) {
		if mib, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64); err == nil && mib<<20 > most {
			most = mib << 20
		}
	}
	return most, most > 0
}
