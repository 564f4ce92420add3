package api

import (
	"sync"

	"errata/backend"
)

// Hub passes events to the doors that listen. Emit never blocks: each listener
// has a queue, and one that falls too far behind is told by a gap in Seq.
type Hub struct {
	mu        sync.Mutex
	seq       uint64
	next      int
	listeners map[int]chan backend.Event
}

// queueLength bounds what waits for one slow listener.
const queueLength = 4096

// NewHub makes a Hub without listeners.
func NewHub() *Hub { return &Hub{listeners: map[int]chan backend.Event{}} }

// Emit numbers the event and hands it to every listener.
func (h *Hub) Emit(e backend.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	e.Seq = h.seq
	for _, l := range h.listeners {
		select {
		case l <- e:
		default: // dropped: the listener sees the gap and reloads
		}
	}
}

// Listen returns the events from now on and a function that ends them.
func (h *Hub) Listen() (events <-chan backend.Event, stop func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.next
	h.next++
	ch := make(chan backend.Event, queueLength)
	h.listeners[id] = ch
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, ok := h.listeners[id]; ok {
			delete(h.listeners, id)
			close(ch)
		}
	}
}
