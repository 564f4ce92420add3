//go:build unix

package engine_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/engine"
	"errata/backend/ollama/ollamatest"
)

func TestBundledStartsOnFirstNeedAndEndsWithClose(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "")
	e, _ := start(t, dir, nil)
	require.Zero(t, e.Pid(), "nothing is started by New")
	status, err := e.Status(context.Background())
	require.NoError(t, err)
	require.Equal(t, "bundled", status.Source)
	require.Equal(t, "0.24.0", status.Version)
	require.True(t, status.Adapters)
	require.Equal(t, -1, status.GPUShare)
	pid := e.Pid()
	again, err := e.Address(context.Background())
	require.NoError(t, err)
	require.Equal(t, status.Address, again)
	require.Equal(t, pid, e.Pid(), "one engine serves every call")

	env, err := os.ReadFile(filepath.Join(dir, "engine", "env"))
	require.NoError(t, err)
	require.Contains(t, string(env), "OLLAMA_NOPRUNE=1")
	require.Contains(t, string(env), "OLLAMA_MODELS="+filepath.Join(dir, "cache", "store"))
	require.NotContains(t, string(env), "secret", "keys stay here")
	log, err := os.ReadFile(filepath.Join(dir, "home", "logs", "engine.log"))
	require.NoError(t, err)
	require.Contains(t, string(log), "listening")

	require.NoError(t, e.Close())
	require.True(t, gone(pid)())
}

func TestCloseEndsTheRunnersOfAServerThatHangs(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "runner")
	e, _ := start(t, dir, nil)
	_, err := e.Address(context.Background())
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, "engine", "runner.pid"))
	require.NoError(t, err)
	runner, err := strconv.Atoi(string(text))
	require.NoError(t, err)
	server := e.Pid()
	require.False(t, gone(runner)())
	require.NoError(t, e.Close())
	require.Eventually(t, gone(server), 30*time.Second, 10*time.Millisecond)
	require.Eventually(t, gone(runner), 30*time.Second, 10*time.Millisecond)
}

func TestEngineDiesWithUs(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "")
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "ERRATA_TEST_PARENT="+dir)
	line := firstLine(t, cmd)
	pid, err := strconv.Atoi(line)
	require.NoError(t, err, line)
	require.False(t, gone(pid)())
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	_ = cmd.Wait() // it was killed
	require.Eventually(t, gone(pid), 30*time.Second, 10*time.Millisecond)
}

func TestRestartOnceWithinAMinute(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	e, _ := start(t, dir, func(o *engine.Options) { o.Now = func() time.Time { return now } })
	ctx := context.Background()
	first, err := e.Address(ctx)
	require.NoError(t, err)
	kill := func() {
		pid := e.Pid()
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		require.Eventually(t, func() bool { return syscall.Kill(pid, 0) != nil }, 30*time.Second, 5*time.Millisecond)
		require.Eventually(t, func() bool { address, err := e.Address(ctx); return err != nil || address != first }, 30*time.Second, 5*time.Millisecond)
	}
	kill()
	second, err := e.Address(ctx)
	require.NoError(t, err, "it is started again")
	require.NotEqual(t, first, second)
	first = second
	kill()
	_, err = e.Address(ctx)
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	require.ErrorContains(t, err, "twice within a minute")
}

func TestBundledFaults(t *testing.T) {
	tests := []struct {
		name, mode string
		start      time.Duration
		words      []string
	}{
		{"dies", "dies", time.Minute, []string{"stopped while it started", "exit status 3", "libnothing.so"}},
		{"too old", "old", time.Minute, []string{"0.5.7", engine.Floor}},
		{"never answers", "silent", 300 * time.Millisecond, []string{"did not answer within 300ms"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			install(t, dir, tt.mode)
			e, _ := start(t, dir, func(o *engine.Options) { o.Start = tt.start })
			_, err := e.Address(context.Background())
			require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
			for _, w := range tt.words {
				require.ErrorContains(t, err, w)
			}
			require.NotEmpty(t, backend.HintOf(err))
			require.Zero(t, e.Pid())
		})
	}
	t.Run("none there", func(t *testing.T) {
		e, _ := start(t, t.TempDir(), nil)
		_, err := e.Address(context.Background())
		require.Equal(t, backend.CodeNotFound, backend.CodeOf(err))
		require.Contains(t, backend.HintOf(err), "make engine")
	})
	t.Run("stopped while it starts", func(t *testing.T) {
		dir := t.TempDir()
		install(t, dir, "silent")
		e, _ := start(t, dir, nil)
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		_, err := e.Address(ctx)
		require.Equal(t, backend.CodeCancelled, backend.CodeOf(err), "%v", err)
	})
}

