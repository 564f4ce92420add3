#!/usr/bin/env bash
# Opens the real window on a virtual display, looks at what it painted, makes a
# call beside it, and closes it.
source "$(dirname "$0")/lib.sh"

cd "$ROOT"
work="$(mktemp -d)"
shots="$ROOT/build/cache/window"
mkdir -p "$shots"
display=":$((90 + $$ % 100))"
export HOME="$work/home" ERRATA_HOME="$work/data" XDG_CACHE_HOME="$work/cache" DISPLAY="$display"
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
mkdir -p "$HOME"

Xvfb "$display" -screen 0 1280x800x24 -nolisten tcp >"$work/xvfb.log" 2>&1 &
xvfb=$!
trap 'kill "$app" "$xvfb" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 50); do [ -S "/tmp/.X11-unix/X${display#:}" ] && break; sleep 0.1; done

started=$(date +%s%N)
dbus-run-session -- build/bin/errata >"$work/app.log" 2>&1 &
app=$!
colours=0
for _ in $(seq 120); do
  kill -0 "$app" 2>/dev/null || { cat "$work/app.log" >&2; fail "the window's program ended by itself"; }
  if xdotool search --onlyvisible --name Errata >/dev/null 2>&1; then
    import -window root "$shots/start.png"
    colours="$(identify -format %k "$shots/start.png")"
    [ "$colours" -gt 60 ] && break
  fi
  sleep 0.25
done
[ "$colours" -gt 60 ] || fail "the window stayed empty: $colours colours" "look at $shots/start.png"
say "the window painted after $((($(date +%s%N) - started) / 1000000)) ms"

build/bin/errata-headless --json settings show >"$work/settings.json" || fail "a command beside the window got no answer"
grep -q '"confirmed": false' "$work/settings.json" || fail "the command beside the window saw other settings"

kill -TERM "$(pgrep -f '^build/bin/errata$' | head -n 1)"
for _ in $(seq 40); do kill -0 "$app" 2>/dev/null || break; sleep 0.25; done
kill -0 "$app" 2>/dev/null && fail "the window did not close when it was asked to"
[ ! -e "$ERRATA_HOME/errata.sock" ] || fail "the control socket was left behind"
say "window: 3 passed"
