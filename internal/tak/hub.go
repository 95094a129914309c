// Package tak hands Cursor on Target events to the clients of TAK: a streaming endpoint of our own for those without a server, and a feed
// into a server that the partner runs.
//
// What is published goes into a [Hub], one for each release class: nothing of another class is ever in the same bytes. An event is encoded
// once for each format, however many read it. Nobody waits for anybody: a reader has a place in what was published, and whoever falls
// behind what is kept is given the newest of each uid instead, which is what it would show anyway. A deletion and a shape are each the
// newest of their uid, so that none is ever lost. How many were passed over is counted for each reader.
package tak

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"overflight/format/cot"
)

// Item is an event as it is handed on, in both formats. It does not change, and may be published in several hubs.
type Item struct {
	UID   string
	Stale time.Time // when a client forgets it; a lasting one is kept beyond
	// Lasting is what clients do not forget by themselves, as shapes: it is part of the picture until it is taken back.
	Lasting bool
	// Gone takes back what had this uid. Who comes later is told, too, until it is stale.
	Gone bool

	xml   []byte
	frame []byte
}

// Encode makes an item of an event, or refuses one that may not go out with a [cot.RefusedError]. Of a deletion, of is the uid that it
// takes back.
func Encode(e *cot.Event, of string, lasting bool) (*Item, error) {
	x, err := e.AppendOutgoingXML(nil)
	if err != nil {
		return nil, err
	}
	f, err := e.AppendOutgoingFrame(nil)
	if err != nil {
		return nil, err
	}
	i := &Item{UID: e.UID, Stale: e.Stale, Lasting: lasting, xml: x, frame: f}
	if of != "" {
		i.UID, i.Gone = of, true
	}
	return i, nil
}

// Gate encodes what goes out, and counts and tells of what may not: a refusal is never silent.
type Gate struct {
	Told func(*cot.RefusedError) // nil: nobody

	refused atomic.Uint64
}

// Encode is [Encode] at a gate.
func (g *Gate) Encode(e *cot.Event, of string, lasting bool) (*Item, error) {
	i, err := Encode(e, of, lasting)
	var refused *cot.RefusedError
	if errors.As(err, &refused) {
		g.refused.Add(1)
		if g.Told != nil {
			g.Told(refused)
		}
	}
	return i, err
}

// Refused is how many events were refused.
func (g *Gate) Refused() uint64 { return g.refused.Load() }

// Limits bound a hub.
type Limits struct {
	Kept    int           // items that a reader may be behind before it is given the newest of each uid; 0: 16,384
	Picture int           // uids at a time; 0: 100,000
	Every   time.Duration // how often readers are woken; 0: 25 ms
}

func (l Limits) orDefault() Limits {
	if l.Kept == 0 {
		l.Kept = 1 << 14
	}
	if l.Picture == 0 {
		l.Picture = 100_000
	}
	if l.Every == 0 {
		l.Every = 25 * time.Millisecond
	}
	return l
}

// ErrFull is returned for an item of a new uid when the picture has no room for one.
var ErrFull = errors.New("the picture is full")

// Hub holds what was published of one release class.
type Hub struct {
	limits Limits
	now    func() time.Time

	mu      sync.RWMutex
	ring    []*Item // item n is at n % len
	head    uint64  // items that were published
	picture map[string]newest
	woken   chan struct{} // closed when there is more
	due     bool          // a waking is under way
}

// newest is the last item of a uid, and which item of all it was.
type newest struct {
	*Item
	n uint64
}

// NewHub returns an empty hub. now tells what is stale.
func NewHub(l Limits, now func() time.Time) *Hub {
	l = l.orDefault()
	return &Hub{limits: l, now: now, ring: make([]*Item, l.Kept), picture: map[string]newest{}, woken: make(chan struct{})}
}

// Publish hands an item on. It never waits for a reader.
func (h *Hub) Publish(i *Item) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.picture[i.UID]; !known && len(h.picture) >= h.limits.Picture {
		h.sweep()
		if len(h.picture) >= h.limits.Picture {
			return fmt.Errorf("%w: %d uids", ErrFull, len(h.picture))
		}
	}
	h.ring[h.head%uint64(len(h.ring))] = i
	h.picture[i.UID] = newest{i, h.head}
	h.head++
	if !h.due {
		h.due = true
		time.AfterFunc(h.limits.Every, h.wake)
	}
	return nil
}

func (h *Hub) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.due = false
	close(h.woken)
	h.woken = make(chan struct{})
}

// sweep forgets what clients have forgotten. The lock is held.
func (h *Hub) sweep() {
	at := h.now()
	for uid, i := range h.picture {
		if (!i.Lasting || i.Gone) && i.Stale.Before(at) {
			delete(h.picture, uid)
		}
	}
}

// reader is somebody's place in what was published.
type reader struct {
	hub     *Hub
	next    uint64
	pending []*Item // of the picture, in order, before next
	passed  uint64  // items that were passed over for newer ones
}

// read begins with the picture as it is.
func (h *Hub) read() *reader {
	r := &reader{hub: h}
	h.mu.Lock()
	defer h.mu.Unlock()
	r.catchUp(0)
	return r
}

// catchUp puts the newest of each uid since an item into pending. The lock is held.
func (r *reader) catchUp(since uint64) {
	r.hub.sweep()
	var all []newest
	for _, i := range r.hub.picture {
		if i.n >= since {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b newest) int { return cmp.Compare(a.n, b.n) })
	for _, i := range all {
		r.pending = append(r.pending, i.Item)
	}
	r.next = r.hub.head
}

// take returns items up to so many bytes in a format, or what to wait for where there are none.
func (r *reader) take(into []*Item, most int, size func(*Item) int) ([]*Item, <-chan struct{}) {
	h := r.hub
	h.mu.RLock()
	if h.head-r.next > uint64(len(h.ring)) {
		h.mu.RUnlock()
		h.mu.Lock()
		behind, since := h.head-r.next, r.next
		was := len(r.pending)
		r.catchUp(since)
		r.passed += behind - uint64(len(r.pending)-was)
		h.mu.Unlock()
		h.mu.RLock()
	}
	defer h.mu.RUnlock()
	n := 0
	for len(r.pending) > 0 && n < most {
		i := r.pending[0]
		r.pending = r.pending[1:]
		into = append(into, i)
		n += size(i)
	}
	if len(r.pending) == 0 {
		r.pending = nil
		for r.next < h.head && n < most {
			i := h.ring[r.next%uint64(len(h.ring))]
			r.next++
			into = append(into, i)
			n += size(i)
		}
	}
	return into, h.woken
}

// behind is how many items a reader has not been given yet.
func (r *reader) behind() int {
	r.hub.mu.RLock()
	defer r.hub.mu.RUnlock()
	return len(r.pending) + int(r.hub.head-r.next)
}
