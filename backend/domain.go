package backend

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// nameless owns every address in numbers: a machine has as many as it likes.
const nameless = "address without a name"

// Owner is the domain that somebody had to register for a passage's domain: what
// independence is counted by. Where a host gives away names of its own
// ("one.blogspot.com") it is the host: two of them cost nothing.
func Owner(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	if _, err := netip.ParseAddr(domain); err == nil {
		return nameless
	}
	suffix, listed := publicsuffix.PublicSuffix(domain)
	if listed || !strings.Contains(suffix, ".") {
		return domain
	}
	under, _ := publicsuffix.PublicSuffix(suffix[strings.IndexByte(suffix, '.')+1:])
	host := strings.TrimSuffix(suffix, "."+under)
	return host[strings.LastIndexByte(host, '.')+1:] + "." + under
}
