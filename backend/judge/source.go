package judge

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"errata/backend"
)

// source is what independence is counted by: a registrable domain, or a file of
// the library.
func source(p backend.Passage) string {
	if p.Trusted() {
		return p.Provider + ":" + p.URL
	}
	if p.Domain != "" {
		return owner(p.Domain)
	}
	return p.URL
}

// owner is the domain that somebody had to register. Where a host gives away
// names of its own ("one.blogspot.com") it is the host: two of them cost nothing.
func owner(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	suffix, listed := publicsuffix.PublicSuffix(domain)
	if listed || !strings.Contains(suffix, ".") {
		return domain
	}
	under, _ := publicsuffix.PublicSuffix(suffix[strings.IndexByte(suffix, '.')+1:])
	host := strings.TrimSuffix(suffix, "."+under)
	return host[strings.LastIndexByte(host, '.')+1:] + "." + under
}
