#!/usr/bin/env bash
# Builds the bundled engine, Ollama, from its Go module into the user's cache:
#
#   build/engine/go.mod + go.sum ──go build──> <cache>/engine/<key>/bin/ollama
#   the module's ggml sources ────cmake─────> <cache>/engine/<key>/lib/ollama/*.so
#                                             build/cache/engine -> <cache>/engine/<key>
#
#   engine.sh          for this machine
#   engine.sh package  for every processor of this kind: build/cache/engine-package
#
# The key is a hash of what goes in, so a second checkout builds nothing.
# ENGINE_VARIANTS overrides the choice of CPU backends ("haswell icelake", "all").
source "$(dirname "$0")/lib.sh"

VERSION="$(cd "$ROOT/build/engine" && go list -m -f '{{.Version}}' github.com/ollama/ollama)"

# variants names the ggml backends that this processor can use, best first. The
# engine loads the one that scores highest and falls back to the next.
variants() {
  if [ -n "${ENGINE_VARIANTS:-}" ]; then
    echo "$ENGINE_VARIANTS"
    return
  fi
  case "$(uname -m)" in
  x86_64) ;;
  *)
    echo all
    return
    ;;
  esac
  local flags out=""
  flags=" $(grep -m1 '^flags' /proc/cpuinfo | cut -d: -f2) "
  has() {
    local f
    for f in "$@"; do [[ "$flags" == *" $f "* ]] || return 1; done
  }
  if has avx512f avx512cd avx512vl avx512dq avx512bw avx512vbmi avx512_vnni; then out="icelake"
  elif has avx512f avx512cd avx512vl avx512dq avx512bw; then out="skylakex"
  elif has avx_vnni avx2 fma f16c bmi2; then out="alderlake"
  fi
  if has avx2 fma f16c bmi2; then out="$out haswell"
  elif has avx; then out="$out sandybridge"
  elif has sse4_2; then out="$out sse42"
  else out="$out x64"
  fi
  echo "$out" | xargs
}

# gpu says whether a Vulkan backend can be built and has something to run on.
gpu() {
  compgen -G '/dev/dri/render*' >/dev/null || [ -e /dev/nvidia0 ] || return 1
  command -v glslc >/dev/null && [ -e /usr/include/vulkan/vulkan.h ]
}

VARIANTS="$(variants)"
VULKAN=off
! gpu || VULKAN=on
LINK=engine
# Vulkan stays out of a package: it is untried on other people's drivers, and one
# that only pretends to have a GPU would be taken too.
[ "${1:-}" != package ] || VARIANTS=all VULKAN=off LINK=engine-package
KEY="$(
  {
    echo "$VERSION $VARIANTS vulkan=$VULKAN $(uname -sm) 3"
    cat "$ROOT/build/engine/go.mod" "$ROOT/build/engine/go.sum"
  } | hash_of
)"
DIR="$CACHE/engine/$KEY"

link() {
  mkdir -p "$ROOT/build/cache"
  ln -sfn "$DIR" "$ROOT/build/cache/$LINK"
}

# Without a backend for the processor the engine runs, 30 times slower.
whole() { [ -x "$1/bin/ollama" ] && compgen -G "$1/lib/ollama/libggml-cpu*" >/dev/null; }

if whole "$DIR"; then
  link
  say "engine: Ollama ${VERSION#v} is built already"
  exit 0
fi

# folder MODULE: where its sources lie, fetched when they are not there yet (go
# list alone names no folder then).
folder() {
  cd "$ROOT/build/engine"
  go mod download "$1" && go list -m -f '{{.Dir}}' "$1"
}

# The module lacks three vendored headers; two are Debian packages, the third
# stands in another Go module, under a folder name of its own.
headers() {
  local from
  from="$(folder github.com/gen2brain/malgo)"
  mkdir -p "$CACHE/engine/headers/miniaudio"
  install -m 0644 "$from/miniaudio.h" "$CACHE/engine/headers/miniaudio/miniaudio.h"
}

