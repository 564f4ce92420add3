#!/usr/bin/env bash
# Runs the stages of make test, cheapest first:
#
#   test.sh              all of them
#   test.sh check        vet, linters, types
#   test.sh NAME...      these stages
#
# One line a stage with its seconds; a failing stage is named and shown, the
# others run all the same, and the end is 1 if any failed.
source "$(dirname "$0")/lib.sh"

cd "$ROOT"
LOGS="$ROOT/build/cache/test"
failed=()

CHECKS=(vet vet-window lint python-check frontend-check)
TESTS=(go python frontend browser window real)

python() {
  local venv
  venv="$(bash build/setup/trainer.sh dev --path)"
  (cd trainer && PYTHONPATH=. "$venv/bin/$1" "${@:2}")
}

run_stage() {
  case "$1" in
  vet) CGO_ENABLED=0 go vet ./... ;;
  vet-window) CGO_ENABLED=1 go vet -tags desktop,production,webkit2_41 ./app/window/... . ;;
  lint) bash build/setup/lint.sh ;;
  python-check)
    bash build/setup/trainer.sh dev
    python ruff check .
    python mypy
    ;;
  frontend-check)
    bash build/setup/node.sh
    npm --prefix frontend run --silent check
    ;;
  go) CGO_ENABLED=1 go test -race ./... ;;
  python)
    bash build/setup/trainer.sh dev
    python pytest -q
    ;;
  frontend)
    bash build/setup/node.sh
    npm --prefix frontend test --silent
    ;;
  browser)
    bash build/setup/node.sh
    make --no-print-directory build-headless
    npm --prefix frontend run --silent e2e
    ;;
  window)
    bash build/setup/node.sh
    make --no-print-directory build-window
    bash build/setup/window-test.sh
    ;;
  real)
    make --no-print-directory model
    ERRATA_REAL=1 go test -p 1 ./backend/ollama/... ./app/... -run TestReal -timeout 40m
    ;;
  *) fail "test: there is no stage $1." "stages: ${CHECKS[*]} ${TESTS[*]}" ;;
  esac
}

stage() {
  local start=$SECONDS rc=0 log="$LOGS/$1.log"
  say "test: $1 ..."
  # A stage runs in a shell of its own, so that -e holds inside it.
  bash "$0" --stage "$1" >"$log" 2>&1 </dev/null || rc=$?
  if [ $rc -eq 0 ]; then
    say "test: $1: passed in $((SECONDS - start)) s"
    return 0
  fi
  failed+=("$1")
  tail -n 60 "$log" >&2
  say "test: $1: FAILED after $((SECONDS - start)) s (all of it: ${log#"$ROOT"/})"
}

case "${1:-}" in
--stage)
  run_stage "$2"
  exit 0
  ;;
"") stages=("${CHECKS[@]}" "${TESTS[@]}") ;;
check) stages=("${CHECKS[@]}") ;;
*) stages=("$@") ;;
esac

rm -rf "$LOGS"
mkdir -p "$LOGS"
for s in "${stages[@]}"; do stage "$s"; done

if [ ${#failed[@]} -gt 0 ]; then
  say "test: failed: ${failed[*]}"
  exit 1
fi
say "test: all ${#stages[@]} stages passed in $SECONDS s"
