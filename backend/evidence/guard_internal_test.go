package evidence

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The kernel's dialer asks this with the address it is about to connect to.
func TestControl(t *testing.T) {
	for _, a := range []string{"93.184.216.34:80", "93.184.216.34:443", "[2606:4700::1]:443"} {
		require.NoError(t, publicOnly("tcp", a, nil), a)
	}
	for _, a := range []string{"127.0.0.1:80", "[::1]:443", "10.0.0.1:443", "93.184.216.34:22", "[::ffff:127.0.0.1]:80", "[fe80::1%eth0]:80", "localhost:80", ""} {
		require.Error(t, publicOnly("tcp", a, nil), a)
	}
}
