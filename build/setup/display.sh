# Sourced after lib.sh by what opens the real window on a virtual display.

# open_display LOG: starts a free one and sets DISPLAY and XVFB, its process.
open_display() {
  local number=""
  unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
  Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$1.number" >"$1" 2>&1 &
  XVFB=$!
  for _ in $(seq 100); do
    number="$(cat "$1.number")"
    [ -z "$number" ] || break
    sleep 0.1
  done
  [ -n "$number" ] || fail "the virtual display did not start" "look at what Xvfb says: $(tail -n 3 "$1")"
  export DISPLAY=":$number"
}

# await_window PROCESS LOG PICTURE: waits until the program has painted its window.
await_window() {
  local colours=0
  for _ in $(seq 120); do
    kill -0 "$1" 2>/dev/null || { cat "$2" >&2; fail "the window's program ended by itself"; }
    if xdotool search --onlyvisible --name Errata >/dev/null 2>&1; then
      import -window root "$3"
      colours="$(identify -format %k "$3")"
      [ "$colours" -gt 60 ] && return
    fi
    sleep 0.25
  done
  fail "the window stayed empty: $colours colours" "look at $3"
}
