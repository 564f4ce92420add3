package bolt_test

import (
	"bufio"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/bolt/bolttest"
)

func child(t *testing.T, mode string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), childMode+"="+mode, "GORACE=atexit_sleep_ms=0")
	return cmd
}

// TestKilledWriterLosesNothing kills a writing process at random points; what it
// had acknowledged must be there, whole.
func TestKilledWriterLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "errata.db")
	random := rand.New(rand.NewSource(*randomRun))
	acknowledged := -1
	for range *kills {
		acknowledged = killOne(t, path, random, acknowledged)
		require.NoError(t, bolt.Check(path))
		s, err := bolt.Open(path, bolt.Options{})
		require.NoError(t, err)
		for n := range acknowledged + 1 {
			f, err := s.Fact(fmt.Sprintf("f%06d", n))
			require.NoError(t, err)
			require.Contains(t, []backend.FactState{backend.FactApproved, backend.FactSuperseded}, f.State)
		}
		// A step is three transactions; one cut short is finished here, as the
		// next child goes on after the last fact.
		list, err := s.Facts(backend.FactFilter{Limit: 1})
		require.NoError(t, err)
		if len(list) == 1 && list[0].State == backend.FactProposed {
			_, _, err := s.ApproveFact(list[0].ID, "person", list[0].CreatedAt)
			require.NoError(t, err)
		}
		bolttest.Verify(t, s)
		require.NoError(t, s.Close())
	}
	t.Logf("seed %d: %d kills, %d acknowledged steps, 0 lost", *randomRun, *kills, acknowledged+1)
}

// killOne lets a child write a while and returns the last number it acknowledged.
func killOne(t *testing.T, path string, random *rand.Rand, last int) int {
	t.Helper()
	cmd := child(t, "write", path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for range 1 + random.Intn(12) {
		require.True(t, lines.Scan(), "the child ended by itself")
		last, err = strconv.Atoi(lines.Text())
		require.NoError(t, err, lines.Text())
	}
	time.Sleep(time.Duration(random.Intn(4000)) * time.Microsecond) // so that the kill falls inside a write
	require.NoError(t, cmd.Process.Kill())
	for lines.Scan() { // acknowledged before the kill, read after it
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			last = n
		}
	}
	require.Error(t, cmd.Wait())
	return last
}

func TestSecondOpenIsRefusedQuickly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "errata.db")
	bolttest.OpenAt(t, path, bolt.Options{})
	start := time.Now()
	_, err := bolt.Open(path, bolt.Options{})
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	require.Contains(t, backend.HintOf(err), "already running")
	require.Less(t, time.Since(start), 2*time.Second)
	require.Equal(t, backend.CodeConflict, backend.CodeOf(bolt.Check(path)), "a check waits no longer")
}
