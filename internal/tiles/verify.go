package tiles

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
	"overflight/internal/durable"
	"overflight/transparency"
)

// Report is what Verify read.
type Report struct {
	Size    uint64 // leaves
	Root    evidence.Digest
	Files   int // of tiles and bundles
	Roots   int // checkpoints whose root was computed again and fits
	Damages []*DamageError
}

// maxDamages ends a verification that finds nothing else.
const maxDamages = 1000

// Verify reads every file of a log again and holds them against each other, against the checkpoint
// that is published, the one that was signed last, and every one that was cosigned. It changes
// nothing and may run beside the log. The error joins all that was found; each damage names its file.
func Verify(ctx context.Context, cfg Config) (Report, error) {
	cfg, err := cfg.validate()
	if err != nil {
		return Report{}, err
	}
	v := &verification{folder: folder{dir: cfg.Folder}, roots: map[uint64][]claim{}}
	now, err := v.folder.state()
	if err != nil {
		v.blame(err)
		now = v.largest(cfg)
	}
	v.report.Size = now.size
	v.claims(cfg, now)
	if err := v.leaves(ctx, now); err != nil {
		return v.report, err
	}
	v.report.Root = v.grown.root()
	v.levels()
	for _, d := range v.report.Damages {
		v.errs = append(v.errs, d)
	}
	return v.report, errors.Join(v.errs...)
}

// claim is a file that states a root.
type claim struct {
	file string
	root evidence.Digest
}

type verification struct {
	folder folder
	report Report
	errs   []error // that are no damage of one file
	roots  map[uint64][]claim
	grown  frontier
	above  []tlog.Hash // roots of the full tiles of the level below
	parent struct {    // of the leaf tiles, as stored
		index uint64
		read  bool
		data  []byte // nil where it cannot be read
	}
}

func (v *verification) blame(err error) {
	var d *DamageError
	if !errors.As(err, &d) {
		v.errs = append(v.errs, err)
		return
	}
	for _, known := range v.report.Damages {
		if known.File == d.File {
			return
		}
	}
	v.report.Damages = append(v.report.Damages, d)
}

// largest is what was signed, where the library's own state cannot be read.
func (v *verification) largest(cfg Config) tree {
	out := tree{root: transparency.Root(nil)}
	if s, err := v.folder.checkpoint(cfg.Key); err == nil {
		out = treeOf(s.Checkpoint)
	}
	if s, err := signedLast(cfg.Memory, cfg.Key); err == nil && s.Size > out.size {
		out = treeOf(s.Checkpoint)
	}
	return out
}

// claims collects what is signed of the tree.
func (v *verification) claims(cfg Config, now tree) {
	claimed := func(file string, s transparency.SignedCheckpoint, err error) {
		switch {
		case err != nil:
			v.blame(err)
		case s.Size > now.size:
			v.errs = append(v.errs, &RollbackError{Folder: cfg.Folder, Remembered: s, Found: now.size})
		default:
			v.roots[s.Size] = append(v.roots[s.Size], claim{file: file, root: s.Root})
		}
	}
	v.roots[now.size] = append(v.roots[now.size], claim{file: stateFile, root: now.root})
	s, err := v.folder.checkpoint(cfg.Key)
	claimed(checkpointFile, s, err)
	s, err = signedLast(cfg.Memory, cfg.Key)
	claimed(filepath.Join(cfg.Memory, rememberedFile), s, err)
	m, done, err := readMemory(cfg)
	if err != nil {
		v.blame(err)
		return
	}
	name := filepath.Join(cfg.Memory, cosignedFile)
	if err := m.all(func(s transparency.SignedCheckpoint) bool { claimed(name, s, nil); return true }); err != nil {
		v.blame(err)
	}
	if err := done(); err != nil {
		v.errs = append(v.errs, fmt.Errorf("closing: %w", err))
	}
}

// leaves goes through the bundles and the leaf tiles.
func (v *verification) leaves(ctx context.Context, now tree) error {
	v.check()
	for index := uint64(0); index*bundleWidth < now.size; index++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(v.report.Damages) >= maxDamages {
			return errors.Join(fmt.Errorf("ending after %d damaged files", maxDamages), v.report.Damages[0])
		}
		hashes, err := v.leafTile(index, int(min(bundleWidth, now.size-index*bundleWidth)), now)
		if err != nil {
			v.blame(err)
			return errors.Join(fmt.Errorf("ending at leaf %d, which is in no file", index*bundleWidth), joined(v.report.Damages))
		}
		for _, h := range hashes {
			v.grown.append(evidence.Digest(h))
			v.check()
		}
		if len(hashes) == bundleWidth {
			v.above = append(v.above, subtree(hashes))
		}
	}
	return nil
}

func joined(damages []*DamageError) error {
	errs := make([]error, len(damages))
	for i, d := range damages {
		errs[i] = d
	}
	return errors.Join(errs...)
}

// check holds the root at the present size against all that state one.
func (v *verification) check() {
	claims, ok := v.roots[v.grown.size]
	if !ok {
		return
	}
	root := v.grown.root()
	for _, c := range claims {
		if c.root != root {
			v.blame(damaged(c.file, fmt.Sprintf("states another root at size %d than the leaves have", v.grown.size), nil))
			continue
		}
		v.report.Roots++
	}
}

