package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"sync"

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
	parts := bench.JudgeParts{Program: programHash()}
	if o.Judge == bench.JudgeLexical {
		return bench.RunJudge(ctx, o, parts)
	}
	p, err := Assemble(ctx, Config{Home: dir, Door: "command line"})
	if err != nil {
		return none, err
	}
	defer p.Finish(ctx, sayWaiting)
	info, err := p.shared.engine.Ensure(ctx, o.Model)
	if err != nil {
		return none, err
	}
	parts.Model, parts.Info, parts.Replies = p.shared.model, info, filepath.Join(dir, benchDir, "replies")
	parts.Read = evidence.Recorded
	return bench.RunJudge(ctx, o, parts)
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
