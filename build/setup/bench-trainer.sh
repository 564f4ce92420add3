#!/usr/bin/env bash
# Measures the trainer beside plain transformers.Trainer and peft on the same
# rows, in about ten minutes on two cores: BASE, a GGUF (unset: the small
# model); ROWS, rows as the trainer takes them (unset: invented ones); STEPS an
# arm. The figures go to build/cache/bench/trainer.json.
source "$(dirname "$0")/lib.sh"

BASE="${1:-}" ROWS="${2:-}" STEPS="${3:-}"
OUT="$ROOT/build/cache/bench"
for file in "$BASE" "$ROWS"; do
  [ -z "$file" ] || [ -f "$file" ] || fail "bench-trainer: there is no file $file." "make bench-trainer BASE=FILE.gguf ROWS=FILE.jsonl; without them the small model and invented rows are taken"
done
[ "${4:-}" != check ] || exit 0

if [ -z "$BASE" ]; then
  sha256="$(awk '/^name/ {name = $3} /^sha256/ && name == "\"qwen2.5-coder:0.5b\"" {gsub(/"/, "", $3); print $3; exit}' "$ROOT/build/models.toml")"
  BASE="$CACHE/models/$sha256.gguf"
  [ -f "$BASE" ] || fail "bench-trainer: there is no file $BASE." "run: make model, or name a file: make bench-trainer BASE=FILE.gguf"
fi
VENV="$(bash "$(dirname "$0")/trainer.sh" --path)"
mkdir -p "$OUT"
arguments=(--base "$(realpath "$BASE")" --json "$OUT/trainer.json")
[ -z "$ROWS" ] || arguments+=(--rows "$(realpath "$ROWS")")
[ -z "$STEPS" ] || arguments+=(--steps "$STEPS")
cd "$ROOT/trainer"
PYTHONPATH=. "$VENV/bin/python" -m bench "${arguments[@]}" ||
  fail "bench-trainer: no clean comparison." "read what stands above; figures, if any: $OUT/trainer.json"
say "bench-trainer: figures in $OUT/trainer.json"
