package tiles

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
	"overflight/internal/durable"
	"overflight/transparency"
)

const (
	checkpointFile = "checkpoint"
	stateFile      = ".state/treeState" // what the log holds, signed or not; written by the library
	tileHeight     = 8
	hashSize       = tlog.HashSize

	maxCheckpoint = 64 << 10
	maxState      = 1 << 10
	maxBundle     = layout.EntryBundleWidth * (2 + 65535)
)

// DamageError names a file of the log that is not what it has to be.
type DamageError struct {
	File   string // within the folder of the log, with slashes
	Reason string
	Err    error // nil or the cause
}

func (e *DamageError) Error() string {
	if e.Err != nil {
		return e.File + ": " + e.Reason + ": " + e.Err.Error()
	}
	return e.File + ": " + e.Reason
}

func (e *DamageError) Unwrap() error { return e.Err }

func damaged(file, reason string, err error) error {
	return &DamageError{File: file, Reason: reason, Err: err}
}

// folder reads the files of a log in the layout of c2sp.org/tlog-tiles.
type folder struct {
	dir string
}

func (f folder) read(name string, limit int64) ([]byte, error) {
	b, err := durable.OS().ReadFile(filepath.Join(f.dir, filepath.FromSlash(name)), limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, damaged(name, "is missing", err)
	case err != nil:
		return nil, damaged(name, "cannot be read", err)
	}
	return b, nil
}

// tile reads the first width hashes of a tile.
func (f folder) tile(level, index uint64, width int) (data []byte, file string, err error) {
	data, file, there, err := f.widest(layout.TilePath(level, index, 0), width, layout.TileWidth*hashSize)
	if err != nil {
		return nil, file, err
	}
	if len(data) != there*hashSize {
		return nil, file, damaged(file, fmt.Sprintf("has %d bytes instead of %d", len(data), there*hashSize), nil)
	}
	return data[:width*hashSize], file, nil
}

// widest reads a tile or bundle that has at least width items, and says how many it has: the full one
// where it is there, because partial ones may have been cleared away, else the partial one of just
// this width, else the next wider one, which a tree that was rebuilt has in its place.
func (f folder) widest(full string, width int, limit int64) (data []byte, file string, there int, err error) {
	data, err = f.read(full, limit)
	if !errors.Is(err, fs.ErrNotExist) || width == layout.TileWidth {
		return data, full, layout.TileWidth, err
	}
	file = full + ".p/" + strconv.Itoa(width)
	data, err = f.read(file, limit)
	if !errors.Is(err, fs.ErrNotExist) {
		return data, file, width, err
	}
	wider := layout.TileWidth
	entries, listed := durable.OS().List(filepath.Join(f.dir, filepath.FromSlash(full+".p")))
	if listed != nil {
		return nil, file, width, err
	}
	for _, e := range entries {
		if w, bad := strconv.Atoi(e.Name); bad == nil && w > width && w < wider {
			wider = w
		}
	}
	if wider == layout.TileWidth {
		return nil, file, width, err
	}
	file = full + ".p/" + strconv.Itoa(wider)
	data, err = f.read(file, limit)
	return data, file, wider, err
}

// bundle reads the first width leaves of an entry bundle.
func (f folder) bundle(index uint64, width int) (leaves [][]byte, file string, err error) {
	data, file, want, err := f.widest(layout.EntriesPath(index, 0), width, maxBundle)
	if err != nil {
		return nil, file, err
	}
	leaves, err = parseBundle(file, data, want)
	if err != nil {
		return nil, file, err
	}
	return leaves[:width], file, nil
}

func parseBundle(file string, data []byte, want int) ([][]byte, error) {
	var b api.EntryBundle
	if err := b.UnmarshalText(data); err != nil {
		return nil, damaged(file, "cannot be parsed", err)
	}
	if len(b.Entries) != want {
		return nil, damaged(file, fmt.Sprintf("holds %d leaves instead of %d", len(b.Entries), want), nil)
	}
	return b.Entries, nil
}

// tree is a size and its root.
type tree struct {
	size uint64
	root evidence.Digest
}

// state reads what the library has integrated. Nobody signed it: who uses it has to hold it against
// the leaves and a signed checkpoint.
func (f folder) state() (tree, error) {
	b, err := f.read(stateFile, maxState)
	if err != nil {
		return tree{}, err
	}
	var s struct {
		Size uint64 `json:"size"`
		Root []byte `json:"root"`
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return tree{}, damaged(stateFile, "cannot be parsed", err)
	}
	if len(s.Root) != hashSize || s.Size > maxSize {
		return tree{}, damaged(stateFile, "states no size and root", nil)
	}
	return tree{size: s.Size, root: evidence.Digest(s.Root)}, nil
}

// maxSize keeps the positions of hashes within 63 bits.
const maxSize = 1 << 60

func (f folder) checkpoint(key transparency.Key) (transparency.SignedCheckpoint, error) {
	b, err := f.read(checkpointFile, maxCheckpoint)
	if err != nil {
		return transparency.SignedCheckpoint{}, err
	}
	s, err := open(b, key)
	if err != nil {
		return transparency.SignedCheckpoint{}, damaged(checkpointFile, "is not what the log signed", err)
	}
	return s, nil
}

// open returns a checkpoint that the key signed under its own origin.
func open(signed []byte, key transparency.Key) (transparency.SignedCheckpoint, error) {
	if _, err := note.Open(signed, note.VerifierList(key.Verifier())); err != nil {
		return transparency.SignedCheckpoint{}, fmt.Errorf("checking the signature of %s: %w", key.Name(), err)
	}
	s, err := transparency.ParseUnverified(signed)
	if err != nil {
		return transparency.SignedCheckpoint{}, fmt.Errorf("reading a checkpoint: %w", err)
	}
	if s.Origin != key.Name() {
		return transparency.SignedCheckpoint{}, transparency.NewFault(transparency.CodeOrigin, s.Origin, key.Name())
	}
	if s.Size > maxSize {
		return transparency.SignedCheckpoint{}, transparency.NewFault(transparency.CodeCheckpointSyntax, "2")
	}
	return s, nil
}

// tileReader gives tiles to golang.org/x/mod/sumdb/tlog, which authenticates them by the root.
type tileReader struct {
	folder folder
	files  []string // that were read, to be named where they do not fit together
}

func (r *tileReader) Height() int { return tileHeight }

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		b, file, err := r.folder.tile(uint64(t.L), uint64(t.N), t.W)
		if err != nil {
			return nil, err
		}
		data[i] = b
		r.files = append(r.files, file)
	}
	return data, nil
}

func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

// hashes returns a reader of stored hashes that are authenticated by the root.
func (f folder) hashes(t tree) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		r := &tileReader{folder: f}
		got, err := tlog.TileHashReader(tlog.Tree{N: int64(t.size), Hash: tlog.Hash(t.root)}, r).ReadHashes(indexes)
		var known *DamageError
		if err != nil && !errors.As(err, &known) {
			file := "tile"
			for i, name := range r.files {
				if i == 0 {
					file = name
				} else {
					file += ", " + name
				}
			}
			return nil, damaged(file, fmt.Sprintf("does not lead to the root at size %d", t.size), err)
		}
		return got, err
	})
}
