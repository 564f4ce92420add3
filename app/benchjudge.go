package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"sync"

	"errata/backend"
	"errata/backend/bench"
	"errata/backend/evidence"
)

// benchDir holds verdicts and replies of the benchmarks in a home.
const benchDir = "bench"

// benchJudge measures a judge. The home is opened only for its engine; without a
// model it stays closed.
func benchJudge(ctx context.Context, home string, o bench.JudgeOptions) (bench.JudgeResult, error) {
	var none bench.JudgeResult
	dir, err := HomeDir(home)
	if err != nil {
		return none, err
	}
	if o.Rows == "" {
		o.Rows = filepath.Join(dir, benchDir)
	}
	if err := bench.CheckJudge(o); err != nil {
		return none, err
	}
	if o.Judge == bench.JudgeLexical {
		return bench.RunJudge(ctx, o, bench.JudgeParts{Program: programHash()})
	}
	p, parts, err := openBench(ctx, dir, o.Model)
	if err != nil {
		return none, err
	}
	defer p.Finish(ctx, sayWaiting)
	parts.Read = evidence.Recorded
	return bench.RunJudge(ctx, o, parts)
}

// openBench opens a home for its engine and makes the model ready. A reply that a
// benchmark asked for once serves the others.
func openBench(ctx context.Context, dir, model string) (*Program, bench.JudgeParts, error) {
	p, err := Assemble(ctx, Config{Home: dir, Door: "command line"})
	if err != nil {
		return nil, bench.JudgeParts{}, err
	}
	info, err := p.shared.engine.Ensure(ctx, model)
	if err != nil {
		p.Finish(ctx, sayWaiting)
		return nil, bench.JudgeParts{}, err
	}
	return p, bench.JudgeParts{Model: p.shared.model, Info: info, Replies: filepath.Join(dir, benchDir, "replies"), Program: programHash()}, nil
}

// benchCalibrate fits the judge's confidence and keeps the fit in the home.
func benchCalibrate(ctx context.Context, home string, o bench.CalibrateOptions) (file string, c backend.Calibration, err error) {
	dir, err := HomeDir(home)
	if err != nil {
		return "", c, err
	}
	if o.Rows == "" {
		o.Rows = filepath.Join(dir, benchDir)
	}
	if err := bench.CheckCalibrate(o); err != nil {
		return "", c, err
	}
	p, parts, err := openBench(ctx, dir, o.Model)
	if err != nil {
		return "", c, err
	}
	defer p.Finish(ctx, sayWaiting)
	if c, err = bench.Calibrate(ctx, o, parts, p.Now()); err != nil {
		return "", c, err
	}
	file, err = bench.SaveCalibration(filepath.Join(dir, calibration), c)
	return file, c, err
}

// programHash tells this program from the next build: what another one judged is
// judged again, with the replies that are kept.
var programHash = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err != nil {
		return version
	}
	f, err := os.Open(path) //nolint:gosec // this program itself
	if err != nil {
		return version
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return version
	}
	return hex.EncodeToString(h.Sum(nil))
})
