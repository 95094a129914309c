package tiles

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
	"overflight/transparency"
)

// frontier is a tree of which only the roots of the complete subtrees are kept, the largest first, so
// that it can grow.
type frontier struct {
	size  uint64
	stack []tlog.Hash
}

func (f *frontier) append(leaf evidence.Digest) {
	f.stack = append(f.stack, tlog.Hash(leaf))
	for n := f.size; n&1 == 1; n >>= 1 {
		top := len(f.stack) - 1
		f.stack[top-1] = tlog.NodeHash(f.stack[top-1], f.stack[top])
		f.stack = f.stack[:top]
	}
	f.size++
}

func (f *frontier) root() evidence.Digest {
	if len(f.stack) == 0 {
		return transparency.Root(nil)
	}
	h := f.stack[len(f.stack)-1]
	for i := len(f.stack) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.stack[i], h)
	}
	return evidence.Digest(h)
}

func (f *frontier) tree() tree { return tree{size: f.size, root: f.root()} }

// frontier reads the frontier of a tree from its tiles, authenticated by the root.
func (f folder) frontier(t tree) (*frontier, error) {
	out := &frontier{size: t.size}
	if t.size == 0 {
		if t.root != transparency.Root(nil) {
			return nil, damaged(checkpointFile, "states a root of no leaves that is none", nil)
		}
		return out, nil
	}
	var indexes []int64
	var done uint64
	for rest := t.size; rest > 0; {
		level := bits.Len64(rest) - 1
		indexes = append(indexes, tlog.StoredHashIndex(level, int64(done>>level)))
		done += 1 << level
		rest -= 1 << level
	}
	hashes, err := f.hashes(t).ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("reading the right edge of the tree: %w", err)
	}
	out.stack = hashes
	return out, nil
}
