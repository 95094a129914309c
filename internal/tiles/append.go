package tiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/transparency-dev/tessera"

	"overflight/transparency"
)

// Ledger is the ordered stream whose messages are the leaves: the message of sequence n is the leaf
// of index n-1. Sequences begin at 1.
type Ledger interface {
	// Last MUST return the sequence of the last message that is durable, 0 where there is none. It
	// MUST NOT go back.
	Last(ctx context.Context) (uint64, error)
	// Read MUST return the messages from a sequence on, in order and without a gap, at least one and
	// at most limit; it waits for the first until the context ends. A gap or damage MUST be an error,
	// never a shorter answer. The caller does not change what it is given.
	Read(ctx context.Context, first uint64, limit int) ([][]byte, error)
}

// OrderError says that leaves were offered at another index than the next, or got another one.
type OrderError struct {
	Want, Got uint64
}

func (e *OrderError) Error() string {
	return fmt.Sprintf("leaf is of index %d, next is %d", e.Got, e.Want)
}

// LedgerShortError says that the ledger lost its end: leaves are in the tree that it does not have.
// They can be read with Leaves.
type LedgerShortError struct {
	Ledger uint64 // last sequence
	Tree   uint64 // leaves
}

func (e *LedgerShortError) Error() string {
	return fmt.Sprintf("ledger ends at sequence %d, the log holds %d leaves: the ledger lost its end", e.Ledger, e.Tree)
}

// LedgerLeafError says that a leaf is not the ledger's message.
type LedgerLeafError struct {
	Sequence uint64
}

func (e *LedgerLeafError) Error() string {
	return fmt.Sprintf("leaf of sequence %d is not the message of the ledger", e.Sequence)
}

// Append adds leaves, the first of which has the index first, and returns when all are durable in the
// tree. After any error the log has stopped: what the disk holds is known again after Resume, and a
// leaf is never offered twice in place. Leaves before the error may be in the tree.
func (l *Log) Append(ctx context.Context, first uint64, leaves [][]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return fmt.Errorf("%w: %w", ErrStopped, l.err)
	}
	// What can be refused is refused before anything is entered.
	if first != l.next {
		return &OrderError{Want: l.next, Got: first}
	}
	for i, leaf := range leaves {
		if _, err := transparency.ParseEntry(leaf); err != nil {
			return fmt.Errorf("entering the leaf of index %d: %w", first+uint64(i), err)
		}
	}
	for len(leaves) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		by := len(sizes) - 1
		for uint(len(leaves)) < sizes[by] {
			by--
		}
		n := sizes[by]
		if err := l.enter(ctx, l.appender[by], leaves[:n]); err != nil {
			l.halt(err)
			return err
		}
		leaves = leaves[n:]
	}
	return nil
}

// enter adds one batch, just as large as the appender's are, and waits for all of it.
func (l *Log) enter(ctx context.Context, to *tessera.Appender, leaves [][]byte) error {
	// Cancelling does not take back what is in the queue; its outcome is awaited.
	ctx = context.WithoutCancel(ctx)
	for _, leaf := range leaves {
		l.guard.add(transparency.LeafHash(leaf))
	}
	futures := make([]tessera.IndexFuture, len(leaves))
	for i, leaf := range leaves {
		futures[i] = to.Add(ctx, tessera.NewEntry(leaf))
	}
	var failed error
	for i, future := range futures {
		index, err := future()
		if failed != nil {
			continue
		}
		want := l.next + uint64(i)
		switch {
		case err != nil:
			failed = fmt.Errorf("entering the leaf of index %d: %w", want, err)
		case index.Index != want || index.IsDup:
			failed = fmt.Errorf("entering a leaf: %w", &OrderError{Want: want, Got: index.Index})
		}
	}
	if failed == nil {
		l.next += uint64(len(leaves))
	}
	return failed
}

