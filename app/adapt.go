package app

import (
	"context"
	"path/filepath"

	"errata/backend"
	"errata/backend/library"
	"errata/backend/secret"
)

// documents adapts the library to the API.
type documents struct {
	*library.Library
	home string
}

// Add writes a document into the home's own folder of documents.
func (d documents) Add(name string, data []byte) (folder, path string, err error) {
	folder = filepath.Join(d.home, documentsDir)
	path, err = library.Keep(folder, name, data)
	return folder, path, err
}

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