func TestWhereTheBundledEngineIs(t *testing.T) {
	tests := []struct {
		name  string
		place string // below the test's folder
		env   []string
	}{
		{"named folder", "engine", nil},
		{"beside the program", "lib/errata/engine", []string{"ERRATA_ENGINE_DIR", ""}},
		{"of the checkout", "cache/engine", []string{"ERRATA_ENGINE_DIR", ""}},
		{"in the cache", "user/engine/0123", []string{"ERRATA_ENGINE_DIR", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			install(t, dir, "")
			to := filepath.Join(dir, tt.place)
			if tt.place != "engine" {
				require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o700))
				require.NoError(t, os.Rename(filepath.Join(dir, "engine"), to))
			}
			e, _ := start(t, dir, func(o *engine.Options) {
				o.Exe, o.Cache = filepath.Join(dir, "bin", "errata"), filepath.Join(dir, "user")
			}, tt.env...)
			_, err := e.Address(context.Background())
			require.NoError(t, err)
		})
	}
	t.Run("a path in ERRATA_ENGINE", func(t *testing.T) {
		dir := t.TempDir()
		install(t, dir, "")
		e, _ := start(t, dir, nil, "ERRATA_ENGINE", filepath.Join(dir, "engine", "bin", "ollama"), "ERRATA_ENGINE_DIR", "")
		_, err := e.Address(context.Background())
		require.NoError(t, err)
	})
}

// stub answers with versions by address; everything else is not called.
type stub struct {
	engine.API
	versions map[string]string
	asked    []string
}

func (s *stub) VersionAt(_ context.Context, address string) (string, error) {
	s.asked = append(s.asked, address)
	if v, ok := s.versions[address]; ok {
		return v, nil
	}
	return "", backend.Errorf(backend.CodeUnavailable, "test", "nobody there")
}

func TestOrderOfEngines(t *testing.T) {
	const own = "http://127.0.0.1:11434"
	tests := []struct {
		name       string
		versions   map[string]string
		env        []string
		wantSource string
		wantCode   backend.Code
		words      string
	}{
		{"OLLAMA_HOST first", map[string]string{own: "0.30.0", "http://10.0.0.2:9": "0.24.0"}, []string{"OLLAMA_HOST", "10.0.0.2:9"}, "env", "", ""},
		{"OLLAMA_HOST does not answer", map[string]string{own: "0.30.0"}, []string{"OLLAMA_HOST", "10.0.0.2:9"}, "", backend.CodeUnavailable, "OLLAMA_HOST"},
		{"OLLAMA_HOST is too old", map[string]string{"http://10.0.0.2:9": "0.23.9"}, []string{"OLLAMA_HOST", "10.0.0.2:9"}, "", backend.CodeUnavailable, "0.23.9"},
		{"a running one", map[string]string{own: "0.24.0"}, nil, "running", "", ""},
		{"a running one that is too old, none bundled", map[string]string{own: "0.1.2"}, nil, "", backend.CodeUnavailable, "0.1.2"},
		{"nothing", nil, nil, "", backend.CodeNotFound, "No engine"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := &stub{versions: tt.versions}
			e, _ := start(t, t.TempDir(), func(o *engine.Options) { o.API = api }, append(tt.env, "ERRATA_ENGINE", "")...)
			address, err := e.Address(context.Background())
			require.Equal(t, tt.wantCode, backend.CodeOf(err), "%v", err)
			if err != nil {
				require.ErrorContains(t, err, tt.words)
				return
			}
			require.Contains(t, tt.versions, address)
			asked := len(api.asked)
			_, err = e.Address(context.Background())
			require.NoError(t, err)
			require.Len(t, api.asked, asked, "it is believed for a few seconds")
		})
	}
}

