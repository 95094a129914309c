package jetstream

import (
	"context"
	"crypto/sha256"
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

	"overflight/evidence"
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
	bytes  uint64
	asked  time.Time
	digest evidence.Digest // of the last that is stored
	unseen bool            // the sender has not shown yet that it has the same there

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
	return &Copy{conn: c, channel: ch, writer: w, most: most, bytes: state.Bytes, digest: w.mark.Digest, state: CopyState{Last: w.mark.Sequence}}, nil
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

// HistoryError says that a sender's stream is not the one that was copied: it ends before the last message that is stored, or has another
// in its place. Nothing is copied from it.
type HistoryError struct {
	Stream  Stream
	Last    uint64 // that is stored
	Shorter bool
}

func (e *HistoryError) Error() string {
	if e.Shorter {
		return fmt.Sprintf("the other node's %s ends before message %d, which this node has of it", e.Stream, e.Last)
	}
	return fmt.Sprintf("the other node's %s has another message %d than this node has of it", e.Stream, e.Last)
}

// nowhere is from where a receiver asks to read on that found another history: no stream reaches so far, and so the sender learns it.
const nowhere = 1 << 62

// apart tells the sender that it has another history.
func (c *Copy) apart(ctx context.Context, shorter bool) error {
	if _, err := c.reset(ctx, nowhere); err != nil {
		return err
	}
	return &HistoryError{c.channel.Stream, c.State().Last, shorter}
}

// session reads on until something is missing. It begins with the last that is stored, by which it is the same stream as before.
func (c *Copy) session(ctx context.Context) error {
	from := max(c.State().Last, 1)
	c.unseen = c.State().Last > 0
	if err := c.begin(ctx, from); err != nil {
		return err
	}
	if !c.unseen {
		c.goesOn()
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

// begin reads on from a sequence, which the sender has where it is of something that is stored.
func (c *Copy) begin(ctx context.Context, from uint64) error {
	there, err := c.reset(ctx, from)
	if err == nil && c.unseen && !there {
		err = c.apart(ctx, true)
	}
	return err
}

// reset tells the sender from which sequence to read on. It reports whether the sender has the message there.
func (c *Copy) reset(ctx context.Context, from uint64) (there bool, err error) {
	ctx, cancel := c.conn.attached(ctx, missed)
	defer cancel()
	m, err := c.conn.nc.RequestWithContext(ctx, c.channel.api()+c.channel.reset(), fmt.Appendf(nil, `{"seq":%d}`, from))
	if err != nil {
		return false, fmt.Errorf("asking to read on from %d: %w", from, err)
	}
	var answer struct {
		Error     *jetstream.APIError    `json:"error"`
		Seq       uint64                 `json:"reset_seq"`
		Pending   uint64                 `json:"num_pending"`
		Delivered jetstream.SequenceInfo `json:"delivered"`
	}
	switch err := json.Unmarshal(m.Data, &answer); {
	case err != nil:
		return false, fmt.Errorf("asking to read on from %d: %w", from, err)
	case answer.Error != nil:
		return false, fmt.Errorf("asking to read on from %d: %w", from, answer.Error)
	case answer.Seq != from:
		return false, fmt.Errorf("asking to read on from %d: it reads from %d", from, answer.Seq)
	}
	c.heard()
	return answer.Pending > 0 || answer.Delivered.Stream >= from, nil
}

func (c *Copy) goesOn() {
	c.mu.Lock()
	c.state.Err = nil
	c.mu.Unlock()
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
	data  []byte   // of that message
}

func (p *passage) settle(ctx context.Context) error {
	if p.last == nil {
		return nil
	}
	last := p.last
	p.last = nil
	return p.copy.acknowledge(ctx, last, p.reply, p.data)
}

func (p *passage) take(ctx context.Context, in <-chan *nats.Msg) error {
	silence := time.NewTimer(missed)
	defer silence.Stop()
	again := time.NewTicker(heartbeat)
	defer again.Stop()
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
		case <-again.C:
			// What a process asked for that was killed may have been given the message by which this session begins.
			if !p.copy.unseen {
				continue
			}
			if err := p.copy.begin(ctx, p.next-1); err != nil {
				return err
			}
			continue
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
				p.last, p.reply, p.data = r, m.Reply, m.Data
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
	if c.unseen {
		return nil, c.see(ctx, m, sequence, next-1)
	}
	if sequence <= c.State().Last { // sent again
		return nil, c.acknowledgeTo(m.Reply)
	}
	if sequence < next {
		return nil, nil //nolint:nilnil // sent again, and about to be stored
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

// see compares the last that is stored with what the sender has there, and acknowledges it again.
func (c *Copy) see(ctx context.Context, m *nats.Msg, sequence, last uint64) error {
	if sequence != last {
		return nil // asked for again: what comes before is not taken
	}
	if sha256.Sum256(m.Data) != c.digest {
		return c.apart(ctx, false)
	}
	c.unseen = false
	c.goesOn()
	return c.acknowledgeTo(m.Reply)
}

func (c *Copy) acknowledgeTo(reply string) error {
	if err := c.conn.nc.Publish(reply, []byte("+ACK")); err != nil {
		return fmt.Errorf("acknowledging: %w", err)
	}
	return nil
}

// acknowledge waits until all through a message, which has this data, is on disk, and tells the sender.
func (c *Copy) acknowledge(ctx context.Context, last *Receipt, reply string, data []byte) error {
	sequence, err := last.Wait(ctx)
	if err != nil {
		return fmt.Errorf("storing: %w", err)
	}
	if sequence != last.ProducerSequence() {
		return &LossError{Stream: c.channel.Stream, Loss: SequenceGap, At: sequence, Want: last.ProducerSequence(), Got: sequence}
	}
	c.digest = sha256.Sum256(data)
	c.mu.Lock()
	c.state.Last = sequence
	c.mu.Unlock()
	return c.acknowledgeTo(reply)
}
