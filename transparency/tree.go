package transparency

import (
	"crypto/sha256"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
)

// maxSize bounds every tree: no log comes near it, and no arithmetic on it overflows.
const maxSize = 1 << 62

// Tree computes the root of RFC 6962 section 2.1 over leaves that come one after the other. It keeps
// one hash a level. The zero Tree is empty.
type Tree struct {
	size  uint64
	stack []evidence.Digest // roots of the perfect subtrees, largest first
}

// Size returns the number of leaves.
func (t *Tree) Size() uint64 { return t.size }

// Append adds the hash of the next leaf.
func (t *Tree) Append(leaf evidence.Digest) {
	t.stack = append(t.stack, leaf)
	for n := t.size; n&1 == 1; n >>= 1 {
		top := len(t.stack) - 1
		t.stack[top-1] = nodeHash(t.stack[top-1], t.stack[top])
		t.stack = t.stack[:top]
	}
	t.size++
}

// Root returns the root of what was added; that of an empty tree is the SHA-256 of nothing.
func (t *Tree) Root() evidence.Digest {
	if len(t.stack) == 0 {
		return sha256.Sum256(nil)
	}
	root := t.stack[len(t.stack)-1]
	for i := len(t.stack) - 2; i >= 0; i-- {
		root = nodeHash(t.stack[i], root)
	}
	return root
}

// nodeHash stays on the stack: it runs once a packet.
func nodeHash(left, right evidence.Digest) evidence.Digest {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// Root returns the root over leaf hashes.
func Root(leaves []evidence.Digest) evidence.Digest {
	var t Tree
	for _, l := range leaves {
		t.Append(l)
	}
	return t.Root()
}

// ProveInclusion returns the path from a leaf to the root (RFC 6962 section 2.1.1), the leaf's
// sibling first. It is for trees that fit in memory: the packets of a segment. ok is false where
// there is no such leaf.
func ProveInclusion(leaves []evidence.Digest, index uint64) (proof []evidence.Digest, ok bool) {
	if index >= uint64(len(leaves)) {
		return nil, false
	}
	for len(leaves) > 1 {
		k := split(uint64(len(leaves)))
		if index < k {
			proof = append(proof, Root(leaves[k:]))
			leaves = leaves[:k]
		} else {
			proof = append(proof, Root(leaves[:k]))
			leaves, index = leaves[k:], index-k
		}
	}
	reverse(proof)
	return proof, true
}

// ProveConsistency returns the proof that the first older leaves are a prefix (RFC 6962 section
// 2.1.2). Nothing has to be proven of an empty prefix or of the whole. ok is false where there are
// fewer leaves than that.
func ProveConsistency(leaves []evidence.Digest, older uint64) (proof []evidence.Digest, ok bool) {
	if older > uint64(len(leaves)) {
		return nil, false
	}
	if older == 0 || older == uint64(len(leaves)) {
		return nil, true
	}
	whole := true
	for older != uint64(len(leaves)) {
		k := split(uint64(len(leaves)))
		if older <= k {
			proof = append(proof, Root(leaves[k:]))
			leaves = leaves[:k]
		} else {
			proof = append(proof, Root(leaves[:k]))
			leaves, older, whole = leaves[k:], older-k, false
		}
	}
	if !whole {
		proof = append(proof, Root(leaves))
	}
	reverse(proof)
	return proof, true
}

// split returns the largest power of two below n, for n of two or more.
func split(n uint64) uint64 { return 1 << (bits.Len64(n-1) - 1) }

func reverse(d []evidence.Digest) {
	for i, j := 0, len(d)-1; i < j; i, j = i+1, j-1 {
		d[i], d[j] = d[j], d[i]
	}
}

// CheckInclusion returns nil where the proof leads from the leaf hash at an index to the root of the
// checkpoint, else an *InclusionError.
func CheckInclusion(c Checkpoint, index uint64, leaf evidence.Digest, proof []evidence.Digest) error {
	failed := &InclusionError{Index: index, Leaf: leaf, Checkpoint: c, Proof: proof}
	if c.Size > maxSize || index >= c.Size {
		return failed
	}
	if err := tlog.CheckRecord(hashes(proof), int64(c.Size), tlog.Hash(c.Root), int64(index), tlog.Hash(leaf)); err != nil {
		return failed
	}
	return nil
}

// CheckConsistency returns nil where the newer checkpoint continues the older one, else an
// *InconsistencyError that holds both. It checks no signatures and no origins.
func CheckConsistency(older, newer SignedCheckpoint, proof []evidence.Digest) error {
	failed := &InconsistencyError{Older: older, Newer: newer, Proof: proof}
	switch {
	case older.Size > newer.Size || newer.Size > maxSize:
		return failed
	case older.Size == newer.Size:
		if older.Root != newer.Root || len(proof) != 0 {
			return failed
		}
		return nil
	case older.Size == 0:
		if older.Root != Root(nil) || len(proof) != 0 {
			return failed
		}
		return nil
	}
	err := tlog.CheckTree(hashes(proof), int64(newer.Size), tlog.Hash(newer.Root), int64(older.Size), tlog.Hash(older.Root))
	if err != nil {
		return failed
	}
	return nil
}

func hashes(proof []evidence.Digest) []tlog.Hash {
	out := make([]tlog.Hash, len(proof))
	for i, d := range proof {
		out[i] = tlog.Hash(d)
	}
	return out
}
