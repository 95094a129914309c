package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// The live channel is apart from the journal: what goes through it is stored nowhere, may be lost, and is provisional
// until its minute is sealed. Screens use it, evidence never does.

const (
	livePrefix        = "live."
	provisionalHeader = "Overflight-Provisional"
	instantHeader     = "Overflight-Instant"
)

// Provisional is what was seen live and is not yet evidence.
type Provisional struct {
	Flight string // one token of a subject, as of journal.Sortie.String
	Kind   string // one token: "fix", "footprint", "entry"
	At     time.Time
	Data   []byte
}

var (
	// ErrToken is returned for a name that cannot be part of a subject.
	ErrToken = errors.New("jetstream: not one token of a subject")
	// ErrNotProvisional is returned for a message of the live channel that does not bear its mark.
	ErrNotProvisional = errors.New("jetstream: live message without the mark of being provisional")
)

func token(s string) bool { return s != "" && !strings.ContainsAny(s, " .*>\t\r\n") }

// Heard reports whether anybody may be listening to the live channel: a server in the process has no other listeners than
// those of this connection.
func (c *Conn) Heard() bool { return c.server == nil || c.listeners.Load() > 0 }

// PublishLive sends to whoever listens now. No error does not mean that anybody did.
func (c *Conn) PublishLive(p Provisional) error {
	if !token(p.Flight) || !token(p.Kind) {
		return fmt.Errorf("%w: %q %q", ErrToken, p.Flight, p.Kind)
	}
	m := nats.NewMsg(livePrefix + p.Kind + "." + p.Flight)
	m.Data = p.Data
	m.Header.Set(provisionalHeader, "1")
	m.Header.Set(instantHeader, p.At.UTC().Format(time.RFC3339Nano))
	if err := c.quick.PublishMsg(m); err != nil {
		return fmt.Errorf("publishing live: %w", err)
	}
	return nil
}

// Live is a subscription to the live channel. The newest of each flight and kind wins: a listener that is slow gets what
// is so now, never a backlog. It is for one goroutine.
type Live struct {
	conn  *Conn
	sub   *nats.Subscription
	once  sync.Once
	ready chan struct{} // of capacity 1

	mu      sync.Mutex
	newest  map[string]*nats.Msg // by subject
	order   []string             // subjects in newest, the longest waiting first
	dropped uint64
}

// SubscribeLive listens to one flight, or to all when it is empty. The caller MUST call Close.
func (c *Conn) SubscribeLive(flight string) (*Live, error) {
	if flight == "" {
		flight = "*"
	} else if !token(flight) {
		return nil, fmt.Errorf("%w: %q", ErrToken, flight)
	}
	l := &Live{ready: make(chan struct{}, 1), newest: map[string]*nats.Msg{}}
	sub, err := c.quick.Subscribe(livePrefix+"*."+flight, l.receive)
	if err == nil {
		l.sub, l.conn = sub, c
		c.listeners.Add(1)
		err = c.quick.FlushTimeout(answerTimeout) // what is published from now on comes
	}
	if err != nil {
		return nil, fmt.Errorf("listening live: %w", err)
	}
	return l, nil
}

func (l *Live) receive(m *nats.Msg) {
	l.mu.Lock()
	if _, waits := l.newest[m.Subject]; waits {
		l.dropped++
	} else {
		l.order = append(l.order, m.Subject)
	}
	l.newest[m.Subject] = m
	l.mu.Unlock()
	select {
	case l.ready <- struct{}{}:
	default:
	}
}

// Next waits for the newest of what has not been returned.
func (l *Live) Next(ctx context.Context) (Provisional, error) {
	for {
		if m := l.pop(); m != nil {
			return provisional(m)
		}
		select {
		case <-l.ready:
		case <-ctx.Done():
			return Provisional{}, ctx.Err()
		}
	}
}

func (l *Live) pop() *nats.Msg {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.order) == 0 {
		return nil
	}
	subject := l.order[0]
	l.order = l.order[1:]
	m := l.newest[subject]
	delete(l.newest, subject)
	return m
}

func provisional(m *nats.Msg) (Provisional, error) {
	kind, flight, _ := strings.Cut(strings.TrimPrefix(m.Subject, livePrefix), ".")
	at, err := time.Parse(time.RFC3339Nano, m.Header.Get(instantHeader))
	if marked, _ := strconv.ParseBool(m.Header.Get(provisionalHeader)); !marked || err != nil {
		return Provisional{}, fmt.Errorf("%w: %s", ErrNotProvisional, m.Subject)
	}
	return Provisional{Flight: flight, Kind: kind, At: at, Data: m.Data}, nil
}

// Dropped returns how many were replaced by newer ones before they were returned.
func (l *Live) Dropped() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Close ends the subscription.
func (l *Live) Close() error {
	l.once.Do(func() { l.conn.listeners.Add(-1) })
	if err := l.sub.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		return fmt.Errorf("ending live: %w", err)
	}
	return nil
}
