package witness

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"overflight/internal/tiles"
	"overflight/transparency"
)

// Answer is what a witness says of the checkpoint that it found.
type Answer struct {
	Checkpoint transparency.SignedCheckpoint
	Lines      []byte // signature lines, to be attached by the log
}

// Look reads the checkpoint of a log in a folder, proves from its tiles that it continues what the
// witness holds, and cosigns it at an instant, by the witness's own clock. A log that shows another
// history is refused with a *transparency.InconsistencyError, and both checkpoints are kept in the
// folder of the witness: see Keep.
func (w *Folder) Look(ctx context.Context, by *transparency.Witness, log transparency.Key, dir string, at time.Time) (Answer, error) {
	reader := tiles.NewReader(dir, log)
	s, err := reader.Checkpoint(ctx)
	if err != nil {
		return Answer{}, fmt.Errorf("reading %s: %w", log.Name(), err)
	}
	r := transparency.Request{Checkpoint: s.Raw()}
	held, err := w.Latest(ctx, log.Name())
	switch {
	case errors.Is(err, transparency.ErrNotFound):
	case err != nil:
		return Answer{}, err
	default:
		if r.OldSize, err = sizeOf(log.Name(), held); err != nil {
			return Answer{}, err
		}
	}
	// Where the log fell back there is nothing to prove: the witness refuses with both checkpoints.
	if s.Size > r.OldSize {
		if r, err = reader.Request(ctx, r.OldSize, s); err != nil {
			return Answer{}, fmt.Errorf("reading %s: %w", log.Name(), err)
		}
	}
	lines, err := by.Update(ctx, r, at)
	var fork *transparency.InconsistencyError
	if errors.As(err, &fork) {
		return Answer{}, errors.Join(err, w.Keep(fork))
	}
	if err != nil {
		return Answer{}, fmt.Errorf("cosigning %s: %w", log.Name(), err)
	}
	return Answer{Checkpoint: s, Lines: lines}, nil
}

// Keep writes both checkpoints of an inconsistency into the folder, durably and once: with the log's
// signature on both, they prove to anybody that it showed two histories.
func (w *Folder) Keep(e *transparency.InconsistencyError) error {
	sum := sha256.Sum256(append(append([]byte{}, e.Older.Raw()...), e.Newer.Raw()...))
	base := filepath.Join(w.dir, "inconsistent-"+hex.EncodeToString(sum[:8]))
	for name, b := range map[string][]byte{base + ".older": e.Older.Raw(), base + ".newer": e.Newer.Raw()} {
		if err := w.fs.CreateFile(name, b, 0o600); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("keeping the proof of a fork: %w", err)
		}
	}
	return nil
}
