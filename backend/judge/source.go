package judge

import "errata/backend"

// source is what independence is counted by: the owner of a domain, or a file of
// the library.
func source(p backend.Passage) string {
	if p.Trusted() {
		return p.Provider + ":" + p.URL
	}
	if p.Domain != "" {
		return backend.Owner(p.Domain)
	}
	return p.URL
}
