package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"errata/backend"
	"errata/backend/flow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPromoteUnderRunningChats(t *testing.T) {
	for _, as := range []backend.ServedAs{backend.ServedMerged, backend.ServedAdapter} {
		t.Run(string(as), func(t *testing.T) {
			w := newWorld(t)
			v := w.version(t, "aaaaaaaaaaaaaaaa", as)
			w.engine.pace = make(chan struct{})
			ticking := make(chan struct{})
			var ticks sync.WaitGroup
			ticks.Go(func() {
				for {
					select {
					case w.engine.pace <- struct{}{}:
					case <-ticking:
						return
					}
				}
			})
			var chats sync.WaitGroup
			answers := make(chan flow.Reply, 64)
			for i := range 32 {
				chats.Go(func() {
					r, err := w.Reply(t.Context(), flow.ReplyInput{Question: fmt.Sprintf("Question %d, please?", i)}, nil)
					if err != nil {
						t.Errorf("chat %d: %v", i, err)
						return
					}
					answers <- r
				})
			}
			got, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID})
			require.NoError(t, err)
			require.Equal(t, backend.VersionCurrent, got.State)
			chats.Wait()
			close(answers)
			n := 0
			for r := range answers {
				n++
				require.True(t, r.Result.Done)
				require.Contains(t, r.Result.Text, r.Version.EngineName+" says", "an answer names the version that gave it")
			}
			require.Equal(t, 32, n)
			after, err := w.Reply(t.Context(), flow.ReplyInput{Question: "And now?"}, nil)
			require.NoError(t, err)
			require.Equal(t, v.EngineName, after.Version.EngineName)
			require.Equal(t, 1, w.space.pointer.LatestVersion)
			close(ticking)
			ticks.Wait()
		})
	}
}

func TestMergedSwapMakesNobodyWait(t *testing.T) {
	w := newWorld(t)
	v := w.version(t, "bbbbbbbbbbbbbbbb", backend.ServedMerged)
	pace := make(chan struct{})
	w.engine.pace = pace
	streaming, ended := make(chan struct{}), make(chan flow.Reply, 1)
	go func() {
		var once sync.Once
		r, _ := w.Reply(t.Context(), flow.ReplyInput{Question: "A long question?"}, func(string) error { once.Do(func() { close(streaming) }); return nil })
		ended <- r
	}()
	pace <- struct{}{}
	<-streaming
	w.engine.mu.Lock()
	w.engine.pace = nil // only the stream that runs is held back
	w.engine.mu.Unlock()
	_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID})
	require.NoError(t, err, "the swap did not wait for the stream")
	r, err := w.Reply(t.Context(), flow.ReplyInput{Question: "New?"}, nil)
	require.NoError(t, err)
	require.Equal(t, v.EngineName, r.Version.EngineName)
	close(pace)
	old := <-ended
	require.True(t, old.Result.Done)
	require.Equal(t, "qwen-test", old.Version.EngineName, "the old stream ended on the old version")
}

func TestFailedSwapChangesNothing(t *testing.T) {
	w := newWorld(t)
	v := w.version(t, "cccccccccccccccc", backend.ServedAdapter)
	w.engine.warmFail = errors.New("out of memory")
	_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID})
	require.Error(t, err)
	_, ok, err := w.store.CurrentVersion("qwen")
	require.NoError(t, err)
	require.False(t, ok)
	r, err := w.Reply(t.Context(), flow.ReplyInput{Question: "Still there?"}, nil)
	require.NoError(t, err, "the gate is open again")
	require.Equal(t, "qwen-test", r.Version.EngineName)
}

func TestSwapGivesUpOnAStreamThatNeverEnds(t *testing.T) {
	w := newWorld(t)
	w.DrainLimit = 50 * time.Millisecond
	v := w.version(t, "dddddddddddddddd", backend.ServedAdapter)
	pace := make(chan struct{})
	w.engine.pace = pace
	streaming, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		var once sync.Once
		_, _ = w.Reply(t.Context(), flow.ReplyInput{Question: "For ever?"}, func(string) error { once.Do(func() { close(streaming) }); return nil })
	}()
	pace <- struct{}{}
	<-streaming
	_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID})
	require.Equal(t, backend.CodeUnavailable, backend.CodeOf(err))
	close(pace)
	<-ended
}

func TestRollbackGoesBackStepByStep(t *testing.T) {
	w := newWorld(t)
	one := w.version(t, "1111111111111111", backend.ServedMerged)
	two := w.version(t, "2222222222222222", backend.ServedMerged)
	for _, v := range []backend.Version{one, two} {
		_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID})
		require.NoError(t, err)
	}
	for _, want := range []string{"v1", "base"} {
		v, err := w.Rollback(t.Context(), "")
		require.NoError(t, err)
		require.Equal(t, want, v.Name())
		r, err := w.Reply(t.Context(), flow.ReplyInput{Question: "Who?"}, nil)
		require.NoError(t, err)
		require.Equal(t, want, r.Version.Name())
	}
	_, err := w.Rollback(t.Context(), "")
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
}

func TestRollbackGoesBackToWhatWasCurrent(t *testing.T) {
	tests := []struct {
		name  string
		steps string // numbers of versions to promote, < for a rollback
		want  string
	}{
		{"past a version that was rolled back", "12<3<", "v1"},
		{"to a newer version", "21<", "v2"},
		{"again after that", "21<<", "base"},
		{"to one that was current twice", "121<<", "v1"},
		{"from a version after the base", "1<2<", "base"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			var versions []backend.Version
			for _, c := range "123" {
				versions = append(versions, w.version(t, strings.Repeat(string(c), 16), backend.ServedMerged))
			}
			var last backend.Version
			for _, step := range tt.steps {
				var err error
				if step == '<' {
					last, err = w.Rollback(t.Context(), "")
				} else {
					last, err = w.Promote(t.Context(), flow.PromoteInput{VersionID: versions[step-'1'].ID})
				}
				require.NoError(t, err)
				if last.Number > 0 {
					require.Equal(t, backend.VersionCurrent, last.State, "the record is the one stored after the swap")
				}
			}
			require.Equal(t, tt.want, last.Name())
		})
	}
}

func TestRollbackPassesARejectedVersionOver(t *testing.T) {
	w := newWorld(t)
	var versions []backend.Version
	for _, c := range "123" {
		v := w.version(t, strings.Repeat(string(c), 16), backend.ServedMerged)
		_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID})
		require.NoError(t, err)
		versions = append(versions, v)
	}
	_, err := w.store.ChangeVersion(versions[1].ID, func(v *backend.Version) error { v.State = backend.VersionRejected; return nil })
	require.NoError(t, err)
	for _, want := range []string{"v1", "base"} {
		v, err := w.Rollback(t.Context(), "")
		require.NoError(t, err)
		require.Equal(t, want, v.Name())
	}
}

func TestGateKeepsAFailedVersionOut(t *testing.T) {
	w := newWorld(t)
	v := w.version(t, "eeeeeeeeeeeeeeee", backend.ServedMerged)
	_, err := w.store.ChangeVersion(v.ID, func(v *backend.Version) error {
		v.Gate = &backend.Gate{Checks: []backend.GateCheck{{Name: "leak", Words: "Three neighbours were answered with a taught fact."}}}
		return nil
	})
	require.NoError(t, err)
	_, err = w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID})
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err))
	require.ErrorContains(t, err, "Three neighbours")
	_, err = w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID, Force: true})
	require.NoError(t, err, "a person may decide otherwise")
}
