package ollama_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend/engine"
	"errata/backend/ollama"
	"errata/backend/ollama/ollamatest"
	"errata/build"
)

func TestContractOnFake(t *testing.T) {
	ollamatest.Contract(t, client(t, ollamatest.Start(t, ollamatest.ContractScript())), model)
}

// TestRealContract needs the bundled engine and qwen2.5-coder:0.5b.
func TestRealContract(t *testing.T) {
	if os.Getenv("ERRATA_REAL") == "" {
		t.Skip("set ERRATA_REAL=1 to run against the bundled engine")
	}
	var e *engine.Engine
	c := ollama.New(ollama.Options{Address: func(ctx context.Context) (string, error) { return e.Address(ctx) }})
	defer c.Close()
	env := func(name string) string {
		if name == "ERRATA_ENGINE" {
			return "bundled"
		}
		return os.Getenv(name)
	}
	e, err := engine.New(engine.Options{API: c, Models: build.Models, Home: t.TempDir(), Env: env})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	info, err := e.Ensure(context.Background(), "qwen2.5-coder:0.5b")
	require.NoError(t, err)
	ollamatest.Contract(t, c, info.ServedName())
}
