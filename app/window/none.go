//go:build !production

// Package window is the desktop's door; this build has none and says so.
package window

import (
	"context"
	"io/fs"
	"log/slog"

	"errata/app/api"
	"errata/backend"
)

// Available says whether this build has a window.
const Available = false

// Options of a window.
type Options struct {
	API     *api.API
	Events  func() (events <-chan backend.Event, stop func())
	UI      fs.FS
	Icon    []byte
	Log     *slog.Logger
	Ready   func(ctx context.Context)
	Closing func() (stay bool)
}

// Open fails: this build has no window.
func Open(Options) error {
	return backend.Errorf(backend.CodeUnavailable, "window", "This build has no window.")
}

// Desktop gives nothing: this build has no window.
func Desktop(context.Context) api.Desktop { return api.Desktop{} }

// Quit does nothing: this build has no window.
func Quit(context.Context) {}

// Hide does nothing: this build has no window.
func Hide(context.Context) {}

// Show does nothing: this build has no window.
func Show(context.Context) {}
