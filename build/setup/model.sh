#!/usr/bin/env bash
# Installs a model with the program itself, which knows where it comes from and
# does nothing when it is there.
source "$(dirname "$0")/lib.sh"

MODEL="${1:-qwen2.5-coder:0.5b}"
BIN="$ROOT/build/bin/errata-headless"
[ -x "$BIN" ] || fail "model: build/bin/errata-headless is missing." "run: make build"
start=$SECONDS
say "model: $MODEL ..."
"$BIN" models install "$MODEL" || fail "model: $MODEL was not installed." "try again: make model, or give a file: build/bin/errata-headless models import FILE"
say "model: $MODEL: ready after $((SECONDS - start)) s"
