package jetstream

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"
)

// How long to wait before a batch is tried again.
const (
	firstPause   = 20 * time.Millisecond
	longestPause = time.Second
)

// resolveTimeout is enough to read the messages of a few batches one by one.
const resolveTimeout = 30 * time.Second

// commit publishes the batch until it is known to be stored, and settles what is; it returns what is not. After an
// answer that leaves it open - none came, or a part of the batch is a repetition - it looks at the stream
// before it publishes again: ids catch a repetition within their window, and the expected sequence without limit.
func (w *Writer) commit(ctx context.Context, batch []*Receipt) ([]*Receipt, error) {
	for pause := firstPause; len(batch) > 0; pause = min(2*pause, longestPause) {
		last, err := w.publish(ctx, batch)
		if err == nil {
			err = w.acknowledge(batch, last)
		}
		if err == nil {
			return nil, nil
		}
		w.conn.logger.Warn("publishing a batch", slog.String("stream", string(w.cfg.Stream)), slog.Int("messages", len(batch)), slog.Any("error", err))
		if fatal(err) {
			return batch, fmt.Errorf("publishing to %s: %w", w.cfg.Stream, err)
		}
		for {
			if !wait(ctx, pause) {
				return batch, ctx.Err()
			}
			stored, failed := w.resolve(ctx, batch)
			if failed == nil {
				batch = batch[stored:]
				break
			}
			if errors.Is(failed, ErrLoss) || errors.Is(failed, ErrOtherWriter) || errors.Is(failed, jetstream.ErrStreamNotFound) {
				return batch, failed
			}
			pause = min(2*pause, longestPause)
		}
	}
	return nil, nil
}

// fatal reports whether the server understood and will never take it.
func fatal(err error) bool {
	return errors.Is(err, ErrLoss) || errors.Is(err, nats.ErrMaxPayload) || errors.Is(err, nats.ErrBadSubject) ||
		errors.Is(err, jetstreamext.ErrBatchPublishNotEnabled) || errors.Is(err, nats.ErrConnectionClosed)
}

// wait waits; false when the context ends.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// publish publishes the batch once and returns the sequence of its last message.
func (w *Writer) publish(ctx context.Context, batch []*Receipt) (uint64, error) {
	messages := make([]*nats.Msg, len(batch)) // new each time: publishing changes them
	for i, r := range batch {
		m := nats.NewMsg(r.subject)
		m.Data = r.data
		m.Header.Set(nats.MsgIdHdr, messageID(w.cfg.Producer, r.producer))
		messages[i] = m
	}
	if !w.cfg.Shared {
		messages[0].Header.Set(nats.ExpectedLastSeqHdr, strconv.FormatUint(w.last, 10))
	}
	ctx, cancel := w.conn.attached(ctx, answerTimeout)
	defer cancel()
	// Without an answer to the first message: only the wait for the last ends when the connection breaks.
	ack, err := jetstreamext.PublishMsgBatch(ctx, w.conn.js, messages, jetstreamext.BatchFlowControl{})
	if err != nil {
		return 0, err
	}
	if ack.Stream != string(w.cfg.Stream) || ack.Sequence < w.last+uint64(len(batch)) {
		return 0, &LossError{
			Stream: w.cfg.Stream, Loss: BelowMark, At: ack.Sequence, Got: ack.Sequence, Want: w.last + uint64(len(batch)),
		}
	}
	return ack.Sequence, nil
}

// acknowledge makes the end of the batch the mark, and only then settles it: an acknowledged message is never above
// the mark. When the mark cannot be stored nothing is settled, and it may be tried again.
func (w *Writer) acknowledge(batch []*Receipt, last uint64) error {
	n := uint64(len(batch))
	end := batch[n-1]
	mark := Mark{Sequence: last, ProducerSequence: end.producer, Digest: sha256.Sum256(end.data)}
	if err := w.cfg.Marks.Store(w.cfg.Stream, string(w.cfg.Producer), mark); err != nil {
		return err
	}
	w.mark, w.last = mark, last
	for i, r := range batch {
		r.sequence = last - (n - 1) + uint64(i)
	}
	w.settle(batch, nil)
	return nil
}

