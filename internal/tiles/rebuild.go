package tiles

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"overflight/internal/durable"
	"overflight/transparency"
)

// Suffixes of the folder while it is rebuilt. A crash leaves one of them behind; the next Rebuild
// begins again.
const (
	rebuildingSuffix = ".rebuilding"
	memorySuffix     = ".memory"
	replacedSuffix   = ".replaced"
)

// Rebuild makes the folder again from the ledger. Everything that was ever signed of the log has to
// come out the same: the tree is refused, and the old folder stays, where the ledger ends before the
// checkpoint that was signed last, or gives another root. The log must not be open.
func Rebuild(ctx context.Context, cfg Config, source Ledger) (Report, error) {
	quiet()
	cfg, err := cfg.validate()
	if err != nil {
		return Report{}, err
	}
	held, err := lock(cfg)
	if err != nil {
		return Report{}, err
	}
	r, err := rebuild(ctx, cfg, source)
	return r, errors.Join(err, held.lock.Unlock())
}

func rebuild(ctx context.Context, cfg Config, source Ledger) (Report, error) {
	last, err := signedLast(cfg.Memory, cfg.Key)
	if err != nil {
		return Report{}, err
	}
	end, err := source.Last(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("asking for the end of the ledger: %w", err)
	}
	if end < last.Size {
		return Report{}, &LedgerShortError{Ledger: end, Tree: last.Size}
	}
	staging := cfg.Folder + rebuildingSuffix
	if err := os.RemoveAll(staging); err != nil {
		return Report{}, fmt.Errorf("clearing an unfinished rebuild: %w", err)
	}
	if err := durable.OS().Mkdir(staging, 0o755); err != nil {
		return Report{}, fmt.Errorf("rebuilding: %w", err)
	}
	if err := grow(ctx, cfg, staging, source, last.Size, end); err != nil {
		return Report{}, err
	}
	// The library signed with a key that nobody knows; what counts is what was signed before.
	err = durable.OS().WriteFile(filepath.Join(staging, checkpointFile), last.Raw(), 0o644)
	if err != nil {
		return Report{}, fmt.Errorf("putting the checkpoint back: %w", err)
	}
	own := cfg
	own.Folder = staging
	report, err := Verify(ctx, own)
	if err != nil {
		return report, fmt.Errorf("checking what was rebuilt: %w", err)
	}
	return report, swap(cfg.Folder, staging)
}

// grow makes the tree of the ledger's first messages in a folder, signed by a key that is thrown away.
// It ends a batch at the size that was signed, so that the tiles of that checkpoint are there.
func grow(ctx context.Context, cfg Config, dir string, source Ledger, signed, end uint64) error {
	secret, public, err := note.GenerateKey(rand.Reader, cfg.Key.Name())
	if err != nil {
		return fmt.Errorf("rebuilding: %w", err)
	}
	key, err := transparency.ParseLogKey(public)
	if err != nil {
		return fmt.Errorf("rebuilding: %w", err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return fmt.Errorf("rebuilding: %w", err)
	}
	scratch := dir + memorySuffix // holds nothing that anybody needs
	if err := os.RemoveAll(scratch); err != nil {
		return fmt.Errorf("clearing an unfinished rebuild: %w", err)
	}
	l, err := Create(ctx, Config{
		Folder: dir, Memory: scratch, Key: key, Signer: signer,
		Interval: minInterval,
	})
	if err != nil {
		return fmt.Errorf("rebuilding: %w", err)
	}
	for next := uint64(0); next < end && err == nil; {
		limit := min(batch, end-next)
		if next < signed {
			limit = min(limit, signed-next)
		}
		var messages [][]byte
		messages, err = source.Read(ctx, next+1, int(limit))
		switch {
		case err != nil:
			err = fmt.Errorf("reading the ledger from sequence %d: %w", next+1, err)
		case len(messages) == 0 || uint64(len(messages)) > limit:
			err = fmt.Errorf("reading the ledger from sequence %d: %d messages in one answer", next+1, len(messages))
		default:
			err = l.Append(ctx, next, messages)
			next += uint64(len(messages))
		}
	}
	return errors.Join(err, l.Close(ctx), os.RemoveAll(scratch))
}

// swap puts the rebuilt folder in the place of the old one, which goes away last. A crash between
// the two renames leaves no folder, and Open says so: Rebuild again.
func swap(old, staging string) error {
	gone := old + replacedSuffix
	if err := os.RemoveAll(gone); err != nil {
		return fmt.Errorf("clearing a replaced folder: %w", err)
	}
	if err := os.Rename(old, gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("moving the old folder away: %w", err)
	}
	if err := os.Rename(staging, old); err != nil {
		return fmt.Errorf("putting the rebuilt folder in place: %w", err)
	}
	if err := syncFolder(filepath.Dir(old)); err != nil {
		return err
	}
	if err := os.RemoveAll(gone); err != nil {
		return fmt.Errorf("clearing the replaced folder: %w", err)
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	return nil
}
