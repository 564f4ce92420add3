package watch_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/train/traintest"
	"errata/backend/watch"
)

// place is a home with its three folders and a clock.
type place struct {
	*watch.Watcher
	options                        watch.Options
	Incoming, Adapters, quarantine string
	now                            time.Time
}

func open(t *testing.T) *place {
	t.Helper()
	home := t.TempDir()
	p := &place{now: time.Now().Add(time.Minute)}
	p.Incoming, p.Adapters, p.quarantine = filepath.Join(home, "incoming"), filepath.Join(home, "adapters"), filepath.Join(home, "quarantine")
	p.options = watch.Options{
		Incoming: p.Incoming, Adapters: p.Adapters, Quarantine: p.quarantine,
		Now: func() time.Time { return p.now },
	}
	p.Watcher = watch.New(p.options)
	require.NoError(t, os.MkdirAll(p.Incoming, 0o700))
	return p
}

func (p *place) scan(t *testing.T) []backend.Arrived {
	t.Helper()
	found, err := p.Scan(t.Context())
	require.NoError(t, err)
	return found
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestScan(t *testing.T) {
	type home = *place
	tests := []struct {
		name    string
		arrange func(t *testing.T, p home)
		found   int
		problem string // empty: right
	}{
		{"nothing", func(*testing.T, home) {}, 0, ""},
		{"complete", func(t *testing.T, p home) {
			traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{Merged: true})
		}, 1, ""},
		{"a desktop's own files do not matter", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			write(t, filepath.Join(dir, ".DS_Store"), "x")
		}, 1, ""},
		{"the trainer's own folder", func(t *testing.T, p home) { write(t, filepath.Join(p.Incoming, ".tmp-run", "manifest.json"), "{") }, 0, ""},
		{"half-written", func(t *testing.T, p home) { write(t, filepath.Join(p.Incoming, "run", "adapter.gguf"), "GGUF") }, 0, ""},
		{"half-written long ago", func(t *testing.T, p home) {
			write(t, filepath.Join(p.Incoming, "run", "adapter.gguf"), "GGUF")
			p.now = p.now.Add(11 * time.Minute)
		}, 1, "never finished: there has been no manifest.json for 10m."},
		{"an empty folder long ago", func(t *testing.T, p home) {
			require.NoError(t, os.Mkdir(filepath.Join(p.Incoming, "run"), 0o700))
			p.now = p.now.Add(11 * time.Minute)
		}, 1, "never finished"},
		{"still being copied, manifest first", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			require.NoError(t, os.Truncate(filepath.Join(dir, "adapter.gguf"), 100))
			p.now = time.Now()
		}, 0, ""},
		{"a loose file", func(t *testing.T, p home) { write(t, filepath.Join(p.Incoming, "adapter.gguf"), "GGUF") }, 1, "not a folder"},
		{"a link to a folder", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, t.TempDir(), traintest.ArtifactOptions{})
			require.NoError(t, os.Symlink(dir, filepath.Join(p.Incoming, "run-1")))
		}, 1, "not a folder"},
		{"a link inside", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			require.NoError(t, os.Rename(filepath.Join(dir, "adapter.gguf"), filepath.Join(p.Adapters+".gguf")))
			require.NoError(t, os.Symlink(p.Adapters+".gguf", filepath.Join(dir, "adapter.gguf")))
		}, 1, "not a plain file"},
		{"a folder inside", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			require.NoError(t, os.Mkdir(filepath.Join(dir, "more"), 0o700))
		}, 1, "not a plain file"},
		{"a wrong hash", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			path := filepath.Join(dir, "adapter.gguf")
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			b[len(b)-1] ^= 1
			require.NoError(t, os.WriteFile(path, b, 0o600))
		}, 1, `"adapter.gguf" has another hash than its manifest says.`},
		{"cut off", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			require.NoError(t, os.Truncate(filepath.Join(dir, "adapter_model.safetensors"), 9))
		}, 1, "has 9 bytes"},
		{"a missing file", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			require.NoError(t, os.Remove(filepath.Join(dir, "adapter.gguf")))
		}, 1, "is missing"},
		{"one file more", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			write(t, filepath.Join(dir, "notes.txt"), "hello")
		}, 1, `"notes.txt" is not listed`},
		{"a merged file that is none", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			write(t, filepath.Join(dir, "merged.gguf"), "not at all")
			_, err := traintest.WriteManifest(dir, traintest.ArtifactOptions{})
			require.NoError(t, err)
		}, 1, "not a GGUF file"},
		{"too many files", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			for i := range 70 {
				write(t, filepath.Join(dir, "n"+strings.Repeat("i", i)+".txt"), "")
			}
		}, 1, "more than 64 files"},
		{"a huge manifest", func(t *testing.T, p home) {
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			require.NoError(t, os.Truncate(filepath.Join(dir, "manifest.json"), 2<<20))
		}, 1, "more than 1048576 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := open(t)
			tt.arrange(t, p)
			found := p.scan(t)
			require.Len(t, found, tt.found)
			for _, a := range found {
				if tt.problem == "" {
					require.Empty(t, a.Problem)
					require.Equal(t, "run-1", a.Manifest.Run)
					require.Equal(t, traintest.Base, a.Manifest.BaseSHA256)
					continue
				}
				require.Contains(t, a.Problem, tt.problem)
			}
		})
	}
}

