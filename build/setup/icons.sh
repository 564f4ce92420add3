#!/usr/bin/env bash
# Draws the PNG sizes of the icons from their two drawings: up to 32 pixels the
# plain one, whose lines stay sharp, above it the whole one.
source "$(dirname "$0")/lib.sh"

command -v rsvg-convert >/dev/null || fail "icons: rsvg-convert is missing." "install it: apt-get install librsvg2-bin"
cd "$ROOT/build/icons"
for size in 16 24 32 48 64 128 256 512; do
  drawing=errata.svg
  [ "$size" -gt 32 ] || drawing=errata-small.svg
  rsvg-convert --width "$size" --height "$size" "$drawing" --output "errata-$size.png"
done
say "icons: 8 sizes in build/icons"
