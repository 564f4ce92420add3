#!/usr/bin/env bash
# Makes the trainer's Python environment from trainer/uv.lock, in the user's
# cache, where the app looks for it:
#
#   trainer.sh        what training needs      <cache>/trainer/<sha256 of uv.lock>/venv
#   trainer.sh dev    with what its tests need <cache>/trainer/<sha256 of uv.lock>/venv-dev
#   trainer.sh ray    that and Ray             <cache>/trainer/<sha256 of uv.lock>/venv-ray
#
# The file "ready", "ready-dev" or "ready-ray" beside it is written last. With --path nothing
# is made and the environment's folder is printed.
source "$(dirname "$0")/lib.sh"

UV_VERSION=0.13.9

suffix=""
arguments=(--no-dev)
path_only=false
for a in "$@"; do
  case "$a" in
  dev) suffix="-dev" arguments=() ;;
  ray) suffix="-ray" arguments=(--extra ray) ;;
  --path) path_only=true ;;
  *) fail "trainer: $a is not known." "use: trainer.sh [dev|ray] [--path]" ;;
  esac
done

LOCK="$ROOT/trainer/uv.lock"
[ -f "$LOCK" ] || fail "trainer: trainer/uv.lock is missing." "check the checkout out again"
DIR="$CACHE/trainer/$(sha256sum <"$LOCK" | cut -d' ' -f1)"
VENV="$DIR/venv$suffix"
if $path_only; then
  echo "$VENV"
  exit 0
fi

installer() {
  python3 -m venv --clear "$DIR/uv"
  "$DIR/uv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "uv==$UV_VERSION"
}

# The package itself is run from its folder (PYTHONPATH), so that a change of
# its source needs no new environment.
packages() {
  UV_PROJECT_ENVIRONMENT="$VENV" "$DIR/uv/bin/uv" sync --locked --no-install-project --no-progress "${arguments[@]}" --project "$ROOT/trainer"
}

make_environment() {
  [ ! -e "$DIR/ready$suffix" ] || return 0
  mkdir -p "$DIR"
  "$DIR/uv/bin/uv" --version 2>/dev/null | grep -q "^uv $UV_VERSION" || step "trainer: installing uv $UV_VERSION" installer
  step "trainer: installing Python packages, torch among them (once)" packages
  "$VENV/bin/python" --version >"$DIR/.ready$suffix"
  mv "$DIR/.ready$suffix" "$DIR/ready$suffix"
}

if [ -e "$DIR/ready$suffix" ]; then
  say "trainer: the environment${suffix:+ for tests} is there already"
  exit 0
fi
command -v python3 >/dev/null || fail "trainer: python3 is missing." "run: make system"
mkdir -p "$CACHE/trainer"
locked trainer make_environment
say "trainer: $VENV"
