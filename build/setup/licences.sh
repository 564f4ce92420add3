#!/usr/bin/env bash
# Writes the licences of everything that a package carries and others wrote to
# standard output: every Go module that is linked into the program and the
# engine, what the engine's C++ takes from the system, and the page's scripts.
source "$(dirname "$0")/lib.sh"

# show NAME FILE...
show() {
  local file
  printf '\n%s\n%s\n' "$(printf '=%.0s' {1..78})" "$1"
  shift
  for file in "$@"; do
    printf '\n'
    cat "$file"
  done
}

# linked FOLDER PACKAGE: a line "module version folder" for each folder between a
# linked package and the top of its module, since a part can have a licence of its own.
# A module that a folder of ours takes the place of is ours.
linked() {
  (
    cd "$1"
    go list -deps -tags "${TAGS:-}" -f '{{with .Module}}{{if not (or .Main (and .Replace (not .Replace.Version)))}}{{.Path}} {{.Version}} {{.Dir}} {{$.Dir}}{{end}}{{end}}' "$2"
  ) | awk 'NF == 4 { at = $4; while (length(at) >= length($3)) { print $1, $2, at; sub(/\/[^\/]*$/, "", at) } }'
}

modules() {
  local module version folder last="" files=() found
  while read -r module version folder; do
    if [ "$module" != "$last" ]; then
      [ -z "$last" ] || [ "${#files[@]}" -gt 0 ] || fail "licences: $last has none." "look into its folder in the module cache"
      last="$module" files=()
    fi
    mapfile -t found < <(find "$folder" -maxdepth 1 -type f \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' \) ! -name '*.go' | sort)
    [ "${#found[@]}" -gt 0 ] || continue
    files+=("${found[@]}")
    show "$module $version" "${found[@]}"
  done
  [ "${#files[@]}" -gt 0 ] || fail "licences: $last has none." "look into its folder in the module cache"
}

{
  CGO_ENABLED=1 TAGS=desktop,production,webkit2_41 linked "$ROOT" .
  CGO_ENABLED=0 GOOS=windows TAGS=desktop,production linked "$ROOT" .
  CGO_ENABLED=1 linked "$ROOT/build/engine" github.com/ollama/ollama
} | LC_ALL=C sort -u | modules

show "Go (its standard library)" "$(go env GOROOT)/LICENSE"
show "miniaudio (engine)" "$(cd "$ROOT/build/engine" && go list -m -f '{{.Dir}}' github.com/gen2brain/malgo)/LICENSE"
for package in nlohmann-json3-dev libstb-dev libgomp1; do
  show "$package (engine)" "/usr/share/doc/$package/copyright"
done
for file in "$ROOT"/frontend/src/vendor/*.LICENSE; do
  show "$(basename "$file" .LICENSE) (page)" "$file"
done
show "highlight.js (page)" "$ROOT/frontend/src/vendor/highlight/LICENSE"
