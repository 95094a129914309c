package airspace

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"overflight/evidence"
	"overflight/geodesy"
)

// ErrAtlas is wrapped by every error about an atlas file that cannot be read.
var ErrAtlas = errors.New("airspace: damaged atlas file")

// Tables is what stands beside the lines of an atlas.
type Tables struct {
	// Sovereign maps the code of a territory to that of the state whose territory it is. A code that
	// is missing stands for itself.
	Sovereign map[State]State
	// Uncertainty is that of the outline of a state at a point of it, beside a neighbour; "" is where it
	// faces no state.
	Uncertainty func(s, neighbour State, at geodesy.Position) geodesy.Length
}

// Atlas is the boundaries of every state, decoded tile by tile as they are asked for. It is safe for
// concurrent use. Edges are straight in longitude and latitude, on the grid of 1e-7 degree to which
// positions are rounded.
type Atlas struct {
	chart
	info AtlasInfo
}

// chart is the engine behind every line: a grid of one-degree cells, each either uniform or a tile.
type chart struct {
	source      Source
	uncertainty func(s, neighbour State, at geodesy.Position) geodesy.Length
	features    []State // code of each feature
	states      []State // sovereigns, sorted
	sovereign   []uint16
	sets        []claim
	grid        []uint32 // set of a uniform cell, or tile | tiledCell
	tiles       []tileEntry
	loaded      []atomic.Pointer[tile]
	packed      []byte // compressed tiles
	solo        bool   // only feature 0 is claimed; the others are neighbours by name
	outlines    []outline
}

const tiledCell = 1 << 31

// claim is one set of features.
type claim struct {
	features []uint16
	states   States
	indexes  []uint16 // of the sovereigns
}

type tileEntry struct {
	cell        int32
	offset      int
	size, plain int
	base        uint16 // set at the reference point
}

// outline is the tiles along the outline of one state.
type outline struct {
	parts []outlinePart
	once  sync.Once
	balls []ball // one a part, made at the first question
	all   ball
}

type outlinePart struct {
	tile       int32
	shared     bool
	w, s, e, n byte // box in 1/255 of the cell
}

// OpenAtlas reads the directory of an atlas file and checks its digest. The atlas keeps data, which
// must not change.
func OpenAtlas(data []byte, t Tables) (*Atlas, error) {
	const head = len(AtlasMagic) + 32 + 8
	if len(data) < head || string(data[:len(AtlasMagic)]) != AtlasMagic {
		return nil, fmt.Errorf("%w: no %s header", ErrAtlas, AtlasMagic)
	}
	var want evidence.Digest
	copy(want[:], data[len(AtlasMagic):])
	body := data[len(AtlasMagic)+32:]
	if got := evidence.Digest(sha256.Sum256(body)); got != want {
		return nil, fmt.Errorf("%w: SHA-256 %s, want %s", ErrAtlas, got, want)
	}
	size, plain := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	body = body[8:]
	if uint64(size) > uint64(len(body)) || plain > maxDirectory {
		return nil, fmt.Errorf("%w: directory of %d bytes in %d", ErrAtlas, size, len(body))
	}
	dir, err := inflate(body[:size], int(plain))
	if err != nil {
		return nil, fmt.Errorf("reading directory: %w", err)
	}
	a := &Atlas{}
	a.uncertainty = t.Uncertainty
	a.packed = body[size:]
	if err := a.directory(dir, t); err != nil {
		return nil, fmt.Errorf("reading directory: %w", err)
	}
	a.info.Hash = sha256.Sum256(data) // what anybody gets who hashes the file
	a.source = Source{Name: a.info.Name, Version: a.info.Version, Licence: a.info.Licence, Digest: a.info.Hash}
	return a, nil
}

// Info returns where the atlas is from.
func (a *Atlas) Info() AtlasInfo { return a.info }

// inflate expands b, which must give exactly plain bytes.
func inflate(b []byte, plain int) ([]byte, error) {
	out := make([]byte, plain)
	z := flate.NewReader(bytes.NewReader(b))
	if _, err := io.ReadFull(z, out); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAtlas, err)
	}
	if n, err := z.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrAtlas, plain)
	}
	return out, nil
}

// atlasReader reads varints. After an error every value is zero.
type atlasReader struct {
	b   []byte
	bad bool
}

