package basemap

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The file: eight bytes of magic, the four numbers of the grid as little-endian float64, then DEFLATE of
// varints: the number of rings, and for each ring the number of its corners and their steps, longitude
// before latitude, zigzag, each from the corner before it and the first from that of the ring before.
const (
	magic      = "OFLAND1\n"
	headerSize = len(magic) + 4*8

	leastStep   = 1e-5 // degrees: keeps three circles within an int32
	mostRings   = 1 << 16
	mostCorners = 1 << 21 // of all rings together
)

// Append appends the file of the land to dst. The same land gives the same bytes.
func (l *Land) Append(dst []byte) ([]byte, error) {
	var raw []byte
	raw = binary.AppendUvarint(raw, uint64(len(l.rings)))
	var begin Corner
	for i := range l.rings {
		corners := l.rings[i].corners
		raw = binary.AppendUvarint(raw, uint64(len(corners)))
		from := begin
		for _, c := range corners {
			raw = binary.AppendVarint(raw, int64(c.X-from.X))
			raw = binary.AppendVarint(raw, int64(c.Y-from.Y))
			from = c
		}
		begin = corners[0]
	}
	dst = append(dst, magic...)
	for _, v := range []float64{l.grid.West, l.grid.South, l.grid.StepLon, l.grid.StepLat} {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return append(dst, packed.Bytes()...), nil
}

// Parse reads the file of a land. It refuses whatever Append would not have written, and allocates no
// more than the corners that are there need.
func Parse(b []byte) (*Land, error) {
	if len(b) < headerSize || string(b[:len(magic)]) != magic {
		return nil, errors.New("not a file of land")
	}
	number := func(i int) float64 {
		return math.Float64frombits(binary.LittleEndian.Uint64(b[len(magic)+8*i:]))
	}
	grid := Grid{West: number(0), South: number(1), StepLon: number(2), StepLat: number(3)}
	if err := grid.check(); err != nil {
		return nil, err
	}
	r := bufio.NewReader(flate.NewReader(bytes.NewReader(b[headerSize:])))
	n, err := count(r, mostRings)
	if err != nil {
		return nil, fmt.Errorf("reading the number of rings: %w", err)
	}
	var rings [][]Corner
	var begin Corner
	left := mostCorners
	for i := range n {
		size, err := count(r, left)
		if err != nil {
			return nil, fmt.Errorf("reading the size of ring %d: %w", i, err)
		}
		left -= size
		corners, err := readCorners(r, size, begin)
		if err != nil {
			return nil, fmt.Errorf("reading ring %d: %w", i, err)
		}
		if len(corners) > 0 {
			begin = corners[0]
		}
		rings = append(rings, corners)
	}
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading the end: there is more than the rings")
	}
	return New(grid, rings)
}

func readCorners(r *bufio.Reader, size int, from Corner) ([]Corner, error) {
	corners := make([]Corner, 0, min(size, 4096))
	for range size {
		var err error
		if from.X, err = step(r, from.X); err != nil {
			return nil, err
		}
		if from.Y, err = step(r, from.Y); err != nil {
			return nil, err
		}
		corners = append(corners, from)
	}
	return corners, nil
}

func count(r *bufio.Reader, most int) (int, error) {
	v, err := binary.ReadUvarint(r)
	if err != nil {
		return 0, ended(err)
	}
	if v > uint64(most) {
		return 0, fmt.Errorf("%d, at most %d", v, most)
	}
	return int(v), nil
}

func step(r *bufio.Reader, from int32) (int32, error) {
	v, err := binary.ReadVarint(r)
	if err != nil {
		return 0, ended(err)
	}
	if v < -math.MaxInt32 || v > math.MaxInt32 {
		return 0, fmt.Errorf("a step of %d", v)
	}
	if v += int64(from); v < -math.MaxInt32/2 || v > math.MaxInt32/2 {
		return 0, fmt.Errorf("a step to %d", v)
	}
	return int32(v), nil
}

func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
