#!/usr/bin/env bash
# Measures the page in a browser and in the real window on a screen of its own:
# ONLY, some of stream, chat, queue and window (unset: all); RUNS of what is
# repeated (unset: 10). The figures go to build/cache/bench/ui.json.
source "$(dirname "$0")/lib.sh"

ONLY="${1:-}" RUNS="${2:-10}"
OUT="$ROOT/build/cache/bench"
mkdir -p "$OUT"
cd "$ROOT"
CGO_ENABLED=1 go build -trimpath -tags desktop,production,webkit2_41 -ldflags "-s -w" -o "$OUT/empty-window" app/window/empty.go
rc=0
ERRATA_BINARY="$ROOT/build/bin/errata-headless" node frontend/e2e/bench/main.js \
  --errata build/bin/errata --empty "$OUT/empty-window" --json "$OUT/ui.json" --only "$ONLY" --runs "$RUNS" || rc=$?
say "bench-ui: figures in $OUT/ui.json"
exit $rc
