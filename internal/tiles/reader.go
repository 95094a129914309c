package tiles

import (
	"context"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
	"overflight/transparency"
)

// Reader reads the folder of a log, its own or a copy of somebody else's, and makes proofs from the
// tiles. It writes nothing and may be used by several goroutines, also while the log grows.
type Reader struct {
	folder folder
	key    transparency.Key
}

// NewReader reads the log in a folder whose checkpoints the key signs.
func NewReader(dir string, key transparency.Key) *Reader {
	return &Reader{folder: folder{dir: dir}, key: key}
}

// Checkpoint returns the checkpoint that is published, with the log's signature checked.
func (r *Reader) Checkpoint(ctx context.Context) (transparency.SignedCheckpoint, error) {
	if err := ctx.Err(); err != nil {
		return transparency.SignedCheckpoint{}, err
	}
	return r.folder.checkpoint(r.key)
}

// Inclusion returns the proof that the leaf at an index is in the tree of a checkpoint, in the form
// of c2sp.org/tlog-proof v1 with the checkpoint as it is given, cosignatures and all. The tiles are
// held against the root of the checkpoint: a proof that is returned is right.
func (r *Reader) Inclusion(ctx context.Context, at transparency.SignedCheckpoint, index uint64) (transparency.Proof, error) {
	if err := ctx.Err(); err != nil {
		return transparency.Proof{}, err
	}
	if index >= at.Size || at.Size > maxSize {
		return transparency.Proof{}, transparency.NewFault(transparency.CodeIndex, number(index), number(at.Size))
	}
	path, err := tlog.ProveRecord(int64(at.Size), int64(index), r.folder.hashes(treeOf(at.Checkpoint)))
	if err != nil {
		return transparency.Proof{}, fmt.Errorf("proving leaf %d at size %d: %w", index, at.Size, err)
	}
	return transparency.Proof{Index: index, Hashes: digests(path), Checkpoint: at.Raw()}, nil
}

// Consistency returns the proof that the tree of the newer checkpoint continues the tree that had the
// older size; nothing has to be proven of no leaves or of the same size.
func (r *Reader) Consistency(ctx context.Context, older uint64, newer transparency.Checkpoint) ([]evidence.Digest, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if older > newer.Size || newer.Size > maxSize {
		return nil, transparency.NewFault(transparency.CodeRollback, number(older), number(newer.Size))
	}
	if older == 0 || older == newer.Size {
		return nil, nil
	}
	path, err := tlog.ProveTree(int64(newer.Size), int64(older), r.folder.hashes(treeOf(newer)))
	if err != nil {
		return nil, fmt.Errorf("proving size %d from size %d: %w", newer.Size, older, err)
	}
	return digests(path), nil
}

// Request returns what a witness that holds the older size is asked (c2sp.org/tlog-witness,
// add-checkpoint).
func (r *Reader) Request(ctx context.Context, older uint64, newer transparency.SignedCheckpoint) (transparency.Request, error) {
	path, err := r.Consistency(ctx, older, newer.Checkpoint)
	if err != nil {
		return transparency.Request{}, err
	}
	return transparency.Request{OldSize: older, Proof: path, Checkpoint: newer.Raw()}, nil
}

// Leaves returns at most count leaves from the index first on, fewer at the end of a bundle, each
// held against the tree of the checkpoint. The ledger can be restored from them.
func (r *Reader) Leaves(ctx context.Context, at transparency.Checkpoint, first uint64, count int) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if first >= at.Size || at.Size > maxSize {
		return nil, transparency.NewFault(transparency.CodeIndex, number(first), number(at.Size))
	}
	return r.folder.leaves(treeOf(at), first, count)
}

func (f folder) leaves(t tree, first uint64, count int) ([][]byte, error) {
	index, skip := first/bundleWidth, int(first%bundleWidth)
	width := int(min(bundleWidth, t.size-index*bundleWidth))
	all, file, err := f.bundle(index, width)
	if err != nil {
		return nil, err
	}
	leaves := all[skip:]
	if count < len(leaves) {
		leaves = leaves[:max(count, 0)]
	}
	indexes := make([]int64, len(leaves))
	for i := range leaves {
		indexes[i] = tlog.StoredHashIndex(0, int64(first)+int64(i))
	}
	hashes, err := f.hashes(t).ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("reading leaf %d: %w", first, err)
	}
	for i, leaf := range leaves {
		if tlog.RecordHash(leaf) != hashes[i] {
			return nil, damaged(file, fmt.Sprintf("leaf %d is not the one in the tree", first+uint64(i)), nil)
		}
	}
	return leaves, nil
}

const bundleWidth = 256

func treeOf(c transparency.Checkpoint) tree { return tree{size: c.Size, root: c.Root} }

func digests(path []tlog.Hash) []evidence.Digest {
	out := make([]evidence.Digest, len(path))
	for i, h := range path {
		out[i] = evidence.Digest(h)
	}
	return out
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }
