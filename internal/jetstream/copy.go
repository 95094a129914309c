package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// What a receiver asks for at once, and what its sender allows.
const (
	mostAsked   = 500     // messages
	bytesAsked  = 2 << 20 // or so many: within ackWait over a quarter of a megabit a second
	askFor      = 4 * time.Second
	heartbeat   = time.Second
	missed      = 3 * heartbeat // without a sign of life a session is over
	ackWait     = time.Minute
	mostWaiting = 64 // requests of sessions that have ended and not run out
)

// Copy keeps a copy of a channel's stream, with the same sequences, as its receiver. It does by itself what the server's own
// mirrors do, and what those cannot: a durable mirror of nats-server 2.15.2 that comes back while its consumer is
// delivering takes what was delivered to nobody for what it need not have, and leaves it out without a word. Here the
// receiver says from which sequence it wants to read on, at the beginning of every session, and stores nothing but the
// next one. What is stored is acknowledged, in that order.
//
// Its methods may be called by several goroutines.
type Copy struct {
	conn    *Conn
	channel Channel
	writer  *Writer
	most    uint64 // bytes
	// Owned by Run: what is stored or queued, and when was last asked.
	bytes uint64
	asked time.Time

	mu    sync.Mutex
	state CopyState
}

// CopyState is how a copy stands.
type CopyState struct {
	Last   uint64    // sequence
	Behind uint64    // messages that the sender has and that have not come, by what it last said
	Heard  time.Time // when the sender was last heard; zero is never
	Err    error     // why the last session ended
}

// ErrFull is returned for what another node sends beyond what is kept of it.
var ErrFull = errors.New("jetstream: as much is kept of another node as may be")

// NewCopy opens the copy of a channel's stream, and makes it. It stores at most so many bytes, as the server counts them. The
// caller MUST call Run.
func (c *Conn) NewCopy(ctx context.Context, ch Channel, marks Marks, most uint64) (*Copy, error) {
	if err := c.EnsureStream(ctx, ch.Stream, StreamConfig{}); err != nil {
		return nil, err
	}
	// The sender has one producer, so its numbers are those of the stream, and this writer gives the same.
	w, err := c.NewWriter(ctx, WriterConfig{Stream: ch.Stream, Producer: SenderName, Marks: marks, Flush: copyFlush, Most: mostAsked})
	if err != nil {
		return nil, err
	}
	if w.mark.Sequence != w.mark.ProducerSequence {
		return nil, &LossError{Stream: ch.Stream, Loss: Foreign, At: w.mark.Sequence, Want: w.mark.ProducerSequence, Got: w.mark.Sequence}
	}
	state, err := c.State(ctx, ch.Stream)
	if err != nil {
		return nil, err
	}
	return &Copy{conn: c, channel: ch, writer: w, most: most, bytes: state.Bytes, state: CopyState{Last: w.mark.Sequence}}, nil
}

// SenderName is the only producer of a channel's stream.
const SenderName = "delivery"

const copyFlush = 200 * time.Microsecond

// messageHead is about what the server stores beside the data of a message.
const messageHead = 128

// State returns how the copy stands.
func (c *Copy) State() CopyState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Run copies until the context ends, and tries again whatever fails; the error is one after which nothing can be stored.
func (c *Copy) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	written := make(chan error, 1)
	go func() {
		written <- c.writer.Run(ctx)
		cancel()
	}()
	told := false
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		before := c.State().Last
		err := c.session(ctx)
		if ctx.Err() != nil {
			break
		}
		if errors.Is(err, ErrLoss) {
			cancel()
			return errors.Join(err, <-written)
		}
		c.mu.Lock()
		c.state.Err = err
		moved := c.state.Last > before
		c.mu.Unlock()
		if moved {
			pause, told = firstPause, false
		}
		if !told { // once for a link that is down
			c.conn.logger.Info("copying stands still", slog.String("stream", string(c.channel.Stream)), slog.Any("reason", err))
			told = true
		}
		// What the last session asked for runs out first: else its answers would be taken from the next, which sees no gap where
		// nothing comes after them.
		wait(ctx, max(pause, time.Until(c.asked.Add(askFor))))
	}
	cancel()
	return <-written
}

var (
	errSilent = errors.New("the other node is silent")
	// What an earlier session asked for, of this program or of one that was killed, is answered until it runs out. The sender then
	// waits for ackWait before it sends that again; a new session need not.
	errElsewhere = errors.New("the other node has answered a session that is over")
)

// session reads on from what is stored until something is missing.
func (c *Copy) session(ctx context.Context) error {
	from := c.State().Last + 1
	if err := c.begin(ctx, from); err != nil {
		return err
	}
	// An inbox of its own: what an earlier session asked for goes nowhere.
	in := make(chan *nats.Msg, 2*mostAsked)
	inbox := c.conn.nc.NewInbox()
	sub, err := c.conn.nc.ChanSubscribe(inbox, in)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }() // fails only with the connection
	for {
		if err := c.ask(inbox); err != nil {
			return err
		}
		if err := c.receive(ctx, in); err != nil {
			return err
		}
	}
}

// begin tells the sender from which sequence to read on.
func (c *Copy) begin(ctx context.Context, from uint64) error {
	ctx, cancel := c.conn.attached(ctx, missed)
	defer cancel()
	m, err := c.conn.nc.RequestWithContext(ctx, c.channel.api()+c.channel.reset(), fmt.Appendf(nil, `{"seq":%d}`, from))
	if err != nil {
		return fmt.Errorf("asking to read on from %d: %w", from, err)
	}
	var answer struct {
		Error *jetstream.APIError `json:"error"`
		Seq   uint64              `json:"reset_seq"`
	}
	switch err := json.Unmarshal(m.Data, &answer); {
	case err != nil:
		return fmt.Errorf("asking to read on from %d: %w", from, err)
	case answer.Error != nil:
		return fmt.Errorf("asking to read on from %d: %w", from, answer.Error)
	case answer.Seq != from:
		return fmt.Errorf("asking to read on from %d: it reads from %d", from, answer.Seq)
	}
	c.heard()
	c.mu.Lock()
	c.state.Err = nil
	c.mu.Unlock()
	return nil
}

func (c *Copy) heard() {
	c.mu.Lock()
	c.state.Heard = time.Now()
	c.mu.Unlock()
}

func (c *Copy) ask(inbox string) error {
	c.asked = time.Now()
	request := fmt.Appendf(nil, `{"batch":%d,"max_bytes":%d,"expires":%d,"idle_heartbeat":%d}`, mostAsked, bytesAsked, askFor, heartbeat)
	if err := c.conn.nc.PublishRequest(c.channel.api()+c.channel.next(), inbox, request); err != nil {
		return fmt.Errorf("asking for the next: %w", err)
	}
	return nil
}

// receive stores the answers to one request, and acknowledges them.
func (c *Copy) receive(ctx context.Context, in <-chan *nats.Msg) error {
	p := passage{copy: c, next: c.State().Last + 1}
	err := p.take(ctx, in)
	// Whatever happened: what was queued is on disk before another session asks for what follows it.
	return errors.Join(p.settle(ctx), err)
}

// passage is what is on its way to the disk.
type passage struct {
	copy  *Copy
	next  uint64
	last  *Receipt // of what is queued; nil for nothing
	reply string   // of that message
}

func (p *passage) settle(ctx context.Context) error {
	if p.last == nil {
		return nil
	}
	last := p.last
	p.last = nil
	return p.copy.acknowledge(ctx, last, p.reply)
}

func (p *passage) take(ctx context.Context, in <-chan *nats.Msg) error {
	silence := time.NewTimer(missed)
	defer silence.Stop()
	for n := 0; n < mostAsked; {
		// What came is stored as soon as nothing more is here.
		if len(in) == 0 {
			if err := p.settle(ctx); err != nil {
				return err
			}
		}
		var m *nats.Msg
		select {
		case m = <-in:
		case <-silence.C:
			return errSilent
		case <-ctx.Done():
			return ctx.Err()
		}
		silence.Reset(missed)
		p.copy.heard()
		switch status := m.Header.Get("Status"); status {
		case "":
			n++
			r, err := p.copy.store(ctx, m, p.next)
			if err != nil {
				return err
			}
			if r != nil {
				p.last, p.reply = r, m.Reply
				p.next++
			}
		case "100": // a sign of life
			if at, err := strconv.ParseUint(m.Header.Get("Nats-Last-Stream"), 10, 64); err == nil && at >= p.next {
				return errElsewhere
			}
		case "404", "408", "409":
			return ended(status, m.Header.Get("Description"))
		default:
			return fmt.Errorf("the other node says %s %s", status, m.Header.Get("Description"))
		}
	}
	return nil
}

// ended returns nil for an end of a request that is no fault.
func ended(status, text string) error {
	if status != "409" || text == "Message Size Exceeds MaxBytes" || text == "Batch Completed" {
		return nil
	}
	return fmt.Errorf("the other node says %s %s", status, text)
}

// store queues the next message; nil for one that is stored already. What the sender wrote is a stranger's word: under the
// subject the message is stored, and to the reply goes the acknowledgement, so neither may be another than the channel's.
func (c *Copy) store(ctx context.Context, m *nats.Msg, next uint64) (*Receipt, error) {
	if kind, ok := strings.CutPrefix(m.Subject, c.channel.Subject("")); !ok || !token(kind) {
		return nil, fmt.Errorf("%w: subject %.40q", errForeign, m.Subject)
	}
	if !strings.HasPrefix(m.Reply, strings.TrimSuffix(c.channel.acks(), ">")) || strings.ContainsAny(m.Reply, "*> @\t\r\n") {
		return nil, fmt.Errorf("%w: to be acknowledged to %.40q", errForeign, m.Reply)
	}
	meta, err := m.Metadata()
	if err != nil {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	sequence := meta.Sequence.Stream
	c.mu.Lock()
	c.state.Behind = meta.NumPending
	c.mu.Unlock()
	if sequence < next {
		return nil, nil //nolint:nilnil // sent again
	}
	if sequence > next {
		return nil, fmt.Errorf("message %d came where %d was due", sequence, next)
	}
	if p, n, err := origin(m.Header); err != nil || p != SenderName || n != sequence {
		return nil, fmt.Errorf("%w: message %d is not the sender's", errForeign, sequence)
	}
	size := uint64(len(m.Data)) + messageHead
	if c.bytes+size > c.most {
		return nil, fmt.Errorf("%w: %d bytes", ErrFull, c.bytes)
	}
	c.bytes += size
	return c.writer.Publish(ctx, m.Subject, m.Data)
}

// acknowledge waits until all through a message is on disk, and tells the sender.
func (c *Copy) acknowledge(ctx context.Context, last *Receipt, reply string) error {
	sequence, err := last.Wait(ctx)
	if err != nil {
		return fmt.Errorf("storing: %w", err)
	}
	if sequence != last.ProducerSequence() {
		return &LossError{Stream: c.channel.Stream, Loss: SequenceGap, At: sequence, Want: last.ProducerSequence(), Got: sequence}
	}
	c.mu.Lock()
	c.state.Last = sequence
	c.mu.Unlock()
	if err := c.conn.nc.Publish(reply, []byte("+ACK")); err != nil {
		return fmt.Errorf("acknowledging: %w", err)
	}
	return nil
}
