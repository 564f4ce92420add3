// Package build carries the list of models and the icon into the program. It
// holds no code.
//
//	models.toml           ──go:embed──> Models ──app──> engine
//	icons/errata-256.png  ──go:embed──> Icon   ──app──> window
package build

import _ "embed"

// Models is models.toml.
//
//go:embed models.toml
var Models []byte

// Icon is the window's, a PNG of 256 pixels.
//
//go:embed icons/errata-256.png
var Icon []byte
