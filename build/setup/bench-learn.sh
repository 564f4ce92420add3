#!/usr/bin/env bash
# Measures teaching on a fixed part of a benchmark folder: ten facts of three
# sources, taught to the small model, in about an hour. Results go to
# build/cache/bench/learn/SOURCE.json. What was finished is not measured again,
# and a training that was broken off goes on from its checkpoint.
source "$(dirname "$0")/lib.sh"

DATA="${1:-}"
BIN="$ROOT/build/bin/errata-headless"
OUT="$ROOT/build/cache/bench/learn"
MODEL="qwen2.5-coder:0.5b"
[ -n "$DATA" ] || fail "bench-learn: DATA is not set." "make bench-learn DATA=DIR, the folder that holds learn/facts.jsonl"
for file in facts retention; do
  [ -f "$DATA/learn/$file.jsonl" ] || fail "bench-learn: there is no file $DATA/learn/$file.jsonl." "give the folder that holds learn/facts.jsonl and learn/retention.jsonl"
done
[ "${2:-}" != check ] || exit 0
[ -x "$BIN" ] || fail "bench-learn: build/bin/errata-headless is missing." "run: make build"

bash "$(dirname "$0")/model.sh" "$MODEL"
mkdir -p "$OUT"
for source in wikibigedit realtimeqa zsre; do
  say "bench-learn: $source, 10 facts, $MODEL ..."
  "$BIN" bench learn --data "$DATA" --source "$source" --facts 10 --model "$MODEL" --seed 7 --retention 400 --json "$OUT/$source.json" ||
    fail "bench-learn: $source did not finish." "the same command goes on from there"
done

say "bench-learn: results in $OUT"
