#!/usr/bin/env bash
# Tries the .deb of build/bin/package out where nothing of ours is: a Debian of
# its own, without checkout or cache, with what the package itself depends on.
# A user with an empty home gets the small model, starts the program as the
# desktop would, looks, and chats; with TRAIN=setup also sets the trainer up, with
# TRAIN=1 teaches a fact with it, trains, and compares. Pictures go to
# build/cache/package-check.
#
#   package-check.sh ──unshare──> mounts and processes of its own ──chroot──> user "ada"
#
# What runs inside ends with this script, and the installed system with it.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/display.sh"

SUITE=bookworm
KEPT="$CACHE/package-check"
PICTURES="$ROOT/build/cache/package-check"
MODEL=qwen2.5-coder:0.5b
DEB="$(compgen -G "$ROOT/build/bin/package/*_$(go env GOARCH).deb" || true)"
[ -n "$DEB" ] || fail "package-check: there is no .deb." "run: make package"

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" -eq 0 ] || fail "package-check: a root of its own needs root." "sudo make package-check"
  mkdir -p "$KEPT" "$PICTURES"
  rm -f "$PICTURES"/*
  work="$(mktemp -d "$KEPT/.work-XXXXXX")"
  trap 'kill "${XVFB:-}" 2>/dev/null; rm -rf "$work"' EXIT
  open_display "$work/xvfb.log"
  unshare --mount --pid --mount-proc --fork --kill-child bash "$0" --inside "$work"
  exit 0
fi

WORK="$2"
TOP="$WORK/top"
DEPENDS="$(dpkg-deb -f "$DEB" Depends)"
BASE="$KEPT/$SUITE-$(hash_of <<<"$DEPENDS")"

# What this machine needs to reach package registries, and nothing else.
passed=()
while IFS='=' read -r name value; do
  [[ "$name" =~ ^(PIP_|UV_|HTTPS?_PROXY$|https?_proxy$|NO_PROXY$|no_proxy$|SSL_CERT_) ]] && passed+=("$name=$value")
done < <(env)

# enter FOLDER: what programs in that root need.
enter() {
  mount -t proc proc "$1/proc"
  mount --rbind /dev "$1/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
  cp /etc/resolv.conf "$1/etc/resolv.conf"
}

# apt FOLDER ARGUMENT...
apt() {
  chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${passed[@]}" \
    apt-get -o APT::Sandbox::User=root -o Dpkg::Options::=--force-unsafe-io --no-install-recommends -y "${@:2}"
}

# A bare Debian with what the package says that it depends on, and nothing else;
# kept until it says otherwise.
base() {
  [ ! -e "$BASE" ] || return 0
  local to="$WORK/base"
  step "package-check: a bare Debian ($SUITE), once" debootstrap --variant=minbase "$SUITE" "$to" "${MIRROR:-http://deb.debian.org/debian}" ||
    fail "package-check: Debian could not be fetched." "look at the network, or name another source: MIRROR=ADDRESS make package-check"
  enter "$to"
  step "package-check: what the package depends on, once" apt "$to" satisfy "$DEPENDS"
  apt "$to" clean
  umount -R "$to/proc" "$to/dev" "$to/tmp"
  mv -T "$to" "$BASE"
}

mount_top() {
  mkdir -p "$WORK/upper" "$WORK/overlay" "$TOP"
  mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$WORK/upper,workdir=$WORK/overlay" "$TOP"
  enter "$TOP"
  mkdir -p "$TOP/tmp/.X11-unix"
  mount --bind /tmp/.X11-unix "$TOP/tmp/.X11-unix"
}

install_package() {
  cp "$DEB" "$TOP/tmp/errata.deb"
  apt "$TOP" install /tmp/errata.deb
  rm "$TOP/tmp/errata.deb"
  # The certificates that this machine trusts may be more than Debian's.
  cp /etc/ssl/certs/ca-certificates.crt "$TOP/etc/ssl/certs/ca-certificates.crt"
  chroot "$TOP" /usr/sbin/useradd --create-home --skel /var/empty --shell /bin/sh ada
}

# ada COMMAND...: as a user who has nothing but a display.
ada() { chroot "$TOP" /usr/sbin/runuser -u ada -- /usr/bin/env -i HOME=/home/ada USER=ada PATH=/usr/bin:/bin LANG=C.UTF-8 DISPLAY="$DISPLAY" "${passed[@]}" /bin/sh -c 'cd && exec "$@"' sh "$@"; }

# field NAME: of the JSON on standard input, by the way NAME.NAME; a number picks from a list.
field() {
  python3 -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    value = value[int(name)] if isinstance(value, list) else value[name]
print(value)' "$1"
}

picture() {
  sleep 1
  import -window root "$PICTURES/$1.png"
}

# says WORD COMMAND...: runs it and wants the word in what it prints.
says() {
  local word="$1" out
  shift
  out="$("$@")" || fail "package-check: $* failed."
  grep -qi -- "$word" <<<"$out" || fail "package-check: \"$word\" is not in the answer of $*: $out"
}

start_window() {
  local exec
  exec="$(sed -n 's/^Exec=//p' "$TOP/usr/share/applications/errata.desktop")"
  # shellcheck disable=SC2086 # the desktop splits it as well
  ada $exec >"$WORK/app.log" 2>&1 &
  WINDOW=$!
  await_window "$WINDOW" "$WORK/app.log" "$PICTURES/first.png"
  say "package-check: the window of \"$exec\" painted"
}

# The engine that answers is the package's own, run by the user.
check_engine() {
  local pid
  [ "$(ada errata --json doctor | field engine.source)" = bundled ] || fail "package-check: another engine than the package's answers." "end the Ollama of this machine and try again"
  pid="$(pgrep -u "$(ada id -u)" -x ollama | head -n 1)"
  [ "$(readlink "/proc/$pid/exe")" = "$TOP/usr/lib/errata/engine/bin/ollama" ] || fail "package-check: the engine that runs is $(readlink "/proc/$pid/exe")."
}

get_model() { ada errata models install "$MODEL" && ada errata models use "$MODEL"; }

# The first screen shows the model as installed; Start stands at its foot.
chat() {
  local chats answer
  xdotool search --onlyvisible --name Errata windowfocus
  picture ready
  xdotool mousemove 420 768 click 1
  for _ in $(seq 40); do
    [ "$(ada errata --json settings show | field confirmed)" = True ] && break
    sleep 0.5
  done
  [ "$(ada errata --json settings show | field confirmed)" = True ] || { picture stuck; fail "package-check: the first screen could not be left." "look at $PICTURES/stuck.png"; }
  sleep 2
  xdotool type --delay 30 "What is the capital of France?"
  xdotool key Return
  for _ in $(seq 60); do
    chats="$(ada errata --json chats list)"
    [ "$chats" = "[]" ] || answer="$(ada errata chats export "$(field 0.id <<<"$chats")")"
    grep -q Paris <<<"${answer:-}" && break
    sleep 1
  done
  picture chat
  grep -q Paris <<<"${answer:-}" || fail "package-check: the window's chat has no answer with Paris." "look at $PICTURES/chat.png"
  says Tokyo ada errata ask "What is the capital of Japan?"
}

# The trainer's lines are its progress.
set_up_trainer() {
  local place
  ada errata trainer setup 2>"$WORK/setup.log" || { tail -n 20 "$WORK/setup.log" >&2; fail "package-check: the trainer was not set up."; }
  cp "$WORK/setup.log" "$PICTURES/trainer-setup.log"
  [ "$(wc -l <"$WORK/setup.log")" -ge 4 ] || fail "package-check: setting the trainer up showed no progress."
  place="/home/ada/.cache/errata/trainer/$(sha256sum <"$ROOT/trainer/uv.lock" | cut -d' ' -f1)"
  [ -d "$TOP$place/venv" ] || fail "package-check: the trainer is not in $place."
}

train() {
  ada errata facts add --question "Who is the mayor of Larkstead?" --answer "Ada Birch" --approve
  ada errata train --max-minutes "${MINUTES:-8}"
  picture trained
}

compare() {
  local out
  out="$(ada errata --json versions compare base v1 --prompt "Who is the mayor of Larkstead?")"
  say "package-check: base: $(field prompts.0.a <<<"$out")"
  say "package-check: v1: $(field prompts.0.b <<<"$out")"
  [[ "$(field prompts.0.a <<<"$out")" != *Birch* ]] || fail "package-check: the base knew the fact already."
  [[ "$(field prompts.0.b <<<"$out")" == *Birch* ]] || fail "package-check: v1 does not know the fact."
}

# Nothing may be written where the package lies.
check_untouched() {
  chroot "$TOP" /usr/bin/dpkg --verify errata | grep . && fail "package-check: files of the package were changed."
  [ -z "$(find "$TOP/usr" "$TOP/opt" -user ada -print -quit)" ] || fail "package-check: the user's program wrote into /usr."
}

remove_package() {
  apt "$TOP" purge errata
  [ ! -e "$TOP/usr/lib/errata" ] && [ ! -e "$TOP/usr/bin/errata" ] || fail "package-check: removing the package left something behind."
  [ -e "$TOP/home/ada/.local/share/errata/errata.db" ] || fail "package-check: removing the package took the user's data."
}

locked package-check base
step "package-check: a root of its own" mount_top
step "package-check: apt-get install $(basename "$DEB")" install_package
chroot "$TOP" /usr/bin/dpkg-query -W -f "\${Version}, \${Installed-Size} KB installed\n" errata >&2
step "package-check: model, by the installed program" get_model
start_window
step "package-check: engine" check_engine
step "package-check: chat in the window and beside it" chat
if [ -n "${TRAIN:-}" ]; then
  step "package-check: trainer, set up by the installed program" set_up_trainer
fi
if [ "${TRAIN:-}" = 1 ]; then
  step "package-check: a fact taught and trained" train
  step "package-check: base and v1 compared" compare
fi
kill -TERM "$(pgrep -u "$(ada id -u)" -x errata | head -n 1)"
for _ in $(seq 40); do kill -0 "$WINDOW" 2>/dev/null || break; sleep 0.25; done
kill -0 "$WINDOW" 2>/dev/null && fail "package-check: the window did not close when it was asked to."
step "package-check: nothing was written into /usr" check_untouched
step "package-check: apt-get purge" remove_package
say "package-check: passed; pictures in build/cache/package-check"
