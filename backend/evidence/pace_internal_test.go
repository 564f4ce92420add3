package evidence

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// watch is a clock that moves only when somebody sleeps.
type watch struct {
	at    time.Time
	slept []time.Duration
}

func (w *watch) pace(every time.Duration) *pace {
	return &pace{every: every, now: func() time.Time { return w.at }, sleep: func(_ context.Context, d time.Duration) error {
		w.slept = append(w.slept, d)
		w.at = w.at.Add(d)
		return nil
	}}
}

func TestPaceKeepsItsDistance(t *testing.T) {
	w := &watch{at: time.Now()}
	p := w.pace(time.Second)
	for range 3 {
		left, err := p.turn(context.Background())
		require.NoError(t, err)
		require.Zero(t, left)
	}
	require.Equal(t, []time.Duration{time.Second, time.Second}, w.slept)

	ctx, cancel := context.WithDeadline(context.Background(), w.at.Add(1200*time.Millisecond))
	defer cancel()
	left, err := p.turn(ctx)
	require.NoError(t, err)
	require.Equal(t, time.Second, left, "what does not fit into the deadline is not begun")
	w.at = w.at.Add(time.Second)
	left, err = p.turn(ctx)
	require.NoError(t, err)
	require.Zero(t, left)
	require.Len(t, w.slept, 2)
}

func TestPaceBacksOff(t *testing.T) {
	w := &watch{at: time.Now()}
	p := w.pace(0)
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, longPause, longPause} {
		p.refused(0)
		require.Equal(t, want, p.paused())
		left, err := p.turn(context.Background())
		require.NoError(t, err)
		require.Equal(t, want, left, "a pause is not slept through")
		w.at = w.at.Add(want)
		require.Zero(t, p.paused())
	}
	p.served()
	p.refused(0)
	require.Equal(t, firstPause, p.paused(), "a reply forgets the refusals before it")
	p.refused(time.Second)
	require.Equal(t, firstPause, p.paused(), "a shorter pause does not end a longer one")
	p.refused(1000 * time.Hour)
	require.Equal(t, mostPause, p.paused())
	require.Empty(t, w.slept)

	p = w.pace(0)
	p.failed()
	p.failed()
	require.Zero(t, p.paused())
	p.served()
	p.failed()
	p.failed()
	require.Zero(t, p.paused(), "failures in a row count")
	p.failed()
	require.Equal(t, firstPause, p.paused())
}

func TestPauseIn(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		header map[string]string
		want   time.Duration
	}{
		{"not said", nil, 0},
		{"seconds", map[string]string{"Retry-After": " 40 "}, 40 * time.Second},
		{"a date", map[string]string{"Retry-After": "Sun, 22 Nov 2026 12:05:00 GMT"}, 5 * time.Minute},
		{"a date that is past", map[string]string{"Retry-After": "Sun, 22 Nov 2026 11:05:00 GMT"}, 0},
		{"nonsense", map[string]string{"Retry-After": "soon"}, 0},
		{"negative", map[string]string{"Retry-After": "-5"}, 0},
		{"for ever", map[string]string{"Retry-After": "99999999999"}, mostPause},
		{"the quota that is used up", map[string]string{"X-RateLimit-Remaining": "0, 1000", "X-RateLimit-Reset": "1, 1419704"}, time.Second},
		{"both quotas", map[string]string{"X-RateLimit-Remaining": "0, 0", "X-RateLimit-Reset": "1, 7200"}, 2 * time.Hour},
		{"lists that do not match", map[string]string{"X-RateLimit-Remaining": "0, 0", "X-RateLimit-Reset": "x"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			for k, v := range tt.header {
				h.Set(k, v)
			}
			require.Equal(t, tt.want, pauseIn(h, now))
		})
	}
}

func TestSpoken(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Millisecond: "1 second", 30 * time.Second: "30 seconds", 2 * time.Minute: "2 minutes", time.Hour: "60 minutes", 24 * time.Hour: "24 hours",
	} {
		require.Equal(t, want, spoken(d))
	}
}
