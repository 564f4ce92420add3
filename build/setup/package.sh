#!/usr/bin/env bash
# Makes what is installed by a double click:
#
#   build/bin/errata + the engine ──nfpm──────> errata_VERSION_ARCH.deb, .rpm
#   build/bin/errata.exe ─────────makensis────> errata-VERSION-setup.exe
#                                               in build/bin/package
#
# The version is git's, the times inside are the last commit's, so that the same
# commit gives the same files.
source "$(dirname "$0")/lib.sh"

cd "$ROOT"
STAGE=build/cache/package
OUT=build/bin/package
ENGINE=build/cache/engine-package
[ "$(uname -s)" = Linux ] || fail "package: packages are built on Linux." "use a Debian or Ubuntu machine"
for tool in makensis desktop-file-validate objdump; do
  command -v "$tool" >/dev/null || fail "package: $tool is missing." "run: make package, which installs it"
done
[ -x "$ENGINE/bin/ollama" ] || fail "package: the engine with all its backends is missing." "run: make package, which builds it"

# version: v1.2.3 is 1.2.3, four commits later 1.2.3+4.gabc; without any tag it is 0.0.0+COMMITS.gabc.
version() {
  local described
  if described="$(git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null)"; then
    described="${described#v}"
    described="${described/-/+}"
    echo "${described//-/.}"
  elif git rev-parse HEAD >/dev/null 2>&1; then
    described="$(git describe --always --dirty)"
    echo "0.0.0+$(git rev-list --count HEAD).g${described//-/.}"
  else
    echo 0.0.0
  fi
}

# newest_glibc FILE...: the newest version of the C library that they ask for.
newest_glibc() { objdump -T "$@" 2>/dev/null | grep -o 'GLIBC_[0-9.]*' | cut -d_ -f2 | sort -Vu | tail -n 1; }

# tool NAME: the program of build/package/go.mod, built once into Go's cache.
tool() { go -C build/package tool -n "$1"; }

programs() {
  make --no-print-directory build-window VERSION="$PACKAGE_VERSION"
  # Icon, manifest and version come from a file that the linker finds beside main.go.
  trap 'rm -f rsrc_windows_amd64.syso' EXIT
  "$WINRES" make --in build/package/winres.json --arch amd64 --out rsrc --product-version "$NUMBERS" --file-version "$NUMBERS"
  make --no-print-directory build-windows VERSION="$PACKAGE_VERSION"
  rm -f rsrc_windows_amd64.syso
  trap - EXIT
}

stage() {
  local engine="$STAGE/lib/engine"
  rm -rf "$STAGE" "$OUT"
  mkdir -p "$STAGE/lib" "$OUT"
  cp -aL "$ENGINE" "$engine"
  rm -f "$engine/built"
  # Each library once, by the name that the loader asks for.
  find "$engine/lib" -name '*.so.0.0.0' -delete
  find "$engine/lib" -name 'libggml-base.so' -delete
  find "$engine" -type d -exec chmod 0755 {} +
  find "$engine" -name '*.so*' -exec strip --strip-unneeded {} + -exec chmod 0644 {} +
  bash build/setup/licences.sh >"$STAGE/licences.txt"
  find "$STAGE" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

installers() {
  local kind
  desktop-file-validate build/package/errata.desktop
  for kind in deb rpm; do "$NFPM" package --config build/package/nfpm.yaml --packager "$kind" --target "$OUT"; done
}

windows() {
  "$WINRES" extract --dir "$STAGE/windows" build/bin/errata.exe
  cp "$STAGE"/windows/*.ico "$STAGE/errata.ico"
  makensis -V2 -WX -DVERSION="$PACKAGE_VERSION" -DNUMBERS="$NUMBERS" -DROOT="$ROOT" -DOUT="$ROOT/$OUT/errata-$PACKAGE_VERSION-setup.exe" build/package/windows.nsi
}

PACKAGE_VERSION="$(version)"
PACKAGE_ARCH="$(go env GOARCH)"
NUMBERS="$(grep -o '^[0-9]*\.[0-9]*\.[0-9]*' <<<"$PACKAGE_VERSION").0"
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct 2>/dev/null || date +%s)"
export PACKAGE_VERSION PACKAGE_ARCH SOURCE_DATE_EPOCH

say "package: tools (built once) ..."
NFPM="$(tool nfpm)"
WINRES="$(tool go-winres)"
step "package: programs $PACKAGE_VERSION" programs
step "package: engine and licences" stage
PACKAGE_GLIBC="$(newest_glibc build/bin/errata "$STAGE"/lib/engine/bin/ollama "$STAGE"/lib/engine/lib/ollama/*)"
export PACKAGE_GLIBC
step "package: .deb and .rpm" installers
step "package: installer for Windows" windows
for file in "$OUT"/*; do say "package: $file, $(($(stat -c %s "$file") / 1000000)) MB"; done
