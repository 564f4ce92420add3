#!/usr/bin/env bash
# Fuzzes every parser of what comes from outside, one target after the other:
#
#   FUZZTIME=10m   time for each
#   FUZZ=REGEXP    only the targets whose name matches
#
# An input that breaks a property is kept in the package's testdata/fuzz, where
# every later test run tries it again.
source "$(dirname "$0")/lib.sh"

cd "$ROOT"
FUZZTIME="${FUZZTIME:-10m}"
found=()
count=0
for folder in $(grep -rl --include='*_test.go' '^func Fuzz' backend | xargs -n1 dirname | sort -u); do
  for target in $(go test -list '^Fuzz' "./$folder" | grep '^Fuzz' | grep -E "${FUZZ:-.}" || true); do
    count=$((count + 1))
    # Making an input small that is only new, not wrong, takes up to a minute each time.
    say "fuzz: $target in $folder, $FUZZTIME ..."
    nice -n 15 go test -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 20x -parallel "${PARALLEL:-1}" "./$folder" || found+=("$folder: $target")
  done
done
[ "$count" -gt 0 ] || fail "fuzz: no target matches \"${FUZZ:-}\"." "leave FUZZ out for all of them"
[ ${#found[@]} -eq 0 ] || fail "fuzz: ${#found[@]} of $count targets found something: ${found[*]}." "the inputs are in testdata/fuzz; mend what they break and keep them as tests"
say "fuzz: $count targets, nothing found"