// A pickle runs code when it is loaded, so it must not even be opened: as a pipe
// nobody writes to, it would hold the scan for ever.
func TestPicklesAreNeverOpened(t *testing.T) {
	for _, name := range []string{"adapter_model.bin", "optimizer.pt", "state.pkl", "weights.pth", "tool.py", "lib.so", "second.gguf"} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			write(t, filepath.Join(dir, name), "x")
			_, err := traintest.WriteManifest(dir, traintest.ArtifactOptions{})
			require.NoError(t, err)
			require.NoError(t, os.Remove(filepath.Join(dir, name)))
			pipe(t, filepath.Join(dir, name))
			found := p.scan(t)
			require.Len(t, found, 1)
			require.NotEmpty(t, found[0].Problem)

			require.NoError(t, os.Remove(filepath.Join(dir, name)))
			write(t, filepath.Join(dir, name), "x")
			require.Contains(t, p.scan(t)[0].Problem, "of a kind that no adapter has")
		})
	}
}

func TestAccept(t *testing.T) {
	p := open(t)
	from, id := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
	write(t, filepath.Join(from, ".DS_Store"), "x")
	found := p.scan(t)
	require.Len(t, found, 1)
	require.Equal(t, id, found[0].ID)
	dir, err := p.Accept(found[0])
	require.NoError(t, err)
	require.Equal(t, filepath.Join(p.Adapters, id), dir)
	require.NoDirExists(t, from)
	require.NoFileExists(t, filepath.Join(dir, ".DS_Store"))
	info, err := os.Stat(filepath.Join(dir, "adapter.gguf"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o400), info.Mode().Perm())
	require.Empty(t, p.scan(t))

	again, err := p.Accept(found[0])
	require.NoError(t, err, "a second time changes nothing")
	require.Equal(t, dir, again)

	traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
	again, err = p.Accept(p.scan(t)[0])
	require.NoError(t, err, "a second copy is the same adapter")
	require.Equal(t, dir, again)
	require.Empty(t, p.scan(t))

	path := filepath.Join(dir, "adapter.gguf")
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.WriteFile(path, []byte("rot"), 0o600))
	traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
	healed, err := p.Accept(p.scan(t)[0])
	require.NoError(t, err)
	require.Equal(t, dir, healed)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotEqual(t, "rot", string(b))
	require.FileExists(t, filepath.Join(p.quarantine, id[:12]+"-1", "reason.txt"))
}

func TestKept(t *testing.T) {
	p := open(t)
	none := func(string) bool { return false }
	kept, err := p.Kept(t.Context(), none)
	require.NoError(t, err, "the folder need not be there")
	require.Empty(t, kept)

	traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{Merged: true})
	a := p.scan(t)[0]
	dir, err := p.Accept(a)
	require.NoError(t, err)
	write(t, filepath.Join(p.Adapters, strings.Repeat("a", 64), "manifest.json"), "{")
	kept, err = p.Kept(t.Context(), none)
	require.NoError(t, err)
	require.Len(t, kept, 1, "only what is right")
	require.Equal(t, a.ID, kept[0].ID)
	require.Equal(t, a.Manifest, kept[0].Manifest)
	require.Equal(t, dir, kept[0].Dir)
	kept, err = p.Kept(t.Context(), func(id string) bool { return id == a.ID })
	require.NoError(t, err)
	require.Empty(t, kept)
}

func TestAcceptRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(t *testing.T, p *place, a *backend.Arrived)
		code   backend.Code
	}{
		{"a broken one", func(_ *testing.T, _ *place, a *backend.Arrived) { a.Problem = "It is broken." }, backend.CodeInvalid},
		{"no id", func(_ *testing.T, _ *place, a *backend.Arrived) { a.ID = "" }, backend.CodeInvalid},
		{"an id that climbs", func(_ *testing.T, _ *place, a *backend.Arrived) { a.ID = "../../x" }, backend.CodeInvalid},
		{"a folder elsewhere", func(t *testing.T, _ *place, a *backend.Arrived) {
			a.Dir, _ = traintest.Artifact(t, t.TempDir(), traintest.ArtifactOptions{})
		}, backend.CodeInvalid},
		{"incoming itself", func(_ *testing.T, p *place, a *backend.Arrived) { a.Dir = p.Incoming + "/." }, backend.CodeInvalid},
		{"one that changed", func(t *testing.T, _ *place, a *backend.Arrived) {
			write(t, filepath.Join(a.Dir, "adapter.gguf"), "other")
		}, backend.CodeConflict},
		{"another id", func(_ *testing.T, _ *place, a *backend.Arrived) { a.ID = strings.Repeat("0", 64) }, backend.CodeConflict},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := open(t)
			from, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
			a := p.scan(t)[0]
			tt.change(t, p, &a)
			_, err := p.Accept(a)
			require.Equal(t, tt.code, backend.CodeOf(err), "%v", err)
			require.DirExists(t, from)
			require.NoDirExists(t, p.Adapters)
		})
	}
}

func TestQuarantine(t *testing.T) {
	p := open(t)
	outside := t.TempDir()
	write(t, filepath.Join(outside, "precious"), "keep me")
	for range 2 {
		dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
		require.NoError(t, os.Remove(filepath.Join(dir, "adapter.gguf")))
		require.NoError(t, os.Symlink(filepath.Join(outside, "precious"), filepath.Join(dir, "reason.txt")))
		_, err := p.Quarantine(p.scan(t)[0], "It is broken.")
		require.NoError(t, err)
	}
	for _, name := range []string{"run-1-1", "run-1-2"} {
		b, err := os.ReadFile(filepath.Join(p.quarantine, name, "reason.txt"))
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(string(b), "\nIt is broken.\n"))
		require.FileExists(t, filepath.Join(p.quarantine, name, "manifest.json"))
	}

	write(t, filepath.Join(p.Incoming, "loose.gguf"), "x")
	require.NoError(t, os.Symlink(outside, filepath.Join(p.Incoming, "link")))
	for _, a := range p.scan(t) {
		dir, err := p.Quarantine(a, a.Problem)
		require.NoError(t, err)
		_, err = os.Lstat(filepath.Join(dir, a.Name))
		require.NoError(t, err)
		require.FileExists(t, filepath.Join(dir, "reason.txt"))
	}
	require.Empty(t, p.scan(t))
	b, err := os.ReadFile(filepath.Join(outside, "precious"))
	require.NoError(t, err)
	require.Equal(t, "keep me", string(b))
	require.NoFileExists(t, filepath.Join(outside, "reason.txt"))

	long := strings.Repeat("ü", 127)
	write(t, filepath.Join(p.Incoming, long, "x"), "x")
	_, err = p.Quarantine(backend.Arrived{Name: long, Dir: filepath.Join(p.Incoming, long)}, "It is broken.")
	require.NoError(t, err)
}

func TestDiscard(t *testing.T) {
	p := open(t)
	dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
	a := p.scan(t)[0]
	outside := t.TempDir()
	write(t, filepath.Join(outside, "precious"), "keep me")
	require.NoError(t, os.Symlink(outside, filepath.Join(p.Incoming, "link")))
	require.NoError(t, p.Discard(filepath.Join(p.Incoming, "link")))
	require.FileExists(t, filepath.Join(outside, "precious"))
	for _, bad := range []string{"", ".", "/", p.Incoming, p.Incoming + "/..", outside, p.Adapters, filepath.Join(dir, "adapter.gguf"), p.Incoming + "/../adapters"} {
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(p.Discard(bad)), "%q", bad)
	}
	require.NoError(t, os.Chmod(dir, 0o500))
	require.NoError(t, p.Discard(a.Dir))
	require.NoDirExists(t, dir)
	require.NoError(t, p.Discard(a.Dir), "gone is gone")
}

func TestAStrangerIsHashedOnce(t *testing.T) {
	p := open(t)
	dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
	first := p.scan(t)
	path := filepath.Join(dir, "adapter.gguf")
	info, err := os.Stat(path)
	require.NoError(t, err)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	b[len(b)-1] ^= 1
	require.NoError(t, os.WriteFile(path, b, 0o600))
	require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
	require.Equal(t, first, p.scan(t), "same names, sizes and times: not read again")
	require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime().Add(time.Second)))
	require.Contains(t, p.scan(t)[0].Problem, "another hash")
}

func TestScanIsCancelled(t *testing.T) {
	p := open(t)
	dir, _ := traintest.Artifact(t, p.Incoming, traintest.ArtifactOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Scan(ctx)
	require.Equal(t, backend.CodeCancelled, backend.CodeOf(err))
	require.DirExists(t, dir)
	require.Empty(t, p.scan(t)[0].Problem)
}
