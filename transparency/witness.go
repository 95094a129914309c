package transparency

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"overflight/evidence"
)

// ErrNotFound says that nothing is held.
var ErrNotFound = errors.New("not found")

// ErrConflict says that what is held is not what the caller thought.
var ErrConflict = errors.New("conflict")

// Holdings is where a witness keeps the last checkpoint that it cosigned, one an origin. It may be
// called from several goroutines.
type Holdings interface {
	// Latest MUST return what the last Replace that returned nil wrote, also after a crash, and
	// ErrNotFound only where there never was one: a witness that forgets would cosign a fork.
	Latest(ctx context.Context, origin string) (signed []byte, err error)
	// Replace MUST write durably before it returns nil. It MUST return ErrConflict and change nothing
	// where what is held is not old (nil: nothing is held); comparing and writing MUST be one step.
	Replace(ctx context.Context, origin string, old, signed []byte) error
}

// Witness keeps somebody else's log honest: it cosigns a checkpoint only where it continues all that
// it cosigned before (c2sp.org/tlog-witness, add-checkpoint).
type Witness struct {
	logs      []Key
	cosigners []*Cosigner
	holdings  Holdings
}

// NewWitness makes a witness of the logs, which signs with each of the keys. A key that a log has replaced
// stays in the list until a checkpoint under the new one is held.
func NewWitness(logs []Key, cosigners []*Cosigner, h Holdings) (*Witness, error) {
	if len(logs) == 0 {
		return nil, fault(CodePolicyNoLog)
	}
	if len(cosigners) == 0 || h == nil {
		return nil, errors.New("a witness needs a key and a place to keep what it signed")
	}
	return &Witness{logs: logs, cosigners: cosigners, holdings: h}, nil
}

// Update returns the signature lines over a checkpoint, or refuses: with a *Fault of CodeOrigin for a
// log that it does not know, a *SignatureError for a checkpoint that the log did not sign, a
// *StaleError with the size from which to prove, an *InconsistencyError for a history that does not
// continue the one it knows. Nothing is signed before it is held durably. The instant is the
// witness's own.
func (w *Witness) Update(ctx context.Context, r Request, at time.Time) ([]byte, error) {
	next, err := ParseUnverified(r.Checkpoint)
	if err != nil {
		return nil, err
	}
	if err := w.signed(next); err != nil {
		return nil, err
	}
	held, raw, err := w.latest(ctx, next.Origin)
	if err != nil {
		return nil, err
	}
	if r.OldSize != held.Size {
		return nil, &StaleError{Stated: r.OldSize, Held: held.Size}
	}
	if err := consistent(held, next, r.Proof); err != nil {
		return nil, err
	}
	lines, err := w.cosign(next.Checkpoint, at)
	if err != nil {
		return nil, err
	}
	// A crash before this line leaves the old state and no signature outside; after it, the log asks
	// again from the new size and gets its signature then.
	if !bytes.Equal(raw, next.raw) {
		if err := w.holdings.Replace(ctx, next.Origin, raw, next.raw); err != nil {
			if errors.Is(err, ErrConflict) {
				return nil, fmt.Errorf("%w: %w", fault(CodeConflict, next.Origin), err)
			}
			return nil, fmt.Errorf("keeping a checkpoint: %w", err)
		}
	}
	return lines, nil
}

func (w *Witness) signed(s SignedCheckpoint) error { return (&Policy{logs: w.logs}).CheckLog(s) }

// latest returns the checkpoint that is held, that of an empty tree where none is.
func (w *Witness) latest(ctx context.Context, origin string) (SignedCheckpoint, []byte, error) {
	raw, err := w.holdings.Latest(ctx, origin)
	if errors.Is(err, ErrNotFound) {
		return SignedCheckpoint{Checkpoint: Checkpoint{Origin: origin, Root: Root(nil)}}, nil, nil
	}
	if err != nil {
		return SignedCheckpoint{}, nil, fmt.Errorf("reading the checkpoint that is held: %w", err)
	}
	held, err := ParseUnverified(raw)
	if err == nil {
		// What is held was signed by the log when it was kept: anything else is damage.
		err = w.signed(held)
	}
	if err == nil && held.Origin != origin {
		err = fault(CodeOrigin, held.Origin, origin)
	}
	if err != nil {
		return SignedCheckpoint{}, nil, fmt.Errorf("reading the checkpoint that is held: %w", err)
	}
	return held, raw, nil
}

func consistent(held, next SignedCheckpoint, proof []evidence.Digest) error {
	if next.Size == 0 && next.Root != Root(nil) {
		return &InconsistencyError{Older: held, Newer: next, Proof: proof}
	}
	return CheckConsistency(held, next, proof)
}

func (w *Witness) cosign(c Checkpoint, at time.Time) ([]byte, error) {
	var lines []byte
	for _, s := range w.cosigners {
		line, err := s.Cosign(c, at)
		if err != nil {
			return nil, fmt.Errorf("cosigning: %w", err)
		}
		lines = append(lines, line...)
	}
	return lines, nil
}
