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
	API    *api.API
	Events func() (events <-chan backend.Event, stop func())
	UI     fs.FS
	Icon   []byte
	Log    *slog.Logger
	Ready  func(ctx context.Context)
}

// Open fails: this build has no window.
func Open(Options) error {
	return backend.Errorf(backend.CodeUnavailable, "window", "This build has no window.")
}

// OpenBrowser gives a function that fails: this build has no window.
func OpenBrowser(context.Context) func(string) error {
	return func(string) error {
		return backend.Errorf(backend.CodeUnavailable, "open", "This build has no window.")
	}
}

// SaveFile gives a function that fails: this build has no window.
func SaveFile(context.Context) func(name, text string) (string, error) {
	return func(string, string) (string, error) {
		return "", backend.Errorf(backend.CodeUnavailable, "save", "This build has no window.")
	}
}
