package evidence

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"errata/backend"
)

// notPublic are the ranges of the IANA special-purpose registries that no web
// page of a stranger may make us connect to, and the public-looking address at
// which a machine in Azure reaches the host it runs on.
var notPublic = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

var (
	globalV6 = netip.MustParsePrefix("2000::/3")
	nat64    = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// Public says whether ip is an address of the public internet. An address of
// the well-known NAT64 range counts as the IPv4 address it stands for.
func Public(ip netip.Addr) bool {
	if !ip.IsValid() || ip.Zone() != "" {
		return false
	}
	ip = ip.Unmap()
	if nat64.Contains(ip) {
		b := ip.As16()
		return Public(netip.AddrFrom4([4]byte(b[12:16])))
	}
	if ip.Is6() && !globalV6.Contains(ip) {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return false
		}
	}
	return ip.IsGlobalUnicast()
}

// homeNames are endings that never name a host of the public internet (RFC 6761,
// 6762, 8375, and what routers use).
var homeNames = []string{"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa", "arpa", "test", "invalid", "example", "onion", "localdomain", "alt"}

const maxAddress = 2048

var hostForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?)+$`)

// CheckAddress says whether an address that came from outside may be fetched:
// http or https, port 80 or 443, a public name or a public address in its usual
// form. It looks nothing up; Guard checks the address a name leads to.
func CheckAddress(address string) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) {
		return nil, backend.Errorf(backend.CodeInvalid, "evidence.guard", "An address was not opened: %s.", why)
	}
	if len(address) > maxAddress {
		return refuse("it is too long")
	}
	for _, r := range address {
		if r <= ' ' || r == '\\' || r == unicode.ReplacementChar || unicode.Is(unicode.C, r) || unicode.IsSpace(r) {
			return refuse("it holds characters that do not belong into one")
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return refuse("it is not a web address")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return refuse("only http and https are")
	case u.User != nil || u.Opaque != "" || strings.Contains(u.Host, "@"):
		return refuse("it carries a user name")
	case strings.HasSuffix(u.Host, ":") || u.Port() != "" && u.Port() != "80" && u.Port() != "443":
		return refuse("only ports 80 and 443 are")
	}
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		ip, err := netip.ParseAddr(host)
		if err != nil || !ip.Is6() || !Public(ip) {
			return refuse("it does not lie in the public internet")
		}
		return bare(u, u.Host), nil
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		if !ip.Is4() || !Public(ip) {
			return refuse("it does not lie in the public internet")
		}
		return bare(u, u.Host), nil
	}
	name, why := plainHost(host)
	if why != "" {
		return refuse(why)
	}
	if p := u.Port(); p != "" {
		name = net.JoinHostPort(name, p)
	}
	return bare(u, name), nil
}

// bare copies u with a plain host and without fragment.
func bare(u *url.URL, host string) *url.URL {
	c := *u
	c.Host, c.Fragment, c.RawFragment = host, "", ""
	return &c
}

// plainHost gives the ASCII form of a host name, or why it is not taken.
func plainHost(host string) (name, why string) {
	const odd = "its host name is written in a misleading way"
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	ascii := true
	for _, r := range host {
		ascii = ascii && r < 0x80
	}
	if strings.ContainsAny(host, "%:") {
		return "", odd
	}
	if !ascii {
		for label := range strings.SplitSeq(host, ".") {
			if mixed(label) {
				return "", odd
			}
		}
		to, err := idna.Lookup.ToASCII(host)
		if err != nil || !strings.Contains(to, "xn--") {
			return "", odd // wide digits, circled letters and the like fold to plain ones
		}
		if back, err := idna.Lookup.ToUnicode(to); err != nil || back != host {
			return "", odd
		}
		host = to
	} else if strings.Contains(host, "xn--") {
		back, err := idna.Lookup.ToUnicode(host)
		if err != nil {
			return "", odd
		}
		for label := range strings.SplitSeq(back, ".") {
			if mixed(label) {
				return "", odd
			}
		}
	}
	if len(host) > 253 || !hostForm.MatchString(host) {
		return "", "its host name is not one"
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last[0] >= '0' && last[0] <= '9' {
		return "", odd // 127.1, 0x7f.1, 2130706433 and the other spellings of numbers
	}
	for _, ending := range homeNames {
		if host == ending || strings.HasSuffix(host, "."+ending) {
			return "", "it names a host of a private network"
		}
	}
	return host, ""
}

// mixed says whether a label mixes Latin with look-alike scripts.
func mixed(label string) bool {
	latin, other := false, false
	for _, r := range label {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin = true
		case unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Lisu):
			other = true
		}
	}
	return latin && other
}