binary() {
  cd "$ROOT/build/engine"
  CGO_ENABLED=1 CGO_CPPFLAGS="-I$CACHE/engine/headers -I/usr/include/stb" \
    go build -p "$JOBS" -trimpath \
    -ldflags "-s -w -X github.com/ollama/ollama/version.Version=${VERSION#v}" \
    -o "$TMP/bin/ollama" github.com/ollama/ollama
}

backends() {
  local source targets="" v
  source="$(folder github.com/ollama/ollama)"
  if [ "$VARIANTS" = all ]; then targets="ggml-cpu"; else for v in $VARIANTS; do targets="$targets ggml-cpu-$v"; done; fi
  [ "$VULKAN" = off ] || targets="$targets ggml-vulkan"
  local find=ON
  [ "$VULKAN" = off ] || find=OFF
  # With OpenMP a thread that waits goes to sleep; ggml's own threads spin, and
  # beside any other busy program they answer 10 to 20 times slower (measured
  # with qwen2.5-coder:0.5b on two cores). $ORIGIN lets the backends find
  # ggml-base and libgomp beside them wherever the folder goes.
  cmake -G Ninja -S "$source" -B "$TMP/cmake" -DCMAKE_BUILD_TYPE=Release -DGGML_OPENMP=ON \
    -DCMAKE_DISABLE_FIND_PACKAGE_Vulkan=$find \
    -DCMAKE_CUDA_COMPILER=NOTFOUND -DCMAKE_HIP_COMPILER=NOTFOUND \
    '-DCMAKE_INSTALL_RPATH=$ORIGIN' -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON
  # shellcheck disable=SC2086
  ninja -C "$TMP/cmake" -j "$JOBS" $targets
  mkdir -p "$TMP/lib/ollama"
  cp -a "$TMP/cmake/lib/ollama/." "$TMP/lib/ollama/"
  install -m 0644 "$(gcc -print-file-name=libgomp.so.1)" "$TMP/lib/ollama/libgomp.so.1"
  # A GPU backend is looked for in a folder of its own.
  if [ "$VULKAN" = on ]; then
    mkdir -p "$TMP/lib/ollama/vulkan"
    mv "$TMP/lib/ollama/"libggml-vulkan* "$TMP/lib/ollama/vulkan/"
  fi
  rm -rf "$TMP/cmake"
}

build() {
  ! whole "$DIR" || return 0
  local tool
  for tool in go gcc g++ cmake ninja; do
    command -v "$tool" >/dev/null || fail "engine: $tool is missing." "run: make system"
  done
  [ -d /usr/include/nlohmann ] && [ -d /usr/include/stb ] ||
    fail "engine: the headers of nlohmann-json3-dev and libstb-dev are missing." "run: make system"
  TMP="$(mktemp -d "$CACHE/engine/.build-XXXXXX")"
  trap 'rm -rf "$TMP"' EXIT
  mkdir -p "$TMP/bin"
  step "engine: headers" headers
  step "engine: backends for this processor ($VARIANTS)" backends
  step "engine: compiling Ollama ${VERSION#v} (about 9 CPU minutes, once)" binary
  "$TMP/bin/ollama" --version 2>/dev/null | grep -q "${VERSION#v}" ||
    fail "engine: the built program does not say it is ${VERSION#v}." "remove $CACHE/engine and run: make engine"
  whole "$TMP" || fail "engine: no backend for this processor was built." "run with another choice: ENGINE_VARIANTS=all make engine"
  echo "$VERSION $VARIANTS vulkan=$VULKAN" >"$TMP/built"
  chmod 0755 "$TMP"
  rm -rf "$DIR"
  mv -T "$TMP" "$DIR"
  trap - EXIT
}

mkdir -p "$CACHE/engine"
locked engine build
link
say "engine: $DIR"
