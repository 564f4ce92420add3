//go:build unix

package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"errata/backend/engine"
	"errata/backend/ollama"
	"errata/backend/ollama/ollamatest"
	"errata/build"
)

// The fake engine and the parent that is killed are this test program again.
func TestMain(m *testing.M) {
	switch {
	case filepath.Base(os.Args[0]) == "ollama":
		fakeEngine()
	case os.Getenv("ERRATA_TEST_PARENT") != "":
		parent()
	default:
		goleak.VerifyTestMain(m)
	}
}

// fakeEngine behaves as the file "mode" beside its bin folder says.
func fakeEngine() {
	mode, _ := os.ReadFile(filepath.Join(filepath.Dir(os.Args[0]), "..", "mode"))
	dir := filepath.Join(filepath.Dir(os.Args[0]), "..")
	if len(os.Args) > 1 && os.Args[1] == "runner" {
		time.Sleep(10 * time.Minute)
	}
	script := ollamatest.Script{BlobDir: filepath.Join(os.Getenv("OLLAMA_MODELS"), "blobs")}
	switch string(mode) {
	case "dies":
		fmt.Fprintln(os.Stderr, "libnothing.so: cannot open shared object file")
		os.Exit(3)
	case "old":
		script.Version = "0.5.7"
	case "silent":
		time.Sleep(time.Minute)
	case "runner":
		runner := exec.Command("sleep", "600") // in the same process group
		if err := runner.Start(); err == nil {
			_ = os.WriteFile(filepath.Join(dir, "runner.pid"), []byte(strconv.Itoa(runner.Process.Pid)), 0o600)
		}
		// A server that hangs: it does not end its runner, nor itself, when asked.
		signal.Ignore(syscall.SIGTERM)
	}
	_ = os.WriteFile(filepath.Join(dir, "env"), []byte(strings.Join(os.Environ(), "\n")), 0o600)
	if _, err := ollamatest.New(os.Getenv("OLLAMA_HOST"), script); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "listening")
	time.Sleep(10 * time.Minute)
}

// parent starts the engine, tells its pid and waits to be killed.
func parent() {
	c := &closure{}
	e, err := engine.New(options(c, os.Getenv("ERRATA_TEST_PARENT")))
	if err == nil {
		c.e = e
		_, err = e.Address(context.Background())
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(e.Pid())
	time.Sleep(10 * time.Minute)
}

// closure ties client and engine, each of which needs the other.
type closure struct {
	e *engine.Engine
	*ollama.Client
}

func options(c *closure, dir string, env ...string) engine.Options {
	c.Client = ollama.New(ollama.Options{Address: func(ctx context.Context) (string, error) { return c.e.Address(ctx) }})
	return engine.Options{
		API: c.Client, Models: build.Models, Home: filepath.Join(dir, "home"), Cache: filepath.Join(dir, "cache"),
		Exe: filepath.Join(dir, "nowhere", "bin", "errata"), Start: time.Minute,
		Env: func(name string) string {
			for i := 0; i+1 < len(env); i += 2 {
				if env[i] == name {
					return env[i+1]
				}
			}
			switch name {
			case "ERRATA_ENGINE":
				return "bundled"
			case "ERRATA_ENGINE_DIR":
				return filepath.Join(dir, "engine")
			case "PATH":
				return os.Getenv("PATH")
			case "ANY_API_KEY":
				return "secret"
			}
			return ""
		},
	}
}

// install puts the fake engine into dir with a mode.
func install(t *testing.T, dir, mode string) {
	t.Helper()
	bin := filepath.Join(dir, "engine", "bin")
	require.NoError(t, os.MkdirAll(bin, 0o700))
	self, err := os.Executable()
	require.NoError(t, err)
	if _, err := os.Lstat(filepath.Join(bin, "ollama")); err != nil {
		require.NoError(t, os.Symlink(self, filepath.Join(bin, "ollama")))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "engine", "mode"), []byte(mode), 0o600))
}

// start makes an engine in dir; change may adjust its options.
func start(t *testing.T, dir string, change func(*engine.Options), env ...string) (*engine.Engine, *closure) {
	t.Helper()
	c := &closure{}
	opt := options(c, dir, env...)
	if change != nil {
		change(&opt)
	}
	e, err := engine.New(opt)
	require.NoError(t, err)
	c.e = e
	t.Cleanup(func() {
		require.NoError(t, e.Close())
		c.Client.Close()
	})
	return e, c
}

// on makes an engine that finds a scripted Ollama by OLLAMA_HOST.
func on(t *testing.T, s *ollamatest.Server, change func(*engine.Options)) *engine.Engine {
	t.Helper()
	e, _ := start(t, t.TempDir(), change, "ERRATA_ENGINE", "", "OLLAMA_HOST", s.URL)
	return e
}

func gone(pid int) func() bool {
	return func() bool { return syscall.Kill(pid, 0) != nil || zombie(pid) }
}

// zombie says whether a process has ended but was not yet collected by the
// program that adopted it.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z")
}

// read gives the first line of a running command.
func firstLine(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line)
}
