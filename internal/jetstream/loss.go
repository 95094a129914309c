package jetstream

import (
	"errors"
	"fmt"

	"overflight/journal"
)

// ErrLoss is what every LossError is: the stream is not what it was, and nothing may go on from it.
var ErrLoss = errors.New("jetstream: the stream has lost messages")

// Loss says by what it is known that messages were lost.
type Loss uint8

// The losses.
const (
	SequenceGap Loss = iota // the stream goes on at another sequence than the next
	ProducerGap             // a producer goes on at another sequence than its next
	BelowMark               // the stream ends before where it once reached
	Changed                 // the message at the mark is another than it was
	Unreadable              // the stream says that it has the message, and does not give it
	Foreign                 // a message that none of our producers wrote
)

// String returns the words of the error.
func (l Loss) String() string {
	switch l {
	case SequenceGap:
		return "sequences are missing"
	case ProducerGap:
		return "sequences of a producer are missing"
	case BelowMark:
		return "the stream ends before where it once reached"
	case Changed:
		return "a message is not what it was"
	case Unreadable:
		return "a message cannot be read"
	case Foreign:
		return "a message is of no producer"
	}
	return "loss"
}

// LossError is fatal to whoever meets it. Want and Got are sequences of the stream, of a ProducerGap those of the
// producer; At is the sequence of the stream at which it was seen.
type LossError struct {
	Stream    Stream
	Loss      Loss
	At        uint64
	Want, Got uint64
	Producer  journal.Producer
	Err       error // what the server said, if it said anything
}

// Error names the stream and the sequences.
func (e *LossError) Error() string {
	s := fmt.Sprintf("stream %s at %d: %s: want %d, got %d", e.Stream, e.At, e.Loss, e.Want, e.Got)
	if e.Producer != "" {
		s += " of " + string(e.Producer)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Is makes every LossError an ErrLoss.
func (e *LossError) Is(target error) bool { return target == ErrLoss }

// Unwrap returns what the server said.
func (e *LossError) Unwrap() error { return e.Err }