func TestAnEngineThatVanishesIsReplaced(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := ollamatest.Start(t, ollamatest.Script{})
	e, _ := start(t, dir, func(o *engine.Options) { o.Now = func() time.Time { return now } }, "ERRATA_ENGINE", "", "OLLAMA_HOST", s.URL)
	address, err := e.Address(context.Background())
	require.NoError(t, err)
	require.Equal(t, s.URL, address)
	s.Close()
	now = now.Add(time.Minute)
	_, err = e.Address(context.Background())
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err), "OLLAMA_HOST was chosen by the user: no other is taken in silence")
}

func TestHostAddress(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"host", "10.1.2.3", "http://10.1.2.3:11434"},
		{"host and port", "box:1234", "http://box:1234"},
		{"everywhere", "0.0.0.0", "http://127.0.0.1:11434"},
		{"everywhere v6", "[::]:99", "http://127.0.0.1:99"},
		{"port only", ":99", "http://127.0.0.1:99"},
		{"http", "http://box", "http://box:80"},
		{"https with path", "https://box/ollama/", "https://box:443/ollama"},
		{"bad port", "box:99999", ""},
		{"other scheme", "ftp://box", ""},
		{"with a password", "http://a:b@box", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := engine.HostAddress(tt.in)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want == "", err != nil)
		})
	}
}

func TestOlder(t *testing.T) {
	tests := []struct {
		name, version, floor string
		want                 bool
	}{
		{"equal", "0.24.0", "0.24.0", false},
		{"newer", "0.34.1", "0.24.0", false},
		{"numbers, not text", "0.9.0", "0.24.0", true},
		{"candidate of the same", "0.33.0-rc2", "0.33.0", false},
		{"with v", "v1.0.0", "0.24.0", false},
		{"self-made", "0.0.0", "0.24.0", true},
		{"nonsense", "latest", "0.24.0", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, engine.Older(tt.version, tt.floor)) })
	}
}

func TestLogIsTurnedOver(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "")
	path := filepath.Join(dir, "home", "logs", "engine.log")
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, make([]byte, engine.LogLimit+1), 0o600))
	size := func(path string) int64 {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Size()
	}
	e, _ := start(t, dir, nil)
	_, err := e.Address(context.Background())
	require.NoError(t, err)
	require.Equal(t, int64(engine.LogLimit+1), size(path+".1"), "at the start")
	require.Less(t, size(path), int64(1000))
	grown, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = grown.Write(make([]byte, engine.LogLimit))
	require.NoError(t, err)
	require.NoError(t, grown.Close())
	e.TendLog()
	require.Zero(t, size(path), "while it runs")
	require.Greater(t, size(path+".1"), int64(engine.LogLimit))
}

// A model runner whose server is gone is ended by the next start; one that has
// its server is left alone.
func TestOrphanedRunnersAreSwept(t *testing.T) {
	dir := t.TempDir()
	install(t, dir, "")
	program := filepath.Join(dir, "engine", "bin", "ollama")
	self, err := os.ReadFile(program)
	require.NoError(t, err)
	// A copy, so that this test is not itself "the program".
	require.NoError(t, os.Remove(program))
	require.NoError(t, os.WriteFile(program, self, 0o700)) //nolint:gosec // it has to run
	orphan := exec.Command(program, "runner", "--model", "x")
	require.NoError(t, orphan.Start())
	ended := make(chan error, 1)
	go func() { ended <- orphan.Wait() }()
	other := exec.Command("sleep", "600")
	require.NoError(t, other.Start())
	defer func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	}()
	bystander := func() bool { return gone(other.Process.Pid)() }
	e, _ := start(t, dir, nil)
	_, err = e.Address(context.Background())
	require.NoError(t, err)
	select {
	case err := <-ended:
		require.ErrorContains(t, err, "killed")
	case <-time.After(30 * time.Second):
		_ = orphan.Process.Kill()
		t.Fatal("the orphan still runs")
	}
	require.False(t, bystander())
	require.False(t, gone(e.Pid())())
}
