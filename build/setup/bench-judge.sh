#!/usr/bin/env bash
# Measures the judges on every task of a benchmark folder. Results go to
# build/cache/bench/MODEL-JUDGE/TASK.json; what is there already goes on or is
# quick, because verdicts and replies are kept.
source "$(dirname "$0")/lib.sh"

DATA="${1:-}"
BIN="$ROOT/build/bin/errata-headless"
OUT="$ROOT/build/cache/bench"
SMALL="qwen2.5-coder:0.5b"
LARGE="qwen2.5-coder:1.5b"
[ -n "$DATA" ] || fail "bench-judge: DATA is not set." "make bench-judge DATA=DIR, the folder that holds judge/TASK.jsonl"
[ -d "$DATA/judge" ] || fail "bench-judge: there is no folder $DATA/judge." "give the folder that holds judge/TASK.jsonl"
[ "${2:-}" != check ] || exit 0
[ -x "$BIN" ] || fail "bench-judge: build/bin/errata-headless is missing." "run: make build"

TASKS=()
for file in "$DATA"/judge/*.jsonl; do
  task="$(basename "$file" .jsonl)"
  case "$task" in
  equivalence | equivalence_hard | outdated | outdated_same | class | stance | attribution | realtime) TASKS+=("$task") ;;
  *) say "bench-judge: $task is no task of this program; left out" ;;
  esac
done
[ "${#TASKS[@]}" -gt 0 ] || fail "bench-judge: $DATA/judge holds no task." "give the folder that holds judge/TASK.jsonl"

# rows JUDGE MODEL TASK: 300 a task for the larger model, 100 for the rest; the
# whole check takes longest. A limit for stance takes every refute first.
rows() {
  case "$3/$1/$2" in
  realtime/*) echo 60 ;;
  */original/* | */default/"$SMALL") echo 100 ;;
  *) echo 300 ;;
  esac
}

# measure JUDGE MODEL
measure() {
  local judge="$1" model="$2" folder task
  folder="$OUT/${model//[:\/]/-}-$judge"
  [ "$judge" != lexical ] || folder="$OUT/lexical"
  mkdir -p "$folder"
  for task in "${TASKS[@]}"; do
    # The original has no step that classes questions.
    [ "$judge/$task" != original/class ] || continue
    say "bench-judge: $task, $judge judge, $model ..."
    "$BIN" bench judge --data "$DATA" --task "$task" --judge "$judge" --model "$model" \
      --limit "$(rows "$judge" "$model" "$task")" --json "$folder/$task.json" ||
      fail "bench-judge: $task with the $judge judge did not finish." "the same command goes on from there"
  done
}

bash "$(dirname "$0")/model.sh" "$SMALL"
bash "$(dirname "$0")/model.sh" "$LARGE"
measure lexical none
measure default "$LARGE"
measure original "$LARGE"
measure default "$SMALL"
measure original "$SMALL"

say "bench-judge: results in $OUT"
