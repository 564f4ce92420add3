// Package trainer embeds the Python trainer with its lock, so that an installed
// binary can set it up by itself.
package trainer

import "embed"

// FS holds pyproject.toml, uv.lock and the package errata_trainer.
//
//go:embed errata_trainer/*.py
var FS embed.FS
