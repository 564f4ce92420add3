package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allowed is the import table of the house: a package of ours (or a folder of
// packages, with "/...") and what of ours it may import. A package without a row
// fails, so that a new room gets its row when it is built.
var allowed = map[string][]string{
	"errata":                  {"app"},
	"errata/app":              {"*"},
	"errata/app/api":          {"backend", "backend/flow", "backend/bench", "backend/judge", "backend/dataset"},
	"errata/app/cli":          {"app/api", "backend", "backend/flow", "backend/bench"},
	"errata/app/web":          {"app/api", "backend", "backend/flow"},
	"errata/app/window":       {"app/api", "backend"},
	"errata/backend":          {},
	"errata/backend/flow":     {"backend", "backend/judge", "backend/dataset", "backend/score", "backend/chatfile"},
	"errata/backend/bench":    {"backend", "backend/judge", "backend/dataset", "backend/score", "backend/flow", "backend/page"},
	"errata/backend/bolt":     {"backend"},
	"errata/backend/ollama":   {"backend"},
	"errata/backend/engine":   {"backend"},
	"errata/backend/train":    {"backend"},
	"errata/backend/watch":    {"backend"},
	"errata/backend/judge":    {"backend"},
	"errata/backend/dataset":  {"backend"},
	"errata/backend/score":    {"backend"},
	"errata/backend/page":     {"backend"},
	"errata/backend/chatfile": {"backend"},
	"errata/backend/secret":   {"backend"},
	"errata/backend/evidence": {"backend", "backend/page"},
	"errata/backend/library":  {"backend", "backend/page"},
	"errata/frontend":         {},
	"errata/trainer":          {},
	"errata/build":            {},
}

// only names the packages that alone may import something from outside, and why.
var only = map[string]struct {
	packages []string
	why      string
}{
	"github.com/wailsapp/wails/v2":       {[]string{"errata/app/window"}, "everything else builds and is tested without cgo"},
	"github.com/ollama/ollama/api":       {[]string{"errata/backend/ollama"}, "every call to a model gets a deadline and counts only when done"},
	"go.etcd.io/bbolt":                   {[]string{"errata/backend/bolt"}, "one exported method is one transaction"},
	"github.com/blevesearch/bleve/v2":    {[]string{"errata/backend/library"}, "one index"},
	"github.com/zalando/go-keyring":      {[]string{"errata/backend/secret"}, "keys never reach plain text"},
	"os/exec":                            {[]string{"errata/backend/train", "errata/backend/engine", "errata/app"}, "processes are supervised in one way"},
	"github.com/gpustack/gguf-parser-go": {[]string{"errata/backend/engine"}, "weights files are read in one place"},
}

type goPackage struct {
	ImportPath   string
	Name         string
	Dir          string
	Imports      []string
	TestGoFiles  []string
	XTestGoFiles []string
}

func listPackages(t *testing.T, tags string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-tags", tags, "-json=ImportPath,Name,Dir,Imports,TestGoFiles,XTestGoFiles", "errata/...")
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

func forTests(p goPackage) bool {
	name := strings.TrimSuffix(p.Name, "_test")
	return strings.HasSuffix(name, "test") || (p.Name == "main" && strings.Contains(p.ImportPath, "test"))
}

func TestImportsFollowTheHouse(t *testing.T) {
	for _, tags := range []string{"", "desktop,production,webkit2_41"} {
		packages := listPackages(t, tags)
		require.Greater(t, len(packages), 15, "go list found too little to check anything")
		for _, p := range packages {
			if forTests(p) {
				continue
			}
			row, ok := allowed[p.ImportPath]
			if !ok {
				t.Errorf("%s has no row in the import table", p.ImportPath)
				continue
			}
			for _, imported := range p.Imports {
				ours, isOurs := strings.CutPrefix(imported, "errata/")
				if isOurs && !slices.Contains(row, "*") && !slices.Contains(row, ours) {
					t.Errorf("%s imports %s, which its row does not allow", p.ImportPath, imported)
				}
				for prefix, rule := range only {
					if (imported == prefix || strings.HasPrefix(imported, prefix+"/")) && !slices.Contains(rule.packages, p.ImportPath) {
						t.Errorf("%s imports %s; only %v may: %s", p.ImportPath, imported, rule.packages, rule.why)
					}
				}
			}
		}
	}
}

// heavy names what may not be linked, and why: the tables of such a package are made
// at every start, whether or not anybody asks it.
var heavy = map[string]string{
	"github.com/markusmobius/go-dateparser/internal/data": "0.3 s and 95 MB; backend/page/dateparser stands in its place",
}

func TestNothingHeavyIsLinked(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "errata").Output()
	require.NoError(t, err)
	linked := strings.Fields(string(out))
	require.Contains(t, linked, "github.com/markusmobius/go-htmldate", "what would bring it is linked")
	for name, why := range heavy {
		require.NotContains(t, linked, name, why)
	}
}

func TestNoBagOfThings(t *testing.T) {
	for _, p := range listPackages(t, "") {
		last := p.ImportPath[strings.LastIndexByte(p.ImportPath, '/')+1:]
		require.NotContains(t, []string{"utils", "common", "helpers", "types", "models", "services"}, last, p.ImportPath)
	}
}

// A property that draws from a seed of its own fails once and never again.
func TestPropertiesDrawFromAFixedSeed(t *testing.T) {
	checked := 0
	for _, p := range listPackages(t, "") {
		for _, name := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
			source, err := os.ReadFile(filepath.Join(p.Dir, name))
			require.NoError(t, err)
			for _, check := range []string{"Check(", "MakeCheck("} {
				if strings.Contains(string(source), "rapid."+check) {
					t.Errorf("%s/%s calls rapid.%s); propertytest.Check sets the seed", p.ImportPath, name, check)
				}
				checked += strings.Count(string(source), "propertytest."+check)
			}
		}
	}
	require.Positive(t, checked, "no property was found")
}
