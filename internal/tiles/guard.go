package tiles

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/note"

	"overflight/evidence"
	"overflight/transparency"
)

// ErrNotOurs says that a checkpoint was not signed because its tree is not the one that the ledger
// gives: a signature under it would be a fork that nobody can take back.
var ErrNotOurs = errors.New("checkpoint is of another tree than the ledger's")

// guard signs checkpoints for the library, which makes them on its own from what is on the disk. It
// signs only a tree whose root it computed itself from the leaves in their order, never one smaller
// than the last, and remembers every checkpoint durably before the signature leaves its hands. So a
// batch that the library lost or put in the wrong place never becomes a signed history.
type guard struct {
	signer   note.Signer
	remember func(signed []byte) error

	mu     sync.Mutex
	grown  frontier
	roots  map[uint64]evidence.Digest // of sizes that may be signed next
	last   transparency.Checkpoint    // signed last
	err    error
	closed bool
}

func newGuard(signer note.Signer, f frontier, last transparency.Checkpoint, remember func([]byte) error) *guard {
	return &guard{
		signer:   signer,
		remember: remember,
		grown:    f,
		roots:    map[uint64]evidence.Digest{f.size: f.root()},
		last:     last,
	}
}

// add enters the next leaf. It MUST be called before the library can integrate it.
func (g *guard) add(leaf evidence.Digest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.grown.append(leaf)
	g.roots[g.grown.size] = g.grown.root()
}

func (g *guard) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// failure returns why the last checkpoint was not signed, nil where it was.
func (g *guard) failure() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// Name implements note.Signer.
func (g *guard) Name() string { return g.signer.Name() }

// KeyHash implements note.Signer.
func (g *guard) KeyHash() uint32 { return g.signer.KeyHash() }

// Sign implements note.Signer.
func (g *guard) Sign(msg []byte) ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	sig, err := g.sign(msg)
	g.err = err
	return sig, err
}

func (g *guard) sign(msg []byte) ([]byte, error) {
	if g.closed {
		return nil, errors.New("log is closed")
	}
	sig, err := g.signer.Sign(msg)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: string(msg)}, once{Signer: g.signer, sig: sig})
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	s, err := transparency.ParseUnverified(signed)
	if err != nil {
		return nil, fmt.Errorf("reading the checkpoint to sign: %w", err)
	}
	root, known := g.roots[s.Size]
	switch {
	case s.Size < g.last.Size:
		return nil, transparency.NewFault(transparency.CodeRollback, number(g.last.Size), number(s.Size))
	case s.Size == g.last.Size && s.Root != g.last.Root:
		return nil, transparency.NewFault(transparency.CodeFork, number(s.Size), g.last.Root.String(), s.Root.String())
	case !known || root != s.Root:
		return nil, fmt.Errorf("%w: size %d, root %s", ErrNotOurs, s.Size, s.Root)
	}
	// A crash before this line leaves nothing outside; after it, the same checkpoint is made again,
	// because the tree was integrated before.
	if err := g.remember(signed); err != nil {
		return nil, fmt.Errorf("remembering a checkpoint: %w", err)
	}
	g.last = s.Checkpoint
	for size := range g.roots {
		if size < s.Size {
			delete(g.roots, size)
		}
	}
	return sig, nil
}

// once hands out a signature that was made before.
type once struct {
	note.Signer
	sig []byte
}

func (o once) Sign([]byte) ([]byte, error) { return o.sig, nil }