func (r *atlasReader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *atlasReader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// below reads a number that must be less than limit.
func (r *atlasReader) below(limit int) int {
	v := r.uint()
	if v >= uint64(limit) {
		r.bad = true
		return 0
	}
	return int(v)
}

func (r *atlasReader) bytes(n int) []byte {
	if n > len(r.b) {
		r.bad, r.b = true, nil
		return make([]byte, n)
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *atlasReader) text() string { return string(r.bytes(r.below(len(r.b) + 1))) }

func (r *atlasReader) err(what string) error {
	if r.bad {
		return fmt.Errorf("%w: %s", ErrAtlas, what)
	}
	return nil
}

func (a *Atlas) directory(dir []byte, t Tables) error {
	r := &atlasReader{b: dir}
	a.info = AtlasInfo{Name: r.text(), Version: r.text(), Licence: r.text(), Attribution: r.text(), Recipe: r.text()}
	copy(a.info.SourceHash[:], r.bytes(32))
	codes := make([]State, r.below(1+len(r.b)/3))
	for i := range codes {
		codes[i] = State(r.bytes(3))
	}
	a.name(codes, t.Sovereign)
	sets := make([][]uint16, r.below(1+len(r.b)))
	for i := range sets {
		sets[i] = make([]uint16, r.below(1+min(len(r.b), len(States{}.list))))
		for k := range sets[i] {
			sets[i][k] = uint16(r.below(len(codes)))
		}
	}
	if err := r.err("names and sets"); err != nil {
		return err
	}
	if len(sets) == 0 || len(sets[0]) != 0 || len(sets) > math.MaxUint16 {
		return fmt.Errorf("%w: first set is not the empty one", ErrAtlas)
	}
	a.claims(sets)
	a.tiles = make([]tileEntry, r.below(1+min(len(r.b), gridCells)))
	a.loaded = make([]atomic.Pointer[tile], len(a.tiles))
	cell, offset := 0, 0
	for i := range a.tiles {
		cell += r.below(gridCells)
		e := tileEntry{cell: int32(min(cell, gridCells-1)), offset: offset}
		e.size, e.plain = r.below(len(a.packed)-offset+1), r.below(maxTilePlain)
		e.base = uint16(r.below(len(sets)))
		offset += e.size
		a.tiles[i] = e
		for range r.below(1 + len(r.b)) {
			f, flags := r.below(len(codes)), r.uint()
			b := r.bytes(4)
			if r.bad {
				break
			}
			o := &a.outlines[a.sovereign[f]]
			o.parts = append(o.parts, outlinePart{int32(i), flags&1 != 0, b[0], b[1], b[2], b[3]})
		}
		if r.bad || i > 0 && a.tiles[i-1].cell >= e.cell {
			return fmt.Errorf("%w: tile %d", ErrAtlas, i)
		}
	}
	if offset != len(a.packed) {
		return fmt.Errorf("%w: tiles of %d bytes in %d", ErrAtlas, offset, len(a.packed))
	}
	a.grid = make([]uint32, gridCells)
	for c := 0; c < gridCells; {
		n, v := r.below(gridCells-c+1), r.below(len(sets)+1)
		if r.bad || n == 0 {
			return fmt.Errorf("%w: grid", ErrAtlas)
		}
		for range n {
			a.grid[c] = uint32(max(v-1, 0))
			c++
		}
	}
	for i, e := range a.tiles {
		a.grid[e.cell] = tiledCell | uint32(i)
	}
	return r.err("grid")
}

// name enters the features and their sovereigns.
func (c *chart) name(codes []State, sovereign map[State]State) {
	c.features = codes
	owner := func(s State) State {
		if o, ok := sovereign[s]; ok {
			return o
		}
		return s
	}
	for _, f := range codes {
		c.states = append(c.states, owner(f))
	}
	slices.Sort(c.states)
	c.states = slices.Compact(c.states)
	for _, f := range codes {
		i, _ := slices.BinarySearch(c.states, owner(f))
		c.sovereign = append(c.sovereign, uint16(i))
	}
	c.outlines = make([]outline, len(c.states))
}

// claims enters the sets of features.
func (c *chart) claims(sets [][]uint16) {
	c.sets = make([]claim, len(sets))
	for i, s := range sets {
		k := claim{features: s}
		for _, f := range s {
			if x := c.sovereign[f]; !slices.Contains(k.indexes, x) && len(k.indexes) < len(k.states.list) {
				k.indexes = append(k.indexes, x)
			}
		}
		slices.Sort(k.indexes)
		for _, x := range k.indexes {
			k.states.list[k.states.n] = c.states[x]
			k.states.n++
		}
		c.sets[i] = k
	}
}

// Source names the line.
func (c *chart) Source() Source { return c.source }

// States returns every state that the line holds, sorted.
func (c *chart) States() []State { return slices.Clone(c.states) }

// index returns the number of state s.
func (c *chart) index(s State) (uint16, bool) {
	i, ok := slices.BinarySearch(c.states, s)
	return uint16(i), ok
}

// tile returns tile i, decoding it when it is asked for the first time. Two goroutines may decode
// the same tile at once; both get the same one. The digest of the file has been checked, so that a
// tile that does not decode is a fault of the builder: it is empty.
func (c *chart) tile(i int) *tile {
	if t := c.loaded[i].Load(); t != nil {
		return t
	}
	e := c.tiles[i]
	t, err := c.decode(e)
	if err != nil {
		t = newTile(c, e.cell, e.base, nil)
	}
	if !c.loaded[i].CompareAndSwap(nil, t) {
		t = c.loaded[i].Load()
	}
	return t
}

// Verify decodes every tile and returns the first error.
func (c *chart) Verify() error {
	for i, e := range c.tiles {
		if c.packed == nil {
			break
		}
		if _, err := c.decode(e); err != nil {
			return fmt.Errorf("reading tile %d: %w", i, err)
		}
	}
	return nil
}
