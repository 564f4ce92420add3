# Sourced by the set-up scripts beside it; never run by itself.
#
# Every script prints one line a step with the seconds it took, keeps what it
# makes in the user's cache folder and does nothing when that is already there.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
CACHE="${ERRATA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/errata}"
JOBS="${JOBS:-$(nproc 2>/dev/null || echo 2)}"
mkdir -p "$CACHE"

say() { printf '%s\n' "errata: $*" >&2; }

# fail WHAT HINT: one sentence and the next step.
fail() {
  say "$1"
  [ $# -lt 2 ] || say "next: $2"
  exit 1
}

# step WHAT COMMAND...: runs the command with its output in a log, shown only
# when it fails.
step() {
  local what="$1" log start rc=0
  shift
  start=$SECONDS
  log="$(mktemp)"
  say "$what ..."
  # Not "|| rc=$?": that would switch -e off in all that runs here.
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1
  rc=$?
  set -e
  if [ "$rc" -ne 0 ]; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    say "$what: failed after $((SECONDS - start)) s"
    return "$rc"
  fi
  rm -f "$log"
  say "$what: done in $((SECONDS - start)) s"
}

# locked NAME COMMAND...: two set-ups at once wait for each other.
locked() {
  local name="$1"
  shift
  if command -v flock >/dev/null; then
    (
      flock 9
      "$@"
    ) 9>"$CACHE/.$name.lock"
  else
    "$@"
  fi
}

hash_of() { sha256sum | cut -c1-16; }
