package tiles_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"overflight/internal/tiles"
)

// TestResume takes the tiles away while the log grows, as a disk that fails would: nothing is entered
// twice, nothing is skipped, and what is signed is the ledger's tree.
func TestResume(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	cfg := grown(t, 10)
	l := opened(t, cfg)
	away, there := filepath.Join(cfg.Folder, "away"), filepath.Join(cfg.Folder, "tile")
	if err := os.Rename(there, away); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(ctx, 10, leaves(10, 3)); err == nil {
		t.Fatal("leaves were entered on a disk that fails")
	}
	if err := l.Append(ctx, 10, leaves(10, 3)); !errors.Is(err, tiles.ErrStopped) {
		t.Fatalf("a log that stopped: %v", err)
	}
	if l.Err() == nil {
		t.Error("a log that stopped says nothing")
	}
	if _, err := l.Await(ctx, 13); err == nil {
		t.Error("a log that stopped was waited for")
	}
	if _, err := l.Resume(ctx); err == nil {
		t.Error("resumed on a disk that fails")
	}
	if err := errors.Join(os.Remove(there), os.Rename(away, there)); err != nil {
		t.Fatal(err)
	}
	next, err := l.Resume(ctx)
	if err != nil || next != 10 {
		t.Fatalf("resumed at %d: %v", next, err)
	}
	if err := l.Append(ctx, 10, leaves(10, 700)); err != nil {
		t.Fatal(err)
	}
	s, err := l.Await(ctx, 710)
	if err != nil {
		t.Fatal(err)
	}
	checkLeaves(t, l, s)
	if _, err := l.Verify(ctx); err != nil {
		t.Error(err)
	}
}
