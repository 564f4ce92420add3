// Package trainer carries the Python trainer inside the binary, with its lock, so that an installed Errata can set
// it up anywhere. It holds files and nothing else.
package trainer

import "embed"

// FS holds pyproject.toml, uv.lock, README.md and the package errata_trainer.
//
//go:embed pyproject.toml uv.lock README.md errata_trainer/*.py errata_trainer/remote/*.py
var FS embed.FS