// resolve looks how much of the batch is stored, and acknowledges that much. A batch is stored whole or not at all,
// but a server that was killed within one may have kept its beginning.
func (w *Writer) resolve(ctx context.Context, batch []*Receipt) (int, error) {
	ctx, cancel := w.conn.attached(ctx, resolveTimeout)
	defer cancel()
	s, err := w.conn.js.Stream(ctx, string(w.cfg.Stream))
	if err != nil {
		return 0, err
	}
	info := s.CachedInfo().State
	if info.LastSeq < w.last {
		return 0, &LossError{Stream: w.cfg.Stream, Loss: BelowMark, At: info.LastSeq, Got: info.LastSeq, Want: w.last}
	}
	found, err := w.scan(ctx, s, info.LastSeq, w.last+1, len(batch))
	if err != nil {
		return 0, err
	}
	stored := 0
	var last uint64
	for _, r := range batch {
		m, ok := found[r.producer]
		if !ok {
			break
		}
		if stored > 0 && m.Sequence != last+1 {
			return 0, &LossError{
				Stream: w.cfg.Stream, Loss: ProducerGap, At: m.Sequence, Want: last + 1, Got: m.Sequence, Producer: w.cfg.Producer,
			}
		}
		if m.Digest() != sha256.Sum256(r.data) {
			return 0, fmt.Errorf("%w: %s is named by two", ErrOtherWriter, messageID(w.cfg.Producer, r.producer))
		}
		stored, last = stored+1, m.Sequence
	}
	if len(found) > stored {
		return 0, fmt.Errorf("%w: as %s", ErrOtherWriter, w.cfg.Producer)
	}
	if !w.cfg.Shared && info.LastSeq != w.last+uint64(stored) {
		return 0, fmt.Errorf("%w: %s is at %d, want %d", ErrOtherWriter, w.cfg.Stream, info.LastSeq, w.last+uint64(stored))
	}
	if stored == 0 {
		return 0, nil
	}
	return stored, w.acknowledge(batch[:stored], last)
}

// hold compares the stream with the highest mark of it.
func (c *Conn) hold(ctx context.Context, s jetstream.Stream, name Stream, marks Marks) error {
	mark, ok, err := marks.Highest(name)
	if err != nil || !ok || mark.Sequence == 0 {
		return err
	}
	state := s.CachedInfo().State
	if state.LastSeq < mark.Sequence {
		// It may have been written to between the question and the look at the mark.
		now, err := s.Info(ctx)
		if err != nil {
			return fmt.Errorf("asking for stream %s: %w", name, err)
		}
		state = now.State
	}
	if state.LastSeq < mark.Sequence {
		return &LossError{Stream: name, Loss: BelowMark, At: state.LastSeq, Got: state.LastSeq, Want: mark.Sequence}
	}
	if state.FirstSeq > mark.Sequence {
		return nil // trimmed
	}
	m, err := c.get(ctx, s, name, mark.Sequence)
	if err != nil {
		return err
	}
	if m.Digest() != mark.Digest {
		return &LossError{Stream: name, Loss: Changed, At: mark.Sequence, Want: mark.Sequence, Got: mark.Sequence}
	}
	return nil
}

// get reads one message that must be there.
func (c *Conn) get(ctx context.Context, s jetstream.Stream, name Stream, sequence uint64) (*Message, error) {
	raw, err := s.GetMsg(ctx, sequence)
	var refused *jetstream.APIError
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound), errors.As(err, &refused) && !unsure(refused):
		return nil, &LossError{Stream: name, Loss: Unreadable, At: sequence, Want: sequence, Err: err}
	case err != nil:
		return nil, fmt.Errorf("reading %s at %d: %w", name, sequence, err)
	}
	m := &Message{Stream: name, Sequence: raw.Sequence, Subject: raw.Subject, Stored: raw.Time, Data: raw.Data}
	if m.Producer, m.ProducerSequence, err = origin(raw.Header); err != nil {
		return nil, &LossError{Stream: name, Loss: Foreign, At: sequence, Want: sequence, Got: raw.Sequence, Err: err}
	}
	return m, nil
}

// unsure reports whether the server could not answer for a reason that passes: not ready, no leader, too busy.
func unsure(e *jetstream.APIError) bool { return e.Code == 503 || e.Code == 429 || e.Code == 408 }