// leafTile returns the leaf hashes of one bundle. Where bundle and tile differ, the tile above says
// which is right; at the right edge, where there is none, the root does.
func (v *verification) leafTile(index uint64, width int, now tree) ([]tlog.Hash, error) {
	leaves, bundleName, bundleErr := v.folder.bundle(index, width)
	stored, tileName, tileErr := v.folder.tile(0, index, width)
	v.report.Files += 2
	if bundleErr != nil && tileErr != nil {
		v.blame(bundleErr)
		return nil, tileErr
	}
	var computed, held []tlog.Hash
	if bundleErr == nil {
		computed = make([]tlog.Hash, width)
		for i, leaf := range leaves {
			computed[i] = tlog.RecordHash(leaf)
		}
	}
	if tileErr == nil {
		held = hashesOf(stored)
	}
	right := computed
	switch {
	case bundleErr != nil:
		v.blame(bundleErr)
		right = held
	case tileErr != nil:
		v.blame(tileErr)
	default:
		if i := differ(computed, held); i >= 0 {
			ofBundle, ofTile := v.fits(index, computed, now), v.fits(index, held, now)
			if !ofBundle {
				v.blame(damaged(bundleName, fmt.Sprintf("leaf %d is not the one in the tree", index*bundleWidth+uint64(i)), nil))
			}
			if !ofTile {
				v.blame(damaged(tileName, fmt.Sprintf("hash of leaf %d is not the one in the tree", index*bundleWidth+uint64(i)), nil))
			}
			if ofTile {
				right = held
			}
		}
	}
	v.older(layout.TilePath(0, index, 0), width, joinHashes(right))
	if bundleErr == nil {
		v.olderBundles(layout.EntriesPath(index, 0), width, leaves)
	}
	return right, nil
}

// fits reports whether the tile above, or the root at the right edge, vouches for leaf hashes.
func (v *verification) fits(index uint64, hashes []tlog.Hash, now tree) bool {
	if len(hashes) < bundleWidth {
		f := frontier{size: v.grown.size, stack: append([]tlog.Hash(nil), v.grown.stack...)}
		for _, h := range hashes {
			f.append(evidence.Digest(h))
		}
		return f.root() == now.root
	}
	if p := &v.parent; !p.read || p.index != index/bundleWidth {
		p.index, p.read = index/bundleWidth, true
		width := min(bundleWidth, now.size/bundleWidth-p.index*bundleWidth)
		p.data, _, _ = v.folder.tile(1, p.index, int(width)) // named when its level is read
	}
	at := index % bundleWidth * hashSize
	return v.parent.data != nil && tlog.Hash(v.parent.data[at:at+hashSize]) == subtree(hashes)
}

// levels goes through the tiles above the leaves, each of which follows from those below.
func (v *verification) levels() {
	for level := uint64(1); len(v.above) > 0; level++ {
		below := v.above
		v.above = nil
		for index := uint64(0); int(index)*layout.TileWidth < len(below); index++ {
			hashes := below[index*layout.TileWidth:]
			hashes = hashes[:min(len(hashes), layout.TileWidth)]
			stored, name, err := v.folder.tile(level, index, len(hashes))
			v.report.Files++
			if err != nil {
				v.blame(err)
			} else if i := differ(hashes, hashesOf(stored)); i >= 0 {
				v.blame(damaged(name, fmt.Sprintf("hash %d does not follow from the leaves", i), nil))
			}
			v.older(layout.TilePath(level, index, 0), len(hashes), joinHashes(hashes))
			if len(hashes) == layout.TileWidth {
				v.above = append(v.above, subtree(hashes))
			}
		}
	}
}

// older looks at the smaller partial files that are still there, which a reader with an older
// checkpoint may ask for. Files of a larger width are of a batch that was cut short.
func (v *verification) older(full string, width int, right []byte) {
	v.partials(full, width, func(w int) []byte { return right[:w*hashSize] })
}

func (v *verification) olderBundles(full string, width int, leaves [][]byte) {
	v.partials(full, width, func(w int) []byte {
		var b []byte
		for _, leaf := range leaves[:w] {
			b = binary.BigEndian.AppendUint16(b, uint16(len(leaf)))
			b = append(b, leaf...)
		}
		return b
	})
}

func (v *verification) partials(full string, width int, right func(int) []byte) {
	entries, err := durable.OS().List(filepath.Join(v.folder.dir, filepath.FromSlash(full+".p")))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		v.blame(damaged(full+".p", "cannot be read", err))
		return
	}
	for _, e := range entries {
		w, err := strconv.Atoi(e.Name)
		if err != nil || w < 1 || w > width || w >= layout.TileWidth {
			continue
		}
		name := full + ".p/" + e.Name
		b, err := v.folder.read(name, maxBundle)
		switch {
		case errors.Is(err, fs.ErrNotExist): // cleared away meanwhile
		case err != nil:
			v.blame(err)
		case !bytes.Equal(b, right(w)):
			v.blame(damaged(name, "is not what the leaves make it", nil))
		}
		v.report.Files++
	}
}

// subtree returns the root over the hashes of a full tile.
func subtree(hashes []tlog.Hash) tlog.Hash {
	var f frontier
	for _, h := range hashes {
		f.append(evidence.Digest(h))
	}
	return tlog.Hash(f.root())
}

func hashesOf(data []byte) []tlog.Hash {
	out := make([]tlog.Hash, len(data)/hashSize)
	for i := range out {
		copy(out[i][:], data[i*hashSize:])
	}
	return out
}

func joinHashes(hashes []tlog.Hash) []byte {
	out := make([]byte, 0, len(hashes)*hashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// differ returns the first position at which two tiles of one width differ, -1 where none.
func differ(a, b []tlog.Hash) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

// Verify reads every file of the log again: see the function of this name.
func (l *Log) Verify(ctx context.Context) (Report, error) { return Verify(ctx, l.cfg) }
