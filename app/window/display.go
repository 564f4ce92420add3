package window

import (
	"os"
	"runtime"
)

// Display says whether there is a screen to open a window on. Only where X or
// Wayland paints can it be missing.
func Display() bool { return hasDisplay(runtime.GOOS, os.Getenv) }

func hasDisplay(system string, env func(string) string) bool {
	if system == "windows" || system == "darwin" {
		return true
	}
	return env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != ""
}
