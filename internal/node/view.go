package node

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"overflight/ingest"
)

// views are those who look at a line while it is recorded.
type views struct {
	mu  sync.Mutex // guards what follows
	all map[*View]bool
}

// View is the bytes of a live line from some packet on. It is for one goroutine.
type View struct {
	bytes chan []byte // closed when the line has ended, or when the viewer was too slow
	of    *views
}

// mostBehind bounds what waits for one viewer: some ten seconds of it. Who is slower begins again.
const mostBehind = 2048

// Next returns the next bytes; false when the line has ended or too much was waiting.
func (v *View) Next(ctx context.Context) ([]byte, bool) {
	select {
	case b, ok := <-v.bytes:
		return b, ok
	case <-ctx.Done():
		return nil, false
	}
}

// Close gives the view back.
func (v *View) Close() { v.of.drop(v) }

func (x *views) add() *View {
	v := &View{bytes: make(chan []byte, mostBehind), of: x}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.all == nil {
		x.all = map[*View]bool{}
	}
	x.all[v] = true
	return v
}

func (x *views) drop(v *View) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.all[v] {
		delete(x.all, v)
		close(v.bytes)
	}
}

// show gives bytes to all viewers; it waits for none.
func (x *views) show(b []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.all) == 0 {
		return
	}
	b = bytes.Clone(b)
	for v := range x.all {
		select {
		case v.bytes <- b:
		default:
			delete(x.all, v)
			close(v.bytes)
		}
	}
}

// end lets all viewers go.
func (x *views) end() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for v := range x.all {
		close(v.bytes)
	}
	x.all = nil
}

// View shows what a live source sends, from now on, as it comes: provisional, and not evidence before its minute is sealed. That
// somebody looks is entered in the log all the same. Of a source with several tracks it is the first that is a transport
// stream.
func (n *Node) View(ctx context.Context, source, who string) (*View, error) {
	n.mu.Lock()
	f := n.feeders[source]
	n.mu.Unlock()
	if f == nil || !f.live {
		return nil, fmt.Errorf("%w: %s", ErrNoSource, source)
	}
	for _, r := range f.recordings() {
		r.mu.Lock()
		stream := r.rec.Kind() == ingest.TransportStream && !r.ended
		r.mu.Unlock()
		if !stream {
			continue
		}
		if err := n.stateRead(ctx, who, "flight/"+r.sortie.number.String(), "live"); err != nil {
			return nil, err
		}
		return r.views.add(), nil
	}
	return nil, fmt.Errorf("%w: %s sends no video", ErrNoSource, source)
}
