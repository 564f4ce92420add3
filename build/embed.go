// Package build carries the list of models into the program. It holds no code.
//
//	models.toml ──go:embed──> Models ──app──> engine
package build

import _ "embed"

// Models is models.toml.
//
//go:embed models.toml
var Models []byte
