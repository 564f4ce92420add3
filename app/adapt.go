package app

import (
	"context"

	"errata/backend"
	"errata/backend/library"
	"errata/backend/secret"
)

// documents adapts the library to the API.
type documents struct{ *library.Library }

// Rescan reads the folders again.
func (d documents) Rescan(ctx context.Context) error {
	_, err := d.Scan(ctx)
	return err
}

// Folder gives the whole path of a folder that a person names.
func (d documents) Folder(path string) (string, error) { return library.Folder(path) }

// Documents lists the library.
func (d documents) Documents() ([]backend.Document, error) { return d.Library.Documents(), nil }

// secrets adapts the keyring to the API, which never gives a key back.
type secrets struct{ *secret.Store }

// Set keeps a key and says where.
func (s secrets) Set(ctx context.Context, name, value string) (string, error) {
	kept, err := s.Store.Set(ctx, name, value)
	if kept {
		return "keyring", err
	}
	return "session", err
}
