#!/usr/bin/env bash
# Opens the real window on a virtual display, looks at what it painted, makes a
# call beside it, and closes it; then closes one while something goes on in it.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/display.sh"

cd "$ROOT"
work="$(mktemp -d)"
shots="$ROOT/build/cache/window"
mkdir -p "$shots"
# The scripted engine is built here, and an empty home would build all of it anew.
export GOCACHE="$(go env GOCACHE)" GOMODCACHE="$(go env GOMODCACHE)"
export HOME="$work/home" ERRATA_HOME="$work/data" XDG_CACHE_HOME="$work/cache"
mkdir -p "$HOME"

open_display "$work/xvfb.log"
trap 'kill "${app:-}" "$XVFB" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT

started=$(date +%s%N)
dbus-run-session -- build/bin/errata >"$work/app.log" 2>&1 &
app=$!
await_window "$app" "$work/app.log" "$shots/start.png"
say "the window painted after $((($(date +%s%N) - started) / 1000000)) ms"

build/bin/errata-headless --json settings show >"$work/settings.json" || fail "a command beside the window got no answer"
grep -q '"confirmed": false' "$work/settings.json" || fail "the command beside the window saw other settings"

kill -TERM "$(pgrep -f '^build/bin/errata$' | head -n 1)"
for _ in $(seq 40); do kill -0 "$app" 2>/dev/null || break; sleep 0.25; done
kill -0 "$app" 2>/dev/null && fail "the window did not close when it was asked to"
[ ! -e "$ERRATA_HOME/errata.sock" ] || fail "the control socket was left behind"

node frontend/e2e/leave-window.js build/bin/errata || fail "a window that was closed while something went on did not do as it was told"
say "window: 4 passed"
