package watch_test

import "testing"

func pipe(t *testing.T, _ string) {
	t.Helper()
	t.Skip("Windows has no pipes in folders")
}
