#!/usr/bin/env bash
# Looks which Debian or Ubuntu packages are missing and installs them.
#
#   system.sh                what building and running needs
#   system.sh tests          also what the tests need
#   system.sh package        also what makes packages
#   system.sh package-check  also what tries them out
#
# Asks first on a terminal, unless CI=true; uses sudo only when not root.
source "$(dirname "$0")/lib.sh"

# have PACKAGE: by the command or file it brings, so that another source of the
# same tool counts as well.
have() {
  case "$1" in
  build-essential) command -v gcc >/dev/null && command -v g++ >/dev/null && command -v make >/dev/null ;;
  ninja-build) command -v ninja >/dev/null ;;
  pkg-config) command -v pkg-config >/dev/null ;;
  libgtk-3-dev) pkg-config --exists gtk+-3.0 2>/dev/null ;;
  libwebkit2gtk-4.1-dev) pkg-config --exists webkit2gtk-4.1 2>/dev/null ;;
  nlohmann-json3-dev) [ -d /usr/include/nlohmann ] ;;
  libstb-dev) [ -d /usr/include/stb ] ;;
  python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null ;;
  nodejs) command -v node >/dev/null ;;
  chromium) command -v chromium >/dev/null || command -v google-chrome >/dev/null || command -v chromium-browser >/dev/null ;;
  xvfb) command -v Xvfb >/dev/null ;;
  dbus-x11) command -v dbus-launch >/dev/null || command -v dbus-run-session >/dev/null ;;
  nsis) command -v makensis >/dev/null ;;
  binutils) command -v objdump >/dev/null ;;
  desktop-file-utils) command -v desktop-file-validate >/dev/null ;;
  imagemagick) command -v import >/dev/null ;;
  *) command -v "$1" >/dev/null ;;
  esac
}

WANT="build-essential cmake ninja-build pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev nlohmann-json3-dev libstb-dev python3 python3-venv git"
case "${1:-}" in
tests) WANT="$WANT nodejs npm chromium xvfb xdotool dbus-x11 openbox imagemagick" ;;
package) WANT="$WANT nsis binutils desktop-file-utils" ;;
package-check) WANT="$WANT debootstrap xvfb xdotool imagemagick" ;;
esac

missing=()
for package in $WANT; do have "$package" || missing+=("$package"); done

# From 1.21 on a Go fetches the version that go.mod names by itself; what the
# distribution has is often older.
new_enough() { [ "$(printf '%s\n' 1.21 "$1" | sort -V | head -n 1)" = 1.21 ]; }
go_version="$(go env GOVERSION 2>/dev/null | sed 's/^go//' || true)"
if ! new_enough "${go_version:-0}"; then
  offered="$(apt-cache policy golang-go 2>/dev/null | sed -n 's/.*Candidate: [0-9]*:\?\([0-9.]*\).*/\1/p')"
  new_enough "${offered:-0}" || fail "system: Go 1.21 or newer is missing, and this system's packages have ${offered:-none}." \
    "install Go from https://go.dev/dl/ and run the same again"
  missing+=(golang-go)
fi

# With a GPU the engine's Vulkan backend can be built, where the system has its tools.
if compgen -G '/dev/dri/render*' >/dev/null || [ -e /dev/nvidia0 ]; then
  if ! command -v glslc >/dev/null && [ "$(apt-cache policy glslc 2>/dev/null | grep -c 'Candidate: [^(]')" = 1 ]; then
    missing+=(glslc libvulkan-dev)
  fi
fi

if [ ${#missing[@]} -eq 0 ]; then
  say "system: every package is there"
  exit 0
fi
say "system: missing: ${missing[*]}"
command -v apt-get >/dev/null || fail "system: this is not Debian or Ubuntu." "install the equivalents of: ${missing[*]}"

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "system: installing needs root, and there is no sudo." "run as root: apt-get install ${missing[*]}"
  sudo=(sudo)
fi
if [ -t 0 ] && [ "${CI:-}" != true ]; then
  read -r -p "errata: install them with apt-get? [Y/n] " answer
  case "$answer" in n* | N*) fail "system: not installed." "install them yourself: apt-get install ${missing[*]}" ;; esac
fi
apt() { "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@"; }
# The package lists are fetched only when what is there does not know a package.
known() { apt-cache policy "$@" 2>/dev/null | grep -c 'Candidate: [^(]' || true; }
if [ "$(known "${missing[@]}")" -lt ${#missing[@]} ]; then
  step "system: reading package lists" apt update
fi
step "system: installing ${#missing[@]} packages" apt install -y --no-install-recommends "${missing[@]}"
