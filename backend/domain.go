package backend

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Owner is the domain that somebody had to register for a passage's domain: what
// independence is counted by. Where a host gives away names of its own
// ("one.blogspot.com") it is the host: two of them cost nothing.
func Owner(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	suffix, listed := publicsuffix.PublicSuffix(domain)
	if listed || !strings.Contains(suffix, ".") {
		return domain
	}
	under, _ := publicsuffix.PublicSuffix(suffix[strings.IndexByte(suffix, '.')+1:])
	host := strings.TrimSuffix(suffix, "."+under)
	return host[strings.LastIndexByte(host, '.')+1:] + "." + under
}