// Resume goes on after an error with what the disk holds, and returns the index of the next leaf.
func (l *Log) Resume(ctx context.Context) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lock == nil {
		return 0, fmt.Errorf("resuming: %w", ErrStopped)
	}
	if l.err == nil {
		return l.next, nil
	}
	if err := l.resume(ctx); err != nil {
		return 0, fmt.Errorf("resuming: %w", err)
	}
	return l.next, nil
}

// Tail enters every message of the ledger and waits for more until the context ends. It stops on a
// ledger that is shorter than the tree, on one that differs from the last leaves of the tree, and on
// any error of Append; nothing is skipped. It MUST be the only one to append.
func (l *Log) Tail(ctx context.Context, source Ledger) error {
	next := l.Size()
	if err := l.compare(ctx, source, next); err != nil {
		return err
	}
	for {
		messages, err := source.Read(ctx, next+1, batch)
		if err != nil {
			return fmt.Errorf("reading the ledger from sequence %d: %w", next+1, err)
		}
		if len(messages) == 0 || len(messages) > batch {
			return fmt.Errorf("reading the ledger from sequence %d: %d messages in one answer", next+1, len(messages))
		}
		if err := l.Append(ctx, next, messages); err != nil {
			return err
		}
		next += uint64(len(messages))
	}
}

// compared is how many of the last leaves are held against the ledger before more are added.
const compared = 1024

func (l *Log) compare(ctx context.Context, source Ledger, size uint64) error {
	last, err := source.Last(ctx)
	if err != nil {
		return fmt.Errorf("asking for the end of the ledger: %w", err)
	}
	if last < size {
		return &LedgerShortError{Ledger: last, Tree: size}
	}
	now, err := l.folder.state()
	if err != nil {
		return err
	}
	for index := size - min(size, compared); index < size; {
		leaves, err := l.folder.leaves(now, index, bundleWidth)
		if err != nil {
			return err
		}
		messages, err := source.Read(ctx, index+1, len(leaves))
		if err != nil {
			return fmt.Errorf("reading the ledger from sequence %d: %w", index+1, err)
		}
		if len(messages) == 0 || len(messages) > len(leaves) {
			return fmt.Errorf("reading the ledger from sequence %d: %d messages in one answer", index+1, len(messages))
		}
		for i, m := range messages {
			if !bytes.Equal(m, leaves[i]) {
				return &LedgerLeafError{Sequence: index + uint64(i) + 1}
			}
		}
		index += uint64(len(messages))
	}
	return nil
}

// Publish is told of a checkpoint that is on the disk. It is called in the order of sizes, not for
// each: one that was overtaken is left out. An error ends Watch.
type Publish func(ctx context.Context, s transparency.SignedCheckpoint) error

// Watch calls publish with the checkpoint that is there and with each that it sees after, until the
// context ends.
func (l *Log) Watch(ctx context.Context, publish Publish) error {
	var seen transparency.SignedCheckpoint
	for {
		s, err := l.Checkpoint(ctx)
		if err != nil {
			return err
		}
		if seen.Raw() == nil || s.Size > seen.Size {
			if err := publish(ctx, s); err != nil {
				return fmt.Errorf("publishing a checkpoint: %w", err)
			}
			seen = s
		}
		if err := l.pause(ctx); err != nil {
			return err
		}
	}
}

// Await returns the first checkpoint it sees that has at least this size. It ends with an error where
// the log has stopped or the signature is refused.
func (l *Log) Await(ctx context.Context, size uint64) (transparency.SignedCheckpoint, error) {
	for {
		s, err := l.Checkpoint(ctx)
		if err != nil || s.Size >= size {
			return s, err
		}
		if err := l.Err(); err != nil {
			return s, fmt.Errorf("waiting for a checkpoint of size %d: %w", size, err)
		}
		if err := l.pause(ctx); err != nil {
			return s, err
		}
	}
}

// pause waits a part of the interval: the library tells nobody when it has published.
func (l *Log) pause(ctx context.Context) error {
	t := time.NewTimer(min(l.cfg.Interval/8, 50*time.Millisecond))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return errors.Join(ctx.Err(), context.Cause(ctx))
	case <-t.C:
		return nil
	}
}
