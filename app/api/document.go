package api

import (
	"context"
	"slices"

	"errata/backend"
)

// AddDocument keeps a copy of a document in Errata's own folder, which becomes one of
// the library's, and reads it: Status and Reason of what it gives say whether it can
// serve as evidence. data is base64 in JSON.
func (a *API) AddDocument(requestID, name string, data []byte) (backend.Document, error) {
	return request(a, requestID, "library.add", name, func(ctx context.Context) (backend.Document, error) {
		folder, path, err := a.o.Library.Add(name, data)
		if err != nil {
			return backend.Document{}, err
		}
		s, err := a.o.Loop.Store.Settings()
		if err != nil {
			return backend.Document{}, err
		}
		if !slices.Contains(s.LibraryFolders, folder) {
			s.LibraryFolders = append(slices.Clone(s.LibraryFolders), folder)
			if err := a.o.Library.SetFolders(s.LibraryFolders); err != nil {
				return backend.Document{}, err
			}
			if err := a.keepSettings(s); err != nil {
				return backend.Document{}, err
			}
		}
		if err := a.o.Library.Rescan(ctx); err != nil {
			return backend.Document{}, err
		}
		a.o.Hub.Emit(backend.Event{At: a.o.Loop.Now(), Topic: "library.changed"})
		documents, err := a.o.Library.Documents()
		if err != nil {
			return backend.Document{}, err
		}
		i := slices.IndexFunc(documents, func(d backend.Document) bool { return d.Path == path })
		if i < 0 {
			return backend.Document{}, backend.Errorf(backend.CodeInternal, "library.add", "%s was kept but is not listed.", name)
		}
		return documents[i], nil
	})
}
