package evidence

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"errata/backend"
)

const (
	firstPause = 30 * time.Second // after a refusal that says nothing of its own
	longPause  = 15 * time.Minute // where doubling it ends
	mostPause  = 24 * time.Hour   // no service is believed that asks for more
	patience   = 3                // failures of a service's own in a row before it is left alone
	answerTime = 500 * time.Millisecond
)

// pace keeps the distance between two requests to one service, and the pauses
// it asks for. The zero value keeps no distance. It is safe for concurrent use.
type pace struct {
	every time.Duration                              // between two requests
	now   func() time.Time                           // nil: time.Now
	sleep func(context.Context, time.Duration) error // nil: the clock's

	mu       sync.Mutex
	next     time.Time // the earliest moment of the next request
	until    time.Time // the end of the pause
	strikes  int       // refusals in a row
	failures int       // failures of the service's own in a row
}

func (p *pace) clock() time.Time {
	if p.now == nil {
		return time.Now()
	}
	return p.now()
}

// turn waits until the next request may go out. A wait that does not fit into
// the deadline is not begun: then it gives what is left of it.
func (p *pace) turn(ctx context.Context) (left time.Duration, err error) {
	p.mu.Lock()
	now := p.clock()
	at := now
	if p.next.After(at) {
		at = p.next
	}
	if p.until.After(at) {
		at = p.until
	}
	wait := at.Sub(now)
	deadline, limited := ctx.Deadline()
	paused := p.until.After(now)
	if wait > 0 && (paused && !limited || limited && at.Add(answerTime).After(deadline)) {
		p.mu.Unlock()
		return wait, nil
	}
	p.next = at.Add(p.every)
	p.mu.Unlock()
	if wait <= 0 {
		return 0, nil
	}
	if p.sleep != nil {
		return 0, p.sleep(ctx, wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return 0, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// refused begins the pause that the service asks for; wait is 0 when it did not
// say how long, and then doubles from one refusal to the next.
func (p *pace) refused(wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait <= 0 {
		wait = longPause
		if p.strikes < 5 {
			wait = firstPause << p.strikes
		}
	}
	p.strikes++
	p.pause(min(wait, mostPause))
}

// failed counts a failure of the service's own.
func (p *pace) failed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failures++; p.failures >= patience {
		p.failures = 0
		p.pause(firstPause)
	}
}

func (p *pace) pause(wait time.Duration) {
	if end := p.clock().Add(wait); end.After(p.until) {
		p.until = end
	}
}

// served forgets what went wrong.
func (p *pace) served() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.strikes, p.failures = 0, 0
}

// paused is what is left of the pause.
func (p *pace) paused() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(0, p.until.Sub(p.clock()))
}

// pauseIn reads how long a service wants to be left alone: Retry-After in
// seconds or as a date, or the two headers in which a service of several quotas
// lists what is left of each and when it begins anew. 0 when it does not say.
func pauseIn(h http.Header, now time.Time) time.Duration {
	said := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.Atoi(said); err == nil && n > 0 && n < int(mostPause/time.Second) {
		return time.Duration(n) * time.Second
	} else if err == nil && n > 0 {
		return mostPause
	}
	if at, err := http.ParseTime(said); err == nil {
		return max(0, at.Sub(now))
	}
	left, reset := strings.Split(h.Get("X-RateLimit-Remaining"), ","), strings.Split(h.Get("X-RateLimit-Reset"), ",")
	var wait time.Duration
	for i := range min(len(left), len(reset)) {
		n, err := strconv.Atoi(strings.TrimSpace(reset[i]))
		if strings.TrimSpace(left[i]) == "0" && err == nil && n > 0 {
			wait = max(wait, time.Duration(min(n, int(mostPause/time.Second)))*time.Second)
		}
	}
	return wait
}

// spoken is a duration as a person says it.
func spoken(d time.Duration) string {
	switch {
	case d <= 90*time.Second:
		return backend.Count(max(1, int((d+time.Second-1)/time.Second)), "second")
	case d <= 90*time.Minute:
		return backend.Count(int((d+time.Minute-1)/time.Minute), "minute")
	}
	return backend.Count(int((d+time.Hour-1)/time.Hour), "hour")
}
