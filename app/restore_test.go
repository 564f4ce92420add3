package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/app/cli"
	"errata/backend"
	"errata/backend/ollama/ollamatest"
)

func TestRestoreIsCareful(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	home, path := p.Home, filepath.Join(p.Home, dbName)
	_, err := p.API.AddFact(backend.Fact{Question: "Who runs Larkstead?", Answer: "Ada Birch"}, false)
	require.NoError(t, err)
	_, err = p.API.Backup()
	require.NoError(t, err)

	t.Setenv("ERRATA_HOME", "") // the command line sets it, and it must not stand in for --home
	code, _, says := runCLI(t.Context(), home, "--restore")
	require.Equal(t, cli.ExitFailed, code)
	require.Contains(t, says, "already running", "an open home is left alone")
	p.Close()

	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	code, _, says = runCLI(t.Context(), home, "--restore")
	require.Equal(t, cli.ExitFailed, code)
	require.Contains(t, says, "not damaged")
	still, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, whole, still)

	require.NoError(t, os.WriteFile(path, whole[:12288], 0o600))
	code, _, says = runCLI(t.Context(), home, "facts", "list")
	require.Equal(t, cli.ExitFailed, code)
	require.Contains(t, says, "--restore --home "+home, "the next step names this home")
	for _, args := range [][]string{{"--restore", "facts", "list"}, {"--restore", "now"}, {"--restore", "--force"}} {
		code, _, says = runCLI(t.Context(), home, args...)
		require.Equal(t, cli.ExitUsage, code, "%v: %s", args, says)
	}
	for _, args := range [][]string{{"--home=" + home, "--restore"}, {"--restore", "--home", home}, {"--restore", "--home=" + home}} {
		require.NoError(t, os.WriteFile(path, whole[:12288], 0o600))
		t.Setenv("ERRATA_HOME", "")
		var out, errs bytes.Buffer
		require.Zero(t, cli.Run(t.Context(), args, doors(), cli.IO{Out: &out, Err: &errs}), errs.String())
		require.Contains(t, out.String(), "Restored the backup")
		code, listed, _ := runCLI(t.Context(), home, "facts", "list")
		require.Equal(t, cli.ExitOK, code)
		require.Contains(t, listed, "Ada Birch")
	}
	code, _, says = runCLI(t.Context(), shortDir(t), "--restore")
	require.Equal(t, cli.ExitFailed, code)
	require.Contains(t, says, "no sound backup")
}

func TestDamageFoundLateNamesTheNextStepToo(t *testing.T) {
	home := newHome(t, ollamatest.Script{})
	path := filepath.Join(home, dbName)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, whole[:12288], 0o600))
	looked := func(string) error { return nil } // as when the look took too long
	_, err = Assemble(t.Context(), Config{Home: home, CheckDB: looked})
	var e *backend.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Hint, "--restore --home "+home)
}
