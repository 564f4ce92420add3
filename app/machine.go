package app

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"errata/app/api"
)

// lookAtMachine says what this computer has; what cannot be found stays zero.
func lookAtMachine(home string) func(context.Context) api.Machine {
	return func(context.Context) api.Machine {
		m := api.Machine{OS: runtime.GOOS, Cores: runtime.NumCPU(), CPU: firstValue("/proc/cpuinfo", "model name"), GPU: findGPU()}
		m.Memory = kilobytes(firstValue("/proc/meminfo", "MemTotal"))
		m.Available = kilobytes(firstValue("/proc/meminfo", "MemAvailable"))
		m.Disk, _ = freeBytes(home)
		return m
	}
}

// firstValue reads the first "key : value" line of a /proc file.
func firstValue(path, key string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if k, v, ok := strings.Cut(sc.Text(), ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func kilobytes(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSuffix(s, " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// findGPU looks where Linux shows graphics processors that can compute.
func findGPU() string {
	if models, _ := filepath.Glob("/proc/driver/nvidia/gpus/*/information"); len(models) > 0 {
		return firstValue(models[0], "Model")
	}
	if nodes, _ := filepath.Glob("/dev/dri/renderD*"); len(nodes) > 0 {
		return "a graphics processor at " + nodes[0]
	}
	return ""
}
