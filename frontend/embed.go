// Package frontend carries the user interface inside the binary: the page and its
// modules, as they stand, without a build step. It never reads a file at run time.
//
//	index.html ──┐
//	src/ ────────┴─> FS ─> window, browser
package frontend

import "embed"

// FS holds index.html and src/.
//
//go:embed index.html src
var FS embed.FS
