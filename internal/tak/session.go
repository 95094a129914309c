package tak

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"overflight/format/cot"
)

// Reason is why a session ended.
type Reason string

// The closed list of reasons.
const (
	Left     Reason = "left"     // the client closed the connection
	Stalled  Reason = "stalled"  // it took nothing for as long as is waited
	Silent   Reason = "silent"   // nothing came from it, not even a ping
	Broken   Reason = "broken"   // it sent what is no event
	Revoked  Reason = "revoked"  // its certificate was revoked, or has expired
	Stopping Reason = "stopping" // the server stops
)

// Delivery is what one connection was given. Written is to the socket: it says nothing of anybody having seen it.
type Delivery struct {
	Who      string // name of the certificate
	Serial   string
	Remote   string
	Class    string
	Proto    bool
	Since    time.Time
	Written  uint64 // items
	Passed   uint64 // items that were passed over for newer ones of the same uid
	Waiting  int    // items that are not written yet
	Received uint64 // events of the client's own, which go nowhere
	Ended    time.Time
	Reason   Reason // empty: it goes on
	Fault    string // of a broken one: what it sent
}

// session is one client's connection.
type session struct {
	conn    net.Conn
	r       *reader
	now     func() time.Time
	name    string // of this server
	waits   waits
	written atomic.Uint64
	events  atomic.Uint64
	proto   atomic.Bool

	passed  atomic.Uint64
	waiting atomic.Int64

	mu      sync.Mutex
	answers []*cot.Event // to be sent before anything else
	asked   chan struct{}
	feeding bool // we are the client
	took    func(*cot.Event)
	holding atomic.Bool // what format it is to be is being agreed on: nothing else is sent
}

// waits are how long a session waits for what.
type waits struct {
	Write time.Duration // for a client to take something
	Idle  time.Duration // for anything to come from it
}

const mostAnswers = 16

// batch is how many bytes are written at a time.
const batch = 32 << 10

// run serves the connection until it ends, and says why.
func (s *session) run(ctx context.Context) (Reason, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.asked = make(chan struct{}, 1)
	if !s.feeding {
		s.answer(cot.Support("overflight-"+s.name, "overflight", s.now()))
	}
	var reading sync.WaitGroup
	reading.Add(1)
	go func() {
		defer reading.Done()
		cancel(s.listen())
	}()
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	err := s.write(ctx)
	stop()
	cancel(err)
	s.conn.Close()
	reading.Wait()
	cause := context.Cause(ctx)
	var ended *endError
	switch {
	case errors.As(cause, &ended):
		return ended.reason, ended.err
	case errors.Is(cause, context.Canceled):
		return Stopping, nil
	}
	return Left, cause
}

type endError struct {
	reason Reason
	err    error
}

func (e *endError) Error() string { return string(e.reason) }
func (e *endError) Unwrap() error { return e.err }

// listen reads what a client sends: it agrees on a format, pings, and tells where it is, which is nobody's business.
func (s *session) listen() error {
	frames := cot.NewReader(s.conn, 0)
	for {
		if err := s.conn.SetReadDeadline(s.now().Add(s.waits.Idle)); err != nil {
			return &endError{Left, err}
		}
		f, err := frames.Next()
		var syntax *cot.SyntaxError
		var late net.Error
		switch {
		case errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF):
			return &endError{Broken, err}
		case errors.As(err, &late) && late.Timeout():
			return &endError{Silent, nil}
		case err != nil:
			return &endError{Left, err}
		}
		e, err := f.Event()
		if err != nil {
			if len(f.XML) > 5 && string(f.XML[:5]) == "<auth" {
				continue // who it is, its certificate has said
			}
			return &endError{Broken, err}
		}
		if e == nil {
			continue
		}
		s.events.Add(1)
		switch {
		case e.Type == cot.TypePing:
			s.answer(cot.Pong("overflight-"+s.name, s.now()))
		case e.Type == cot.TypeRequest && !s.feeding:
			s.answer(cot.Response(e.UID, e.Wanted() == 1, s.now()))
		case e.Offered() && s.feeding && !s.proto.Load():
			s.holding.Store(true)
			s.answer(cot.Request(e.UID, s.now()))
		case e.Type == cot.TypeResponse && s.holding.Load():
			_, agreed := e.Agreed()
			s.proto.Store(agreed)
			s.holding.Store(false)
			s.answer(nil)
		case s.took != nil:
			s.took(e)
		}
	}
}

// answer queues an event of the connection's own; nil only wakes the writer. A client that asks faster than it reads is not answered
// more often.
func (s *session) answer(e *cot.Event) {
	s.mu.Lock()
	if e != nil && len(s.answers) < mostAnswers {
		s.answers = append(s.answers, e)
	}
	s.mu.Unlock()
	select {
	case s.asked <- struct{}{}:
	default:
	}
}

// write sends answers, and then what there is, for ever.
func (s *session) write(ctx context.Context) error {
	var items []*Item
	var out []byte
	size := func(i *Item) int {
		if s.proto.Load() {
			return len(i.frame)
		}
		return len(i.xml)
	}
	for ctx.Err() == nil {
		out = out[:0]
		var err error
		if out, err = s.appendAnswers(out); err != nil {
			return &endError{Broken, err}
		}
		var more <-chan struct{}
		items = items[:0]
		if !s.holding.Load() {
			items, more = s.r.take(items, batch-len(out), size)
		}
		for _, i := range items {
			if s.proto.Load() {
				out = append(out, i.frame...)
			} else {
				out = append(out, i.xml...)
			}
		}
		if len(out) == 0 {
			select {
			case <-more:
			case <-s.asked:
			case <-ctx.Done():
				return nil
			}
			continue
		}
		s.waiting.Store(int64(s.r.behind() + len(items)))
		if err := s.conn.SetWriteDeadline(s.now().Add(s.waits.Write)); err != nil {
			return &endError{Left, err}
		}
		if _, err := s.conn.Write(out); err != nil {
			var late net.Error
			if ctx.Err() == nil && errors.As(err, &late) && late.Timeout() {
				return &endError{Stalled, nil}
			}
			return &endError{Left, err}
		}
		s.written.Add(uint64(len(items)))
		s.passed.Store(s.r.passed)
		s.waiting.Store(int64(s.r.behind()))
	}
	return nil
}

func (s *session) appendAnswers(out []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.answers {
		if s.proto.Load() {
			var err error
			if out, err = e.AppendOutgoingFrame(out); err != nil {
				return out, err
			}
			continue
		}
		var err error
		if out, err = e.AppendOutgoingXML(out); err != nil {
			return out, err
		}
		if agreed, yes := e.Agreed(); agreed && yes {
			s.proto.Store(true)
		}
	}
	s.answers = s.answers[:0]
	return out, nil
}
