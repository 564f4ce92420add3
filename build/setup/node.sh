#!/usr/bin/env bash
# Puts the front end's development packages (checks and tests only: the app
# itself needs none) into the user's cache by the hash of package-lock.json and
# links them to frontend/node_modules.
source "$(dirname "$0")/lib.sh"

LOCK="$ROOT/frontend/package-lock.json"
[ -f "$LOCK" ] || fail "node: frontend/package-lock.json is missing." "check the checkout out again"
DIR="$CACHE/npm/$(hash_of <"$LOCK")"

install() {
  [ ! -e "$DIR/ready" ] || return 0
  mkdir -p "$DIR"
  cp "$ROOT/frontend/package.json" "$LOCK" "$DIR/"
  [ ! -f "$ROOT/frontend/.npmrc" ] || cp "$ROOT/frontend/.npmrc" "$DIR/"
  step "node: installing packages" env PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 PUPPETEER_SKIP_DOWNLOAD=1 \
    npm ci --prefix "$DIR" --ignore-scripts --no-audit --no-fund
  touch "$DIR/ready"
}

command -v npm >/dev/null || fail "node: npm is missing." "run: make system-tests"
if [ -e "$DIR/ready" ]; then
  say "node: the packages are there already"
else
  mkdir -p "$CACHE/npm"
  locked npm install
fi
if [ -d "$ROOT/frontend/node_modules" ] && [ ! -L "$ROOT/frontend/node_modules" ]; then
  say "node: frontend/node_modules is a folder of yours and is used as it is"
else
  ln -sfn "$DIR/node_modules" "$ROOT/frontend/node_modules"
fi
