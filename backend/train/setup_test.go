package train_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/train"
	"errata/backend/train/traintest"
)

func source(code string) fstest.MapFS {
	return fstest.MapFS{
		"embed.go":                    {Data: []byte("package trainer")},
		"uv.lock":                     {Data: []byte("version = 1\n")},
		"pyproject.toml":              {Data: []byte("[project]\n")},
		"errata_trainer/__init__.py":  {Data: []byte(code)},
		"errata_trainer/gguf/read.py": {Data: []byte("x = 1\n")},
		"tests/test_x.py":             {Data: []byte("x = 2\n")},
	}
}

func TestReady(t *testing.T) {
	tests := []struct {
		name    string
		options func(t *testing.T) train.Options
		message string // empty: ready
	}{
		{"it is", func(t *testing.T) train.Options { return traintest.Options(t, traintest.Script{}) }, ""},
		{"the import fails", func(t *testing.T) train.Options { return traintest.Options(t, traintest.Script{Mode: "env"}) }, "cannot be loaded"},
		{"nothing is set up", func(t *testing.T) train.Options {
			return train.Options{Source: source(""), Cache: t.TempDir()}
		}, "not set up"},
		{"no trainer in this build", func(t *testing.T) train.Options { return train.Options{Cache: t.TempDir()} }, "carries no trainer"},
		{"no lock file", func(t *testing.T) train.Options {
			return train.Options{Source: fstest.MapFS{"errata_trainer/a.py": {}}, Cache: t.TempDir()}
		}, "uv.lock"},
		{"a wrong variable", func(t *testing.T) train.Options {
			t.Setenv("ERRATA_TRAINER_PYTHON", "/no/such/python")
			return train.Options{}
		}, "ERRATA_TRAINER_PYTHON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("ERRATA_TRAINER_PYTHON", "")
			l := train.New(tt.options(t))
			err := l.Ready(t.Context())
			if tt.message == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
			require.ErrorContains(t, err, tt.message)
			require.NotEmpty(t, backend.HintOf(err))
		})
	}
}

func TestInterpreterIsFound(t *testing.T) {
	t.Setenv("ERRATA_TRAINER_PYTHON", "")
	l := train.New(train.Options{Source: source(""), Cache: t.TempDir()})
	place, err := l.Place()
	require.NoError(t, err)
	want := filepath.Join(place, "venv", "bin", "python")
	if runtime.GOOS == "windows" {
		want = filepath.Join(place, "venv", "Scripts", "python.exe")
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(want), 0o700))
	require.NoError(t, os.WriteFile(want, nil, 0o700))
	got, err := l.Interpreter()
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestSourceIsUnpacked(t *testing.T) {
	cache := t.TempDir()
	first := train.New(train.Options{Source: source("a = 1"), Cache: cache})
	dir, err := first.SourceDir()
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, "errata_trainer", "gguf", "read.py"))
	require.FileExists(t, filepath.Join(dir, "pyproject.toml"))
	require.NoFileExists(t, filepath.Join(dir, "embed.go"))
	require.NoDirExists(t, filepath.Join(dir, "tests"))
	again, err := first.SourceDir()
	require.NoError(t, err)
	require.Equal(t, dir, again)

	newer, err := train.New(train.Options{Source: source("a = 2"), Cache: cache}).SourceDir()
	require.NoError(t, err)
	require.NotEqual(t, dir, newer, "new code, same lock: a folder of its own")
	require.Equal(t, filepath.Dir(dir), filepath.Dir(newer))

	checkout := t.TempDir()
	got, err := train.New(train.Options{Checkout: checkout, Source: source("")}).SourceDir()
	require.NoError(t, err)
	require.Equal(t, checkout, got)
}

func TestSetupEnvironment(t *testing.T) {
	got := train.SetupEnvironment([]string{"PATH=/bin", "HTTPS_PROXY=p", "BRAVE_API_KEY=k", "GITHUB_TOKEN=t", "UV_INDEX_X_PASSWORD=u", "PIP_INDEX_URL=i", "PYTHONPATH=x"})
	require.Equal(t, []string{"PATH=/bin", "HTTPS_PROXY=p", "UV_INDEX_X_PASSWORD=u", "PIP_INDEX_URL=i"}, got)
}

// script is a program for tests on the path, in place of python3.
func script(t *testing.T, body string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "python3"), []byte("#!/bin/sh\n"+body), 0o700))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+"/usr/bin:/bin")
	t.Setenv("ERRATA_TRAINER_PYTHON", "")
}

func TestSetup(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-ins are shell scripts")
	}
	// The stand-in for python3 makes a virtual environment whose python installs a
	// uv, whose sync makes the environment: each notes that it ran.
	const works = `
echo "python3 $*" >> "$TRACE"
[ "$2" = venv ] || exit 9
mkdir -p "$4/bin"
cat > "$4/bin/python" <<'END'
#!/bin/sh
echo "python $*" >> "$TRACE"
cat > "$(dirname "$0")/uv" <<'UV'
#!/bin/sh
[ "$1" = --version ] && echo "uv 0.13.9" && exit 0
echo "uv $*" >> "$TRACE"
[ -n "$BROKEN" ] && echo "error: connection reset" && exit 2
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
printf '#!/bin/sh\nexit 0\n' > "$UV_PROJECT_ENVIRONMENT/bin/python"
chmod +x "$UV_PROJECT_ENVIRONMENT/bin/python"
echo "Installed 3 packages"
UV
chmod +x "$(dirname "$0")/uv"
END
chmod +x "$4/bin/python"
`
	trace := filepath.Join(t.TempDir(), "trace")
	t.Setenv("TRACE", trace)
	script(t, works)
	o := train.Options{Source: source(""), Cache: t.TempDir()}
	var lines []string
	say := func(line string) { lines = append(lines, line) }

	t.Setenv("BROKEN", "1")
	err := train.New(o).Setup(t.Context(), say, "ray")
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	require.ErrorContains(t, err, "connection reset")
	require.ErrorContains(t, err, "what was loaded is kept")
	require.NotEmpty(t, backend.HintOf(err))

	t.Setenv("BROKEN", "")
	l := train.New(o)
	require.NoError(t, l.Setup(t.Context(), say))
	require.Contains(t, lines, "Installed 3 packages")
	require.Equal(t, "The trainer is ready", lines[len(lines)-1])
	require.NoError(t, l.Ready(t.Context()))

	ran, err := os.ReadFile(trace)
	require.NoError(t, err)
	steps := strings.Split(strings.TrimSpace(string(ran)), "\n")
	require.Len(t, steps, 4, "uv is made once, the sync goes on: %s", ran)
	require.Contains(t, steps[1], "uv==0.13.9")
	for _, i := range []int{2, 3} {
		require.Contains(t, steps[i], "uv sync --locked")
		require.Contains(t, steps[i], "--extra ray", "what was asked for once is kept")
	}
}

func TestSetupWithoutVenv(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-ins are shell scripts")
	}
	script(t, "echo 'ensurepip is not available'; exit 1\n")
	err := train.New(train.Options{Source: source(""), Cache: t.TempDir()}).Setup(t.Context(), nil)
	require.ErrorContains(t, err, "ensurepip is not available")
	require.Contains(t, backend.HintOf(err), "python3-venv")
}
