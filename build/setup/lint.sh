#!/usr/bin/env bash
# Runs golangci-lint in the pinned version, built once into the user's cache, on
# the packages given or on all.
source "$(dirname "$0")/lib.sh"

VERSION=v2.15.0
BIN="$CACHE/tools/golangci-lint-$VERSION-$(go env GOVERSION)"

build() {
  [ ! -x "$BIN" ] || return 0
  # Not local: the trap outlives this function.
  to="$(mktemp -d "$CACHE/tools/.build-XXXXXX")"
  trap 'rm -rf "$to"' EXIT
  step "lint: building golangci-lint $VERSION (once)" env GOBIN="$to" CGO_ENABLED=0 GOFLAGS=-trimpath \
    go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$VERSION"
  mv "$to/golangci-lint" "$BIN"
  rm -rf "$to"
  trap - EXIT
}

if [ ! -x "$BIN" ]; then
  mkdir -p "$CACHE/tools"
  locked tools build
fi
cd "$ROOT"
# Without the tags of the window everything is checked that needs no GTK.
[ $# -gt 0 ] || set -- ./...
CGO_ENABLED=0 exec "$BIN" run "$@"
